/** Whether running is worth the power at each hour's own price, and until when it is not. Pure. */
import type { PriceStep, ProgrammeWorth } from '../../shared/policy-state.ts'

export type JudgedBy = 'low' | 'expected' | 'high'

/** What the coming hours bring after power, against the least that an hour must bring. */
export interface Outlook {
  /** USD an hour now; null: pay, power or price is not known, so nothing can be judged. */
  netNow: number | null
  /** Now is below `least` by more than the margin: when that ends; the end of the known prices where no better hour is among them. null: not at a loss now. */
  lossUntil: number | null
  /** What running from now to `lossUntil` would fall short of `least` by, in USD; 0 where there is no loss now. Below 0: better quarters in between outweigh it. */
  lossUsd: number
  /** When an hour begins that is above `least` by the margin and lasts; `at` where that is now; null: not within the known prices. */
  nextGoodAt: number | null
  /** Where now is good: until when. null: now is not, or no end is within the known prices. */
  goodUntil: number | null
}

export interface OutlookOptions {
  /** USD an hour by which a net must be off `least` to count as good or as a loss. */
  marginUsd?: number
  /** A good stretch shorter than this does not end a loss. */
  shortestMs?: number
}

const hourMs = 3_600_000
const defaultMarginUsd = 0.002
const defaultShortestMs = 30 * 60_000

/**
 * USD an hour after power, all cards together; null: not known. `low` and `high` are the least and the greatest of the known
 * cases at that very price. Where the case asked for has no figure the expected one stands in, then the hopeful one.
 */
export function netOf(worth: ProgrammeWorth, judgesBy: JudgedBy, usdPerKwh: number): number | null {
  const low = caseOf(worth, 'low', usdPerKwh)
  const expected = caseOf(worth, 'expected', usdPerKwh)
  const high = caseOf(worth, 'high', usdPerKwh)
  if (judgesBy === 'low' && low !== null) return Math.min(low, expected ?? low, high ?? low)
  if (judgesBy !== 'high' && expected !== null) return expected
  return high === null ? (expected ?? low) : Math.max(high, expected ?? high, low ?? high)
}

function caseOf(worth: ProgrammeWorth, which: JudgedBy, usdPerKwh: number): number | null {
  const gross = worth.grossUsdPerHour[which]
  if (gross === null) return null
  const kwh = worth.kwhPerHour[which]
  const net = kwh === 0 ? gross : gross - kwh * usdPerKwh
  return Number.isFinite(net) ? net : null
}

/** `prices` in order and without holes, the first of them may have begun before `at`. `least`: USD an hour. */
export function outlook(worth: ProgrammeWorth | null, judgesBy: JudgedBy, prices: readonly PriceStep[], at: number, least: number, options: OutlookOptions = {}): Outlook {
  const { marginUsd = defaultMarginUsd, shortestMs = defaultShortestMs } = options
  const nothing: Outlook = { netNow: null, lossUntil: null, lossUsd: 0, nextGoodAt: null, goodUntil: null }
  const first = prices.findIndex(({ from, to }) => from <= at && at < to)
  const now = prices[first]
  if (worth === null || now === undefined) return nothing
  const netNow = netOf(worth, judgesBy, now.usdPerKwh)
  if (netNow === null) return nothing
  if (netNow >= least + marginUsd) return { netNow, lossUntil: null, lossUsd: 0, nextGoodAt: at, goodUntil: endOfGood(worth, judgesBy, prices, first, least + marginUsd) }
  const isLoss = netNow < least - marginUsd
  let lossUsd = 0
  let held = 0
  let goodFrom: number | null = null
  let reached = at
  for (let index = first; index < prices.length; index += 1) {
    const step = prices[index]
    const net = step === undefined ? null : netOf(worth, judgesBy, step.usdPerKwh)
    if (step === undefined || net === null) break
    const begins = Math.max(step.from, at)
    if (net < least + marginUsd) {
      goodFrom = null
      held = 0
    } else {
      goodFrom ??= begins
    }
    const short = ((least - net) * (step.to - begins)) / hourMs
    lossUsd += short
    // Of a good stretch that may turn out long enough: then it is no part of the loss.
    if (goodFrom !== null) held += short
    reached = step.to
    if (goodFrom !== null && step.to - goodFrom >= shortestMs) return { netNow, lossUntil: isLoss ? goodFrom : null, lossUsd: isLoss ? lossUsd - held : 0, nextGoodAt: goodFrom, goodUntil: null }
  }
  // Good up to where the prices end: how long it lasts is not known.
  const ends = goodFrom ?? reached
  return { netNow, lossUntil: isLoss ? ends : null, lossUsd: isLoss ? lossUsd - held : 0, nextGoodAt: goodFrom, goodUntil: null }
}

function endOfGood(worth: ProgrammeWorth, judgesBy: JudgedBy, prices: readonly PriceStep[], first: number, from: number): number | null {
  for (let index = first + 1; index < prices.length; index += 1) {
    const step = prices[index]
    const net = step === undefined ? null : netOf(worth, judgesBy, step.usdPerKwh)
    if (step === undefined || net === null) return null
    if (net < from) return step.from
  }
  return null
}
