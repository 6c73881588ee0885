/** The three states of a look for GPUs that every page shares: looking, failed, nothing found. */
import { useState, type ReactNode } from 'react'
import type { Detection, Problem } from '../../shared/machine.ts'
import type { GpusState } from '../../shared/state.ts'
import { formatSeconds, formatTime } from '../format/time.ts'
import { useAsk, useNow } from '../state/window-context.ts'
import { Notice, ProblemNotice } from './Notice.tsx'

/** The detection that can be drawn: the present one, or the one before while another look runs or failed. */
export function detectionOf(gpus: GpusState): Detection | null {
  return gpus.phase === 'ready' ? gpus.detection : gpus.previous
}

/** The machine's problems, but for "no GPU" while drivers may still be loading: that is said as what it is. */
export function problemsToSay(gpus: GpusState): Problem[] {
  const problems = detectionOf(gpus)?.problems ?? []
  return gpus.phase === 'ready' && gpus.retry ? problems.filter((problem) => problem.id !== 'no-gpu') : problems
}

export function LookAgain({ disabled = false }: { disabled?: boolean }) {
  const ask = useAsk()
  const [asked, setAsked] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  async function look(): Promise<void> {
    setAsked(true)
    const reply = await ask('gpus.rescan', null)
    setAsked(false)
    setFailure(reply.ok ? null : reply.failure.message)
  }
  return (
    <>
      <button type="button" className="button" disabled={disabled || asked} onClick={() => void look()}>
        {asked || disabled ? 'Looking …' : 'Look again'}
      </button>
      {failure ? <span role="alert" className="field-problem">{failure}</span> : null}
    </>
  )
}

/** What to say above or instead of the cards; null: the look went well. */
export function LookStatus({ gpus }: { gpus: GpusState }) {
  if (gpus.phase === 'looking') return <LookingLine since={gpus.since} again={gpus.previous !== null} />
  if (gpus.phase === 'failed') {
    return (
      <>
        <ProblemNotice problem={gpus.problem} level="error" actions={<LookAgain />} />
        {gpus.previous ? <p className="muted">Shown below: what was seen before.</p> : null}
        {gpus.retryAt === null ? null : <RetryLine at={gpus.retryAt} />}
      </>
    )
  }
  return gpus.retry ? <StillLoading retry={gpus.retry} /> : null
}

/** Soon after the machine was started its drivers may not be there yet, so that "no GPU" is not said for good. */
function StillLoading({ retry }: { retry: { at: number; until: number } }) {
  const now = useNow(1000)
  const seconds = Math.ceil((retry.at - now) / 1000)
  return (
    <Notice level="info" title="No GPU answers yet. The machine was started a short while ago: its drivers may still be loading." actions={<LookAgain />}>
      <p>
        {seconds > 0 ? `Idlewatt looks again in ${formatSeconds(seconds)}` : 'Idlewatt is looking again'}, and goes on until {formatTime(retry.until)}.
      </p>
    </Notice>
  )
}

function LookingLine({ since, again }: { since: number; again: boolean }) {
  const now = useNow(1000)
  const seconds = Math.max(0, (now - since) / 1000)
  return (
    <div className="looking" role="status">
      <span className="looking-mark" aria-hidden="true" />
      <span>
        {again ? 'Looking for GPUs again' : 'Looking for GPUs'}
        {seconds >= 3 ? '. Drivers usually answer within 2 seconds; one that hangs is given up after a while.' : ' …'}
      </span>
      <span className="muted" aria-hidden="true">
        {formatSeconds(seconds)}
      </span>
    </div>
  )
}

function RetryLine({ at }: { at: number }) {
  const now = useNow(1000)
  const seconds = Math.ceil((at - now) / 1000)
  return <p className="muted">{seconds > 0 ? `Idlewatt looks again by itself in ${formatSeconds(seconds)}.` : 'Idlewatt is looking again.'}</p>
}

export function NoGpu({ detection, children }: { detection: Detection; children?: ReactNode }) {
  // The machine's own problems say why, with a remedy; this stands in where there is none.
  if (detection.problems.length > 0) return <>{children}</>
  return (
    <Notice level="info" title="No GPU was found in this machine." actions={<LookAgain />}>
      <p>If there is one, its driver may be missing. You can still compare cards you do not own.</p>
      {children}
    </Notice>
  )
}
