/** Hours of the coming week by the wall clock of a zone, as cells of the plan: day 0 is Monday. Pure. */
import type { WeekHour } from '../../../shared/policy-state.ts'

export interface WallTime {
  day: number
  hour: number
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** Reads a zone's wall clock; an unknown zone is read as this window's own. */
export function wallClock(zone: string): (at: number) => WallTime {
  const format = formatter(zone)
  return (at) => {
    const parts = format.formatToParts(at)
    const find = (type: string): string => parts.find((part) => part.type === type)?.value ?? ''
    return { day: Math.max(0, weekdays.indexOf(find('weekday'))), hour: Number(find('hour')) }
  }
}

function formatter(zone: string): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = { weekday: 'short', hour: '2-digit', hourCycle: 'h23' }
  try {
    return new Intl.DateTimeFormat('en', { ...options, timeZone: zone })
  } catch {
    return new Intl.DateTimeFormat('en', options)
  }
}

export function cellKey(day: number, hour: number): number {
  return day * 24 + hour
}

/** By cell; an hour that the clock skips has none, one that it repeats has two. */
export function hoursByCell(hours: readonly WeekHour[], zone: string): Map<number, WeekHour[]> {
  const read = wallClock(zone)
  return Map.groupBy(hours, ({ from }) => {
    const { day, hour } = read(from)
    return cellKey(day, hour)
  })
}

/** Where a bar of that price stands in a box of height 1, from its top: zero is within it. null: no price is known at all. */
export function priceScale(hours: readonly WeekHour[]): ((usdPerKwh: number) => { top: number; height: number }) | null {
  const prices = hours.flatMap(({ usdPerKwh }) => (usdPerKwh === null ? [] : [usdPerKwh]))
  if (prices.length === 0) return null
  const most = Math.max(0, ...prices)
  const span = Math.max(most - Math.min(0, ...prices), 1e-6)
  return (usdPerKwh) => ({ top: (most - Math.max(0, usdPerKwh)) / span, height: Math.abs(usdPerKwh) / span })
}
