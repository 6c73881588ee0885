/** Recorded steps and the samples that came after them, as the columns that charts draw. Pure. */
import { metricIds, type HistoryAnswer, type HistoryPoint, type MetricId } from '../../../../shared/history.ts'
import type { GpuSample } from '../../../../shared/telemetry.ts'
import { slowingReasons } from '../../../state/alerts.ts'

function pointOf(sample: GpuSample, takenAt: number): HistoryPoint {
  const values = Object.fromEntries(metricIds.map((metric) => [metric, sample[metric] ?? null]))
  return { takenAt, seconds: 1, min: values, mean: values, max: values, throttle: slowingReasons(sample.throttle) }
}

/** One step made of two; means are weighted by how many seconds stand behind them. */
export function joinPoints(a: HistoryPoint, b: HistoryPoint): HistoryPoint {
  const joined: HistoryPoint = { takenAt: Math.min(a.takenAt, b.takenAt), seconds: a.seconds + b.seconds, min: {}, mean: {}, max: {}, throttle: [...new Set([...a.throttle, ...b.throttle])] }
  for (const metric of metricIds) {
    const one = a.mean[metric] ?? null
    const other = b.mean[metric] ?? null
    const seconds = a.seconds + b.seconds
    joined.mean[metric] = one === null ? other : other === null ? one : seconds === 0 ? (one + other) / 2 : (one * a.seconds + other * b.seconds) / seconds
    joined.min[metric] = extreme(Math.min, a.min[metric], b.min[metric])
    joined.max[metric] = extreme(Math.max, a.max[metric], b.max[metric])
  }
  return joined
}

function extreme(pick: (a: number, b: number) => number, a: number | null | undefined, b: number | null | undefined): number | null {
  if (a == null) return b ?? null
  return b == null ? a : pick(a, b)
}

/** Samples that were late when the question was answered. */
const lateMs = 5000

/** From when on samples are not in an answer yet: from its end, or from where recording ended before it. */
export function samplesFrom(answer: Pick<HistoryAnswer, 'from' | 'to' | 'stepSeconds' | 'samples'>): number {
  const last = answer.samples.findLast((point) => point.seconds > 0)
  if (!last) return answer.from
  const end = last.takenAt + answer.stepSeconds * 1000
  return answer.to - end < lateMs ? answer.to : end
}

/** Adds the samples taken from `after` on to steps of the same length. */
export function withSamples(points: readonly HistoryPoint[], samples: readonly GpuSample[], after: number, stepSeconds: number): HistoryPoint[] {
  const stepMs = stepSeconds * 1000
  const all = [...points]
  for (const sample of samples) {
    if (sample.takenAt < after) continue
    const point = pointOf(sample, Math.floor(sample.takenAt / stepMs) * stepMs)
    const last = all.at(-1)
    if (last && point.takenAt < last.takenAt) continue
    if (last?.takenAt === point.takenAt) all[all.length - 1] = stepSeconds === 1 ? point : joinPoints(last, point)
    else all.push(point)
  }
  return all
}

/** Steps put together until about `wanted` are left; their length is a multiple of the one before. */
export function coarsen(points: readonly HistoryPoint[], stepSeconds: number, wanted: number): { points: HistoryPoint[]; stepSeconds: number } {
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last) return { points: [], stepSeconds }
  const steps = (last.takenAt - first.takenAt) / (stepSeconds * 1000) + 1
  const factor = Math.max(1, Math.ceil(steps / wanted))
  const longMs = factor * stepSeconds * 1000
  const joined: HistoryPoint[] = []
  for (const point of points) {
    const takenAt = Math.floor(point.takenAt / longMs) * longMs
    const before = joined.at(-1)
    if (before?.takenAt === takenAt) joined[joined.length - 1] = joinPoints(before, { ...point, takenAt })
    else joined.push({ ...point, takenAt })
  }
  return { points: joined, stepSeconds: factor * stepSeconds }
}

/** What a chart has along its axis: a step, or null where nothing was recorded. */
export interface Slot {
  /** Seconds since epoch: the middle of the step. */
  time: number
  point: HistoryPoint | null
}

/** Beyond this, two steps are never joined by a line. */
const longestJoinMs = 30_000

/**
 * Whether nothing was recorded between two steps. Some readers are asked every 10 s only, so that a lone long
 * distance counts and a regular one does not.
 */
export function isGap(distanceMs: number, before: number | null, after: number | null, stepSeconds: number): boolean {
  if (distanceMs <= 1.5 * stepSeconds * 1000) return false
  return distanceMs > longestJoinMs || distanceMs > 2.5 * Math.max(before ?? 0, after ?? 0)
}

export function slotsOf(points: readonly HistoryPoint[], stepSeconds: number): Slot[] {
  const slots: Slot[] = []
  const distance = (i: number) => (points[i] && points[i - 1] ? (points[i] as HistoryPoint).takenAt - (points[i - 1] as HistoryPoint).takenAt : null)
  points.forEach((point, i) => {
    const before = points[i - 1]
    const far = distance(i)
    if (before && far !== null && isGap(far, distance(i - 1), distance(i + 1), stepSeconds)) {
      slots.push({ time: (before.takenAt + point.takenAt) / 2000 + stepSeconds / 2, point: null })
    }
    slots.push({ time: point.takenAt / 1000 + (stepSeconds > 1 ? stepSeconds / 2 : 0), point: point.seconds === 0 ? null : point })
  })
  return slots
}

export type Part = 'min' | 'mean' | 'max'

export function columnOf(slots: readonly Slot[], metric: MetricId, part: Part, scale: (value: number) => number): (number | null)[] {
  return slots.map(({ point }) => {
    const value = point?.[part][metric] ?? null
    return value === null ? null : scale(value)
  })
}

/** A card that is there may still tell nothing of itself. */
export function hasReadings(points: readonly HistoryPoint[]): boolean {
  return points.some((point) => metricIds.some((metric) => point.mean[metric] != null))
}

export function isKnown(points: readonly HistoryPoint[], metric: MetricId): boolean {
  return points.some((point) => point.mean[metric] != null)
}

/** Stretches of the axis, in seconds since epoch, in which something slowed the card down; a gap ends one. */
export function throttleRuns(slots: readonly Slot[], stepSeconds: number): { from: number; to: number; reasons: string[] }[] {
  const runs: { from: number; to: number; reasons: string[] }[] = []
  let isOn = false
  for (const { point } of slots) {
    const reasons = slowingReasons(point?.throttle)
    const last = runs.at(-1)
    if (!point || reasons.length === 0) {
      isOn = false
      continue
    }
    const from = point.takenAt / 1000
    if (isOn && last) {
      last.to = from + stepSeconds
      last.reasons = [...new Set([...last.reasons, ...reasons])]
    } else runs.push({ from, to: from + stepSeconds, reasons })
    isOn = true
  }
  return runs
}
