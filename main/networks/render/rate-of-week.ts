/** What 1,000 tier-2 OctaneBench-hours really earned in a week, from each wallet's hours and pay: the upper of two clusters at 2 : 1. */
import type { WalletWeek } from './market.ts'
import type { PaidByEpoch } from './paid-file.ts'
import { clustersOf, isNear, type Clusters, type WalletRate } from './rate-clusters.ts'
import { percentile } from './reward-rate.ts'

export interface PaidRate {
  epochId: number
  /** RENDER per 1,000 tier-2 hours. */
  rate: number
  /** clusters: by the week's own wallets; weeks: by the tiers of these wallets in other weeks; pool: by what is left of it for wallets whose pay is not known; guessed: nothing tells; totals: no clusters, so pool over hours with tier 3's usual share. */
  how: 'clusters' | 'weeks' | 'pool' | 'guessed' | 'totals'
}

/** A week as far as it can be read by itself; other weeks are asked only where it leaves the tier open. */
export interface ReadWeek {
  epochId: number
  wallets: readonly WalletRate[]
  /** null: no clear pay by wallet. */
  clusters: Clusters | null
  /** RENDER per 1,000 hours of all tiers; null: not known. */
  poolPerThousand: number | null
  /** The same of the wallets whose pay is not known. */
  restPerThousand: number | null
  /** All wallets' pay over the pool; null: no pay by wallet, or no pool. */
  paidOfPool: number | null
  /** Wallets whose hours are out of all proportion. */
  absurd: readonly string[]
}

type Tiers = Map<string, number>
type Choice = Pick<PaidRate, 'rate' | 'how'>

/** Less than one hour on the whole network is no week of work. */
const leastHours = 1
/** In the recorded weeks the busiest wallet has at most 50 times the middle one's hours. */
const mostTimesMiddle = 1000
/** Fewer wallets have no middle to speak of. */
const leastForMiddle = 5
/** What is left of pool or hours below this share is made of corrections and rounding. */
const leastRest = 0.03
const restFits = 0.04
/** In the recorded weeks up to 1 in 60 wallets is paid above tier 2. */
const mistakenShare = 0.03

/** Every week read by itself, oldest first. */
export function readWeeks(weeks: readonly WalletWeek[], paid: PaidByEpoch): ReadWeek[] {
  return [...weeks].sort((a, b) => a.epochId - b.epochId).map((week) => readWeek(week, paid.get(week.epochId) ?? new Map()))
}

function readWeek(week: WalletWeek, paid: ReadonlyMap<string, number>): ReadWeek {
  const absurd = absurdHours(week.hoursByWallet)
  const hoursOf = (wallet: string): number => (absurd.includes(wallet) ? 0 : (week.hoursByWallet.get(wallet) ?? 0))
  const wallets = [...paid].flatMap(([wallet, render]) => {
    const hours = hoursOf(wallet)
    return render > 0 && hours > 0 ? [{ wallet, hours, perThousand: (render / hours) * 1000 }] : []
  })
  const hours = week.obhTotal === null ? null : Math.max(0, week.obhTotal - sumOf(absurd.map((wallet) => week.hoursByWallet.get(wallet) ?? 0)))
  const allPaid = sumOf([...paid.values()])
  const restRender = week.poolRender - allPaid
  const restHours = hours === null ? 0 : hours - sumOf(wallets.map((each) => each.hours))
  const isRest = hours !== null && restHours > leastRest * hours && restRender > leastRest * week.poolRender
  return {
    epochId: week.epochId,
    wallets,
    clusters: clustersOf(wallets),
    poolPerThousand: hours === null || hours < leastHours || week.poolRender <= 0 ? null : (week.poolRender * 1000) / hours,
    restPerThousand: isRest ? (restRender * 1000) / restHours : null,
    paidOfPool: week.poolRender > 0 && allPaid > 0 ? allPaid / week.poolRender : null,
    absurd,
  }
}

/** Wallets with more hours than all sensible ones together, and out of all proportion to the middle one. */
function absurdHours(hoursByWallet: ReadonlyMap<string, number>): string[] {
  const worked = [...hoursByWallet].filter(([, hours]) => hours > 0)
  if (worked.length < leastForMiddle) return []
  const most = mostTimesMiddle * percentile(worked.map(([, hours]) => hours), 0.5)
  const sensible = sumOf(worked.map(([, hours]) => (hours > most ? 0 : hours)))
  return worked.filter(([, hours]) => hours > most && hours > sensible).map(([wallet]) => wallet)
}

/**
 * The rate of every week that can be told, oldest first. All weeks given are asked which tier a wallet is: leave out those that
 * must not be known yet. `usualTier3Share`: for weeks without clear pay by wallet while no week before them gave one.
 */
export function settleRates(weeks: readonly ReadWeek[], usualTier3Share: number): PaidRate[] {
  const tiers: Tiers = new Map()
  const chosen = new Map<ReadWeek, Choice>()
  for (const week of weeks) if (week.clusters?.isClear) choose(week, { rate: week.clusters.options[0]?.rate ?? NaN, how: 'clusters' })
  const isOpen = (week: ReadWeek): boolean => week.clusters !== null && !chosen.has(week)
  // Each round asks the tiers as they were before it: the order of the weeks must not matter.
  for (const ask of [byTiers, byPool, byTiers, byFit]) {
    const found = weeks.filter(isOpen).map((week) => ({ week, choice: ask(week, tiers) }))
    for (const { week, choice } of found) if (choice) choose(week, choice)
  }
  const shares: number[] = []
  return weeks.flatMap((week) => {
    const choice = chosen.get(week) ?? byTotals(week, shares.length > 0 ? percentile(shares, 0.5) : usualTier3Share)
    if (!choice) return []
    const share = choice.how === 'totals' || choice.how === 'guessed' ? null : tier3ShareOf(week, choice.rate)
    if (share !== null) shares.push(share)
    return [{ epochId: week.epochId, ...choice }]
  })

  function choose(week: ReadWeek, choice: Choice): void {
    chosen.set(week, choice)
    if (choice.how !== 'guessed') for (const each of week.wallets) rememberTier(tiers, each, choice.rate)
  }
}

/** True where the rate may change with the weeks that are known besides. */
export function asksOtherWeeks(week: ReadWeek): boolean {
  return week.clusters === null || !week.clusters.isClear
}

/** A card changes hands, or is joined by others, seldom: a wallet's tier in other weeks is that of this one. */
function byTiers({ clusters, wallets }: ReadWeek, tiers: Tiers): Choice | null {
  const [best, second] = (clusters?.options ?? []).map(({ rate }) => ({ rate, votes: votesFor(wallets, rate, tiers) })).sort((a, b) => b.votes - a.votes)
  return best && best.votes > 0 && best.votes > (second?.votes ?? 0) ? { rate: best.rate, how: 'weeks' } : null
}

function votesFor(wallets: readonly WalletRate[], rate: number, tiers: Tiers): number {
  return wallets.reduce((sum, { wallet, perThousand }) => {
    const tier = Math.sign(tiers.get(wallet) ?? 0)
    return isNear(perThousand, rate) ? sum + tier : isNear(perThousand, rate / 2) ? sum - tier : sum
  }, 0)
}

/** Above 0: seen more often in tier 2; below: in tier 3. */
function rememberTier(tiers: Tiers, { wallet, perThousand }: WalletRate, rate: number): void {
  if (isNear(perThousand, rate)) tiers.set(wallet, (tiers.get(wallet) ?? 0) + 1)
  else if (isNear(perThousand, rate / 2)) tiers.set(wallet, (tiers.get(wallet) ?? 0) - 1)
}

/** The wallets whose pay is not known got between half the rate and all of it. Where all pay is known, the pool tells nothing that the wallets do not. */
function byPool({ clusters, restPerThousand }: ReadWeek): Choice | null {
  if (restPerThousand === null) return null
  const [only, another] = (clusters?.options ?? []).filter(({ rate }) => restPerThousand >= (rate / 2) * (1 - restFits) && restPerThousand <= rate * (1 + restFits))
  return only && !another ? { rate: only.rate, how: 'pool' } : null
}

/** Wallets of both tiers lie between the two and tell, unless they are so few that a mistake could look like them. */
function byFit({ clusters, wallets }: ReadWeek): Choice | null {
  const best = clusters?.options[0]
  if (!clusters || !best) return null
  const alike = clusters.options.filter((each) => each.agreement > best.agreement - Math.max(1, mistakenShare * wallets.length))
  return { rate: Math.min(...alike.map((each) => each.rate)), how: alike.length > 1 ? 'guessed' : 'clusters' }
}

function byTotals({ poolPerThousand }: ReadWeek, tier3Share: number): Choice | null {
  return poolPerThousand === null ? null : { rate: poolPerThousand / (1 - tier3Share / 2), how: 'totals' }
}

/** 2 × (1 − pool ÷ hours ÷ rate); null: the totals are not known or contradict the rate. */
function tier3ShareOf({ poolPerThousand }: ReadWeek, rate: number): number | null {
  const share = poolPerThousand === null ? NaN : 2 * (1 - poolPerThousand / rate)
  return share >= 0 && share <= 1 ? share : null
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
