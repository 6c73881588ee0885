/** Days by a wall clock, be they of 23 or 25 hours, and which zone this machine's clock is in. */
import { Temporal } from 'temporal-polyfill'

/** YYYY-MM-DD: the day that a moment (ms since epoch) falls on in a zone. */
export function dayOf(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone).toPlainDate().toString()
}

/** [from, to) in ms since epoch. */
export function spanOfDay(day: string, zone: string): { from: number; to: number } {
  const date = Temporal.PlainDate.from(day)
  const from = date.toZonedDateTime({ timeZone: zone }).epochMilliseconds
  return { from, to: date.add({ days: 1 }).toZonedDateTime({ timeZone: zone }).epochMilliseconds }
}

/** Whether days and hours can be reckoned with in a zone of this name. */
export function isZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}

let asked: { tz: string | undefined; minutes: number; zone: string } | null = null

/** This machine's own. An empty or odd TZ names a zone that is none, or (GMT+3) one of the other sign; then the clock's present offset counts. */
export function thisZone(): string {
  const now = new Date()
  const minutes = -now.getTimezoneOffset()
  const tz = process.env['TZ']
  // Asking the system what its zone is called takes longer than all the rest.
  if (asked?.tz !== tz || asked?.minutes !== minutes) asked = { tz, minutes, zone: zoneNow(now.getTime(), minutes) }
  return asked.zone
}

function zoneNow(at: number, minutes: number): string {
  try {
    const zone = Temporal.Now.timeZoneId()
    const told = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 60e9
    if (Math.round(told) === minutes) return zone
  } catch {
    // Etc/Unknown.
  }
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
}
