/** Every source there is, as one list: the networks' markets and figures, what tokens cost, what currencies are worth, wallets. */
import { tokenShelfLifeMs, type SourceStatus } from '../../shared/market-data.ts'
import type { Source } from '../../shared/network.ts'
import type { AnyNetwork, MarketRequest, TokenDefinition } from '../networks/network.ts'
import { whyRefused } from './cross-check.ts'
import { currencySource, parseRates, readRates, whyNotAfter, type CurrencyRates } from './currencies.ts'
import { tokenServices, type TokenQuote, type TokenService } from './token-services.ts'

export interface AnySource extends Pick<SourceStatus, 'id' | 'title' | 'what' | 'kind' | 'networkId' | 'hosts' | 'shelfLifeMs'> {
  source: Source
  /** null: it is asked when something of it is wanted, not by itself. */
  asks: Asks | null
}

export interface Asks {
  everyMs: number
  /** Asked only while that source fails. */
  standsInFor: string | null
  read(request: MarketRequest): Promise<unknown>
  /** Throws `MarketMisfit`. */
  parse(raw: unknown): unknown
  /** When the figures are of; null: the answer does not say. */
  takenAt(value: unknown): number | null
  /** Why a value that parses is still not taken; null: it is. `before`: the last good one. */
  whyNot(value: unknown, before: unknown, now: number): string | null
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const leastEveryMs = 10 * minute
const mostEveryMs = 6 * hour
const tokenEveryMs = 15 * minute

export function listSources(networks: readonly AnyNetwork[]): AnySource[] {
  return [...networks.flatMap(ofNetwork), ...tokenServices(tokensOf(networks)).map(ofTokenService), currencies()]
}

/** Each symbol once. */
export function tokensOf(networks: readonly AnyNetwork[]): TokenDefinition[] {
  const bySymbol = new Map<string, TokenDefinition>()
  for (const token of networks.flatMap((network) => network.tokenIds)) if (!bySymbol.has(token.symbol)) bySymbol.set(token.symbol, token)
  return [...bySymbol.values()]
}

/** Twice within its shelf life, but neither a burden to the host nor older than a quarter of a day. */
export function everyMsFor(shelfLifeMs: number): number {
  return Math.min(mostEveryMs, Math.max(leastEveryMs, shelfLifeMs / 2))
}

function ofNetwork(network: AnyNetwork): AnySource[] {
  const { market, wallet } = network
  const marketSource: AnySource[] = market
    ? [
        {
          id: `${network.id}/market`,
          title: market.title,
          what: market.title,
          kind: 'market',
          networkId: network.id,
          hosts: market.hosts,
          shelfLifeMs: market.shelfLifeMs,
          source: market.source,
          asks: {
            everyMs: everyMsFor(market.shelfLifeMs),
            standsInFor: null,
            read: (request) => market.readMarket(request),
            parse: (raw) => market.parse(raw),
            takenAt: (value) => market.takenAt?.(value) ?? null,
            whyNot: () => null,
          },
        },
      ]
    : []
  const further = network.sources.map(
    (source): AnySource => ({
      id: source.id,
      title: source.title,
      what: source.what,
      kind: 'health',
      networkId: network.id,
      hosts: source.hosts,
      shelfLifeMs: source.shelfLifeMs,
      source: source.source,
      asks: {
        everyMs: everyMsFor(source.shelfLifeMs),
        standsInFor: null,
        read: (request) => source.read(request),
        parse: (raw) => source.parse(raw),
        takenAt: (value) => source.takenAt?.(value) ?? null,
        whyNot: () => null,
      },
    }),
  )
  const walletSource: AnySource[] = wallet
    ? [
        {
          id: walletSourceId(network.id),
          title: `Wallet on ${network.title}`,
          what: wallet.readPayouts ? 'payouts to your address and what it holds' : 'what your address holds',
          kind: wallet.readPayouts ? 'payout' : 'balance',
          networkId: network.id,
          hosts: wallet.hosts,
          shelfLifeMs: day,
          source: { url: network.url, date: null },
          asks: null,
        },
      ]
    : []
  return [...marketSource, ...further, ...walletSource]
}

/** Under which wallets of a network are asked about, and can be switched off. */
export function walletSourceId(networkId: string): string {
  return `${networkId}/wallet`
}

function ofTokenService(service: TokenService): AnySource {
  return {
    id: service.id,
    title: service.title,
    what: 'what tokens cost',
    kind: 'token-price',
    networkId: null,
    hosts: service.hosts,
    shelfLifeMs: tokenShelfLifeMs,
    source: service.source,
    asks: {
      everyMs: tokenEveryMs,
      standsInFor: service.standsInFor,
      read: (request) => service.read(request),
      parse: (raw) => service.parse(raw),
      takenAt: () => null,
      whyNot: (value, _before, now) => whyNoQuote(value as TokenQuote[], now),
    },
  }
}

/** Where not one price of an answer can be believed, the answer before stays. */
function whyNoQuote(quotes: TokenQuote[], now: number): string | null {
  const reasons = quotes.map((quote) => ({ symbol: quote.symbol, why: whyRefused({ ...quote, readAt: now }, now) }))
  return reasons.some(({ why }) => why === null) ? null : reasons.map(({ symbol, why }) => `${symbol}: ${why ?? ''}`).join('; ')
}

function currencies(): AnySource {
  const { id, title, what, hosts, shelfLifeMs, source } = currencySource
  return {
    id,
    title,
    what,
    kind: 'currency',
    networkId: null,
    hosts,
    shelfLifeMs,
    source,
    asks: {
      everyMs: mostEveryMs,
      standsInFor: null,
      read: readRates,
      parse: parseRates,
      takenAt: (value) => (value as CurrencyRates).at,
      whyNot: (value, before) => (before === null ? null : whyNotAfter(value as CurrencyRates, before as CurrencyRates)),
    },
  }
}
