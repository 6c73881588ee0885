/** Pause for an hour, until tonight, until taken back; resume; run now. */
import type { OverrideAsk } from '../../shared/policy.ts'
import { formatClock } from '../format/time.ts'
import { aboutWords, overridesNow, tonight, untilWords } from '../state/policy.ts'
import { useAct } from '../state/use-act.ts'
import { useNames } from '../state/use-names.ts'
import { useNow, usePart } from '../state/window-context.ts'

const everything = { gpuId: null, programmeId: null }

export function PauseControls() {
  const policy = usePart('policy')
  const names = useNames()
  const now = useNow(5000)
  const acting = useAct()
  const pause = overridesNow(policy, 'pause', now).find((one) => one.gpuId === null && one.programmeId === null)
  const running = overridesNow(policy, 'run-now', now)
  async function ask(what: Omit<OverrideAsk, 'gpuId' | 'programmeId'>): Promise<void> {
    if (!acting.isBusy) await acting.act('policy.override', { ...everything, ...what })
  }
  async function takeBack(id: string): Promise<void> {
    if (!acting.isBusy) await acting.act('policy.resume', { id })
  }
  const isOff = acting.isBusy ? true : undefined
  return (
    <div className="pause-controls">
      <div className="pause-buttons" role="group" aria-label="For a while">
        {/* One button that changes its word, so that the focus stays where it is. */}
        <button type="button" className={pause ? 'button button-main' : 'button'} aria-disabled={isOff} onClick={() => void (pause ? takeBack(pause.id) : ask({ kind: 'pause', minutes: 60 }))}>
          {pause ? 'Resume' : 'Pause for 1\u202fh'}
        </button>
        <button type="button" className="button" aria-disabled={isOff} onClick={() => void ask({ kind: 'pause', until: tonight(Date.now()) })}>
          Pause until tonight ({formatClock(tonight(now))})
        </button>
        <button type="button" className="button" aria-disabled={isOff} onClick={() => void ask({ kind: 'pause' })}>
          Pause until I resume
        </button>
        <button type="button" className="button" aria-disabled={isOff} onClick={() => void ask({ kind: 'run-now', minutes: 60 })}>
          Run now for 1{'\u202f'}h
        </button>
      </div>
      {running.map((one) => (
        <p key={one.id} className="small">
          {aboutWords(one, names)} runs now because you said so, {one.until === null ? 'until you take it back' : untilWords(one.until, now)}.{' '}
          <button type="button" className="link-button" onClick={() => void takeBack(one.id)}>
            Take it back<span className="visually-hidden"> that {aboutWords(one, names)} runs now</span>
          </button>
        </p>
      ))}
      {acting.failure ? (
        <p className="field-problem" role="alert">
          {acting.failure}
        </p>
      ) : null}
    </div>
  )
}
