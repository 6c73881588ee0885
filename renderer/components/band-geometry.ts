/** Where a band lies on an axis that several rows share. Pure. */
import type { Band } from '../../shared/earnings.ts'

export interface Axis {
  /** Ends of the axis and its ticks, in the same unit as the bands; zero is always inside. */
  from: number
  to: number
  ticks: number[]
}

/** Positions in percent of the axis, from its left end. */
export interface BandPlace {
  left: number
  width: number
  /** Middle tick; null: no expected figure, or one beyond the axis. */
  expected: number | null
  zero: number
  /** Part of the bar that lies left of zero, 0..1. */
  lossShare: number
  /** The band goes on beyond that end of the axis. */
  cutLeft: boolean
  cutRight: boolean
}

/** Room beyond the outermost figures, as a share of the whole. */
const margin = 0.02

/** A billionth of a dollar has no length; smaller steps than that cannot even be counted. */
const nothing = 1e-9

/** An axis that holds every band and zero, with round ticks inside it. `wantedTicks` is a wish. */
export function axisOf(bands: readonly Band[], wantedTicks = 5): Axis {
  const values = bands.flatMap((band) => [band.low, band.expected, band.high]).filter((value) => value !== null).filter(Number.isFinite)
  const least = Math.min(0, ...values)
  const most = Math.max(0, ...values)
  // Where nothing is known, or next to nothing, the axis still needs a length.
  const isFlat = most - least < nothing
  const low = isFlat ? 0 : least
  const high = isFlat ? 1 : most
  const room = (high - low) * margin
  const from = low < 0 ? low - room : 0
  const to = high > 0 ? high + room : 0
  const step = roundStep((high - low) / wantedTicks)
  const ticks: number[] = []
  for (let i = Math.ceil(from / step); i <= Math.floor(to / step); i += 1) ticks.push(Number((i * step).toPrecision(12)) + 0)
  return { from, to, ticks }
}

/** How much longer an axis may get so that bands of no consequence fit on it too. */
const stretch = 1.6

/** The axis of the bands that count; the others are on it where that costs little room, else they run off its end. */
export function sharedAxis(counting: readonly Band[], others: readonly Band[]): Axis {
  const axis = axisOf(counting.length > 0 ? counting : others)
  const wide = axisOf([...counting, ...others])
  return wide.to - wide.from <= stretch * (axis.to - axis.from) ? wide : axis
}

/** 1, 2 or 5 times a power of ten, at least `rough`. */
export function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const ratio = rough / power
  return power * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10)
}

export function placeOn(axis: Axis, value: number): number {
  const share = (value - axis.from) / (axis.to - axis.from)
  return Math.min(100, Math.max(0, share * 100))
}

/** null: nothing to draw. A band with one known end is drawn as that point. */
export function placeBand(axis: Axis, band: Band): BandPlace | null {
  const low = band.low ?? band.expected ?? band.high
  const high = band.high ?? band.expected ?? band.low
  if (low === null || high === null) return null
  const left = placeOn(axis, low)
  const zero = placeOn(axis, 0)
  const right = placeOn(axis, high)
  const width = right - left
  const loss = Math.max(0, Math.min(zero, right) - left)
  return {
    left,
    width,
    expected: band.expected === null || band.expected < axis.from || band.expected > axis.to ? null : placeOn(axis, band.expected),
    zero,
    lossShare: width === 0 ? (high < 0 ? 1 : 0) : loss / width,
    cutLeft: low < axis.from,
    cutRight: high > axis.to,
  }
}
