/** Prices by the hour of the week on the wall clock of a zone, through days of 23 and 25 hours. Pure. */
import { hoursPerWeek } from '../../shared/tariff.ts'
import { stretchAt } from '../system/wall-clock.ts'

export { momentsOfWall, wallText } from '../system/wall-clock.ts'

const hourMs = 3_600_000

/** A piece of time with one price. */
export interface PricedSpan {
  from: number
  to: number
  perKwh: number
}

/** 0: Monday 00:00 to 01:00. */
export function hourOfWeek(at: number, zone: string): number {
  return hourOfWall(at + stretchAt(at, zone).offsetMs)
}

function hourOfWall(wall: number): number {
  // 1970-01-01 was a Thursday, three days after a Monday.
  const hours = Math.floor(wall / hourMs) + 3 * 24
  return ((hours % hoursPerWeek) + hoursPerWeek) % hoursPerWeek
}

/** [from, to) in pieces of one hour of the wall clock each, in order; an hour that is repeated comes twice, one that is skipped not at all. */
export function* weeklySpans(perKwh: readonly number[], zone: string, from: number, to: number): Generator<PricedSpan> {
  let at = from
  while (at < to) {
    const { offsetMs, to: changes } = stretchAt(at, zone)
    const wall = at + offsetMs
    const hourEnds = (Math.floor(wall / hourMs) + 1) * hourMs - offsetMs
    const end = Math.min(hourEnds, changes > at ? changes : hourEnds, to)
    yield { from: at, to: end, perKwh: perKwh[hourOfWall(wall)] ?? Number.NaN }
    at = end
  }
}
