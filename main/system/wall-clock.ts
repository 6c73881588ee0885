/** Wall clocks of time zones: how far each is ahead of UTC and when that changes, quickly enough to be asked for every second. Pure. */
import { Temporal } from 'temporal-polyfill'

const hourMs = 3_600_000
/** Beyond these Temporal has no dates; nobody's schedule or tariff reaches there. */
const earliest = Date.UTC(1900, 0, 1)
const latest = Date.UTC(2500, 0, 1)

export interface Stretch {
  from: number
  to: number
  offsetMs: number
}

const stretches = new Map<string, Stretch[]>()

/** How far the wall clock is ahead of UTC at a moment, and from when to when that holds. Throws for what `isZone` refuses. */
export function stretchAt(at: number, zone: string): Stretch {
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
