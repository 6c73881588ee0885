/** A measurement under way: which card, which step, how far, how long it may take, and the way out. */
import { useState } from 'react'
import type { BenchmarkPhase } from '../../../shared/benchmark.ts'
import { formatSeconds } from '../../format/time.ts'
import { count, formatTemperature, formatWatts } from '../../format/numbers.ts'
import { workloadWords } from '../../format/words.ts'
import { useAsk, useNow, usePart } from '../../state/window-context.ts'
import { Section } from '../../components/Page.tsx'

export function Running({ now, nameOf }: { now: BenchmarkPhase; nameOf: (gpuId: string) => string }) {
  const ask = useAsk()
  const time = useNow(500)
  const { samples } = usePart('telemetry')
  const { values } = usePart('settings')
  const [failure, setFailure] = useState<string | null>(null)
  if (now.phase === 'idle') return null

  async function cancel(): Promise<void> {
    const reply = await ask('benchmark.cancel', null)
    setFailure(reply.ok ? null : reply.failure.message)
  }

  const sample = samples[now.gpuId]
  const live = [sample?.powerW != null ? formatWatts(sample.powerW) : null, sample?.temperatureC != null ? formatTemperature(sample.temperatureC, values.temperatureUnit) : null].filter(Boolean).join(' · ')
  const percent = now.phase === 'running' ? Math.round(Math.min(1, Math.max(0, now.progress)) * 100) : 100
  return (
    <Section title={now.phase === 'cancelling' ? `Stopping on ${nameOf(now.gpuId)}` : `Measuring ${nameOf(now.gpuId)}`} className="running" aside={live}>
      <p className="visually-hidden" role="status">
        {now.phase === 'cancelling' ? 'Stopping' : now.workload ? `Measuring ${workloadWords[now.workload].toLowerCase()}` : 'Getting ready'}
      </p>
      <progress className="progress" max={100} value={percent} aria-label="Progress of this card">
        {percent} %
      </progress>
      <div className="running-line">
        {now.phase === 'running' ? (
          <>
            <span>{now.step.charAt(0).toUpperCase() + now.step.slice(1)}</span>
            <span className="muted running-time">
              {formatSeconds((time - now.startedAt) / 1000)} of at most {formatSeconds(now.limitSeconds)}
              {now.queued.length > 0 ? `; then ${count(now.queued.length, 'more card')}` : ''}
            </span>
          </>
        ) : (
          <span>Ending the measurement; this takes a second at most.</span>
        )}
        <button type="button" className="button" disabled={now.phase === 'cancelling'} onClick={() => void cancel()}>
          Cancel
        </button>
      </div>
      {failure ? <p role="alert" className="field-problem">{failure}</p> : null}
    </Section>
  )
}
