/** One way to reach the owner: whether it is set up, how the last message went, and a test. */
import { useState, type ReactNode } from 'react'
import type { ChannelStatus } from '../../../shared/health.ts'
import { Icon } from '../../components/Icon.tsx'
import { Moment } from '../../components/Moment.tsx'
import { count } from '../../format/numbers.ts'
import { useAsk } from '../../state/window-context.ts'

type Testing = { phase: 'idle' } | { phase: 'sending' } | { phase: 'done'; ok: boolean; sentence: string }

export function ChannelCard({ channel, title, about, children }: { channel: ChannelStatus; title: string; about: string; children: ReactNode }) {
  const ask = useAsk()
  const [testing, setTesting] = useState<Testing>({ phase: 'idle' })
  const [failure, setFailure] = useState<string | null>(null)
  const canUse = channel.because === null

  async function test(): Promise<void> {
    setTesting({ phase: 'sending' })
    const reply = await ask('channel.test', { channel: channel.id })
    setTesting(reply.ok ? { phase: 'done', ...reply.value } : { phase: 'done', ok: false, sentence: reply.failure.message })
  }
  async function remove(): Promise<void> {
    if (channel.id === 'desktop') return
    const reply = await ask('channel.remove', { channel: channel.id })
    setFailure(reply.ok ? null : reply.failure.message)
    setTesting({ phase: 'idle' })
  }

  return (
    <div className="channel">
      <h3>{title}</h3>
      <p className="muted small">{about}</p>
      {canUse ? null : <p className="small">Not possible here: {channel.because}</p>}
      {channel.host ? (
        <p className="small">
          Set up: <strong>{channel.host}</strong>
        </p>
      ) : null}
      {canUse ? children : null}
      {channel.isSetUp && canUse ? (
        <p className="channel-actions">
          <button type="button" className="button button-small" disabled={testing.phase === 'sending'} onClick={() => void test()}>
            {testing.phase === 'sending' ? 'Sending …' : 'Send a test'}
            <span className="visually-hidden"> {channel.id === 'desktop' ? 'on the desktop' : `by ${title}`}</span>
          </button>
          {channel.id === 'desktop' ? null : (
            <button type="button" className="button button-small" onClick={() => void remove()}>
              Remove<span className="visually-hidden"> {title}</span>
            </button>
          )}
        </p>
      ) : null}
      <p role="status" className="small channel-result">
        {testing.phase === 'done' ? (
          <span className={testing.ok ? 'verdict verdict-good' : 'verdict verdict-bad'}>
            <Icon name={testing.ok ? 'yes' : 'no'} />
            <span>{testing.sentence}</span>
          </span>
        ) : channel.last ? (
          <span className={channel.last.ok ? 'muted' : 'tone-warning'}>
            Last message, <Moment at={channel.last.at} />: {channel.last.sentence}
          </span>
        ) : null}
      </p>
      {channel.waiting > 0 ? <p className="small tone-warning">{count(channel.waiting, 'message')} could not be delivered yet; {channel.waiting === 1 ? 'it is' : 'they are'} tried again.</p> : null}
      {failure ? (
        <p className="field-problem" role="alert">
          {failure}
        </p>
      ) : null}
    </div>
  )
}
