/** Quiet hours: from one time of day to another, by the local wall clock, over midnight if need be. Pure but for the time zone. */
import type { Settings } from '../../shared/settings.ts'

/** ms since epoch at which the quiet hours that are on now end; null: they are not on. */
export function quietUntil(settings: Pick<Settings, 'quietFrom' | 'quietTo'>, now: number): number | null {
  const { quietFrom, quietTo } = settings
  if (quietFrom === null || quietTo === null || quietFrom === quietTo) return null
  const today = new Date(now)
  // The ones that began yesterday may still be on. Each is a stretch between two moments, so that an hour that a change of
  // summer time repeats or leaves out neither brings quiet back nor swallows its end.
  for (const day of [-1, 0]) {
    const from = localMoment(today, day, quietFrom)
    const to = localMoment(today, day + (quietTo < quietFrom ? 1 : 0), quietTo)
    if (from <= now && now < to) return to
  }
  return null
}

function localMoment(today: Date, dayOffset: number, clockTime: string): number {
  const [hours, minutes] = clockTime.split(':').map(Number)
  return new Date(today.getFullYear(), today.getMonth(), today.getDate() + dayOffset, hours ?? 0, minutes ?? 0).getTime()
}
