/** Holds the prices that several services give for one token against each other and says how far the outcome can be believed. Pure. */
import type { Confidence } from '../../shared/earnings.ts'
import { aheadMs, mostTokenUsd } from '../../shared/market-data.ts'

/** What one service says one token costs. */
export interface PriceQuote {
  sourceId: string
  title: string
  /** Services with the same voice repeat one another: of those only the first counts. */
  voice: string
  /** As it was given, whatever it is; null: it gave none, `fault` says why. */
  usd: number | null
  fault: string | null
  /** ms since epoch. When the service says the price is of; null: it does not say. */
  toldAt: number | null
  readAt: number
}

export interface LastGood {
  usd: number
  at: number
}

export interface JudgedQuote {
  sourceId: string
  title: string
  usd: number | null
  at: number | null
  /** Why it does not count; null: it does. */
  refused: string | null
}

export interface CheckedPrice {
  /** null: nothing that could be believed; what was good last stays, and `note` says why. */
  usd: number | null
  confidence: Confidence
  takenAt: number | null
  /** Sources that the price stands on. */
  sourceIds: string[]
  note: string
  quotes: JudgedQuote[]
  /** More than ten times off what was good before, which is why it cannot be believed further; null: it is not. */
  jump: Jump | null
}

export interface Jump {
  from: LastGood
  /** ms since epoch of the first price after it. */
  since: number
  /** What a price after it can be believed at most. */
  atMost: 'medium' | 'low'
}

const minute = 60_000
const hour = 60 * minute
/** Less is 0 for all that a token could be paid out in. */
const leastUsd = 1e-12
const tooOldMs = 24 * hour
/** Prices that were read further apart than this are no check on each other. */
const apartMs = 2 * hour
const agreesWithin = 0.03
const nearWithin = 0.15
/** Beyond this factor from what was good last, whatever is said is doubtful … */
const jumpFactor = 10
/** … and one service alone is not believed beyond this: the older the last good one is, the further a token may have moved. */
const day = 24 * hour
const believedAlone = [
  { toAgeMs: 30 * day, factor: jumpFactor },
  { toAgeMs: 366 * day, factor: 100 },
  { toAgeMs: Infinity, factor: 1000 },
]
/** After this time a jump that several services agree on, or one alone keeps telling, is the new price. */
const settledMs = { medium: day, low: 7 * day }

/** Why a price cannot be taken; null: it can. */
export function whyRefused(quote: Pick<PriceQuote, 'usd' | 'fault' | 'toldAt' | 'readAt'>, now: number): string | null {
  if (quote.usd === null) return quote.fault ?? 'it gave no price'
  if (!Number.isFinite(quote.usd)) return 'its price is not a number'
  if (quote.usd < 0) return `its price is negative (${quote.usd})`
  if (quote.usd === 0) return 'its price is 0'
  if (quote.usd < leastUsd) return `its price, ${quote.usd} USD, is as good as 0`
  if (quote.usd > mostTokenUsd) return `its price, ${quote.usd} USD, is beyond any token's`
  const at = quote.toldAt ?? quote.readAt
  if (!Number.isFinite(at)) return 'its date is none'
  if (at > now + aheadMs) return `its price is dated ${dayText(at)}, which lies ahead`
  if (now - at > tooOldMs) return `its price is of ${dayText(at)}, more than a day old`
  return null
}

/**
 * `quotes` in order of preference. `lastGood`: what held before; null: nothing did. `jumped`: how that one came to be; the
 * same price told a second time is no confirmation, so the doubt stays for days.
 */
export function crossCheck(quotes: readonly PriceQuote[], lastGood: LastGood | null, now: number, jumped: Jump | null = null): CheckedPrice {
  const newest = Math.max(...quotes.map((quote) => quote.readAt))
  const voices = new Map<string, PriceQuote>()
  const judged = quotes.map((quote): JudgedQuote => {
    const already = voices.get(quote.voice)
    const apart = newest - quote.readAt > apartMs ? `it has not answered for ${Math.round((newest - quote.readAt) / hour)} h` : null
    const refused = whyRefused(quote, now) ?? apart ?? (already ? `it repeats ${already.title}` : null)
    if (refused === null) voices.set(quote.voice, quote)
    return { sourceId: quote.sourceId, title: quote.title, usd: quote.usd, at: quote.usd === null ? null : (quote.toldAt ?? quote.readAt), refused }
  })
  const counted = [...voices.values()]
  const doubts = judged.flatMap(({ title, refused }) => (refused === null || refused.startsWith('it repeats') ? [] : [`${title} does not count: ${refused}.`]))
  // Back to where a doubtful jump began is no jump.
  const before = (usd: number): LastGood | null => (jumped !== null && lastGood !== null && distance(usd, jumped.from.usd) < distance(usd, lastGood.usd) ? jumped.from : lastGood)
  const first = counted[0]
  const outcome = first === undefined ? nothing() : counted.length === 1 ? fromOne(first, before(first.usd as number), now) : fromSeveral(counted, lastGood, now)
  const jump = jumpOf(outcome, outcome.usd === null ? null : before(outcome.usd), now, jumped)
  const doubted = jump === null ? outcome : { ...outcome, confidence: lesser(outcome.confidence, jump.atMost), note: `${outcome.note} ${jumpText(outcome.usd ?? 0, jump)}` }
  return { ...doubted, note: [doubted.note, ...doubts].join(' '), quotes: judged, jump }
}

type Outcome = Omit<CheckedPrice, 'quotes' | 'jump'>

/** Whether a price must be doubted for how far it is off, and since when. */
function jumpOf({ usd, takenAt, sourceIds }: Outcome, lastGood: LastGood | null, now: number, jumped: Jump | null): Jump | null {
  if (usd === null || lastGood === null) return null
  if (isFar(usd, lastGood.usd, jumpFactor)) {
    // In a long time a token may well move so far, and several services say that it did.
    if (sourceIds.length > 1 && !isFar(usd, lastGood.usd, factorAlone(lastGood, now))) return null
    return { from: lastGood, since: takenAt ?? now, atMost: sourceIds.length > 1 ? 'medium' : 'low' }
  }
  if (jumped === null || !isFar(usd, jumped.from.usd, jumpFactor)) return null
  const atMost = sourceIds.length > 1 ? 'medium' : jumped.atMost
  return Math.abs(now - jumped.since) > settledMs[atMost] ? null : { ...jumped, atMost }
}

function jumpText(usd: number, { from }: Jump): string {
  return `That is ${timesText(usd, from.usd)} the ${usdText(from.usd)} of ${dayText(from.at)}: believe it with care.`
}

function lesser(one: Confidence, other: Confidence): Confidence {
  const order: Confidence[] = ['none', 'low', 'medium', 'high']
  return order[Math.min(order.indexOf(one), order.indexOf(other))] ?? 'none'
}

function nothing(): Outcome {
  return { usd: null, confidence: 'none', takenAt: null, sourceIds: [], note: 'No service gave a price that can be believed, so the last good one stays.' }
}

function fromOne(quote: PriceQuote, lastGood: LastGood | null, now: number): Outcome {
  const usd = quote.usd as number
  if (jumps(usd, lastGood, now)) {
    const note = `${quote.title} alone says ${usdText(usd)}, ${timesText(usd, lastGood?.usd ?? usd)} the last good ${usdText(lastGood?.usd ?? 0)} of ${dayText(lastGood?.at ?? now)}; no second service confirms it, so the last good one stays.`
    return { usd: null, confidence: 'none', takenAt: null, sourceIds: [], note }
  }
  return { usd, confidence: 'medium', takenAt: quote.toldAt ?? quote.readAt, sourceIds: [quote.sourceId], note: `From ${quote.title} alone; no second service confirms it.` }
}

function fromSeveral(counted: PriceQuote[], lastGood: LastGood | null, now: number): Outcome {
  const prices = counted.map((quote) => quote.usd as number)
  const spread = Math.max(...prices) / Math.min(...prices) - 1
  const all = counted.map((quote) => `${quote.title} ${usdText(quote.usd as number)}`).join(', ')
  const takenAt = Math.min(...counted.map((quote) => quote.toldAt ?? quote.readAt))
  const sourceIds = counted.map((quote) => quote.sourceId)
  if (spread <= agreesWithin) return { usd: medianOf(prices), confidence: 'high', takenAt, sourceIds, note: `${counted.length} services agree: ${all}.` }
  if (spread <= nearWithin) return { usd: medianOf(prices), confidence: 'medium', takenAt, sourceIds, note: `${counted.length} services differ by ${percent(spread)}: ${all}; the middle is taken.` }
  // Two of three that agree outvote the third.
  const pair = closestPair(counted)
  if (counted.length > 2 && ratio(pair[0], pair[1]) - 1 <= agreesWithin) {
    return { usd: medianOf(pair.map((quote) => quote.usd as number)), confidence: 'medium', takenAt, sourceIds: pair.map((quote) => quote.sourceId), note: `The services differ: ${all}; the two that agree are taken.` }
  }
  const note = `The services contradict each other: ${all}`
  if (!lastGood) {
    const first = counted[0] as PriceQuote
    return { usd: first.usd, confidence: 'low', takenAt, sourceIds: [first.sourceId], note: `${note}; no earlier price tells which is right, and ${first.title} is taken.` }
  }
  const nearest = [...counted].sort((one, other) => distance(one.usd as number, lastGood.usd) - distance(other.usd as number, lastGood.usd))[0] as PriceQuote
  if (jumps(nearest.usd as number, lastGood, now)) {
    return { usd: null, confidence: 'none', takenAt: null, sourceIds: [], note: `${note}, and all are too far off the last good ${usdText(lastGood.usd)}, which stays.` }
  }
  return { usd: nearest.usd, confidence: 'low', takenAt, sourceIds: [nearest.sourceId], note: `${note}; the one nearer to the last good ${usdText(lastGood.usd)} is taken.` }
}

/** Further off than one service is believed alone. */
function jumps(usd: number, lastGood: LastGood | null, now: number): boolean {
  return lastGood !== null && isFar(usd, lastGood.usd, factorAlone(lastGood, now))
}

function factorAlone(lastGood: LastGood, now: number): number {
  const age = Math.abs(now - lastGood.at)
  return (believedAlone.find(({ toAgeMs }) => age <= toAgeMs) ?? believedAlone.at(-1))?.factor ?? jumpFactor
}

function isFar(usd: number, from: number, factor: number): boolean {
  // Exactly ten times counts, whatever the last bit says.
  return distance(usd, from) > Math.log(factor) - 1e-9
}

/** "12 times", "1/12 of". */
function timesText(usd: number, from: number): string {
  const times = usd >= from ? usd / from : from / usd
  const rounded = Number(times.toPrecision(2))
  return usd >= from ? `${rounded} times` : `1/${rounded} of`
}

/** As factors: half and double are equally far. */
function distance(one: number, other: number): number {
  return Math.abs(Math.log(one / other))
}

function ratio(one: PriceQuote, other: PriceQuote): number {
  return Math.exp(distance(one.usd as number, other.usd as number))
}

function closestPair(quotes: PriceQuote[]): [PriceQuote, PriceQuote] {
  const sorted = [...quotes].sort((one, other) => (one.usd as number) - (other.usd as number))
  const pairs = sorted.slice(1).map((quote, i): [PriceQuote, PriceQuote] => [sorted[i] as PriceQuote, quote])
  return pairs.sort((one, other) => ratio(...one) - ratio(...other))[0] as [PriceQuote, PriceQuote]
}

function medianOf(prices: number[]): number {
  const sorted = [...prices].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}

/** "0.7004 USD". */
export function usdText(usd: number): string {
  return `${Number(usd.toPrecision(4))} USD`
}

function dayText(at: number): string {
  return Math.abs(at) > 8.64e15 ? 'no day there is' : new Date(at).toISOString().slice(0, 10)
}
