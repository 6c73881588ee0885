/** Energy of one card from second to second: watts over steady time, or the card's own counter while the two agree. Pure. */

/** What must be known of the sample before. */
export interface EnergyMemory {
  steadyMs: number
  powerW: number | null
  counterJ: number | null
  /** Time between the two samples before this one: a reader that is asked every ten seconds has no gaps of ten seconds. */
  spanMs: number | null
  /** The counter against the watts since the last check. */
  checkedJ: { counter: number; watts: number; ms: number }
  isCounterTrusted: boolean
  /** What rounding left over, so that nothing is lost over a year. */
  restJ: number
  restMs: number
}

export interface EnergyStep {
  joules: number
  /** Tenths of seconds for which the energy is known. */
  knownTenths: number
  memory: EnergyMemory
}

/** A longer gap is not bridged: nobody knows what was drawn in it. */
const gapMs = 5_000
/** Even a regular reader leaves gaps above this. */
const longestMs = 15_000
const checkMs = 30_000
/** No single card draws more; a counter that says so has jumped. */
const mostWatts = 3_000

export function addEnergy(before: EnergyMemory | null, now: { steadyMs: number; powerW: number | null; counterJ: number | null }): EnergyStep {
  const powerW = now.powerW !== null && Number.isFinite(now.powerW) && now.powerW >= 0 && now.powerW <= mostWatts ? now.powerW : null
  const counterJ = now.counterJ !== null && Number.isFinite(now.counterJ) && now.counterJ >= 0 ? now.counterJ : null
  const fresh = { steadyMs: now.steadyMs, powerW, counterJ }
  if (before === null) return { joules: 0, knownTenths: 0, memory: { ...fresh, spanMs: null, checkedJ: { counter: 0, watts: 0, ms: 0 }, isCounterTrusted: false, restJ: 0, restMs: 0 } }

  const spanMs = now.steadyMs - before.steadyMs
  const isRegular = before.spanMs !== null && spanMs <= before.spanMs * 1.5
  if (!(spanMs > 0) || spanMs > longestMs || (spanMs > gapMs && !isRegular)) return { joules: 0, knownTenths: 0, memory: { ...before, ...fresh, spanMs: spanMs > 0 ? spanMs : null, checkedJ: { counter: 0, watts: 0, ms: 0 } } }

  const wattsJ = powerW !== null && before.powerW !== null ? ((powerW + before.powerW) / 2) * (spanMs / 1000) : null
  const rise = counterJ !== null && before.counterJ !== null ? counterJ - before.counterJ : null
  const counted = rise !== null && rise >= 0 && rise <= mostWatts * (spanMs / 1000) ? rise : null
  const checked = check(before, counted, wattsJ, spanMs)
  const known = counted !== null && (checked.isCounterTrusted || wattsJ === null) ? counted : wattsJ
  const exactJ = before.restJ + (known ?? 0)
  const exactMs = before.restMs + (known === null ? 0 : spanMs)
  const joules = Math.floor(exactJ)
  const knownTenths = Math.floor(exactMs / 100)
  return { joules, knownTenths, memory: { ...fresh, ...checked, spanMs, restJ: exactJ - joules, restMs: exactMs - knownTenths * 100 } }
}

/** A counter that stands still or runs away while watts are read is left aside until it agrees again. */
function check(before: EnergyMemory, counted: number | null, wattsJ: number | null, spanMs: number): Pick<EnergyMemory, 'checkedJ' | 'isCounterTrusted'> {
  if (counted === null) return { checkedJ: { counter: 0, watts: 0, ms: 0 }, isCounterTrusted: false }
  if (wattsJ === null) return { checkedJ: before.checkedJ, isCounterTrusted: before.isCounterTrusted }
  const sum = { counter: before.checkedJ.counter + counted, watts: before.checkedJ.watts + wattsJ, ms: before.checkedJ.ms + spanMs }
  if (sum.ms < checkMs) return { checkedJ: sum, isCounterTrusted: before.isCounterTrusted }
  // Watts may be an average that lags behind, so the two need not agree closely; a few joules are noise.
  const isTrusted = Math.abs(sum.counter - sum.watts) <= Math.max(sum.watts * 0.5, 5)
  return { checkedJ: { counter: 0, watts: 0, ms: 0 }, isCounterTrusted: isTrusted }
}
