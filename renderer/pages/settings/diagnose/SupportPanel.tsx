/** A bundle for support: made, listed, looked into file by file, and only then saved. Nothing is sent anywhere. */
import { useId, useState } from 'react'
import type { SupportBundle, SupportFile } from '../../../../shared/support.ts'
import { Icon } from '../../../components/Icon.tsx'
import { Section } from '../../../components/Page.tsx'
import { saveFile } from '../../../components/save-file.ts'
import { count, formatBytes } from '../../../format/numbers.ts'
import { useAsk } from '../../../state/window-context.ts'
import { bytesOf } from './base64.ts'

export function SupportPanel() {
  const ask = useAsk()
  const [bundle, setBundle] = useState<SupportBundle | null>(null)
  const [phase, setPhase] = useState<'idle' | 'making' | 'saving'>('idle')
  const [failure, setFailure] = useState<string | null>(null)
  const [said, setSaid] = useState('')

  async function make(): Promise<void> {
    if (phase !== 'idle') return
    setPhase('making')
    setSaid('')
    const reply = await ask('support.bundle', {})
    setPhase('idle')
    setFailure(reply.ok ? null : reply.failure.message)
    if (reply.ok) setBundle(reply.value)
  }
  async function save(id: string): Promise<void> {
    if (phase !== 'idle') return
    setPhase('saving')
    const reply = await ask('support.save', { id })
    setPhase('idle')
    setFailure(reply.ok ? null : reply.failure.message)
    if (!reply.ok) return
    saveFile(reply.value.fileName, 'application/zip', [bytesOf(reply.value.base64)])
    setSaid(`Saved as ${reply.value.fileName}. Send it only to somebody you trust.`)
  }

  return (
    <Section title="A bundle for support">
      <p>What somebody who helps you needs to see: the state, logs, and a recording of this machine. Secrets, addresses and serial numbers are taken out. It is listed here before it is saved, and sent nowhere.</p>
      <p className="form-go">
        <button type="button" className="button" aria-disabled={phase === 'idle' ? undefined : true} onClick={() => void make()}>
          {phase === 'making' ? 'Putting it together …' : bundle ? 'Make it anew' : 'List what would be in it'}
        </button>
        {bundle ? (
          <button type="button" className="button button-main" aria-disabled={phase === 'idle' ? undefined : true} onClick={() => void save(bundle.id)}>
            {phase === 'saving' ? 'Saving …' : `Save it (${formatBytes(bundle.bytes)})`}
          </button>
        ) : null}
        <span role="status" className="small muted">
          {phase === 'making' ? 'Reading state and logs …' : said}
        </span>
      </p>
      {failure ? (
        <p className="field-problem" role="alert">
          {failure}
        </p>
      ) : null}
      {bundle ? <Contents bundle={bundle} /> : null}
    </Section>
  )
}

function Contents({ bundle }: { bundle: SupportBundle }) {
  return (
    <div className="support">
      <p className="small">
        {bundle.removed.length === 0 ? 'Nothing had to be taken out.' : <>Taken out: {bundle.removed.map((one) => `${one.what} × ${one.count}`).join(', ')}.</>}
      </p>
      <h3>{count(bundle.files.length, 'file')}</h3>
      <ul className="support-files">
        {bundle.files.map((file) => (
          <File key={file.name} file={file} />
        ))}
      </ul>
    </div>
  )
}

function File({ file }: { file: SupportFile }) {
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  return (
    <li>
      <button type="button" className="row-button" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
        <Icon name="open" />
        <span>
          {file.name} <span className="muted small">{formatBytes(file.bytes)}; {file.what}</span>
        </span>
      </button>
      <div id={id} hidden={!isOpen}>
        {isOpen ? (
          <pre className="support-text" tabIndex={0} role="region" aria-label={`What stands in ${file.name}`}>
            {file.preview}
          </pre>
        ) : null}
      </div>
    </li>
  )
}
