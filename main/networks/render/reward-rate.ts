/** RENDER per 1,000 tier-2 OctaneBench-hours: what the known weeks paid, and the 80 % band to expect next week. */
import type { Scenarios } from '../../../shared/earnings.ts'
import bundled from './reward-weeks.json' with { type: 'json' }
import type { RewardWeek } from './market.ts'
import { predictBand, type RateBand } from './rate-band.ts'

export interface WeekRate {
  endAt: number
  /** One value where the pay per hour is known exactly, else spread by tier 3's share of the hours. */
  perThousand: Scenarios
  isExact: boolean
}

export interface RewardRate {
  perThousand: Scenarios
  /** The weeks behind it: how many, how many of them exact, and when the newest and the oldest ended. */
  weeks: number
  exactWeeks: number
  newestEndAt: number
  oldestEndAt: number
  /** How many weeks after the newest known one the band is for: 1 for the very next. */
  weeksAhead: number
  /** Least and greatest of the weeks' middles. */
  least: number
  greatest: number
}

const weekMs = 7 * 24 * 3600 * 1000
/** The bundled weeks and an answer speak of the same week when their sums agree this well. */
const sameWithin = 1e-6
/** Less than one OctaneBench-hour on the whole network is no week of work, and dividing by it says nothing. */
const leastHours = 1

/** Linear between neighbours; 0..1. Undefined for an empty list. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const position = (sorted.length - 1) * share
  const below = Math.floor(position)
  const low = sorted[below] ?? NaN
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low
  return low + (high - low) * (position - below)
}

function bandOf(values: readonly number[]): Scenarios {
  return { cautious: percentile(values, 0.1), expected: percentile(values, 0.5), hopeful: percentile(values, 0.9) }
}

/** Share of the week's hours that tier 3 rendered, over the weeks where it is known. */
export function tier3Share(): Scenarios {
  return bandOf(bundled.weeks.map((week) => week.tier3Share))
}

/** The bundled weeks as if they had been asked for; the same list each time. */
export function bundledWeeks(): readonly RewardWeek[] {
  bundledList ??= bundled.weeks.map((week) => ({
    epochId: week.epochId,
    startAt: Date.parse(week.start),
    endAt: Date.parse(week.end),
    poolRender: week.poolRender,
    obhTotal: week.obhTotal,
  }))
  return bundledList
}

let bundledList: readonly RewardWeek[] | null = null

/** null: the week paid nothing, or nobody knows for how many hours. */
export function rateOfWeek(week: RewardWeek): WeekRate | null {
  if (week.obhTotal === null || week.obhTotal < leastHours || week.poolRender <= 0) return null
  const exact = exactRate(week)
  if (exact !== null) return { endAt: week.endAt, perThousand: { cautious: exact, expected: exact, hopeful: exact }, isExact: true }
  const share = tier3Share()
  const perThousandHours = (week.poolRender * 1000) / week.obhTotal
  return {
    endAt: week.endAt,
    perThousand: {
      cautious: perThousandHours / (1 - share.cautious / 2),
      expected: perThousandHours / (1 - share.expected / 2),
      hopeful: perThousandHours / (1 - share.hopeful / 2),
    },
    isExact: false,
  }
}

function exactRate(week: RewardWeek): number | null {
  const known = bundled.weeks.find((each) => each.epochId === week.epochId && Date.parse(each.end) === week.endAt)
  if (!known || week.obhTotal === null) return null
  const isSame = isClose(week.obhTotal, known.obhTotal) && isClose(week.poolRender, known.poolRender)
  return isSame ? known.renderPer1000Obh : null
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= sameWithin * Math.abs(b)
}

/**
 * An 80 % band for the week after `at`, from all weeks that were over by then and of which pay and hours are known.
 * Weeks known by their totals alone widen it by what their rates may be off. null: there is no such week.
 */
export function predictRate(weeks: readonly RewardWeek[], at: number): RewardRate | null {
  const rates = weeks
    .filter((week) => week.endAt <= at)
    .sort((a, b) => a.endAt - b.endAt)
    .map(rateOfWeek)
    .filter((rate) => rate !== null)
  const newest = rates.at(-1)
  if (!newest) return null
  const weeksAhead = Math.floor((at - newest.endAt) / weekMs) + 1
  const known = lastPrediction.get(weeks)
  if (known?.weeks === rates.length && known.weeksAhead === weeksAhead) return known
  const rate = predictAnew(rates, weeksAhead)
  if (rate !== null) lastPrediction.set(weeks, rate)
  return rate
}

/** Every card of a comparison asks about the same week, and the next comparison mostly too. */
const lastPrediction = new WeakMap<readonly RewardWeek[], RewardRate>()

/** `rates`: oldest first. */
function predictAnew(rates: readonly WeekRate[], weeksAhead: number): RewardRate | null {
  const oldest = rates[0]
  const newest = rates.at(-1)
  if (!oldest || !newest) return null
  const middles = rates.map((rate) => rate.perThousand.expected)
  const bandOver = (scenario: keyof Scenarios): RateBand | null => {
    const past = rates.map((rate) => ({ week: Math.round(rate.endAt / weekMs), rate: rate.perThousand[scenario] }))
    return predictBand(past, Math.round(newest.endAt / weekMs) + weeksAhead)
  }
  const expected = bandOver('expected')
  if (!expected) return null
  return {
    perThousand: {
      cautious: Math.min(expected.low, bandOver('cautious')?.low ?? Infinity),
      expected: expected.expected,
      hopeful: Math.max(expected.high, bandOver('hopeful')?.high ?? -Infinity),
    },
    weeks: rates.length,
    exactWeeks: rates.filter((rate) => rate.isExact).length,
    newestEndAt: newest.endAt,
    oldestEndAt: oldest.endAt,
    weeksAhead,
    least: Math.min(...middles),
    greatest: Math.max(...middles),
  }
}
