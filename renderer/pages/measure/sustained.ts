/** What a sustained run says at a moment, along time, and as a table. Pure. */
import type { SustainedPoint, SustainedRun } from '../../../shared/benchmark.ts'
import { reasonWords } from '../../../shared/throttle.ts'
import { formatFigure, scaleFor } from '../../format/figures.ts'
import { formatNumber, formatShare, formatTemperature, formatWatts, gap } from '../../format/numbers.ts'
import { formatSeconds } from '../../format/time.ts'
import { slowingReasons } from '../../state/alerts.ts'

export type TrackId = 'value' | 'clock' | 'temperature' | 'power'

export interface Track {
  id: TrackId
  title: string
  of: (point: SustainedPoint) => number | null
  say: (value: number) => string
  /** A second reading on the same axis. */
  second: { label: string; of: (point: SustainedPoint) => number | null } | null
}

/** Tracks of which anything was read; throughput is always there. */
export function tracksOf(run: SustainedRun, temperatureUnit: 'C' | 'F'): Track[] {
  const scale = scaleFor(run.unit, run.points.map((point) => point.value))
  const hotspot = { label: 'hot spot', of: (point: SustainedPoint) => point.hotspotC }
  const all: Track[] = [
    { id: 'value', title: 'Throughput', of: (point) => point.value, say: (value) => formatFigure(value, run.unit, scale), second: null },
    { id: 'clock', title: 'Core clock', of: (point) => point.coreClockMhz, say: (value) => `${formatNumber(value, 0)}${gap}MHz`, second: null },
    { id: 'temperature', title: 'Temperature', of: (point) => point.temperatureC, say: (value) => formatTemperature(value, temperatureUnit), second: run.points.some((point) => point.hotspotC !== null) ? hotspot : null },
    { id: 'power', title: 'Power', of: (point) => point.powerW, say: formatWatts, second: null },
  ]
  return all.filter((track) => track.id === 'value' || run.points.some((point) => track.of(point) !== null))
}

/** "Throughput from 61.2 to 58 TFLOP/s; at the end 58.1 TFLOP/s." */
export function trackWords(track: Track, run: SustainedRun): string {
  const known = run.points.map(track.of).filter((value) => value !== null)
  const last = known.at(-1)
  if (last === undefined) return `${track.title}: nothing was read.`
  return `${track.title} between ${track.say(Math.min(...known))} and ${track.say(Math.max(...known))}; at the end ${track.say(last)}.`
}

/** "3 min 20 s: throughput 61.2 TFLOP/s, core clock 1,980 MHz, …; held back by sw thermal slowdown" */
export function momentWords(point: SustainedPoint, tracks: readonly Track[]): string {
  const figures = tracks.map((track) => {
    const value = track.of(point)
    return `${track.title.toLowerCase()} ${value === null ? 'unknown' : track.say(value)}`
  })
  const reasons = slowingReasons(point.throttle)
  return `${formatSeconds(point.atSeconds)}: ${figures.join(', ')}${reasons.length > 0 ? `; held back by ${reasons.join(', ')}` : ''}`
}

/** What happened to the figure, in one sentence. */
export function dropWords(run: SustainedRun): string {
  if (run.first === null || run.last === null || run.drop === null) return 'It did not run long enough to tell whether the figure holds.'
  const scale = scaleFor(run.unit, [run.first, run.last])
  const ends = `${formatFigure(run.first, run.unit, scale)} at first, ${formatFigure(run.last, run.unit, scale)} at the end`
  if (run.dropAtSeconds === null && Math.abs(run.drop) < 0.03) return `The figure held: ${ends}.`
  if (run.drop < 0) return `The figure rose by ${formatShare(-run.drop)}: ${ends}.`
  return `The figure fell by ${formatShare(run.drop)}: ${ends}${run.dropAtSeconds === null ? '' : `. It fell lastingly after ${formatSeconds(run.dropAtSeconds)}`}.`
}

/** At most `rows` of the points, evenly taken, the first and the last among them. */
export function thinned<T>(points: readonly T[], rows: number): T[] {
  if (points.length <= rows) return [...points]
  return Array.from({ length: rows }, (_, i) => points[Math.round((i * (points.length - 1)) / (rows - 1))] as T)
}

export function heldBackWords(held: SustainedRun['heldBack']): string {
  return held.map((one) => `${reasonWords(one.reason)} for ${formatShare(one.share)} of the time`).join(', ')
}
