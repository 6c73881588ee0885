/** Days by the wall clock, counted: the next one, and all from one to another. */
import { Temporal } from 'temporal-polyfill'

export { dayOf, spanOfDay, thisZone } from '../system/zone.ts'

export function addDays(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString()
}

/** Days from `first` to `last`, both in. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = []
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day)
  return days
}
