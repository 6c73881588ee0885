/** A card that was here and is not: since when, what may have happened, and the way to forget it. */
import { useState } from 'react'
import type { Gpu } from '../../../shared/machine.ts'
import { Moment } from '../../components/Moment.tsx'
import { Notice } from '../../components/Notice.tsx'
import { writeRoute } from '../../state/route.ts'
import { useAsk } from '../../state/window-context.ts'

export function LostCard({ gpu, title }: { gpu: Gpu; title: string }) {
  const ask = useAsk()
  const [phase, setPhase] = useState<'idle' | 'sure' | 'asked'>('idle')
  const [failure, setFailure] = useState<string | null>(null)
  if (gpu.lostSince === null) return null

  async function forget(): Promise<void> {
    setPhase('asked')
    const reply = await ask('gpus.forget', { gpuId: gpu.id })
    if (reply.ok) return window.location.assign(writeRoute('gpus'))
    setPhase('idle')
    setFailure(reply.failure.message)
  }

  return (
    <Notice
      level="error"
      title={<>This card is lost since <Moment at={gpu.lostSince} />.</>}
      actions={
        phase === 'idle' ? (
          <button type="button" className="button button-small" onClick={() => setPhase('sure')}>
            Forget it …
          </button>
        ) : null
      }
    >
      <p>
        {gpu.attachment?.kind === 'external'
          ? 'Its enclosure may be unplugged or switched off. It gets its place and its past back as soon as it returns.'
          : 'It was taken out, has no power, or has fallen off the bus; restarting the machine often brings it back. It gets its place and its past back as soon as it returns.'}
      </p>
      {phase === 'idle' ? null : (
        <p className="forget">
          <span>{title} is then no longer listed. What was recorded of it stays until it is too old, and a card that returns is listed again.</span>
          <button type="button" className="button button-small" disabled={phase === 'asked'} onClick={() => void forget()} autoFocus>
            Forget this card
          </button>
          <button type="button" className="button button-small" onClick={() => setPhase('idle')}>
            Keep it
          </button>
        </p>
      )}
      {failure ? (
        <p className="field-problem" role="alert">
          {failure}
        </p>
      ) : null}
    </Notice>
  )
}
