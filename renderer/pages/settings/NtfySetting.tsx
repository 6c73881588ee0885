/** A topic of an ntfy server, to which messages for a phone are sent. */
import { useId, useState, type FormEvent } from 'react'
import type { ChannelStatus } from '../../../shared/health.ts'
import { useAsk } from '../../state/window-context.ts'
import { ChannelCard } from './ChannelCard.tsx'

export function NtfySetting({ channel }: { channel: ChannelStatus }) {
  const ask = useAsk()
  const id = useId()
  const [url, setUrl] = useState('')
  const [token, setToken] = useState('')
  const [outcome, setOutcome] = useState<{ problem: string | null; saved: boolean }>({ problem: null, saved: false })
  const [isSaving, setSaving] = useState(false)

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (url.trim() === '') return setOutcome({ problem: 'Enter the server with the topic, such as https://ntfy.sh/my-topic.', saved: false })
    setSaving(true)
    const reply = await ask('channel.set-ntfy', { url: url.trim(), token: token.trim() === '' ? null : token.trim() })
    setSaving(false)
    setOutcome({ problem: reply.ok ? null : reply.failure.message, saved: reply.ok })
    if (!reply.ok) return
    setUrl('')
    setToken('')
  }

  return (
    <ChannelCard channel={channel} title="ntfy" about="A message to your phone through an ntfy server, your own or a public one.">
      <form className="channel-form" onSubmit={(event) => void save(event)} noValidate>
        <div className="field">
          <label htmlFor={id}>{channel.isSetUp ? 'Another topic' : 'Server and topic'}</label>
          <input id={id} className="input input-wide" type="url" autoComplete="off" spellCheck={false} placeholder="https://ntfy.sh/my-topic" value={url} aria-invalid={outcome.problem ? true : undefined} aria-describedby={outcome.problem ? `${id}-problem` : `${id}-help`} onChange={(event) => { setUrl(event.target.value); setOutcome({ problem: null, saved: false }) }} />
          <span className="field-help" id={`${id}-help`}>
            On a public server whoever knows the topic can read it: choose one that nobody guesses.
          </span>
        </div>
        <div className="field">
          <label htmlFor={`${id}-token`}>Access token, where the topic wants one</label>
          <span className="field-box">
            <input id={`${id}-token`} className="input input-wide" type="password" autoComplete="off" value={token} placeholder="none" onChange={(event) => setToken(event.target.value)} />
            <button type="submit" className="button button-small" disabled={isSaving}>
              {isSaving ? 'Saving …' : 'Save'}
              <span className="visually-hidden"> the ntfy topic</span>
            </button>
            <span className="field-saved" role="status">
              {outcome.saved ? 'Saved' : ''}
            </span>
          </span>
        </div>
        {outcome.problem ? (
          <span className="field-problem" role="alert" id={`${id}-problem`}>
            {outcome.problem}
          </span>
        ) : null}
      </form>
    </ChannelCard>
  )
}
