/** Charts in words, for whoever does not see them, and for everybody below them. Pure. */
import type { HistoryEnergy, HistoryEvent, HistoryEventId, HistoryPoint, MetricId } from '../../../../shared/history.ts'
import { formatNumber, formatShare, gap } from '../../../format/numbers.ts'
import { formatClock, formatMoment, formatSpan, formatTime } from '../../../format/time.ts'
import { slowingReasons } from '../../../state/alerts.ts'
import { isNamed, type ChartSpec } from './chart-list.ts'

const day = 86_400_000

/** The moment or stretch that a step stands for. */
export function stepWords(takenAt: number, stepSeconds: number, spanMs: number): string {
  if (spanMs <= day && stepSeconds < 60) return formatTime(takenAt)
  const end = takenAt + stepSeconds * 1000
  if (stepSeconds >= 86_400) return `${formatMoment(takenAt)}, for ${formatSpan(stepSeconds * 1000)}`
  return `${formatMoment(takenAt)} to ${formatClock(end)}`
}

/** "63 °C (61 to 66)": the mean, and the spread where there is one. */
export function valueWords(point: HistoryPoint | null, metric: MetricId, say: (value: number) => string): string | null {
  const mean = point?.mean[metric] ?? null
  if (!point || mean === null) return null
  const least = point.min[metric] ?? mean
  const greatest = point.max[metric] ?? mean
  return say(least) === say(greatest) ? say(mean) : `${say(mean)} (${say(least)} to ${say(greatest)})`
}

/** One step of one chart: "63 °C (61 to 66), hot spot 71 °C; slowed down by sw power cap". */
export function pointWords(spec: ChartSpec, point: HistoryPoint | null): string {
  if (!point) return 'nothing was recorded'
  const values = spec.lines.map(({ metric, label }) => {
    const words = valueWords(point, metric, spec.say) ?? 'unknown'
    return isNamed(spec) ? `${label} ${words}` : words
  })
  const slowed = slowingReasons(point.throttle)
  return `${values.join(', ')}${slowed.length === 0 ? '' : `; slowed down by ${slowed.join(', ')}`}`
}

export interface Summary {
  least: number
  mean: number
  greatest: number
  /** When the greatest was reached. */
  greatestAt: number
}

export function summaryOf(points: readonly HistoryPoint[], metric: MetricId): Summary | null {
  let sum = 0
  let seconds = 0
  let found: Summary | null = null
  for (const point of points) {
    const mean = point.mean[metric] ?? null
    if (mean === null) continue
    const least = point.min[metric] ?? mean
    const greatest = point.max[metric] ?? mean
    sum += mean * Math.max(1, point.seconds)
    seconds += Math.max(1, point.seconds)
    if (found === null) found = { least, mean, greatest, greatestAt: point.takenAt }
    else {
      found.least = Math.min(found.least, least)
      if (greatest > found.greatest) Object.assign(found, { greatest, greatestAt: point.takenAt })
    }
  }
  if (found) found.mean = sum / seconds
  return found
}

/** "38 °C to 71 °C, 54 °C on average"; each line of the chart that has another. */
export function summaryWords(spec: ChartSpec, points: readonly HistoryPoint[]): string {
  const parts = spec.lines.map(({ metric, label }) => {
    const summary = summaryOf(points, metric)
    if (!summary) return null
    const name = isNamed(spec) ? `${label} ` : ''
    const words = spec.say(summary.least) === spec.say(summary.greatest) ? `${spec.say(summary.mean)} throughout` : `${spec.say(summary.least)} to ${spec.say(summary.greatest)}, ${spec.say(summary.mean)} on average`
    return `${name}${words}`
  })
  return parts.filter((part) => part !== null).join('; ')
}

export function energyWords(energy: HistoryEnergy | null): string {
  if (energy === null) return 'The card’s watts are not known in this range, so its energy is not either.'
  const kwh = energy.kwh < 0.1 ? `${formatNumber(energy.kwh * 1000, energy.kwh < 0.01 ? 1 : 0)}${gap}Wh` : `${formatNumber(energy.kwh, energy.kwh < 10 ? 2 : 1)}${gap}kWh`
  if (energy.coverage >= 0.995) return `${kwh}, the whole range measured`
  return `${kwh}; ${energy.coverage < 0.01 ? `less than 1${gap}%` : formatShare(energy.coverage)} of the range was measured, and the rest is not guessed`
}

/** How much of what is recorded the card was slowed down in; `isReadable`: whether its driver tells. A longer step keeps only that it happened in it, not for how long. */
export function slowedWords(points: readonly HistoryPoint[], stepSeconds: number, isReadable = true): string {
  const recorded = points.filter((point) => point.seconds > 0)
  const slowed = recorded.filter((point) => slowingReasons(point.throttle).length > 0)
  if (slowed.length === 0) return isReadable ? 'Nothing slowed the card down in what is recorded here.' : 'Whether anything slowed the card down is not known: its driver does not tell.'
  const reasons = [...new Set(slowed.flatMap((point) => slowingReasons(point.throttle)))].join(', ')
  const share = formatShare(slowed.length / recorded.length)
  if (stepSeconds === 1) return `Slowed down by ${reasons} in ${slowed.length === recorded.length ? 'every reading' : `${share} of the readings`}.`
  return `Slowed down by ${reasons} at some time in ${slowed.length === recorded.length ? 'every step' : `${share} of the steps`} of ${stepLength(stepSeconds)}; for how long within a step is not kept.`
}

/** "one second", "5 minutes", "one day": how long a step is. */
export function stepLength(stepSeconds: number): string {
  const one: Record<number, string> = { 1: 'one second', 60: 'one minute', 3600: 'one hour', 86_400: 'one day' }
  const words = one[stepSeconds]
  if (words) return words
  if (stepSeconds < 120) return `${stepSeconds} seconds`
  if (stepSeconds < 7200) return `${Math.round(stepSeconds / 6) / 10} minutes`
  return stepSeconds < 172_800 ? `${Math.round(stepSeconds / 360) / 10} hours` : `${Math.round(stepSeconds / 8640) / 10} days`
}

const faults: ReadonlySet<HistoryEventId> = new Set<HistoryEventId>(['card-lost', 'driver-silent', 'ecc-uncorrected', 'memory-retired', 'xid', 'pcie-narrowed', 'probe-restarted', 'recording-stopped', 'alert-began'])
/** Too many, or drawn as bands: they stand in the list, not on the charts. */
const unmarked: ReadonlySet<HistoryEventId> = new Set<HistoryEventId>(['process-came', 'process-went', 'throttle-began', 'throttle-ended'])

export function isFault(event: HistoryEvent): boolean {
  return faults.has(event.id)
}
export function isMarked(event: HistoryEvent): boolean {
  return !unmarked.has(event.id)
}
/** An alert stands on something that is often an event itself. */
export function isAboutAlert(event: HistoryEvent): boolean {
  return event.id === 'alert-began' || event.id === 'alert-ended'
}
export function isAboutProcess(event: HistoryEvent): boolean {
  return event.id === 'process-came' || event.id === 'process-went'
}

/** Events that fall into the step around a moment, at least `withinMs` to either side. */
export function eventsNear(events: readonly HistoryEvent[], at: number, withinMs: number): HistoryEvent[] {
  return events.filter((event) => isMarked(event) && Math.abs(event.at - at) <= withinMs)
}
