/** What a token or a currency was worth at a moment in the past: from what was kept, else asked for, and kept then. */
import type { Confidence } from '../../shared/earnings.ts'
import { mostTokenUsd, type Priced } from '../../shared/market-data.ts'
import type { Source } from '../../shared/network.ts'
import type { MarketTables } from '../history/market-tables.ts'
import { MarketMisfit, RequestFailed, type MarketRequest, type PegDefinition, type TokenDefinition } from '../networks/network.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { utcDay, messageOf } from './answers.ts'
import { currencySource, parseRates, pastRatesUrl, publishedAt, readPastRates } from './currencies.ts'
import { llamaKeys, llamaQuotes } from './token-services.ts'

export interface PastPricesOptions {
  tokens: readonly TokenDefinition[]
  pegs: readonly PegDefinition[]
  tables: MarketTables
  clock: Clock
  log: Log
  /** null: that source may not be asked. */
  requestFor(sourceId: string): MarketRequest | null
  sourceOf(sourceId: string): Source | null
}

const hour = 3_600_000
const day = 24 * hour
/** A kept price this near is as good as what could be asked for. */
const nearMs = 2 * hour
/** Where nothing nearer is to be had, one of the day before or after serves. */
const farMs = 36 * hour
/** DefiLlama gives the price nearest to the moment, as far as this away. */
const searchWidth = '6h'
/** What could not be had is not asked for again at once. */
const giveUpForMs = hour
const tokenServiceId = 'prices/llama'

/** What `prices.document` holds. */
interface Kept {
  kind: 'live' | 'past'
  confidence?: Confidence
  note?: string
  sourceIds?: string[]
}

export function createPastPrices(options: PastPricesOptions): (symbol: string, at: number) => Promise<Priced | null> {
  const { tokens, tables, clock, log } = options
  const asking = new Map<string, Promise<Priced | null>>()
  const gaveUpAt = new Map<string, number>()

  function keptNear(symbol: string, at: number, withinMs: number): Priced | null {
    try {
      const row = tables.priceNear(symbol, at, withinMs)
      if (!row) return null
      const kept = readDocument(row.document)
      const [sourceId] = kept.sourceIds ?? []
      const source = sourceId === undefined ? null : options.sourceOf(sourceId)
      const apart = Math.abs(row.at - at)
      const note = [kept.note, apart > nearMs ? `The nearest price that is known is ${Math.round(apart / hour)} h off the moment.` : null].filter(Boolean).join(' ')
      const confidence = apart > nearMs && kept.confidence === 'high' ? 'medium' : (kept.confidence ?? 'low')
      return { usd: row.usd, origin: 'live', source: { url: source?.url ?? 'https://defillama.com', date: utcDay(row.at) }, takenAt: row.at, confidence, note: note === '' ? null : note }
    } catch (error) {
      log.warn('kept prices cannot be read', { error: messageOf(error) })
      return null
    }
  }

  function keep(symbol: string, at: number, usd: number, document: Kept): void {
    try {
      tables.savePrice(symbol, at, usd, JSON.stringify(document))
    } catch (error) {
      log.warn('a price of the past cannot be kept', { error: messageOf(error) })
    }
  }

  async function askToken(symbol: string, at: number): Promise<Priced | null> {
    const request = options.requestFor(tokenServiceId)
    const known = llamaKeys(tokens).find((one) => one.symbol === symbol)
    if (!request || !known) return null
    // CoinGecko's own history wants a key; DefiLlama passes it on without one.
    const url = `https://coins.llama.fi/prices/historical/${Math.floor(at / 1000)}/${encodeURIComponent(known.id)}?searchWidth=${searchWidth}`
    const raw = await request({ method: 'GET', url, what: `what ${symbol} cost on ${utcDay(at)}` })
    const [quote] = llamaQuotes([known], raw)
    const usd = quote?.usd ?? null
    if (usd === null || !(usd > 0 && usd <= mostTokenUsd)) throw new MarketMisfit(`the price of ${symbol} is ${String(usd)}`)
    const toldAt = quote?.toldAt ?? at
    if (Math.abs(toldAt - at) > day) throw new MarketMisfit(`the price of ${symbol} is of ${utcDay(toldAt)}, where ${utcDay(at)} was asked about`)
    const note = 'One service alone tells past prices; no second one confirms it.'
    keep(symbol, toldAt, usd, { kind: 'past', confidence: 'medium', note, sourceIds: [tokenServiceId] })
    return { usd, origin: 'live', source: { url: 'https://defillama.com', date: utcDay(toldAt), note: 'asked for the moment; it passes the prices of CoinGecko on' }, takenAt: toldAt, confidence: 'medium', note }
  }

  async function askCurrency(code: string, at: number): Promise<Priced | null> {
    const request = options.requestFor(currencySource.id)
    if (!request) return null
    const asked = utcDay(at)
    const rates = parseRates(await readPastRates(request, asked))
    if (rates.date > asked || at - rates.at > 10 * day) throw new MarketMisfit(`the rates are of ${rates.date}, where ${asked} was asked about`)
    const units = rates.unitsPerUsd[code]
    if (units === undefined) throw new MarketMisfit(`no rate of ${code} is published`)
    const note = rates.date === asked ? null : `No rates of ${asked} were published by then; those of the working day before, ${rates.date}, hold.`
    // Under the day that was asked about: that of a holiday must not be asked for each time.
    const heldAt = Date.parse(`${asked}${publishedAt}`)
    // Today's may still come.
    const isFinal = rates.date === asked || asked < utcDay(clock.now())
    for (const [other, otherUnits] of isFinal ? Object.entries(rates.unitsPerUsd) : []) {
      keep(other, heldAt, 1 / otherUnits, { kind: 'past', confidence: 'high', sourceIds: [currencySource.id], ...(note === null ? {} : { note }) })
    }
    return { usd: 1 / units, origin: 'live', source: { url: pastRatesUrl(asked), date: rates.date }, takenAt: rates.at, confidence: 'high', note }
  }

  async function askOnce(symbol: string, at: number, key: string, isToken: boolean): Promise<Priced | null> {
    const now = clock.now()
    const before = gaveUpAt.get(key)
    if (before === undefined || Math.abs(now - before) > giveUpForMs) {
      try {
        const found = await (isToken ? askToken(symbol, at) : askCurrency(symbol, at))
        if (found) return found
      } catch (error) {
        if (!(error instanceof RequestFailed || error instanceof MarketMisfit)) throw error
        gaveUpAt.set(key, now)
        log.info(`what ${symbol} cost on ${utcDay(at)} could not be had`, { why: error.message })
      }
    }
    return keptNear(symbol, at, farMs)
  }

  return async (typed, at) => {
    const symbol = typed.toUpperCase()
    if (symbol === 'USD') return { usd: 1, origin: 'live', source: { url: currencySource.source.url, date: utcDay(at) }, takenAt: at, confidence: 'high', note: null }
    const peg = options.pegs.find((one) => one.symbol === symbol)
    if (peg) return { usd: peg.usd, origin: 'assumed', source: peg.source, takenAt: at, confidence: 'medium', note: peg.why }
    const isToken = tokens.some((token) => token.symbol === symbol)
    if (!Number.isFinite(at) || at < 0 || at > clock.now() + hour || (!isToken && !/^[A-Z]{3}$/.test(symbol))) return null
    // Rates hold for a day, tokens' prices for hours.
    const near = keptNear(symbol, at, isToken ? nearMs : 12 * hour)
    if (near) return near
    const key = `${symbol} ${isToken ? Math.floor(at / nearMs) : utcDay(at)}`
    const running = asking.get(key) ?? askOnce(symbol, at, key, isToken).finally(() => asking.delete(key))
    asking.set(key, running)
    return running
  }
}

function readDocument(document: string): Kept {
  try {
    const value = JSON.parse(document) as Partial<Kept> | null
    return { ...value, kind: value?.kind === 'past' ? 'past' : 'live' }
  } catch {
    return { kind: 'live' }
  }
}
