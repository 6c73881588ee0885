/** What tokens cost: the services' last answers held against each other, with what was good last where they cannot be believed. */
import type { Priced, TokenPriceStatus } from '../../shared/market-data.ts'
import type { MarketTables } from '../history/market-tables.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import type { Kept } from './answers.ts'
import { utcDay, messageOf } from './answers.ts'
import { crossCheck, type CheckedPrice, type Jump, type LastGood, type PriceQuote } from './cross-check.ts'
import type { AnySource } from './sources.ts'
import type { TokenQuote, TokenService } from './token-services.ts'

export interface TokenValues {
  /** Holds the services' answers against each other once more; one of them is new. */
  check(): void
  priced(symbol: string): Priced | null
  statuses(): TokenPriceStatus[]
}

export interface TokenValuesOptions {
  symbols: readonly string[]
  services: readonly TokenService[]
  sources: readonly AnySource[]
  tables: MarketTables
  clock: Clock
  log: Log
  kept(sourceId: string): Kept | null
  /** What was known before any answer came; a first answer is held against it. null: nothing. */
  knownUsd(symbol: string): LastGood | null
  /** Prices are judged, and dated, by the time of the services where this machine's clock is wrong. */
  clockOffMs(): number | null
}

/** A price as it holds: that of the last check that gave one, with what the last check said. */
interface Current extends LastGood {
  price: CheckedPrice
}

const hour = 3_600_000
const year = 366 * 24 * hour
const rank = { none: 0, low: 1, medium: 2, high: 3 }

export function createTokenValues(options: TokenValuesOptions): TokenValues {
  const { tables, clock, log } = options
  const current = new Map<string, Current>()
  const latest = new Map<string, CheckedPrice>()
  /** The hour that a token's price was last kept for, and how far it could be believed. */
  const saved = new Map<string, { hour: number; confidence: CheckedPrice['confidence'] }>()
  for (const symbol of options.symbols) recall(symbol)
  // Answers that were kept are judged as of when they came in, not as of now: off-line they are the last good ones.
  const read = options.services.flatMap((service) => options.kept(service.id)?.fetchedAt ?? [])
  if (read.length > 0) checkAt(Math.max(...read), false)

  function recall(symbol: string): void {
    const row = tryTo(() => tables.priceNear(symbol, clock.now(), 3 * year))
    if (!row) return
    const kept = readDocument(row.document)
    const at = kept.takenAt ?? row.at
    const price: CheckedPrice = { usd: row.usd, confidence: kept.confidence, takenAt: at, sourceIds: kept.sourceIds, note: kept.note, quotes: [], jump: kept.jump }
    current.set(symbol, { usd: row.usd, at, price })
    saved.set(symbol, { hour: row.at, confidence: kept.confidence })
  }

  function checkAt(ownNow: number, saves: boolean): void {
    const offMs = speakForOwnClock() ? 0 : (options.clockOffMs() ?? 0)
    const now = ownNow - offMs
    for (const symbol of options.symbols) {
      const quotes = options.services.flatMap((service) => quoteOf(service, symbol, offMs))
      if (quotes.length === 0) continue
      const before = current.get(symbol)
      const checked = crossCheck(quotes, before ?? options.knownUsd(symbol), now, before?.price.jump ?? null)
      latest.set(symbol, checked)
      if (checked.usd === null || checked.takenAt === null) continue
      // A recalled price may be newer than the answers that were kept.
      if (!saves && before && before.at > checked.takenAt) continue
      if (saves) save(symbol, checked.takenAt, checked)
      current.set(symbol, { usd: checked.usd, at: checked.takenAt, price: checked })
    }
  }

  /** Prices dated by this machine's clock outweigh Date headers that are years off: then it is the headers that are wrong. */
  function speakForOwnClock(): boolean {
    return options.services.some((service) => {
      const kept = options.kept(service.id)
      return ((kept?.value as TokenQuote[] | undefined) ?? []).some((quote) => kept !== null && quote.usd !== null && quote.toldAt !== null && Math.abs(kept.fetchedAt - quote.toldAt) < 24 * hour)
    })
  }

  function quoteOf(service: TokenService, symbol: string, offMs: number): PriceQuote[] {
    const kept = options.kept(service.id)
    const quote = (kept?.value as TokenQuote[] | undefined)?.find((one) => one.symbol === symbol)
    return kept && quote ? [{ sourceId: service.id, title: service.title, voice: service.voice, usd: quote.usd, fault: quote.fault, toldAt: quote.toldAt, readAt: kept.fetchedAt - offMs }] : []
  }

  /** One price an hour: the last of those that could be believed most. */
  function save(symbol: string, takenAt: number, { usd, confidence, note, sourceIds, jump }: CheckedPrice): void {
    const of = Math.floor(takenAt / hour) * hour
    const before = saved.get(symbol)
    if (before?.hour === of && rank[before.confidence] > rank[confidence]) return
    saved.set(symbol, { hour: of, confidence })
    tryTo(() => tables.savePrice(symbol, of, usd as number, JSON.stringify({ kind: 'live', takenAt, confidence, note, sourceIds, ...(jump === null ? {} : { jump }) })))
  }

  function tryTo<T>(run: () => T): T | null {
    try {
      return run()
    } catch (error) {
      log.warn('prices of tokens cannot be kept or read', { error: messageOf(error) })
      return null
    }
  }

  return {
    check: () => checkAt(clock.now(), true),
    priced(symbol) {
      const held = current.get(symbol)
      if (!held) return null
      const checked = latest.get(symbol)
      const isUpheld = checked === undefined || checked.usd !== null
      const titles = held.price.sourceIds.flatMap((id) => options.sources.find((source) => source.id === id)?.title ?? [])
      const from = options.sources.find((source) => source.id === held.price.sourceIds[0])
      return {
        usd: held.usd,
        origin: 'live',
        source: { url: from?.source.url ?? 'https://defillama.com', date: utcDay(held.at), note: titles.length > 0 ? `price by ${titles.join(' and ')}` : 'a price that was kept' },
        takenAt: held.at,
        confidence: isUpheld ? held.price.confidence : 'low',
        note: isUpheld ? held.price.note : checked.note,
      }
    },
    statuses: () =>
      options.symbols.map((symbol): TokenPriceStatus => {
        const held = current.get(symbol)
        const checked = latest.get(symbol)
        return {
          symbol,
          usd: held?.usd ?? null,
          takenAt: held?.at ?? null,
          confidence: held ? (checked?.usd === null ? 'low' : held.price.confidence) : 'none',
          note: checked?.note ?? held?.price.note ?? null,
          services: checked?.quotes ?? [],
        }
      }),
  }
}

function readDocument(document: string): Pick<CheckedPrice, 'confidence' | 'note' | 'sourceIds' | 'takenAt' | 'jump'> {
  try {
    const value = JSON.parse(document) as Partial<CheckedPrice> | null
    const { confidence, note, sourceIds, takenAt, jump } = value ?? {}
    return {
      confidence: confidence === 'high' || confidence === 'medium' || confidence === 'low' ? confidence : 'low',
      note: typeof note === 'string' ? note : 'A price that was kept.',
      sourceIds: Array.isArray(sourceIds) ? sourceIds.filter((id) => typeof id === 'string') : [],
      takenAt: typeof takenAt === 'number' && Math.abs(takenAt) <= 8.64e15 ? takenAt : null,
      jump: isJump(jump) ? jump : null,
    }
  } catch {
    return { confidence: 'low', note: 'A price that was kept.', sourceIds: [], takenAt: null, jump: null }
  }
}

function isJump(value: unknown): value is Jump {
  const { from, since, atMost } = (value ?? {}) as Partial<Jump>
  return Number.isFinite(since) && (atMost === 'low' || atMost === 'medium') && Number.isFinite(from?.at) && (from?.usd ?? 0) > 0
}
