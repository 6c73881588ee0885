/** A loopback server in place of the internet (`/<host>/<path>`), a clock that races, and the service over a real SQLite file. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { createMarketTables, type MarketTables } from '../../../main/history/market-tables.ts'
import { bringUpToDate } from '../../../main/history/schema.ts'
import { createMarketData, type MarketData, type MarketDataOptions } from '../../../main/market-data/index.ts'
import { MarketMisfit, type AnyNetwork } from '../../../main/networks/network.ts'
import type { Clock } from '../../../main/system/clock.ts'
import { createLog } from '../../../main/system/log.ts'
import { defaultSettings, type Settings } from '../../../shared/settings.ts'
import { newFolder } from '../../helpers/files.ts'

export const noon = Date.UTC(2026, 10, 23, 12)
export const hour = 3_600_000

type Reply = unknown | ((request: IncomingMessage, response: ServerResponse) => void)

export interface Outside {
  base: string
  /** By `host/path` without the query, or by its beginning. A function answers by itself; anything else goes out as JSON. */
  replies: Record<string, Reply>
  /** `host/path?query` as they came in. */
  asked: string[]
}

export async function startOutside(replies: Record<string, Reply> = {}): Promise<Outside> {
  const outside: Outside = { base: '', replies, asked: [] }
  const server = createServer((request, response) => {
    const asked = decodeURIComponent(request.url ?? '').slice(1)
    outside.asked.push(asked)
    const path = asked.split('?')[0] ?? ''
    const key = Object.keys(outside.replies).find((one) => one === path) ?? Object.keys(outside.replies).find((one) => path.startsWith(one))
    const reply = key === undefined ? undefined : outside.replies[key]
    if (reply === undefined) response.writeHead(404).end('none')
    else if (typeof reply === 'function') (reply as (request: IncomingMessage, response: ServerResponse) => void)(request, response)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  outside.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return outside
}

export interface RacingClock extends Clock {
  /** As after a sleep: what is due by then runs at once. */
  jump(ms: number): void
  /** From now on this much faster than the wall's, time-outs too. */
  race(times: number): void
}

/** What the client takes for a time-out: at that speed a busy machine would let it strike, so it goes by the wall's until `race`. */
const timeOutMs = 15_000

/** Time and timers run `times` faster than the wall's, all but time-outs. */
export function racingClock(times = 40, startAt = noon): RacingClock {
  let began = performance.now()
  const timers = new Set<{ at: number; run: () => void }>()
  let jumped = 0
  let isRaced = false
  const now = (): number => Math.round(startAt + jumped + (performance.now() - began) * times)
  return {
    now,
    after(ms, run) {
      const timer = {
        at: now() + ms,
        run() {
          clearTimeout(handle)
          if (timers.delete(timer)) run()
        },
      }
      timers.add(timer)
      const handle = setTimeout(timer.run, ms === timeOutMs && !isRaced ? ms : ms / times)
      return () => {
        clearTimeout(handle)
        timers.delete(timer)
      }
    },
    jump(ms) {
      jumped += ms
      for (const timer of [...timers]) if (timer.at <= now()) timer.run()
    },
    race(faster) {
      jumped = now() - startAt
      began = performance.now()
      times = faster
      isRaced = true
    },
  }
}

export function openTables(file = join(newFolder(), 'history.sqlite')): { file: string; tables: MarketTables; close(): void } {
  const database = new DatabaseSync(file)
  bringUpToDate(database)
  const close = (): void => void (database.isOpen && database.close())
  onTestFinished(close)
  return { file, tables: createMarketTables(database, () => {}), close }
}

export const log = createLog('silent', () => {})
const source = { url: 'https://example.com', date: '2026-11-22' }

function priceOf(raw: unknown): { price: number; at: number | null } {
  const { price, at } = (raw ?? {}) as { price?: unknown; at?: unknown }
  if (typeof price !== 'number') throw new MarketMisfit('price is missing.')
  return { price, at: typeof at === 'string' ? Date.parse(at) : null }
}

/** A network with a market, one further source and two tokens: one that three services know, one that one knows. */
export const madeUp = {
  id: 'made-up', title: 'Made-up', alsoKnownAs: [], tokens: ['ABC', 'ONE'], url: 'https://example.com', signs: [], software: [], enrolments: [], programmes: [], wallet: null,
  health: () => ({}) as never,
  tokenIds: [
    { symbol: 'ABC', ids: { coingecko: 'abc', coinpaprika: 'abc-abc', kraken: 'ABCUSD' }, source },
    { symbol: 'ONE', ids: { coingecko: 'one' }, source },
  ],
  market: {
    title: 'Made-up prices', shelfLifeMs: 24 * hour, hosts: ['api.example.com'], source,
    parse: priceOf,
    readMarket: (request) => request({ method: 'GET', url: 'https://api.example.com/market', what: 'prices' }),
    takenAt: (value) => (value as { at: number | null }).at,
  },
  sources: [
    {
      id: 'made-up/figures', title: 'Made-up figures', what: 'figures', hosts: ['figures.example.com'], shelfLifeMs: hour, source,
      read: (request) => request({ method: 'GET', url: 'https://figures.example.com/figures', what: 'figures' }),
      parse: priceOf,
    },
  ],
} satisfies AnyNetwork as AnyNetwork

const seconds = (at: number): number => Math.floor(at / 1000)
export const paprika = (price: unknown, at = noon): unknown => ({ id: 'abc-abc', symbol: 'ABC', quotes: { USD: { price } }, last_updated: new Date(at).toISOString() })
export const gecko = (abc: unknown, one: unknown, at = noon): unknown => ({ abc: { usd: abc, last_updated_at: seconds(at) }, one: { usd: one, last_updated_at: seconds(at) } })
export const kraken = (price: string): unknown => ({ error: [], result: { ABCUSD: { a: ['9', '1', '1'], c: [price, '12.5'] } } })
export const ecb = (rates: unknown = { EUR: 0.8, JPY: 150 }, date = '2026-11-20', base = 'USD'): unknown => ({ amount: 1, base, date, rates })

/** Good answers of everything that `madeUp` asks. */
export function goodReplies(): Record<string, unknown> {
  return {
    'api.example.com/market': { price: 0.5 },
    'figures.example.com/figures': { price: 7 },
    'api.coingecko.com/api/v3/simple/price': gecko(1, 0.1),
    'api.coinpaprika.com/v1/tickers/abc-abc': paprika(1.01),
    'api.kraken.com/0/public/Ticker': kraken('1.005'),
    'coins.llama.fi/prices/current': { coins: { 'coingecko:abc': { price: 1, timestamp: seconds(noon), confidence: 0.99 }, 'coingecko:one': { price: 0.1, timestamp: seconds(noon), confidence: 0.99 } } },
    'api.frankfurter.dev/v1/latest': ecb(),
  }
}

export interface Service {
  data: MarketData
  settings: Settings
  changes: () => number
  all(): string[]
}

export function openService(outside: Pick<Outside, 'base'>, more: Partial<MarketDataOptions> & { set?: Partial<Settings> } = {}): Service {
  const settings: Settings = { ...defaultSettings, ...more.set }
  let changes = 0
  const data = createMarketData({
    networks: [madeUp], tables: more.tables ?? openTables().tables, settings: () => settings, clock: racingClock(), log, version: '0.0.0', loopback: outside.base, random: () => 0.5,
    onChange: () => void (changes += 1), ...more,
  })
  onTestFinished(() => data.stop())
  return { data, settings, changes: () => changes, all: () => data.statuses().map((status) => status.id) }
}

/** Waits for a state, not for a time; the test's own time-out is the end of it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 5))
}
