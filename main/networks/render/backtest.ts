/** Rolls the band over recorded weeks, each predicted from the weeks before it alone, and scores it beside two simpler rules. */
import type { Backtest, BacktestScore, BacktestWeek } from '../../../shared/backtest.ts'
import { MarketMisfit, type BacktestDefinition } from '../network.ts'
import { remarksOn, span } from './backtest-remarks.ts'
import { readEpochsFile } from './epochs-file.ts'
import { parsePaid } from './paid-file.ts'
import { predictBand, type PastWeek, type RateBand } from './rate-band.ts'
import { asksOtherWeeks, readWeeks, settleRates, type PaidRate, type ReadWeek } from './rate-of-week.ts'
import { percentile, tier3Share } from './reward-rate.ts'

/** So many known weeks before the first that is predicted. */
export const weeksNeeded = 6
/** An 80 % band. */
const alpha = 0.2
/** Quantile of the normal distribution at 90 %. */
const normal90 = 1.2815515655446004
const weeksOfBaseline = 12

type Predict = (past: readonly PastWeek[], week: number) => RateBand | null

export const baselines: { name: string; predict: Predict }[] = [
  { name: '10th to 90th percentile of the last 12 weeks', predict: percentilesOfLastWeeks },
  { name: 'last week\'s value with log-normal spread', predict: lastValue },
]

export const renderBacktest: BacktestDefinition = {
  unit: 'RENDER per 1,000 tier-2 OctaneBench-hours',
  run({ epochs, paid, fromEpoch }) {
    const weeks = readEpochsFile(epochs)
    const payouts = parsePaid(paid)
    if (!weeks.some((week) => payouts.has(week.epochId))) {
      throw new MarketMisfit(`The reward epochs (${span(weeks.map((week) => week.epochId))}) and the paid amounts (${span([...payouts.keys()])}) have no week in common.`)
    }
    const read = readWeeks(weeks, payouts)
    const rates = settleRates(read, tier3Share().expected)
    const first = firstPredicted(rates, fromEpoch)
    const paidWeeks = rates.map(toPastWeek)
    const pastOf = knownBefore(read, paidWeeks)
    const own = roll(paidWeeks, first, predictBand, pastOf)
    return {
      network: 'render',
      unit: renderBacktest.unit,
      weeks: own,
      ...scoreBands(own),
      baselines: baselines.map(({ name, predict }) => ({ name, ...scoreBands(roll(paidWeeks, first, predict, pastOf)) })),
      remarks: remarksOn(read, payouts, rates, own.length),
    } satisfies Backtest
  },
}

/**
 * What was known of the weeks before each week. What a week paid may be told by the wallets' tiers in later weeks;
 * a prediction must not profit from that, so there every week is read anew from the ones before the predicted one.
 */
function knownBefore(read: readonly ReadWeek[], paidWeeks: readonly PastWeek[]): (index: number) => readonly PastWeek[] {
  return (index) => {
    const week = paidWeeks[index]?.week ?? Infinity
    const before = read.filter((each) => each.epochId < week)
    return before.some(asksOtherWeeks) ? settleRates(before, tier3Share().expected).map(toPastWeek) : paidWeeks.slice(0, index)
  }
}

function toPastWeek({ epochId, rate }: PaidRate): PastWeek {
  return { week: epochId, rate }
}

/** Bands and what came of them for every week from index `first` on. */
export function roll(weeks: readonly PastWeek[], first: number, predict: Predict, pastOf: (index: number) => readonly PastWeek[] = (index) => weeks.slice(0, index)): BacktestWeek[] {
  return weeks.slice(first).flatMap(({ week, rate }, index) => {
    const band = predict(pastOf(first + index), week)
    return band === null ? [] : [{ epochId: week, ...band, actual: rate, inside: rate >= band.low && rate <= band.high }]
  })
}

export function scoreBands(weeks: readonly BacktestWeek[]): BacktestScore {
  const score = weeks.reduce((sum, { low, high, actual }) => sum + (high - low) + (2 / alpha) * Math.max(0, low - actual, actual - high), 0)
  return { coverage: weeks.filter((week) => week.inside).length / weeks.length, winkler: score / weeks.length }
}

function percentilesOfLastWeeks(past: readonly PastWeek[]): RateBand {
  const rates = past.slice(-weeksOfBaseline).map((each) => each.rate)
  return { low: percentile(rates, 0.1), expected: percentile(rates, 0.5), high: percentile(rates, 0.9) }
}

/** Spread: sample standard deviation of the changes, in logarithms, over all weeks before. */
function lastValue(past: readonly PastWeek[]): RateBand {
  const last = past.at(-1)?.rate ?? NaN
  const changes = past.slice(1).map(({ rate }, index) => Math.log(rate / (past[index]?.rate ?? NaN)))
  const mean = changes.reduce((sum, change) => sum + change, 0) / changes.length
  const spread = Math.sqrt(changes.reduce((sum, change) => sum + (change - mean) ** 2, 0) / (changes.length - 1))
  const factor = Math.exp(normal90 * spread)
  return { low: last / factor, expected: last, high: last * factor }
}

/** Index of the first week that is predicted. */
function firstPredicted(rates: readonly PaidRate[], fromEpoch: number | null): number {
  if (rates.length <= weeksNeeded) {
    throw new MarketMisfit(`A back-test needs at least ${weeksNeeded + 1} weeks whose pay per hour is known; the reward epochs (data.epochs) and the paid amounts give ${rates.length === 0 ? 'none' : `only ${rates.length}`}.`)
  }
  if (fromEpoch === null) return weeksNeeded
  const index = rates.findIndex((each) => each.epochId === fromEpoch)
  const ids = rates.map((each) => each.epochId)
  if (index < 0) throw new MarketMisfit(`The first epoch to be predicted, ${fromEpoch}, is not among the weeks whose pay per hour is known (${span(ids)}).`)
  if (index < weeksNeeded) throw new MarketMisfit(`Before epoch ${fromEpoch} there ${index === 1 ? 'is 1 known week' : `are ${index} known weeks`}, and ${weeksNeeded} are needed; ${ids[weeksNeeded] ?? ''} is the first that can be predicted.`)
  return index
}
