/** How long a start waits until nothing was in the way, and how stops soon after a start make it wait longer: so that nothing flaps. Pure. */
import type { RuleId } from '../../shared/policy-state.ts'

export const calmMs = 60_000
export const longestCalmMs = 30 * 60_000
/** A stop sooner after the start is a short run. */
export const shortRunMs = 10 * 60_000
/** A short run is forgotten after so long. */
export const forgetsMs = 2 * 3_600_000
/** Between a stop and the next start. */
export const offTimeMs = 60_000
/** Software runs at least so long before it is stopped for money, noise or another programme. */
export const leastRunMs = 10 * 60_000
/** Without a look for so long nobody watched. */
export const gapMs = 30_000

/** Stops for heat and noise are forgotten after so long, or by a run of two hours without one. */
const forgetsCardMs = 24 * 3_600_000
const longestRestMs = 2 * 3_600_000
/** The rest after the first stop; it doubles with each. A fan that was too loud once will be again. */
const restMs = { 'too-hot': 2 * 60_000, 'too-loud': 10 * 60_000 }

export interface CardStop {
  steady: number
  rule: keyof typeof restMs
}

export function isCardStop(rule: RuleId): rule is CardStop['rule'] {
  return rule in restMs
}

export function recentRuns(shortRuns: readonly number[], steadyMs: number): readonly number[] {
  return shortRuns.length === 0 || shortRuns.every((at) => steadyMs - at < forgetsMs) ? shortRuns : shortRuns.filter((at) => steadyMs - at < forgetsMs)
}

export function recentCardStops(stops: readonly CardStop[], steadyMs: number): readonly CardStop[] {
  return stops.length === 0 || stops.every(({ steady }) => steadyMs - steady < forgetsCardMs) ? stops : stops.filter(({ steady }) => steadyMs - steady < forgetsCardMs)
}

/** 1 min, and after 1, 2, 3 … short runs 2, 4, 8 … up to 30. */
export function calmAfter(runs: number): number {
  return Math.min(longestCalmMs, calmMs * 2 ** Math.min(runs, 10))
}

export interface Rest {
  untilSteady: number
  restMs: number
  rule: CardStop['rule']
  count: number
}

/** The longer of the two that a card rests after it was too hot or too loud; null: it never was. */
export function restOf(stops: readonly CardStop[]): Rest | null {
  let longest: Rest | null = null
  for (const rule of ['too-hot', 'too-loud'] as const) {
    const about = stops.filter((stop) => stop.rule === rule)
    if (about.length === 0) continue
    const forMs = Math.min(longestRestMs, restMs[rule] * 2 ** Math.min(about.length - 1, 10))
    const untilSteady = Math.max(...about.map(({ steady }) => steady)) + forMs
    if (longest === null || untilSteady > longest.untilSteady) longest = { untilSteady, restMs: forMs, rule, count: about.length }
  }
  return longest
}

interface Calm {
  quietSteady: number | null
  awaySteady: number | null
  stoppedSteady: number | null
  shortRuns: readonly number[]
  watchedSteady: number
}

/** Steady ms from which on it may start; null: something is in the way now. */
export function calmUntil({ quietSteady, awaySteady, stoppedSteady, shortRuns, watchedSteady }: Calm): number | null {
  if (quietSteady === null || awaySteady === null) return null
  const calm = calmAfter(shortRuns.length)
  const longest = Math.max(watchedSteady + calmMs, quietSteady + calm, awaySteady)
  // Idleness was waited for already, and what ended without a short run starts again by its dwell: only short runs ask for more.
  return shortRuns.length === 0 ? longest : Math.max(longest, awaySteady + calm, (stoppedSteady ?? awaySteady) + calm)
}
