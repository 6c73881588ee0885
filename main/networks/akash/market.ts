/** Reads `GET /v1/gpu-prices` of the console API: asking prices and how many cards of each model are leased. */
import { z } from 'zod'
import type { Confidence } from '../../../shared/earnings.ts'
import type { Source } from '../../../shared/network.ts'
import { MarketMisfit, type MarketDefinition, type MarketRequest } from '../network.ts'
import { priceName, ramGib } from './cards.ts'

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
  /** A public "starting at" price, a floor; for models whose asking prices are not known. */
  startingAt: number | null
  /** Where this row is from, when not from where the whole answer is. */
  from: { source: Source; takenAt: number | null; confidence: Confidence } | null
}

export interface AkashMarket {
  total: number | null
  available: number | null
  rows: PriceRow[]
  /** Share leased by model on the last day of gpu-breakdown, where that was asked too. */
  leased: Map<string, { share: number; total: number }>
}

/** Numbers may come as text. What is no plain number is left for the schema to refuse. */
function toNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?(e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : value
}
/** Beyond these a number is a slip: the dearest card asks a few USD an hour, and the network counts hundreds of cards. */
const mostUsdPerHour = 10_000
const mostCards = 1e9
const usd = z.preprocess(toNumber, z.number().nonnegative().max(mostUsdPerHour))
const maybeUsd = usd.nullish()
const amount = z.preprocess(toNumber, z.number().nonnegative().max(mostCards))
const maybeAmount = amount.nullish()
const price = z.object({ currency: z.string().nullish(), min: maybeUsd, max: maybeUsd, avg: maybeUsd, weightedAverage: maybeUsd, med: maybeUsd })
const availability = z.object({ total: maybeAmount, available: maybeAmount }).nullish()
const recorded = z.object({ url: z.string(), date: z.string().nullable(), takenAt: z.string(), confidence: z.enum(['high', 'medium', 'low', 'none']), note: z.string().optional(), startingAt: usd.optional() })
const row = z.object({ vendor: z.string().nullish(), model: z.string().min(1), ram: z.string().nullish(), interface: z.string().nullish(), availability, price: price.nullish(), recorded: recorded.nullish() })
const breakdownDay = z.object({ date: z.string(), model: z.string(), totalGpus: amount, gpuUtilization: amount })
const answer = z.object({ availability, models: z.array(row), gpuBreakdown: z.array(breakdownDay).nullish() })

type RawRow = z.infer<typeof row>

const pricesUrl = 'https://console-api.akash.network/v1/gpu-prices'
const breakdownUrl = 'https://console-api.akash.network/v1/gpu-breakdown?vendor=nvidia'

export const akashMarket: MarketDefinition<AkashMarket> = {
  title: 'Akash asking prices',
  shelfLifeMs: 24 * 3_600_000,
  parse: parseGpuPrices,
  async readMarket(request: MarketRequest): Promise<unknown> {
    const prices = await request({ method: 'GET', url: pricesUrl, what: 'asking prices of GPUs on Akash' })
    // The share leased can be told from the prices' own counts too, so its absence costs precision only.
    const gpuBreakdown = await request({ method: 'GET', url: breakdownUrl, what: 'share of GPUs leased on Akash' }).catch(() => null)
    return typeof prices === 'object' && prices !== null ? { ...prices, gpuBreakdown } : prices
  },
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
    leased: lastDay(gpuBreakdown ?? []),
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
    price: toPrice(raw.price ?? null),
    startingAt: from?.startingAt ?? null,
    from: from ? { source: { url: from.url, date: from.date, ...(from.note === undefined ? {} : { note: from.note }) }, takenAt: timeOf(from.takenAt), confidence: from.confidence } : null,
  }
}

/** null: no price in USD. The weighted average falls back on average and median; the ends fall back on it. */
function toPrice(raw: z.infer<typeof price> | null): AskingPrice | null {
  if (raw === null || (raw.currency != null && raw.currency.toUpperCase() !== 'USD')) return null
  const middle = raw.weightedAverage ?? raw.avg ?? raw.med ?? raw.min ?? raw.max ?? null
  if (middle === null) return null
  const filled = (['min', 'weightedAverage', 'max'] as const).filter((field) => raw[field] == null)
  return { min: raw.min ?? middle, weightedAverage: middle, max: raw.max ?? middle, filled }
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

/** gpu-breakdown is the whole daily history, oldest first, with the share as a text in percent. */
function lastDay(days: z.infer<typeof breakdownDay>[]): AkashMarket['leased'] {
  const last = days.reduce((latest, one) => (one.date > latest ? one.date : latest), '')
  return new Map(days.filter((one) => one.date === last).map((one) => [priceName(one.model), { share: Math.min(1, one.gpuUtilization / 100), total: one.totalGpus }]))
}

function misfitSentence(raw: unknown, error: z.ZodError): string {
  const issue = error.issues[0]
  const path = issue?.path ?? []
  const where = path.length === 0 ? 'the answer' : path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('').slice(typeof path[0] === 'number' ? 0 : 1)
  const found = path.reduce<unknown>((value, part) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined), raw)
  const is = found === undefined ? 'is missing' : `is ${described(found)}`
  if (path.length === 1 && path[0] === 'models') return `it should hold a list "models", which ${is}.`
  return `${where} ${is}, where ${expected(path)} is expected.`
}

function expected(path: readonly PropertyKey[]): string {
  const last = String(path.at(-1) ?? '')
  if (['min', 'max', 'avg', 'weightedAverage', 'med', 'startingAt'].includes(last)) return 'a number of 0 or more, and at most 10,000 USD,'
  if (['total', 'available', 'totalGpus', 'gpuUtilization'].includes(last)) return 'a number of 0 or more, and at most a thousand million,'
  if (last === 'model' || last === 'ram' || last === 'interface' || last === 'vendor' || last === 'currency') return 'text'
  return 'an object'
}

function described(value: unknown): string {
  if (typeof value === 'string') return `the text "${value.slice(0, 40)}"`
  if (typeof value === 'number' && !Number.isFinite(value)) return 'too large a number to reckon with'
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return Array.isArray(value) ? 'a list' : 'an object'
}

function sumKnown(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}

function timeOf(iso: string): number | null {
  const time = Date.parse(iso)
  return Number.isFinite(time) ? time : null
}
