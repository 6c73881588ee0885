/** Reads `GET /v1/gpu-prices` of the console API: asking prices and how many cards of each model are leased. */
import { z } from 'zod'
import type { Confidence } from '../../../shared/earnings.ts'
import type { Source } from '../../../shared/network.ts'
import { atMost, nameOf, standsThere, timeOf } from '../../../shared/outside-answers.ts'
import { MarketMisfit, type MarketDefinition, type MarketRequest } from '../network.ts'
import { breakdownRows, recentRows, toBreakdown, type Breakdown } from './breakdown.ts'
import { priceName, ramGib } from './cards.ts'
import sources from './sources.json' with { type: 'json' }

/** USD per GPU-hour. What the answer leaves out is filled from what it gives, and `filled` names it. */
export interface AskingPrice {
  min: number
  weightedAverage: number
  max: number
  filled: string[]
}

export interface PriceRow {
  /** Lower case; null: not said. */
  vendor: string | null
  /** As `priceName` tells it. */
  model: string
  ramGib: number | null
  /** As listed: "SXM4", "PCIe". */
  interface: string | null
  /** Cards on the network; null: not said. */
  total: number | null
  available: number | null
  price: AskingPrice | null
  /** Why there is none although figures stand there; null: none do, or there is one. */
  noPrice: string | null
  /** A public "starting at" price, a floor; for models whose asking prices are not known. */
  startingAt: number | null
  /** Where this row is from, when not from where the whole answer is. */
  from: { source: Source; takenAt: number | null; confidence: Confidence } | null
}

export interface AkashMarket {
  total: number | null
  available: number | null
  rows: PriceRow[]
  /** Cards leased by model and day, where gpu-breakdown was asked too; else empty. */
  breakdown: Breakdown
}

/** Beyond these a number is a slip: the dearest card asks a few USD an hour, and the network counts hundreds of cards. */
const mostUsdPerHour = 10_000
const mostCards = 1e9
const usd = atMost(mostUsdPerHour)
const maybeUsd = usd.nullish()
const amount = atMost(mostCards)
const maybeAmount = amount.nullish()
const price = z.object({ currency: z.string().nullish(), min: maybeUsd, max: maybeUsd, avg: maybeUsd, weightedAverage: maybeUsd, med: maybeUsd })
const availability = z.object({ total: maybeAmount, available: maybeAmount }).nullish()
const recorded = z.object({ url: z.string(), date: z.string().nullable(), takenAt: z.string(), confidence: z.enum(['high', 'medium', 'low', 'none']), note: z.string().optional(), startingAt: usd.optional() })
const row = z.object({ vendor: z.string().nullish(), model: z.string().min(1), ram: z.string().nullish(), interface: z.string().nullish(), availability, price: price.nullish(), recorded: recorded.nullish() })
const answer = z.object({ availability, models: z.array(row), gpuBreakdown: breakdownRows.nullish() })

type RawRow = z.infer<typeof row>

export const akashMarket: MarketDefinition<AkashMarket> = {
  title: 'Akash asking prices',
  shelfLifeMs: 24 * 3_600_000,
  parse: parseGpuPrices,
  hosts: ['console-api.akash.network'],
  source: sources.prices,
  async readMarket(request: MarketRequest): Promise<unknown> {
    const prices = await request({ method: 'GET', url: sources.prices.url, what: 'asking prices of GPUs on Akash' })
    // The share leased can be told from the prices' own counts too, so its absence costs precision only.
    const gpuBreakdown = await request({ method: 'GET', url: sources.breakdown.url, what: 'share of GPUs leased on Akash' }).catch(() => null)
    return typeof prices === 'object' && prices !== null && !Array.isArray(prices) ? { ...prices, gpuBreakdown: usable(recentRows(gpuBreakdown)) } : prices
  },
}

/** A breakdown of another shape costs the shares by model, not the prices. */
function usable(rows: unknown): unknown {
  return breakdownRows.safeParse(rows).success ? rows : null
}

/** Throws MarketMisfit with a sentence that names the field. */
export function parseGpuPrices(raw: unknown): AkashMarket {
  const parsed = answer.safeParse(raw)
  if (!parsed.success) throw new MarketMisfit(misfitSentence(raw, parsed.error))
  const { models, availability: whole, gpuBreakdown } = parsed.data
  refuseDoubles(models)
  const rows = models.map(toRow)
  return {
    total: whole?.total ?? sumKnown(rows.map((one) => one.total)),
    available: whole?.available ?? sumKnown(rows.map((one) => one.available)),
    rows,
    breakdown: toBreakdown(gpuBreakdown ?? []),
  }
}

function toRow(raw: RawRow): PriceRow {
  const { recorded: from } = raw
  return {
    vendor: raw.vendor?.toLowerCase() ?? null,
    model: priceName(raw.model),
    ramGib: ramGib(raw.ram ?? null),
    interface: raw.interface ?? null,
    total: raw.availability?.total ?? null,
    available: raw.availability?.available ?? null,
    ...toPrice(raw.price ?? null),
    startingAt: from?.startingAt ?? null,
    from: from ? { source: { url: from.url, date: from.date, ...(from.note === undefined ? {} : { note: from.note }) }, takenAt: timeOf(from.takenAt), confidence: from.confidence } : null,
  }
}

/** The weighted average falls back on average and median; the ends fall back on it. A price of 0 is none: nobody rents a card out for nothing. */
function toPrice(raw: z.infer<typeof price> | null): Pick<PriceRow, 'price' | 'noPrice'> {
  if (raw === null) return { price: null, noPrice: null }
  if (raw.currency != null && raw.currency.toUpperCase() !== 'USD') return { price: null, noPrice: `what stands there is in "${raw.currency.slice(0, 20)}", not in USD` }
  const given = (field: 'min' | 'max' | 'avg' | 'weightedAverage' | 'med'): number | null => raw[field] || null
  const middle = given('weightedAverage') ?? given('avg') ?? given('med') ?? given('min') ?? given('max')
  if (middle === null) return { price: null, noPrice: Object.values(raw).includes(0) ? 'what stands there is 0' : null }
  const filled = (['min', 'weightedAverage', 'max'] as const).filter((field) => given(field) === null)
  return { price: { min: given('min') ?? middle, weightedAverage: middle, max: given('max') ?? middle, filled }, noPrice: null }
}

function refuseDoubles(models: RawRow[]): void {
  const seen = new Set<string>()
  for (const one of models) {
    const name = [one.vendor, one.model, one.ram, one.interface].map((part) => part ?? 'unstated').join(' ')
    const key = [one.vendor, priceName(one.model), ramGib(one.ram ?? null) ?? one.ram, one.interface].join(' ').toLowerCase()
    if (seen.has(key)) throw new MarketMisfit(`models lists "${name}" twice, so it is not clear which price holds.`)
    seen.add(key)
  }
}

function misfitSentence(raw: unknown, error: z.ZodError): string {
  const path = error.issues[0]?.path ?? []
  if (path.length === 1 && path[0] === 'models') return `it should hold a list "models", which ${standsThere(raw, path)}.`
  return `${nameOf(path)} ${standsThere(raw, path)}, where ${expected(path)} is expected.`
}

function expected(path: readonly PropertyKey[]): string {
  const last = String(path.at(-1) ?? '')
  if (['min', 'max', 'avg', 'weightedAverage', 'med', 'startingAt'].includes(last)) return 'a number of 0 or more, and at most 10,000 USD,'
  if (['total', 'available', 'totalGpus', 'leasedGpus', 'providerCount', 'gpuUtilization'].includes(last)) return 'a number of 0 or more, and at most a thousand million,'
  if (last === 'date') return 'a day'
  if (last === 'gpuBreakdown') return 'a list'
  if (last === 'model' || last === 'ram' || last === 'interface' || last === 'vendor' || last === 'currency') return 'text'
  return 'an object'
}

function sumKnown(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
