/** When a source is asked next. Pure. */

const minute = 60_000
const hour = 60 * minute
/** Sources are not all asked in the second in which the app starts, nor by every machine at once. */
export const startSpreadMs = 10_000
const firstRetryMs = minute
const mostRetryMs = hour

export interface Turn {
  lastGoodAt: number | null
  /** null: not by this process, and no record tells of one. */
  lastTriedAt: number | null
  /** In a row; 0: the last try was good, or there was none. */
  failures: number
}

/** Up to a tenth later, so that machines that started together drift apart. */
export function afterGood(everyMs: number, random: number): number {
  return everyMs * (1 + 0.1 * random)
}

/** 1, 2, 4 … minutes up to an hour, or to its own interval where that is shorter; and up to half as much again. */
export function afterFailed(failures: number, everyMs: number, random: number): number {
  return Math.min(mostRetryMs, everyMs, firstRetryMs * 2 ** Math.min(failures - 1, 20)) * (1 + 0.5 * random)
}

/** When a source that was asked by an earlier process is due in this one. */
export function firstTurn(turn: Turn, everyMs: number, now: number, random: number): number {
  const soon = now + startSpreadMs * random
  const from = turn.failures > 0 ? turn.lastTriedAt : turn.lastGoodAt
  // What lies ahead was noted by a clock that was wrong then or is wrong now.
  if (from === null || from > now) return soon
  return Math.max(soon, from + (turn.failures > 0 ? afterFailed(turn.failures, everyMs, random) : afterGood(everyMs, random)))
}

/** A clock that was put back leaves times behind that are too far ahead. */
export function isDue(nextAt: number, everyMs: number, now: number): boolean {
  return now >= nextAt || nextAt - now > 2 * Math.max(everyMs, mostRetryMs)
}
