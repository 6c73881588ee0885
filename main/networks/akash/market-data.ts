/** Reads what the console says of AKT on the markets: its price, what is traded of it, what all of it is worth. */
import { z } from 'zod'
import { mostTokenUsd } from '../../../shared/market-data.ts'
import { atMost, within } from '../../../shared/outside-answers.ts'
import { MarketMisfit, type SourceDefinition } from '../network.ts'
import { readAnswer } from './answers.ts'
import sources from './sources.json' with { type: 'json' }

export interface MarketData {
  /** USD for one AKT; null: not told, or 0. */
  usd: number | null
  /** USD traded in the 24 hours before. */
  volumeUsdPerDay: number | null
  /** USD for all AKT that are out. */
  marketCapUsd: number | null
  /** Place among all tokens by what they are worth. */
  rank: number | null
  /** Percent over the 24 hours before. */
  changePercent: number | null
}

/** Beyond this a sum of money is a slip. */
const usd = atMost(1e13)
const schema = z.object({
  price: atMost(mostTokenUsd).nullish(),
  volume: usd.nullish(),
  marketCap: usd.nullish(),
  // Only said beside a figure: an odd one costs no figure.
  marketCapRank: atMost(1e6).nullish().catch(null),
  priceChangePercentage24: within(1e6).nullish().catch(null),
})

/** Throws MarketMisfit. */
export function parseMarketData(raw: unknown): MarketData {
  const told = readAnswer(schema, raw, (path) => (path.length === 0 ? 'an object' : 'a number that can be'))
  // A token that trades is worth something: the console says 0 where it has no row.
  const some = (value: number | null | undefined): number | null => (value == null || value <= 0 ? null : value)
  const read = { usd: some(told.price), volumeUsdPerDay: told.volume ?? null, marketCapUsd: some(told.marketCap) }
  if (read.usd === null && read.marketCapUsd === null && !read.volumeUsdPerDay) throw new MarketMisfit('it tells none of price, volume and marketCap.')
  return { ...read, rank: some(told.marketCapRank), changePercent: told.priceChangePercentage24 ?? null }
}

const what = 'what AKT costs, and what is traded of it'

export const marketDataSource: SourceDefinition<MarketData> = {
  id: 'akash/market-data', title: 'AKT on the markets', what, hosts: [new URL(sources.marketData.url).host], shelfLifeMs: 6 * 3_600_000, source: sources.marketData,
  read: (request) => request({ method: 'GET', url: sources.marketData.url, what }), parse: parseMarketData,
}
