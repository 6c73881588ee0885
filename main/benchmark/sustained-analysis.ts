/** What minutes of full load show: how far the figure fell, when, and what held it back. Pure. */
import type { SustainedPoint, SustainedRun, WorkloadId } from '../../shared/benchmark.ts'
import { heldBackOf } from './held-back.ts'
import { causeOf } from './sustained-cause.ts'
import { median } from './spread.ts'

export interface SustainedInput {
  points: SustainedPoint[]
  workload: WorkloadId
  unit: string
  minutes: number
  powerLimitW: number | null
  slowdownC: number | null
  stoppedBecause: string | null
}

/** A point with a figure; what came back in no second is no evidence of a slow card. */
export type Figure = SustainedPoint & { value: number }

const mostPoints = 720
/** Clocks, fans and the driver need a moment before a figure says anything. */
const warmUpSeconds = 3
const firstSeconds = 30
const lastSeconds = 60
const leastLastSeconds = 20
/** Less than this below the first figure is no drop. */
export const dropShare = 0.03
/** A drop must last so long; one that the end cuts short, `leastLastSeconds`. */
const lastingSeconds = 60

export function analyseSustained(input: SustainedInput): SustainedRun {
  const points = cleaned(input.points)
  const figures = points.filter((point): point is Figure => point.value !== null)
  const start = firstWindow(figures)
  const first = start === null ? null : median(start.map((point) => point.value))
  const last = lastFigure(figures, start)
  const dropAtSeconds = first === null || start === null ? null : dropAt(figures, start, first)
  const fallen = first === null || dropAtSeconds === null ? [] : figures.filter((point) => point.atSeconds >= dropAtSeconds && point.value < first * (1 - dropShare))
  return {
    workload: input.workload,
    unit: input.unit,
    minutes: input.minutes,
    points: thinned(points, mostPoints),
    first,
    last,
    drop: first === null || last === null ? null : 1 - last / first,
    dropAtSeconds,
    cause: first === null || start === null || dropAtSeconds === null ? null : causeOf({ before: start, fallen, all: figures, first, dropAtSeconds, unit: input.unit, powerLimitW: input.powerLimitW, slowdownC: input.slowdownC }),
    heldBack: heldBackOf(points.map((point) => (hasReadings(point) ? point.throttle : null))),
    ...energyOf(points),
    stoppedBecause: input.stoppedBecause,
  }
}

function cleaned(points: SustainedPoint[]): SustainedPoint[] {
  const known = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null)
  return points
    .filter((point) => Number.isFinite(point.atSeconds) && point.atSeconds >= 0)
    .map((point) => {
      const value = known(point.value)
      return {
        atSeconds: point.atSeconds,
        value: value !== null && value > 0 ? value : null,
        coreClockMhz: known(point.coreClockMhz),
        memoryClockMhz: known(point.memoryClockMhz),
        powerW: known(point.powerW),
        temperatureC: known(point.temperatureC),
        hotspotC: known(point.hotspotC),
        memoryC: known(point.memoryC),
        fan: known(point.fan),
        throttle: point.throttle,
      }
    })
    .sort((one, other) => one.atSeconds - other.atSeconds)
}

/**
 * The first 30 s after the warm-up. Where the figure falls lastingly within them, the part before the fall: a card
 * that slows down after ten seconds must not hide it in its own first figure. null: it did not get that far.
 */
function firstWindow(figures: Figure[]): Figure[] | null {
  const end = figures.at(-1)?.atSeconds ?? 0
  const early = figures.filter((point) => point.atSeconds >= warmUpSeconds && point.atSeconds <= warmUpSeconds + 60)
  if (early.length === 0) return null
  // A ramp is over once nine tenths of the early middle are reached.
  const middle = median(early.map((point) => point.value))
  const from = early.find((point) => point.value >= middle * 0.9)?.atSeconds ?? warmUpSeconds
  if (end - from < firstSeconds) return null
  const window = figures.filter((point) => point.atSeconds >= from && point.atSeconds < from + firstSeconds)
  if (window.length < 10) return null
  const third = Math.floor(window.length / 3)
  const opening = window.slice(0, third)
  const closing = window.slice(-third)
  return median(closing.map((point) => point.value)) < median(opening.map((point) => point.value)) * (1 - dropShare) ? opening : window
}

/** Median of the last minute, or of what there is after the first window where that is at least 20 s. */
function lastFigure(figures: Figure[], start: Figure[] | null): number | null {
  const end = figures.at(-1)?.atSeconds
  const startEnd = start?.at(-1)?.atSeconds
  if (end === undefined || startEnd === undefined) return null
  const from = Math.max(end - lastSeconds, startEnd)
  const window = figures.filter((point) => point.atSeconds > from)
  return end - from < leastLastSeconds || window.length < 5 ? null : median(window.map((point) => point.value))
}

/** Mean without the highest and lowest fifth: blind to a few bad seconds, but not to a card that swings all the time. */
function trimmedMean(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const cut = Math.floor(sorted.length / 5)
  const kept = sorted.slice(cut, sorted.length - cut)
  return kept.reduce((sum, value) => sum + value, 0) / kept.length
}

function dropAt(figures: Figure[], start: Figure[], first: number): number | null {
  const least = first * (1 - dropShare)
  const end = figures.at(-1)?.atSeconds ?? 0
  const from = start.at(-1)?.atSeconds ?? 0
  for (let index = 0; index < figures.length; index++) {
    const point = figures[index] as Figure
    if (point.atSeconds <= from || point.value >= least) continue
    if (end - point.atSeconds < leastLastSeconds) return null
    const following: number[] = []
    for (let next = index; next < figures.length && (figures[next] as Figure).atSeconds < point.atSeconds + lastingSeconds; next++) following.push((figures[next] as Figure).value)
    if (following.length >= 5 && trimmedMean(following) < least && median(following.slice(0, 5)) < least) return point.atSeconds
  }
  return null
}

function hasReadings(point: SustainedPoint): boolean {
  return point.throttle.length > 0 || point.coreClockMhz !== null || point.powerW !== null || point.temperatureC !== null
}

/** Watts are believed for the whole run where four fifths of it have a reading. */
function energyOf(points: SustainedPoint[]): { meanW: number | null; energyJ: number | null } {
  let seconds = 0
  let read = 0
  let joules = 0
  let previous = 0
  for (const point of points) {
    const step = point.atSeconds - previous
    previous = point.atSeconds
    seconds += step
    if (point.powerW === null) continue
    read += step
    joules += point.powerW * step
  }
  if (read === 0) return { meanW: null, energyJ: null }
  const meanW = joules / read
  return { meanW, energyJ: read >= seconds * 0.8 ? meanW * seconds : null }
}

/** Neighbours are put together so that at most so many remain: means of readings, every reason that was named. */
export function thinned(points: SustainedPoint[], most: number): SustainedPoint[] {
  if (points.length <= most) return points
  const size = Math.ceil(points.length / most)
  const groups = Array.from({ length: Math.ceil(points.length / size) }, (_, index) => points.slice(index * size, (index + 1) * size))
  return groups.map((group) => {
    const mean = (read: (point: SustainedPoint) => number | null): number | null => {
      const known = group.map(read).filter((value) => value !== null)
      return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
    }
    return {
      atSeconds: group.at(-1)?.atSeconds ?? 0,
      value: mean((point) => point.value),
      coreClockMhz: mean((point) => point.coreClockMhz),
      memoryClockMhz: mean((point) => point.memoryClockMhz),
      powerW: mean((point) => point.powerW),
      temperatureC: mean((point) => point.temperatureC),
      hotspotC: mean((point) => point.hotspotC),
      memoryC: mean((point) => point.memoryC),
      fan: mean((point) => point.fan),
      throttle: [...new Set(group.flatMap((point) => point.throttle))],
    }
  })
}
