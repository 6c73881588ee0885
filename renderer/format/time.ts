/** Times are local, with the zone for whoever hovers; ages are in words. Pure but for the machine's zone. */

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export function formatDay(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }).format(at)
}

export function formatTime(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at)
}

/** Of the day, to the minute: "22:00". */
export function formatClock(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(at)
}

export function formatMoment(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }).format(at)
}

export function formatMomentExact(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at)
}

/** "18:00" today, with its date on another day. */
export function formatShortMoment(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? formatClock(at) : formatMoment(at)
}

/** For hovering: the moment with its zone. */
export function formatWithZone(at: number): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'longOffset',
  }).format(at)
}

/** "just now", "4 minutes old", "3 months old". */
export function formatAge(at: number, now: number): string {
  const age = Math.max(0, now - at)
  if (age < minute) return 'just now'
  if (age < hour) return old(age / minute, 'minute')
  if (age < day) return old(age / hour, 'hour')
  if (age < 60 * day) return old(age / day, 'day')
  if (age < 730 * day) return old(age / (30.44 * day), 'month')
  return old(age / (365.25 * day), 'year')
}

function old(amount: number, unit: string): string {
  const whole = Math.floor(amount)
  return `${whole} ${unit}${whole === 1 ? '' : 's'} old`
}

/** "8 s", "1 min 20 s": how long something has run. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return `${whole}\u202fs`
  const rest = whole % 60
  return `${Math.floor(whole / 60)}\u202fmin${rest === 0 ? '' : ` ${rest}\u202fs`}`
}

/** "40 s", "14 min", "2 h 5 min", "3 days": how long something lasted. */
export function formatSpan(ms: number): string {
  if (ms < hour) return formatSeconds(ms < 10 * minute ? ms / 1000 : Math.round(ms / minute) * 60)
  if (ms < 2 * day) {
    const minutes = Math.round(ms / minute)
    return `${Math.floor(minutes / 60)}\u202fh${minutes % 60 === 0 ? '' : ` ${minutes % 60}\u202fmin`}`
  }
  const days = Math.round(ms / day)
  return days < 120 ? `${days} days` : `${Math.round(days / 30.44)} months`
}
