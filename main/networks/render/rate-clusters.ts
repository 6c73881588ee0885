/** Finds the pay of the two tiers among a week's wallets: two clusters at 2 : 1, wallets of both tiers between them. Each wallet counts alike, whatever its hours. */
import { percentile } from './reward-rate.ts'

export interface WalletRate {
  wallet: string
  hours: number
  /** RENDER per 1,000 of its hours. */
  perThousand: number
}

export interface RateOption {
  /** Of tier 2, per 1,000 hours. */
  rate: number
  /** Wallets that it explains, less those that it makes impossible. */
  agreement: number
}

export interface Clusters {
  /** Rates that explain the wallets about as well, best first; of equals the smallest. */
  options: RateOption[]
  /** Both clusters are there, and no other rate comes near. */
  isClear: boolean
}

/** Wallets of one tier agree this well; hours are whole numbers and a week's pay may miss a correction. */
const sameWithin = 0.04
/** Two rates closer than this are one and the same cluster. */
const oneCluster = 0.1
/** Where fewer of the wallets lie in one of the two clusters, there are no clusters to speak of. */
const leastInClusters = 0.25
/** One wallet may be wrong by chance at just 2 : 1. */
const leastPerCluster = 2
const clearBy = 2
const closeShare = 0.1
/** In every recorded week the 85th percentile over the wallets lies in the upper cluster; README.md publishes that. */
const publishedShare = 0.85
const publishedWithin = 0.01
/** More than any recorded week has wallets. */
const mostTried = 400

/** null: no rate explains a quarter of the wallets, or more than it rules out. */
export function clustersOf(wallets: readonly WalletRate[]): Clusters | null {
  const rates = wallets.map((each) => each.perThousand).sort((a, b) => a - b)
  const tried = spreadOf(rates).flatMap((rate) => [rate, rate * 2]).map((rate) => ({ rate, ...explain(rates, rate) }))
  const distinct = apart(tried.sort((a, b) => b.agreement - a.agreement || a.rate - b.rate))
  const best = distinct.find((each) => each.upper + each.lower >= leastInClusters * rates.length && each.agreement > 0)
  if (!best) return null
  const isClose = (each: Tried): boolean =>
    each.agreement >= best.agreement - Math.max(clearBy, closeShare * rates.length)
    || ((isNear(each.rate, best.rate * 2) || isNear(each.rate, best.rate / 2)) && each.upper + each.lower >= (best.upper + best.lower) / 2)
  const rivals = distinct.filter((each) => each !== best && each.upper + each.lower > 0 && isClose(each))
  const isClear = best.upper >= leastPerCluster && best.lower >= leastPerCluster && distinct.every((each) => each === best || each.agreement <= best.agreement - clearBy)
  return { options: [best, ...rivals].map(({ rate, agreement }) => ({ rate: refine(wallets, rates, rate), agreement })), isClear }
}

interface Tried extends RateOption {
  upper: number
  lower: number
  between: number
}

/** None earns above tier 2 or below tier 3; who did both lies between and speaks for nobody. `rates`: in order, as everywhere below. */
function explain(rates: readonly number[], rate: number): Omit<Tried, 'rate'> {
  const [upper, lower] = [near(rates, rate, sameWithin), near(rates, rate / 2, sameWithin)]
  const between = Math.max(0, upper.from - lower.to)
  const explained = upper.to - upper.from + lower.to - lower.from
  return { upper: upper.to - upper.from, lower: lower.to - lower.from, between, agreement: explained - (rates.length - explained - between) }
}

/** Where those close to `target` begin and end. */
function near(rates: readonly number[], target: number, within: number): { from: number; to: number } {
  return { from: firstAt(rates, (rate) => rate >= target * (1 - within)), to: firstAt(rates, (rate) => rate > target * (1 + within)) }
}

/** Index of the first of which it holds; from there on it holds of all. */
function firstAt(rates: readonly number[], holds: (rate: number) => boolean): number {
  let [low, high] = [0, rates.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(rates[middle] ?? NaN)) high = middle
    else low = middle + 1
  }
  return low
}

/** The best of each cluster. */
function apart(tried: readonly Tried[]): Tried[] {
  const kept: Tried[] = []
  for (const each of tried) if (!kept.some((other) => Math.abs(Math.log(each.rate / other.rate)) < oneCluster)) kept.push(each)
  return kept
}

/** So many of them, evenly over their order: a cluster of any size is met, and a file of a million wallets is read in time. */
function spreadOf(rates: readonly number[]): number[] {
  const step = Math.max(1, rates.length / mostTried)
  return Array.from({ length: Math.min(rates.length, mostTried) }, (_, index) => rates[Math.floor(index * step)] ?? NaN)
}

function refine(wallets: readonly WalletRate[], rates: readonly number[], rough: number): number {
  const upper = near(rates, rough, sameWithin)
  const lower = near(rates, rough / 2, sameWithin)
  if (upper.to === upper.from) return 2 * middleOf(rates.slice(lower.from, lower.to))
  const middle = middleOf(rates.slice(upper.from, upper.to))
  const published = percentile(wallets.filter((each) => !isOdd(each, rough)).map((each) => each.perThousand), publishedShare)
  return Math.abs(published / middle - 1) <= publishedWithin ? published : middle
}

/** Median where they lie densest: wallets with a few hours of the other tier are near the cluster, not of it. */
function middleOf(rates: readonly number[]): number {
  const crowds = spreadOf(rates).map((center) => near(rates, center, publishedWithin))
  const most = crowds.reduce((most, { from, to }) => Math.max(most, to - from), 0)
  const crowd = most > 1 ? crowds.findLast(({ from, to }) => to - from === most) : undefined
  return percentile(crowd ? rates.slice(crowd.from, crowd.to) : rates, 0.5)
}

/** Pay that no mistake of rounding or of a tier explains: above twice the rate of tier 2, or below half of tier 3's. */
export function isOdd({ hours, perThousand }: WalletRate, rate: number): boolean {
  const pay = perThousand * hours
  return pay > 2 * rate * (hours + 1) || pay < (rate / 4) * (hours - 1)
}

export function isNear(value: number, target: number): boolean {
  return Math.abs(value - target) <= sameWithin * target
}
