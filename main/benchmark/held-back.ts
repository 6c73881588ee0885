/** What held a card back while it worked: shares of the samples in which it named each reason. Pure. */
import type { HeldBack } from '../../shared/benchmark.ts'
import { realReasons } from '../../shared/throttle.ts'

/** `throttles`: of each sample taken while working; null: not readable in it. Idling and "application clocks" are no reasons. */
export function heldBackOf(throttles: readonly (readonly string[] | null)[]): HeldBack[] {
  const told = throttles.filter((one): one is readonly string[] => one !== null)
  const counts = new Map<string, number>()
  for (const reasons of told) for (const reason of new Set(realReasons(reasons))) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].map(([reason, count]) => ({ reason, share: count / told.length })).sort((one, other) => other.share - one.share)
}
