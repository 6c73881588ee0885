/** The finished reward weeks that health is read from: the live ones, else those bundled with the hours of every wallet. */
import type { Confidence } from '../../../shared/earnings.ts'
import type { Reading } from '../../../shared/network-figures.ts'
import type { HealthSubject } from '../network.ts'
import { renderMarket, type RenderMarket, type RewardWeek } from './market.ts'
import bundledWeeks from './reward-weeks.json' with { type: 'json' }

export interface KnownWeeks {
  /** All oldest first. */
  finished: RewardWeek[]
  withHours: (RewardWeek & { obhTotal: number })[]
  withWallets: (RewardWeek & { wallets: number })[]
  reading(endAt: number): Omit<Reading, 'value'>
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < 8.64e15

export function knownWeeks({ market, at }: Pick<HealthSubject<RenderMarket>, 'market' | 'at'>): KnownWeeks {
  // The bundled market has the hours of all wallets in one sum; the bundled weeks have the count of wallets too.
  const live = market !== null && market.origin !== 'bundled' ? market : null
  const weeks = live === null ? bundled : listOf(live.value)
  const finished = weeks.filter((week) => isTime(week.endAt) && week.endAt <= at && Number.isFinite(week.poolRender)).toSorted((a, b) => a.endAt - b.endAt)
  const confidence: Confidence = live === null ? 'medium' : live.confidence
  return {
    finished,
    withHours: finished.filter((week): week is RewardWeek & { obhTotal: number } => typeof week.obhTotal === 'number'),
    // One wallet is a sum of all of them.
    withWallets: finished.filter((week): week is RewardWeek & { wallets: number } => typeof week.wallets === 'number' && week.wallets > 1),
    reading: (endAt) => ({
      origin: live?.origin ?? 'bundled', source: live?.source ?? bundledWeeks.source, takenAt: endAt, confidence,
      isStale: live?.origin !== 'user' && at - endAt > renderMarket.shelfLifeMs,
    }),
  }
}

const bundled: RewardWeek[] = bundledWeeks.weeks.map(({ epochId, start, end, poolRender, obhTotal, wallets }) => ({
  epochId, startAt: Date.parse(start), endAt: Date.parse(end), poolRender, obhTotal, wallets,
}))

function listOf(value: RenderMarket | null | undefined): RewardWeek[] {
  const weeks: unknown = value?.weeks
  return Array.isArray(weeks) ? weeks.filter((week): week is RewardWeek => typeof week === 'object' && week !== null) : []
}
