/** The services that tell what tokens cost: how each is asked and read. Which of them to believe is for cross-check.ts. */
import type { Source } from '../../shared/network.ts'
import { MarketMisfit, RequestFailed, type MarketRequest, type TokenDefinition } from '../networks/network.ts'

/** What one service told of one token. */
export interface TokenQuote {
  symbol: string
  /** As it was given, whatever it is; null: none, `fault` says why. */
  usd: number | null
  fault: string | null
  /** ms since epoch; null: it does not say. */
  toldAt: number | null
}

export interface TokenService {
  /** `prices/<word>`. */
  id: string
  title: string
  /** Services with the same voice repeat one another and are no check on each other. */
  voice: string
  /** Asked only while that source fails. */
  standsInFor: string | null
  hosts: string[]
  source: Source
  read(request: MarketRequest): Promise<unknown>
  /** Throws `MarketMisfit` where the answer as a whole cannot be read, or tells no price at all. */
  parse(raw: unknown): TokenQuote[]
}

type ServiceId = keyof TokenDefinition['ids']

interface Known {
  symbol: string
  id: string
}

const what = 'what tokens cost'

/** Those that know at least one of the tokens, the preferred first. */
export function tokenServices(tokens: readonly TokenDefinition[]): TokenService[] {
  const knownTo = (service: ServiceId): Known[] => tokens.flatMap(({ symbol, ids }) => (ids[service] ? [{ symbol, id: ids[service] }] : []))
  const coingecko = knownTo('coingecko')
  return [coinGecko(coingecko), coinpaprika(knownTo('coinpaprika')), kraken(knownTo('kraken')), llama(llamaKeys(tokens))].filter((service) => service !== null)
}

/** DefiLlama knows a token by its own key, else by CoinGecko's id. */
export function llamaKeys(tokens: readonly TokenDefinition[]): Known[] {
  return tokens.flatMap(({ symbol, ids }) => {
    const id = ids.llama ?? (ids.coingecko ? `coingecko:${ids.coingecko}` : null)
    return id === null ? [] : [{ symbol, id }]
  })
}

/** https://docs.coingecko.com/v3.0.1/reference/simple-price: {"io":{"usd":0.135,"last_updated_at":1790000000}} */
function coinGecko(known: Known[]): TokenService | null {
  if (known.length === 0) return null
  const ids = known.map(({ id }) => encodeURIComponent(id)).join(',')
  return {
    id: 'prices/coingecko',
    title: 'CoinGecko',
    voice: 'coingecko',
    standsInFor: null,
    hosts: ['api.coingecko.com'],
    source: { url: 'https://www.coingecko.com', date: null, note: 'asked live' },
    read: (request) => request({ method: 'GET', url: `https://api.coingecko.com/api/v3/simple/price?ids=${ids}&vs_currencies=usd&include_last_updated_at=true`, what }),
    parse: (raw) => quotesOf(known, (id) => {
      const row = fieldOf(objectOf(raw), id)
      if (row === undefined) return { usd: null, fault: 'it does not know the token', toldAt: null }
      const prices = objectOf(row)
      return { ...priceOf(prices, 'usd'), toldAt: seconds(prices['last_updated_at']) }
    }),
  }
}

/** https://docs.coinpaprika.com: one question a token; {"quotes":{"USD":{"price":0.7}},"last_updated":"2026-11-23T12:00:00Z"} */
function coinpaprika(known: Known[]): TokenService | null {
  if (known.length === 0) return null
  return {
    id: 'prices/coinpaprika',
    title: 'Coinpaprika',
    voice: 'coinpaprika',
    standsInFor: null,
    hosts: ['api.coinpaprika.com'],
    source: { url: 'https://coinpaprika.com', date: null, note: 'asked live' },
    read: (request) => readEach(known, (id) => request({ method: 'GET', url: `https://api.coinpaprika.com/v1/tickers/${encodeURIComponent(id)}`, what })),
    parse: (raw) => quotesOf(known, (id) => {
      const answer = answerOf(raw, id)
      if (typeof answer === 'string') return { usd: null, fault: answer, toldAt: null }
      const quotes = objectOf(answer['quotes'])
      const updated = answer['last_updated']
      if (fieldOf(quotes, 'USD') === undefined) return { usd: null, fault: currencyFault(quotes), toldAt: null }
      return { ...priceOf(objectOf(quotes['USD']), 'price'), toldAt: typeof updated === 'string' ? toldMoment(Date.parse(updated)) : null }
    }),
  }
}

/** https://docs.kraken.com/api/docs/rest-api/get-ticker-information: {"error":[],"result":{"XUSD":{"c":["0.70","12.5"]}}}, c: last trade. It dates nothing. */
function kraken(known: Known[]): TokenService | null {
  if (known.length === 0) return null
  return {
    id: 'prices/kraken',
    title: 'Kraken',
    voice: 'kraken',
    standsInFor: null,
    hosts: ['api.kraken.com'],
    source: { url: 'https://www.kraken.com', date: null, note: 'last trade against US dollars, asked live' },
    // One pair that it does not know spoils the answer for all of a question, so each is asked by itself.
    read: (request) => readEach(known, (id) => request({ method: 'GET', url: `https://api.kraken.com/0/public/Ticker?pair=${encodeURIComponent(id)}`, what })),
    parse: (raw) => quotesOf(known, (id) => {
      if (!/[^Z]USD$|ZUSD$/.test(id)) return { usd: null, fault: `the pair ${id} is not against US dollars`, toldAt: null }
      const answer = answerOf(raw, id)
      if (typeof answer === 'string') return { usd: null, fault: answer, toldAt: null }
      const errors = answer['error']
      if (Array.isArray(errors) && errors.length > 0) return { usd: null, fault: `it answered "${String(errors[0]).slice(0, 80)}"`, toldAt: null }
      const rows = Object.values(objectOf(answer['result']))
      // Older pairs come back under another name than they were asked for.
      if (rows.length !== 1) return { usd: null, fault: `it told of ${rows.length} pairs where one was asked for`, toldAt: null }
      const last = objectOf(rows[0])['c']
      return { ...priceOf({ last: Array.isArray(last) ? (last[0] as unknown) : undefined }, 'last'), toldAt: null }
    }),
  }
}

/**
 * https://coins.llama.fi: {"coins":{"coingecko:io":{"price":0.135,"timestamp":1790000000,"confidence":0.99}}}. Its keys
 * "coingecko:…" pass CoinGecko's prices on, and most of its addresses are mapped to them: the same voice, no second opinion.
 */
function llama(known: Known[]): TokenService | null {
  if (known.length === 0) return null
  return {
    id: 'prices/llama',
    title: 'DefiLlama',
    voice: 'coingecko',
    standsInFor: 'prices/coingecko',
    hosts: ['coins.llama.fi'],
    source: { url: 'https://defillama.com', date: null, note: 'asked live; it passes the prices of CoinGecko on' },
    read: (request) => request({ method: 'GET', url: `https://coins.llama.fi/prices/current/${known.map(({ id }) => encodeURIComponent(id)).join(',')}`, what }),
    parse: (raw) => llamaQuotes(known, raw),
  }
}

/** Of /prices/current and of /prices/historical alike. Throws `MarketMisfit`. */
export function llamaQuotes(known: Known[], raw: unknown): TokenQuote[] {
  return quotesOf(known, (id) => {
    const row = fieldOf(objectOf(objectOf(raw)['coins'], '"coins"'), id)
    if (row === undefined) return { usd: null, fault: 'it does not know the token', toldAt: null }
    return { ...priceOf(objectOf(row), 'price'), toldAt: seconds(objectOf(row)['timestamp']) }
  })
}

/** Answers by id; one that fails is a sentence in its place. Rejects where none came, with what the first failed of. */
async function readEach(known: Known[], ask: (id: string) => Promise<unknown>): Promise<unknown> {
  const answers = await Promise.allSettled(known.map(({ id }) => ask(id)))
  const failed = answers.find((answer) => answer.status === 'rejected')
  if (failed && answers.every((answer) => answer.status === 'rejected')) throw failed.reason
  return Object.fromEntries(
    known.map(({ id }, i) => {
      const answer = answers[i] as PromiseSettledResult<unknown>
      if (answer.status === 'fulfilled') return [id, { answer: answer.value }]
      const { reason } = answer as PromiseRejectedResult
      if (!(reason instanceof RequestFailed)) throw reason
      return [id, { failed: reason.status === 404 ? 'it does not know the token' : reason.message }]
    }),
  )
}

/** The answer to one of several questions; a text: why there is none. */
function answerOf(raw: unknown, id: string): Record<string, unknown> | string {
  const kept = objectOf(fieldOf(objectOf(raw), id) ?? { failed: 'it was not asked for the token' })
  return typeof kept['failed'] === 'string' ? kept['failed'] : objectOf(kept['answer'])
}

function quotesOf(known: Known[], read: (id: string) => Omit<TokenQuote, 'symbol'>): TokenQuote[] {
  const quotes = known.map(({ symbol, id }): TokenQuote => {
    try {
      return { symbol, ...read(id) }
    } catch (error) {
      if (error instanceof MarketMisfit) return { symbol, usd: null, fault: error.message, toldAt: null }
      throw error
    }
  })
  if (quotes.some((quote) => quote.usd !== null)) return quotes
  throw new MarketMisfit(quotes.map(({ symbol, fault }) => `no price for ${symbol}: ${fault ?? 'none was given'}`).join('; '))
}

/** Numbers may come as text. What is not a number is said, not guessed. */
function priceOf(row: Record<string, unknown>, key: string): Pick<TokenQuote, 'usd' | 'fault'> {
  const value = row[key]
  if (value === undefined) return { usd: null, fault: currencyFault(row) }
  if (typeof value === 'number') return { usd: value, fault: null }
  if (typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) return { usd: Number(value), fault: null }
  return { usd: null, fault: `its price is ${value === null ? 'null' : `not a number (${JSON.stringify(value).slice(0, 40)})`}` }
}

function currencyFault(row: Record<string, unknown>): string {
  const others = Object.keys(row).filter((key) => /^[a-z]{3,5}$/i.test(key))
  return others.length > 0 ? `it gives the price in ${others.slice(0, 3).join(', ').toUpperCase()}, not in USD` : 'it gave no price'
}

/** ms of a moment in seconds; null: it gives none. */
function seconds(value: unknown): number | null {
  return typeof value === 'number' ? toldMoment(value * 1000) : null
}

function toldMoment(at: number): number | null {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? at : null
}

function fieldOf(row: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(row, key) ? row[key] : undefined
}

function objectOf(value: unknown, name = 'an object'): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new MarketMisfit(`${name} is missing where one belongs`)
  return value as Record<string, unknown>
}
