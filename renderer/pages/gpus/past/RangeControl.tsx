/** Which stretch of the past is shown: a length that ends now, a step back or forth, or two moments. */
import { useId, useState, type FormEvent } from 'react'
import { Icon } from '../../../components/Icon.tsx'
import { formatMoment } from '../../../format/time.ts'
import { useMachineNow } from '../../../state/window-context.ts'
import { fromLocalInput, liveRanges, rangeProblem, shifted, toLocalInput, type Bounds, type Range } from './ranges.ts'

export function RangeControl({ range, bounds, onChange }: { range: Range; bounds: Bounds; onChange: (range: Range) => void }) {
  const id = useId()
  const machineNow = useMachineNow()
  const [isOwn, setOwn] = useState(false)
  const isLive = range.kind === 'live'
  return (
    <div className="range">
      <fieldset className="segments">
        <legend className="visually-hidden">Range shown</legend>
        {liveRanges.map((one) => (
          <label key={one.id} className="segment">
            <input type="radio" name={id} checked={isLive && !isOwn && range.id === one.id} onChange={() => { setOwn(false); onChange({ kind: 'live', id: one.id }) }} />
            <span>{one.title}</span>
          </label>
        ))}
        <label className="segment">
          <input type="radio" name={id} checked={isOwn || !isLive} onChange={() => setOwn(true)} />
          <span>From … to</span>
        </label>
      </fieldset>
      <span className="range-steps">
        <button type="button" className="button button-small" onClick={() => onChange(shifted(range, -1, machineNow()))}>
          <Icon name="back" />
          Earlier
        </button>
        <button type="button" className="button button-small" disabled={isLive} onClick={() => onChange(shifted(range, 1, machineNow()))}>
          Later
          <Icon name="open" />
        </button>
      </span>
      {isOwn || !isLive ? <OwnRange key={`${isLive} ${bounds.from} ${isLive ? '' : bounds.to}`.replace(/^true.*/, 'own')} bounds={bounds} onChange={(from, to) => { setOwn(false); onChange({ kind: 'fixed', from, to }) }} /> : null}
      {isLive ? null : (
        <p className="muted small range-words" role="status">
          {formatMoment(bounds.from)} to {formatMoment(bounds.to)}
        </p>
      )}
    </div>
  )
}

function OwnRange({ bounds, onChange }: { bounds: Bounds; onChange: (from: number, to: number) => void }) {
  const id = useId()
  const machineNow = useMachineNow()
  const [from, setFrom] = useState(() => toLocalInput(bounds.from))
  const [to, setTo] = useState(() => toLocalInput(bounds.to))
  const [problem, setProblem] = useState<string | null>(null)
  function submit(event: FormEvent): void {
    event.preventDefault()
    const wrong = rangeProblem(fromLocalInput(from), fromLocalInput(to), machineNow())
    setProblem(wrong)
    if (wrong === null) onChange(fromLocalInput(from), fromLocalInput(to))
  }
  return (
    <form className="range-own" onSubmit={submit} noValidate>
      <div className="field">
        <label htmlFor={`${id}-from`}>From</label>
        <input id={`${id}-from`} className="input" type="datetime-local" step="1" value={from} onChange={(event) => setFrom(event.target.value)} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-to`}>To</label>
        <input id={`${id}-to`} className="input" type="datetime-local" step="1" value={to} onChange={(event) => setTo(event.target.value)} aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-problem` : undefined} />
      </div>
      <button type="submit" className="button">
        Show
      </button>
      {problem ? (
        <span className="field-problem" role="alert" id={`${id}-problem`}>
          {problem}
        </span>
      ) : null}
    </form>
  )
}
