/** Reads and writes points in time and spans as people type them: `-24h`, `2026-11-22T12:00Z`, `15m`. */
import { quoted, readMoment, WrongWords } from './words.ts'

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 7 * 86_400 }
const longestStepSeconds = 31_622_400

/** ISO 8601 (UTC where no zone is given), `now`, seconds or ms since epoch, or a span back from now: `-24h`, `-90m`, `-7d`. ms since epoch. */
export function readTime(flag: string, text: string, now: number): number {
  const bare = text.trim()
  if (bare.toLowerCase() === 'now') return now
  const back = /^-(\d{1,9}(?:\.\d{1,3})?)([smhdw])$/i.exec(bare)
  if (back) {
    const at = Math.round(now - Number(back[1]) * (unitSeconds[(back[2] ?? '').toLowerCase()] ?? 0) * 1000)
    if (at < 0) throw new WrongWords(`${flag} reaches back further than any clock; ${quoted(text)} is too long.`)
    return at
  }
  // As the documents of --json have it, and as `date +%s` prints it.
  if (/^\d{13}$/.test(bare)) return Number(bare)
  if (/^\d{10}$/.test(bare)) return Number(bare) * 1000
  if (/^\d+(?:\.\d+)?[smhdw]$/i.test(bare)) throw new WrongWords(`${flag} needs a point in time; write -${bare} for ${bare} ago.`)
  try {
    return readMoment(flag, bare)
  } catch (error) {
    if (!(error instanceof WrongWords) || /years/.test(error.message)) throw error
    throw new WrongWords(`${flag} needs a date such as 2026-11-22 or 2026-11-22T12:00Z, a span back such as -24h or -7d, or now; ${quoted(text)} is none.`)
  }
}

/** `10s`, `1m`, `2h`, `1d`, or a bare number of seconds. Whole seconds. */
export function readStep(flag: string, text: string): number {
  const match = /^(\d{1,9})([smhdw]?)$/i.exec(text.trim())
  const seconds = match ? Number(match[1]) * (unitSeconds[(match[2] || 's').toLowerCase()] ?? 1) : Number.NaN
  if (!Number.isInteger(seconds)) throw new WrongWords(`${flag} needs a span such as 10s, 1m, 15m, 1h, or a number of seconds; ${quoted(text)} is none.`)
  if (seconds < 1 || seconds > longestStepSeconds) throw new WrongWords(`${flag} must lie between 1 second and 366 days; ${quoted(text)} does not.`)
  return seconds
}

/** "2026-11-23 07:12:05", in the time of this machine. */
export function timeText(at: number): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return 'an unknown time'
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** What the clock of this machine is ahead of UTC at that moment: "UTC", "UTC+05:30". */
export function zoneText(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset()
  if (minutes === 0 || Number.isNaN(minutes)) return 'UTC'
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0')
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
}

/** With the zone that it is told in: what is typed without one means UTC. */
export function momentText(at: number): string {
  return `${timeText(at)} ${zoneText(at)}`
}

/** "45 s", "3 min", "2 h 10 min", "4 days". */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} days`
}
