/** How long a host is left alone after a failure: twice as long each time, with jitter, until it answers again. */
export interface BackOff {
  /** In a row; 0: the last answer was usable. */
  failures: number
  /** When the last one was noted, ms since epoch. */
  since: number
  waitMs: number
}

export const calm: BackOff = { failures: 0, since: 0, waitMs: 0 }

const firstMs = 2_000
const mostMs = 15 * 60_000
/** Of the wait, added on top: never earlier than the plain doubling says. */
const jitterShare = 0.5

/** 2, 4, 8 … seconds up to 15 minutes, and up to half as much again. `random` is within [0, 1). */
export function backOffMs(failures: number, random: number): number {
  if (failures < 1) return 0
  // Past 2^30 the doubling has long met its limit.
  const plain = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30))
  return Math.round(plain * (1 + jitterShare * random))
}

/** A try that began before the last failure was noted tells nothing new: four at once that fail count as one. */
export function afterFailure(state: BackOff, startedAt: number, now: number, random: number): BackOff {
  if (state.failures > 0 && startedAt <= state.since && now >= state.since) return state
  const failures = state.failures + 1
  return { failures, since: now, waitMs: backOffMs(failures, random) }
}

/** ms still to wait. A clock that was set back meanwhile does not lengthen it beyond what it was. */
export function remainingMs(wait: { since: number; waitMs: number }, now: number): number {
  return Math.max(0, Math.min(wait.waitMs, wait.since + wait.waitMs - now))
}

/** Counts on from the new time where the clock was set back; else as it was. */
export function rebased<Wait extends { since: number }>(wait: Wait, now: number): Wait {
  return now < wait.since ? { ...wait, since: now } : wait
}
