/** What currencies are worth: the European Central Bank's reference rates as Frankfurter serves them, one set a working day. */
import { z } from 'zod'
import { currencyShelfLifeMs } from '../../shared/market-data.ts'
import type { Source } from '../../shared/network.ts'
import { MarketMisfit, type MarketRequest } from '../networks/network.ts'

export interface CurrencyRates {
  /** YYYY-MM-DD: the working day that the rates are of. */
  date: string
  /** ms since epoch of their publication. */
  at: number
  unitsPerUsd: Record<string, number>
}

export const currencySource = {
  id: 'prices/ecb-rates',
  title: 'European Central Bank, through Frankfurter',
  what: 'what currencies are worth',
  hosts: ['api.frankfurter.dev'],
  source: { url: 'https://api.frankfurter.dev/v1/latest?base=USD', date: null, note: 'reference rates of the European Central Bank, asked live' } satisfies Source,
  shelfLifeMs: currencyShelfLifeMs,
}

/** Reference rates are published at about 16:00 in Frankfurt: 15:00 UTC in winter. */
export const publishedAt = 'T15:00:00Z'
/** Beyond this factor between two answers it is a slip of the service, not a market. */
const jumpFactor = 2
const leastUnits = 1e-6
const mostUnits = 1e9

// https://frankfurter.dev/v1/: {"amount":1.0,"base":"USD","date":"2026-11-20","rates":{"EUR":0.86}}
const answer = z.object({
  amount: z.number().optional(),
  base: z.string(),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  rates: z.record(z.string(), z.number()),
})

export function readRates(request: MarketRequest): Promise<unknown> {
  return request({ method: 'GET', url: currencySource.source.url, what: currencySource.what })
}

/** `day`: YYYY-MM-DD. */
export function pastRatesUrl(day: string): string {
  return `https://api.frankfurter.dev/v1/${day}?base=USD`
}

/** `day`: YYYY-MM-DD; the answer is of that day or of the working day before it. */
export function readPastRates(request: MarketRequest, day: string): Promise<unknown> {
  return request({ method: 'GET', url: pastRatesUrl(day), what: `what currencies were worth on ${day}` })
}

/** Throws `MarketMisfit`. */
export function parseRates(raw: unknown): CurrencyRates {
  const parsed = answer.safeParse(raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const field = issue?.path.map(String).join('.').slice(0, 60)
    throw new MarketMisfit(field ? `"${field}" is missing or is not what such an answer has there` : 'it has no rates in it')
  }
  const { base, date, rates, amount = 1 } = parsed.data
  if (base !== 'USD') throw new MarketMisfit(`the rates are for one ${base.slice(0, 10)}, not for one USD`)
  if (amount !== 1) throw new MarketMisfit(`the rates are for ${amount} USD, not for one`)
  const at = Date.parse(`${date}${publishedAt}`)
  // JavaScript turns 31 February into 3 March.
  if (!Number.isFinite(at) || new Date(at).toISOString().slice(0, 10) !== date) throw new MarketMisfit(`${date} is no day`)
  for (const [code, units] of Object.entries(rates)) {
    if (!(units >= leastUnits && units <= mostUnits)) throw new MarketMisfit(`one USD cannot be ${units} ${code.slice(0, 10)}`)
  }
  if (Object.keys(rates).length === 0) throw new MarketMisfit('it names no currency')
  return { date, at, unitsPerUsd: rates }
}

/** Why these rates cannot follow those; null: they can. */
export function whyNotAfter(rates: CurrencyRates, before: CurrencyRates): string | null {
  for (const [code, units] of Object.entries(rates.unitsPerUsd)) {
    const last = before.unitsPerUsd[code]
    if (last !== undefined && Math.abs(Math.log(units / last)) > Math.log(jumpFactor)) return `one USD cannot have gone from ${last} to ${units} ${code}`
  }
  return null
}
