/** Asks networks and price services for their public data, politely, and keeps the last good answer of each. */
import type { RequestRecord, Priced, SourceStatus, TokenPriceStatus } from '../../shared/market-data.ts'
import type { Settings } from '../../shared/settings.ts'
import type { MarketTables } from '../history/market-tables.ts'
import { RequestFailed, type AnyNetwork, type KeptValue, type MarketRequest } from '../networks/network.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { createAnswers, utcDay, messageOf } from './answers.ts'
import type { LastGood } from './cross-check.ts'
import { currencySource, pastRatesUrl, type CurrencyRates } from './currencies.ts'
import { createPastPrices } from './past-prices.ts'
import { createValidators } from './http-kept.ts'
import { createPoliteClient } from './polite-client.ts'
import { isDue } from './schedule.ts'
import { listSources, tokensOf, type AnySource } from './sources.ts'
import { tokenServices } from './token-services.ts'
import { createTokenValues } from './token-values.ts'

/** Values of sources as they were last good; what `Markets` prefers to the bundled ones. */
export interface LiveValues {
  /** Last good market of a network; null: none was ever read, or it is switched off and never was. */
  market(networkId: string): KeptValue | null
  /** Last good value of one of a network's further sources. */
  value(sourceId: string): KeptValue | null
  /** Cross-checked over the services that answered. */
  tokenUsd(symbol: string): Priced | null
  /** USD for one unit. */
  currencyUsd(code: string): Priced | null
  /** Why no age can be told, as a sentence; null or left out: it can. */
  ageDoubt?(): string | null
  /** ms since epoch; left out: the moment at which whoever asks was loaded. */
  now?(): number
}

export interface MarketData {
  live: LiveValues
  statuses(): SourceStatus[]
  /** Every token with what each service says of it. */
  tokens(): TokenPriceStatus[]
  /** Ours − theirs in ms, where hosts agree that this clock is more than a day off; else null. */
  clockOffMs(): number | null
  /** Asks these, or all that are due; never rejects. A source that is off is not asked. `withinMs`: what has not answered by then has failed. */
  refresh(sourceIds?: string[], how?: { withinMs?: number }): Promise<void>
  requests(question: { sourceId?: string | undefined; limit: number }): RequestRecord[]
  /** USD for one token, or one unit of a currency, at a moment in the past: kept, else asked for. null: not to be had. */
  priceAt(symbol: string, at: number): Promise<Priced | null>
  /** A request for a wallet: bound to these hosts and counted under `sourceId`. Refused while asking outside is off. */
  requestFor(source: { id: string; hosts: string[] }): MarketRequest
  /** Whether a price, a rate or a source cites this address. */
  isCited(url: string): boolean
  /** Refreshes what is due from now on; again: nothing. */
  begin(): void
  settingsChanged(): void
  stop(): Promise<void>
}

export interface MarketDataOptions {
  networks: AnyNetwork[]
  tables: MarketTables
  settings(): Settings
  clock: Clock
  log: Log
  version: string
  /** Every host is asked at this loopback address instead (`<base>/<host>/<path>`): for tests and `npm run measure`. */
  loopback: string | null
  /** Statuses or values changed. Several changes shortly after one another are told once. */
  onChange(): void
  /** What a token is known to cost where no answer ever came (the bundled price): a first answer is held against it. */
  knownUsd?(symbol: string): LastGood | null
  /** Why nothing is asked at all, whatever the settings say, as a sentence: a recorded machine asks nobody. null or left out: nothing stands against it. */
  refusal?(): string | null
  /** Within [0, 1); for tests. */
  random?(): number
}

/** Looking whether something is due costs next to nothing, and a machine that slept wakes up to a clock far ahead. */
const lookEveryMs = 60_000
const leastWaitMs = 1000
const tellAfterMs = 100
/** Between two starts at one host: a refresh asks the busiest of them eight things, which then takes one second. */
const startEveryMs = 150

export function createMarketData(options: MarketDataOptions): MarketData {
  const { networks, tables, settings, clock, log, random = Math.random } = options
  const sources = listSources(networks)
  const tokens = tokensOf(networks)
  let isStopped = false
  let hasBegun = false
  let cancelLook: () => void = () => {}
  let cancelTell: (() => void) | null = null

  const client = createPoliteClient({ version: options.version, clock, log, loopback: options.loopback, onRecord: addRecord, validators: createValidators(), random, startEveryMs })
  const answers = createAnswers({ sources, tables, clock, log, random, requestFor, clockOffMs: client.clockOffMs, isStopped: () => isStopped, onState })
  const tokenValues = createTokenValues({
    symbols: tokens.map((token) => token.symbol),
    services: tokenServices(tokens),
    sources,
    tables,
    clock,
    log,
    kept: (sourceId) => answers.state(sourceId).kept,
    knownUsd: (symbol) => options.knownUsd?.(symbol) ?? null,
    clockOffMs: client.clockOffMs,
  })
  const priceAt = createPastPrices({
    pegs: networks.flatMap((network) => network.pegs ?? []),
    tokens,
    tables,
    clock,
    log,
    requestFor(sourceId) {
      const source = sources.find((one) => one.id === sourceId)
      return source && whyOff(source.id) === null ? requestFor(source) : null
    },
    sourceOf: (sourceId) => sources.find((one) => one.id === sourceId)?.source ?? null,
  })

  function addRecord(record: Omit<RequestRecord, 'no'>): void {
    try {
      tables.addRequest(record)
    } catch (error) {
      log.warn('a request could not be recorded', { error: messageOf(error) })
    }
  }

  /** Why a source is not asked; null: it may be. */
  function whyOff(sourceId: string): string | null {
    const { asksOutside, sourcesOff } = settings()
    const refusal = options.refusal?.() ?? null
    if (refusal !== null) return refusal
    if (!asksOutside) return 'Asking outside is switched off.'
    return sourcesOff.includes(sourceId) ? 'It is switched off.' : null
  }

  function requestFor(source: { id: string; hosts: string[] }, until?: number): MarketRequest {
    const known = sources.find((one) => one.id === source.id)
    return async (ask) => {
      const off = isStopped ? 'Idlewatt is closing.' : whyOff(source.id)
      if (off !== null) throw new RequestFailed(`Nothing was asked: ${off.charAt(0).toLowerCase()}${off.slice(1)}`, null)
      if (known?.asks) return client.ask({ ...ask, sourceId: source.id, hosts: source.hosts, until })
      try {
        const answer = await client.ask({ ...ask, sourceId: source.id, hosts: source.hosts })
        answers.note(source.id, null)
        tellSoon()
        return answer
      } catch (error) {
        answers.note(source.id, messageOf(error))
        tellSoon()
        throw error
      }
    }
  }

  function onState(source: AnySource, taken: boolean): void {
    if (taken && source.kind === 'token-price') tokenValues.check()
    tellSoon()
  }

  function tellSoon(): void {
    if (isStopped) return
    cancelTell ??= clock.after(tellAfterMs, tellNow)
  }

  function tellNow(): void {
    cancelTell?.()
    cancelTell = null
    if (isStopped) return
    try {
      options.onChange()
    } catch (error) {
      log.error('a change of public data could not be told', { error: error instanceof Error ? error.stack : String(error) })
    }
  }

  /** What stands in for another rests while that one is good. */
  function rests(source: AnySource): boolean {
    const standsInFor = source.asks?.standsInFor ?? null
    if (standsInFor === null || !sources.some((one) => one.id === standsInFor)) return false
    const other = answers.state(standsInFor)
    // Both begin at once: the one that stands in waits for how the other fares.
    return whyOff(standsInFor) === null && other.fault === null
  }

  function isDueNow(source: AnySource): boolean {
    const { nextAt } = answers.state(source.id)
    return source.asks !== null && nextAt !== null && !rests(source) && isDue(nextAt, source.asks.everyMs, clock.now()) && leftAloneUntil(source) <= clock.now()
  }

  /** A source of several hosts can be asked as soon as one of them can. */
  function leftAloneUntil({ hosts }: AnySource): number {
    return Math.min(...hosts.map((host) => client.leftAloneUntil(host) ?? 0))
  }

  /** When it is asked by itself; null: not at all. */
  function nextTurn(source: AnySource): number | null {
    const { nextAt } = answers.state(source.id)
    return nextAt === null || source.asks === null || rests(source) ? null : Math.max(nextAt, leftAloneUntil(source))
  }

  async function refresh(sourceIds?: string[], { withinMs }: { withinMs?: number } = {}): Promise<void> {
    if (isStopped) return
    const until = withinMs === undefined ? undefined : clock.now() + withinMs
    answers.catchUp()
    const chosen = sources.filter((source) => source.asks !== null && whyOff(source.id) === null && (sourceIds ? sourceIds.includes(source.id) : isDueNow(source)))
    await Promise.all(chosen.map((source) => answers.ask(source, until)))
    if (chosen.length > 0) tellNow()
    if (hasBegun) look()
  }

  /** Asks what is due and comes back when the next is, or in a minute. */
  function look(): void {
    cancelLook()
    if (isStopped) return
    answers.catchUp()
    for (const source of sources) if (whyOff(source.id) === null && answers.state(source.id).asking === null && isDueNow(source)) void answers.ask(source).then(look)
    const next = sources.flatMap((source) => (answers.state(source.id).asking === null ? (nextTurn(source) ?? []) : []))
    const wait = Math.min(lookEveryMs, ...next.map((at) => at - clock.now()).filter((ms) => ms > 0))
    cancelLook = clock.after(Math.max(leastWaitMs, wait), look)
  }

  function statusOf(source: AnySource): SourceStatus {
    const own = answers.state(source.id)
    const { id, title, what, kind, networkId, hosts, shelfLifeMs, asks } = source
    const off = whyOff(id)
    const isResting = off === null && rests(source)
    const remark = off ?? answers.doubt(own.kept) ?? (isResting ? `Asked only while ${titleOf(asks?.standsInFor ?? null)} fails.` : asks === null ? walletWords(networkId) : null)
    return {
      id, title, what, kind, networkId, hosts,
      isOn: off === null,
      phase: off !== null ? 'off' : own.asking ? 'asking' : own.fault !== null ? 'failing' : own.kept ? 'good' : 'waiting',
      lastGoodAt: own.kept?.fetchedAt ?? null,
      isStale: own.kept !== null && answers.isStale(own.kept, shelfLifeMs),
      lastTriedAt: own.lastTriedAt,
      fault: own.fault,
      nextAt: off === null && hasBegun ? nextTurn(source) : null,
      shelfLifeMs,
      ...(remark === null ? {} : { remark }),
    }
  }

  function walletWords(networkId: string | null): string {
    return networkId !== null && settings().wallets[networkId] ? 'Asked about your address at the start and then every 6 h.' : 'Asked about once an address of yours is set; then every 6 h.'
  }

  function titleOf(sourceId: string | null): string {
    return sources.find((source) => source.id === sourceId)?.title ?? 'the other one'
  }

  function value(sourceId: string): KeptValue | null {
    const source = sources.find((one) => one.id === sourceId)
    return source ? answers.value(source) : null
  }

  function currencyUsd(code: string): Priced | null {
    const rates = value(currencySource.id)
    const units = (rates?.value as CurrencyRates | undefined)?.unitsPerUsd[code]
    if (!rates || units === undefined) return null
    return { usd: 1 / units, origin: 'live', source: { ...rates.source, date: rates.takenAt === null ? null : utcDay(rates.takenAt) }, takenAt: rates.takenAt, confidence: 'high', note: null }
  }

  /** Of the clock alone: what one answer makes doubtful is told with that answer. */
  function ageDoubt(): string | null {
    return client.clockOffMs() === null ? null : answers.doubt({ value: null, fetchedAt: clock.now(), takenAt: clock.now() })
  }

  const cited = new Set([...sources.map(({ source }) => source.url), ...networks.flatMap((network) => (network.pegs ?? []).map((peg) => peg.source.url))])
  function isCited(url: string): boolean {
    const day = /^https:\/\/api\.frankfurter\.dev\/v1\/(\d{4}-\d{2}-\d{2})\?/.exec(url)?.[1]
    return /^https:/.test(url) && (cited.has(url) || url === 'https://defillama.com' || (day !== undefined && url === pastRatesUrl(day)))
  }

  return {
    live: { market: (networkId) => value(`${networkId}/market`), value, tokenUsd: tokenValues.priced, currencyUsd, ageDoubt, now: clock.now },
    statuses: () => sources.map(statusOf),
    tokens: tokenValues.statuses,
    clockOffMs: client.clockOffMs,
    refresh,
    requests: (question) => tables.requests(question),
    priceAt,
    requestFor: (source) => requestFor(source),
    isCited,
    begin() {
      if (hasBegun || isStopped) return
      hasBegun = true
      look()
    },
    settingsChanged() {
      if (isStopped) return
      tellSoon()
      if (hasBegun) look()
    },
    async stop() {
      isStopped = true
      cancelLook()
      cancelTell?.()
      await client.stop()
    },
  }
}
