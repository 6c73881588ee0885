/** Prices by the hour of the week on the wall clock of a zone, through days of 23 and 25 hours. Pure. */
import { Temporal } from 'temporal-polyfill'
import { hoursPerWeek } from '../../shared/tariff.ts'

const hourMs = 3_600_000
/** Beyond these Temporal has no dates; nobody's tariff reaches there. */
const earliest = Date.UTC(1900, 0, 1)
const latest = Date.UTC(2500, 0, 1)

/** A piece of time with one price. */
export interface PricedSpan {
  from: number
  to: number
  perKwh: number
}

interface Stretch {
  from: number
  to: number
  offsetMs: number
}

const stretches = new Map<string, Stretch[]>()

/** How far the wall clock is ahead of UTC at a moment, and from when to when that holds. Throws for what `isZone` refuses. */
function stretchAt(at: number, zone: string): Stretch {
  const moment = Math.min(Math.max(at, earliest), latest)
  const known = stretches.get(zone) ?? []
  const found = known.find((one) => moment >= one.from && moment < one.to)
  if (found) return found
  const there = Temporal.Instant.fromEpochMilliseconds(Math.floor(moment)).toZonedDateTimeISO(zone)
  // The transition at this very moment is the beginning, and "previous" would skip it.
  const previous = Temporal.Instant.fromEpochMilliseconds(Math.floor(moment) + 1).toZonedDateTimeISO(zone).getTimeZoneTransition('previous')
  const next = there.getTimeZoneTransition('next')
  const made = { from: previous?.epochMilliseconds ?? -Infinity, to: next?.epochMilliseconds ?? Infinity, offsetMs: there.offsetNanoseconds / 1e6 }
  stretches.set(zone, [...known, made].slice(-64))
  return made
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

/** A wall clock's reading in a zone → ms since epoch, in order: none for an hour that is skipped, two for one that is repeated. The date must be one. */
export function momentsOfWall(wall: { year: number; month: number; day: number; hour: number; minute: number; second?: number }, zone: string): number[] {
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second ?? 0)
  const { offsetMs, from, to } = stretchAt(asUtc, zone)
  const plain = asUtc - offsetMs
  const day = 24 * hourMs
  // Far from any change of the clock the offset alone decides; this is the way nearly every row of a file takes.
  if (plain - day > from && plain + day < to) return [plain]
  const local = Temporal.PlainDateTime.from(wall, { overflow: 'reject' })
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' })
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' })
  if (earlier.epochMilliseconds === later.epochMilliseconds) return [earlier.epochMilliseconds]
  return earlier.toPlainDateTime().equals(local) ? [earlier.epochMilliseconds, later.epochMilliseconds] : []
}

/** "2026-11-24 14:00" by the zone's wall clock. */
export function wallText(at: number, zone: string): string {
  if (at < earliest || at > latest) return new Date(Math.min(Math.max(at, -8.64e15), 8.64e15)).toISOString().slice(0, 10)
  const there = new Date(at + stretchAt(at, zone).offsetMs).toISOString()
  return `${there.slice(0, 10)} ${there.slice(11, 16)}`
}
