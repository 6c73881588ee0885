/** RENDER per 1,000 tier-2 OctaneBench-hours: what the last known weeks paid, and the spread to expect next week. */
import type { Scenarios } from '../../../shared/earnings.ts'
import bundled from './reward-weeks.json' with { type: 'json' }
import type { RewardWeek } from './market.ts'

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
  /** Least and greatest of the weeks' middles. */
  least: number
  greatest: number
}

const weeksThatCount = 12
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

/** The bundled weeks as if they had been asked for. */
export function bundledWeeks(): RewardWeek[] {
  return bundled.weeks.map((week) => ({
    epochId: week.epochId,
    startAt: Date.parse(week.start),
    endAt: Date.parse(week.end),
    poolRender: week.poolRender,
    obhTotal: week.obhTotal,
  }))
}

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
 * The 10th, 50th and 90th percentile over the last 12 weeks that were over by `at` and of which pay and hours are known.
 * null: there is no such week. A better prediction replaces this later.
 */
export function predictRate(weeks: readonly RewardWeek[], at: number): RewardRate | null {
  const rates = weeks
    .filter((week) => week.endAt <= at)
    .sort((a, b) => a.endAt - b.endAt)
    .map(rateOfWeek)
    .filter((rate) => rate !== null)
    .slice(-weeksThatCount)
  const oldest = rates[0]
  const newest = rates.at(-1)
  if (!oldest || !newest) return null
  const middles = rates.map((rate) => rate.perThousand.expected)
  return {
    perThousand: {
      cautious: percentile(rates.map((rate) => rate.perThousand.cautious), 0.1),
      expected: percentile(middles, 0.5),
      hopeful: percentile(rates.map((rate) => rate.perThousand.hopeful), 0.9),
    },
    weeks: rates.length,
    exactWeeks: rates.filter((rate) => rate.isExact).length,
    newestEndAt: newest.endAt,
    oldestEndAt: oldest.endAt,
    least: Math.min(...middles),
    greatest: Math.max(...middles),
  }
}
