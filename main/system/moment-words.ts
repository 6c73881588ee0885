/** Moments as people name them, by the wall clock of a zone: "18:00", "tonight", and how to write them. Pure. */
import { Temporal } from 'temporal-polyfill'
import { dayOf, spanOfDay } from './zone.ts'

/** The end of this day. */
export function tonight(now: number, zone: string): number {
  return spanOfDay(dayOf(now, zone), zone).to
}

/** When the clock shows this time next: `hour` 0 to 24, `minute` 0 to 59. A time that a night skips comes as much later. */
export function nextAt(hour: number, minute: number, now: number, zone: string): number {
  const today = Temporal.PlainDate.from(dayOf(now, zone))
  for (const days of [0, 1]) {
    const day = today.add({ days: days + (hour === 24 ? 1 : 0) })
    const local = day.toPlainDateTime({ hour: hour % 24, minute })
    // Twice in the night in which an hour is repeated.
    for (const disambiguation of ['earlier', 'later'] as const) {
      const moment = local.toZonedDateTime(zone, { disambiguation })
      const isSkipped = !moment.toPlainDateTime().equals(local)
      const at = isSkipped ? local.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds : moment.epochMilliseconds
      if (at > now) return at
    }
  }
  return tonight(now, zone)
}

/** "18:00" today, "tomorrow at 18:00", "on 27 November at 18:00". The midnight that ends this day is "24:00". */
export function momentWords(at: number, now: number, zone: string): string {
  if (Number.isNaN(new Date(at).getTime())) return 'an unknown time'
  if (at === tonight(now, zone)) return '24:00'
  const [moment, today] = [at, now].map((one) => Temporal.Instant.fromEpochMilliseconds(Math.floor(one)).toZonedDateTimeISO(zone)) as [Temporal.ZonedDateTime, Temporal.ZonedDateTime]
  const clock = `${two(moment.hour)}:${two(moment.minute)}`
  const { days } = today.toPlainDate().until(moment.toPlainDate(), { largestUnit: 'days' })
  if (days === 0) return clock
  if (days === 1) return `tomorrow at ${clock}`
  return `on ${moment.day} ${months[moment.month - 1] ?? ''}${moment.year === today.year ? '' : ` ${moment.year}`} at ${clock}`
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

function two(number: number): string {
  return String(number).padStart(2, '0')
}
