/** A webhook of the owner's: its address goes in, and the secret its messages are signed with is shown this once. */
import { useId, useRef, useState, type FormEvent } from 'react'
import type { ChannelStatus } from '../../../shared/health.ts'
import { Icon } from '../../components/Icon.tsx'
import { useAsk } from '../../state/window-context.ts'
import { ChannelCard } from './ChannelCard.tsx'

export function WebhookSetting({ channel }: { channel: ChannelStatus }) {
  const ask = useAsk()
  const id = useId()
  const [url, setUrl] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [isSaving, setSaving] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (url.trim() === '') return setProblem('Enter the address that messages are sent to.')
    setSaving(true)
    const reply = await ask('channel.set-webhook', { url: url.trim() })
    setSaving(false)
    setProblem(reply.ok ? null : reply.failure.message)
    if (!reply.ok) return
    setSecret(reply.value.signingSecret)
    setUrl('')
  }

  return (
    <ChannelCard channel={channel} title="Webhook" about="A signed message (JSON, Standard Webhooks) is sent to an address of yours.">
      {secret !== null ? <SigningSecret secret={secret} onDone={() => setSecret(null)} /> : null}
      <form className="channel-form" onSubmit={(event) => void save(event)} noValidate>
        <div className="field">
          <label htmlFor={id}>{channel.isSetUp ? 'Another address' : 'Address'}</label>
          <span className="field-box">
            <input id={id} className="input input-wide" type="url" autoComplete="off" spellCheck={false} placeholder="https://…" value={url} aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-problem` : `${id}-help`} onChange={(event) => { setUrl(event.target.value); setProblem(null) }} />
            <button type="submit" className="button button-small" disabled={isSaving}>
              {isSaving ? 'Saving …' : 'Save'}
              <span className="visually-hidden"> the webhook’s address</span>
            </button>
          </span>
          {problem ? (
            <span className="field-problem" role="alert" id={`${id}-problem`}>
              {problem}
            </span>
          ) : (
            <span className="field-help" id={`${id}-help`}>
              The address is kept as a secret: only its host is shown afterwards.
            </span>
          )}
        </div>
      </form>
    </ChannelCard>
  )
}

function SigningSecret({ secret, onDone }: { secret: string; onDone: () => void }) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState<string>('')
  function copy(): void {
    field.current?.select()
    // The newer clipboard needs a permission, which the window's page never gets.
    setCopied(document.execCommand('copy') ? 'Copied.' : 'It is selected: copy it with Ctrl+C.')
  }
  return (
    <div className="secret" role="group" aria-labelledby={`${id}-title`}>
      <p id={`${id}-title`}>
        <strong>Its signing secret. It is shown this once:</strong> keep it where the messages arrive, so that they can be checked.
      </p>
      <span className="field-box">
        <input ref={field} className="input input-wide" readOnly value={secret} aria-labelledby={`${id}-title`} onFocus={(event) => event.target.select()} />
        <button type="button" className="button button-small" onClick={copy}>
          <Icon name="copy" />
          Copy
        </button>
        <button type="button" className="button button-small" onClick={onDone}>
          I have kept it
        </button>
      </span>
      <span role="status" className="small">
        {copied}
      </span>
    </div>
  )
}
