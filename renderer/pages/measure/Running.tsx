/** A measurement under way: each card with its step, the running curve and the figures it has, what comes next, and the way out. */
import { useLayoutEffect, useRef, useState } from 'react'
import type { BenchmarkMode, BenchmarkPhase, RunningCard } from '../../../shared/benchmark.ts'
import type { GpuSample } from '../../../shared/telemetry.ts'
import { Section } from '../../components/Page.tsx'
import { statusOf, statusWords, stepNames, workloadWords } from '../../format/benchmark-words.ts'
import { formatFigure, scaleFor } from '../../format/figures.ts'
import { count, formatTemperature, formatWatts } from '../../format/numbers.ts'
import { formatSeconds } from '../../format/time.ts'
import { capitalise } from '../../format/words.ts'
import { useAsk, useNow, usePart } from '../../state/window-context.ts'
import { LinePlot } from './LinePlot.tsx'
import { rangeOf } from './line-geometry.ts'

export interface RunningProps {
  now: Exclude<BenchmarkPhase, { phase: 'idle' }>
  nameOf: (gpuId: string) => string
  /** It was started from this page: the button that was pressed is gone, so the focus goes to the way out. */
  takesFocus: boolean
}

export function Running({ now, nameOf, takesFocus }: RunningProps) {
  const ask = useAsk()
  const wayOut = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => {
    const button = wayOut.current
    if (takesFocus) button?.focus()
    // When it is over, whoever stood here goes on at the page rather than at its beginning.
    return () => {
      if (button !== null && document.activeElement === button) document.getElementById('page')?.focus({ preventScroll: true })
    }
  }, [takesFocus])
  const [failure, setFailure] = useState<string | null>(null)
  const isCancelling = now.phase === 'cancelling'

  async function cancel(): Promise<void> {
    const reply = await ask('benchmark.cancel', null)
    setFailure(reply.ok ? null : reply.failure.message)
  }

  const names = isCancelling ? now.gpuIds : now.cards.map((card) => card.gpuId)
  const what = names.length === 1 ? nameOf(names[0] ?? '') : count(names.length, 'card')
  return (
    <Section title={isCancelling ? `Stopping on ${what}` : `Measuring ${what}`} className="running">
      <p className="visually-hidden" role="status">
        {isCancelling ? 'Stopping' : announced(now.cards, nameOf)}
      </p>
      <div className="running-line">
        <span className="muted">{aboutWords(now, nameOf)}</span>
        <button ref={wayOut} type="button" className="button running-cancel" aria-disabled={isCancelling} onClick={() => (isCancelling ? undefined : void cancel())}>
          Cancel
        </button>
      </div>
      {failure ? <p role="alert" className="field-problem">{failure}</p> : null}
      {isCancelling ? (
        <p>Ending the measurement; this takes a second at most. What was measured is kept.</p>
      ) : (
        <div className={now.cards.length > 1 ? 'running-cards running-many' : 'running-cards'}>
          {now.cards.map((card) => (
            <Card key={card.gpuId} card={card} name={nameOf(card.gpuId)} withName={now.cards.length > 1} />
          ))}
        </div>
      )}
    </Section>
  )
}

const runWords: Record<BenchmarkMode, string> = { quick: 'Quick run', full: 'Full run', sustained: 'Sustained load', memory: 'Memory test' }

/** "Quick run; then GeForce RTX 4090 #2." */
function aboutWords(now: Exclude<BenchmarkPhase, { phase: 'idle' }>, nameOf: (gpuId: string) => string): string {
  if (now.phase === 'cancelling') return ''
  const then = now.queued.length === 0 ? '' : `; then ${now.queued.length <= 3 ? now.queued.map(nameOf).join(', ') : count(now.queued.length, 'more card')}`
  return `${runWords[now.mode]}${now.cards.length > 1 ? ', all at once' : ''}${then}.`
}

/** Said once a step, not once a figure. */
function announced(cards: readonly RunningCard[], nameOf: (gpuId: string) => string): string {
  const [first] = cards
  if (!first) return 'Getting ready'
  if (cards.length > 1) return `Measuring ${count(cards.length, 'card')} at once`
  return first.step === null ? `Getting ready on ${nameOf(first.gpuId)}` : stepNames[first.step]
}

function Card({ card, name, withName }: { card: RunningCard; name: string; withName: boolean }) {
  const time = useNow(1000)
  const { samples } = usePart('telemetry')
  const { values } = usePart('settings')
  const percent = Math.round(Math.min(1, Math.max(0, card.progress)) * 100)
  const missing = card.done.filter((one) => statusOf(one) === 'not-offered')
  const done = card.done.filter((one) => statusOf(one) !== 'not-offered')
  const spent = Math.max(0, (time - card.startedAt) / 1000)
  return (
    <article className="running-card" aria-label={name}>
      {withName ? <h3>{name}</h3> : null}
      <progress className="progress" max={100} value={percent} aria-label={`Progress of ${name}`}>
        {percent} %
      </progress>
      <p className="running-line">
        <span>{capitalise(card.words)}</span>
        <span className="muted running-time">
          {formatSeconds(spent)} of at most {formatSeconds(card.limitSeconds)}
        </span>
      </p>
      <div className="running-body">
        {card.step === 'memory-test' && card.curve.length === 0 ? null : <Curve card={card} />}
        {samples[card.gpuId] ? <p className="small running-live">{liveWords(samples[card.gpuId] ?? null, values.temperatureUnit)}</p> : null}
      </div>
      {done.length > 0 ? (
        <ul className="running-done" aria-label={`Measured on ${name} so far`}>
          {done.map((one) => (
            <li key={one.workload}>
              <span>{workloadWords[one.workload]}</span>
              {one.value === null ? <span className={statusOf(one) === 'wrong' ? 'tone-loss' : 'muted'} title={one.reason ?? undefined}>{statusWords[statusOf(one)].toLowerCase()}</span> : <strong>{formatFigure(one.value, one.unit)}</strong>}
            </li>
          ))}
        </ul>
      ) : null}
      {missing.length > 0 ? <p className="muted small">Not offered here: {missing.map((one) => workloadWords[one.workload]).join('; ')}.</p> : null}
    </article>
  )
}

function Curve({ card }: { card: RunningCard }) {
  const last = card.curve.at(-1)
  const { unit } = card
  if (!last || unit === null) return <p className="plot-waiting muted small">The curve begins with the first figure of this step.</p>
  const scale = scaleFor(unit, card.curve.map((point) => point.value))
  const say = (value: number) => formatFigure(value, unit, scale)
  return (
    <div>
      <p className="small">
        <span className="chart-title">{card.step === null ? 'Figure' : stepNames[card.step]}</span> now <strong>{say(last.value)}</strong>
      </p>
      <LinePlot
        points={card.curve.map((point) => ({ x: point.atSeconds, y: point.value }))}
        across={{ from: card.curve[0]?.atSeconds ?? 0, to: Math.max(last.atSeconds, (card.curve[0]?.atSeconds ?? 0) + 0.5) }}
        range={rangeOf(card.curve.map((point) => point.value))}
        label={`${count(card.curve.length, 'figure')} so far, the newest ${say(last.value)}.`}
        say={say}
        small
      />
    </div>
  )
}

/** "431 W · 67 °C · 2,580 MHz"; what is not readable is left out here: the result says so. */
function liveWords(sample: GpuSample | null, unit: 'C' | 'F'): string {
  if (!sample) return ''
  return [
    sample.powerW === null ? null : formatWatts(sample.powerW),
    sample.temperatureC === null ? null : formatTemperature(sample.temperatureC, unit),
    sample.coreClockMhz === null ? null : `${Math.round(sample.coreClockMhz).toLocaleString('en')}\u202fMHz`,
  ]
    .filter((word) => word !== null)
    .join(' · ')
}
