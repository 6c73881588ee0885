/** What is remembered of a host: its limit, its failures, and when it was last asked. Times come in; no timers here. */
import type PQueue from 'p-queue'
import { calm, rebased, remainingMs, type BackOff } from './back-off.ts'
import { waitAsked, type AnswerHeaders } from './rate-limits.ts'

/** From `since` (ms since epoch) for `waitMs`. */
export interface Wait {
  since: number
  waitMs: number
}
export const noWait: Wait = { since: 0, waitMs: 0 }

export interface Host {
  name: string
  queue: PQueue
  /** Ends with the first usable answer. */
  backOff: BackOff
  /** As it asked for; a usable answer does not end it. */
  limit: Wait
  /** What went wrong with it last, as "answered 500"; null: its last answer was usable. */
  fault: string | null
  /** The pace between two starts. */
  lastStart: Wait
}

export function createHost(name: string, queue: PQueue): Host {
  return { name, queue, backOff: calm, fault: null, limit: noWait, lastStart: noWait }
}

/** ms until it may be asked, by its limit, its failures, the pace, and `own`: the question's back-off. Follows a clock that was set back. */
export function waitFor(host: Host, own: Wait, now: number): number {
  host.backOff = rebased(host.backOff, now)
  host.limit = rebased(host.limit, now)
  host.lastStart = rebased(host.lastStart, now)
  return Math.max(...[host.backOff, host.limit, host.lastStart, own].map((wait) => remainingMs(wait, now)))
}

/** ms for which it is not asked whatever the question. */
export function leftAloneMs(host: Host, now: number): number {
  return Math.max(remainingMs(host.backOff, now), remainingMs(host.limit, now))
}

/** Remembers the wait that an answer asks for, and gives it (ms); null: none. `random`: within [0, 1). */
export function noteLimit(host: Host, status: number, headers: AnswerHeaders, now: number, random: number): number | null {
  const asked = waitAsked(status, headers, now)
  if (asked === null || asked === 0) return null
  // On top, never below: many that were told the same moment must not all come at it.
  const waitMs = asked + Math.round(random * Math.min(2_000, asked / 10))
  if (waitMs > remainingMs(host.limit, now)) host.limit = { since: now, waitMs }
  return asked
}
