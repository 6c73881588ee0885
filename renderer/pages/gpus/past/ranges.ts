/** The ranges that charts are drawn over: a fixed length that ends now, or any two moments. Pure. */

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export const liveRanges = [
  { id: '5min', title: '5 min', words: 'the last 5 minutes', ms: 5 * minute },
  { id: '1h', title: '1 h', words: 'the last hour', ms: hour },
  { id: '24h', title: '24 h', words: 'the last 24 hours', ms: day },
  { id: '7d', title: '7 days', words: 'the last 7 days', ms: 7 * day },
  { id: '30d', title: '30 days', words: 'the last 30 days', ms: 30 * day },
  { id: '90d', title: '90 days', words: 'the last 90 days', ms: 90 * day },
  { id: '1y', title: '1 year', words: 'the last year', ms: 365 * day },
] as const

export type LiveRangeId = (typeof liveRanges)[number]['id']

export type Range = { kind: 'live'; id: LiveRangeId } | { kind: 'fixed'; from: number; to: number }

export interface Bounds {
  from: number
  to: number
}

export function liveRange(id: LiveRangeId): (typeof liveRanges)[number] {
  return liveRanges.find((range) => range.id === id) ?? liveRanges[0]
}

export function spanOf(range: Range): number {
  return range.kind === 'live' ? liveRange(range.id).ms : range.to - range.from
}

export function boundsOf(range: Range, now: number): Bounds {
  if (range.kind === 'fixed') return { from: range.from, to: range.to }
  return { from: Math.max(0, Math.floor(now - spanOf(range))), to: Math.floor(now) }
}

/** How long an answer is drawn before it is asked for again; samples pushed meanwhile are added to its steps, but not to its energy and events. */
export function renewMs(range: Range): number {
  const span = spanOf(range)
  if (span <= 10 * minute) return minute / 6
  return span <= hour ? minute : span <= day ? 2 * minute : 10 * minute
}

/** A whole length back or forth; what would end in the future ends now and goes on. */
export function shifted(range: Range, steps: -1 | 1, now: number): Range {
  const { from, to } = boundsOf(range, now)
  const span = to - from
  const moved = { from: from + steps * span, to: to + steps * span }
  if (moved.to >= now) {
    const live = liveRanges.find((one) => Math.abs(one.ms - span) < 1000)
    return live ? { kind: 'live', id: live.id } : { kind: 'fixed', from: Math.max(0, Math.floor(now - span)), to: Math.floor(now) }
  }
  return moved.from < 0 ? range : { kind: 'fixed', ...moved }
}

/** The shortest range that a pair of moments may span. */
export const shortestMs = 10_000

export function rangeProblem(from: number, to: number, now: number): string | null {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return 'Fill in both moments.'
  if (to <= from) return 'The end must come after the beginning.'
  if (to - from < shortestMs) return 'At least ten seconds.'
  return from >= now ? 'That lies in the future: nothing is recorded yet.' : null
}

/** What `<input type="datetime-local">` holds: local time without a zone. */
export function toLocalInput(at: number): string {
  const local = new Date(at)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}T${two(local.getHours())}:${two(local.getMinutes())}:${two(local.getSeconds())}`
}

/** NaN where it is empty or no date. */
export function fromLocalInput(text: string): number {
  return text === '' ? Number.NaN : new Date(text).getTime()
}
