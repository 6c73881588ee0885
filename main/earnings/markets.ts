/** What the networks' public data and the tokens' prices are, where each is from and how old: handed in by the user, read live, or bundled. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { EstimateInput } from '../../shared/earnings.ts'
import { currencyShelfLifeMs, mostTokenUsd, tokenShelfLifeMs } from '../../shared/market-data.ts'
import { numberWords } from '../../shared/sentence-numbers.ts'
import type { MarketStatus, SettingsState } from '../../shared/state.ts'
import type { Source } from '../../shared/network.ts'
import { MarketMisfit, type AnyNetwork, type KeptValue, type MarketReading } from '../networks/network.ts'
import type { LiveValues } from '../market-data/index.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { ageInWords, isAhead, isFarOff, isStale } from './ages.ts'
import { readJsonFile } from './market-file.ts'

export interface Markets {
  /** null: the network has no public data, or the bundled copy cannot be read. `at` decides what is stale; left out: the time of loading. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each network gets its own market back
  reading(networkId: string, at?: number): MarketReading<any> | null
  tokenUsd(symbol: string, at?: number): EstimateInput | null
  /** Last good value of one of a network's further sources; null or left out: none. */
  value?(sourceId: string): KeptValue | null
  /** USD for one unit; null: no rate is known for it. */
  currencyRate(code: string): SettingsState['currencyRate']
  /** What a kilowatt-hour is taken to cost while the user has not said; a placeholder, marked so in every estimate. */
  assumedElectricity(): { usdPerKwh: number; whose: string; source: Source; takenAt: number | null }
  statuses(at?: number): MarketStatus[]
  /** What is odd about a token's price that was given for this start, as a sentence; null or left out: nothing. Any case. */
  givenPriceRemark?(symbol: string): string | null
  /** What is bundled of a token's price, whatever else is known; null: nothing. */
  bundledUsd(symbol: string): { usd: number; at: number } | null
}

export interface MarketsOptions {
  resourcesFolder: string
  networks: AnyNetwork[]
  /** Network id → path of a recorded answer. */
  files: Record<string, string>
  /** Token symbol → USD. */
  prices: Record<string, number>
  now: number
  log: Log
  /** Read at every call; null or left out: nothing is live. */
  live?: LiveValues | null
}

const moment = z.string().refine((text) => Number.isFinite(Date.parse(text)), 'is not a date')
const source = z.object({ url: z.string().min(1), date: z.string().nullable(), note: z.string().optional() })
const confidence = z.enum(['high', 'medium', 'low', 'none'])
const dated = { source, takenAt: moment.nullable(), confidence }
const bundledMarket = z.object({ ...dated, answer: z.unknown() })
const tokensFile = z.object({ tokens: z.array(z.object({ symbol: z.string(), usd: z.number().nonnegative(), ...dated })) })
const currenciesFile = z.object({ currencies: z.array(z.object({ code: z.string(), unitsPerUsd: z.number().positive(), ...dated })) })

const electricityFile = z.object({ usdPerKwh: z.number().finite(), whose: z.string(), ...dated })

type TokenRow = z.infer<typeof tokensFile>['tokens'][number]

/** Throws NotPossible for a file or price of the user's that cannot be taken; what is wrong with a bundled file is logged. */
export function loadMarkets(options: MarketsOptions): Markets {
  const { networks, now } = options
  const live = options.live ?? null
  /** What is read live is newer than the moment of loading. */
  const present = (): number => live?.now?.() ?? now
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see Markets.reading
  const readings = new Map<string, MarketReading<any>>()
  for (const network of networks) {
    const reading = readBundled(network, options)
    if (reading) readings.set(network.id, reading)
  }
  for (const [networkId, path] of Object.entries(options.files)) readings.set(networkId, readGiven(networkId, path, options))

  const tokens = (readResource(options, 'tokens.json', tokensFile)?.tokens ?? []) satisfies TokenRow[]
  const currencies = readResource(options, 'currencies.json', currenciesFile)?.currencies ?? []
  const electricity = readResource(options, 'electricity.json', electricityFile)
  const prices = checkPrices(options.prices, new Set([...networks.flatMap((network) => network.tokens), ...tokens.map((row) => row.symbol)]))

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see Markets.reading
  function reading(networkId: string, at: number = present()): MarketReading<any> | null {
    const shelfLifeMs = networks.find((network) => network.id === networkId)?.market?.shelfLifeMs
    if (shelfLifeMs === undefined) return null
    const found = readings.get(networkId) ?? null
    if (found?.origin === 'user') {
      // What says no date holds for now, not for a year far from it.
      const isOff = isFarOff(found.takenAt ?? present(), at)
      return { ...found, stale: isOff || isAhead(found.takenAt, at), ...(isOff ? { confidence: 'low' as const } : {}) }
    }
    const kept = live?.market(networkId) ?? null
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see Markets.reading
    const fresh: MarketReading<any> | null = kept && { value: kept.value, origin: 'live', source: kept.source, takenAt: kept.takenAt, stale: false, confidence: 'high' }
    const chosen = newerOf(fresh, found, at)
    const isOld = isStale(chosen?.takenAt ?? null, at, shelfLifeMs) || (chosen === fresh && hasNoAge())
    return chosen && { ...chosen, stale: isOld, ...(isFarOff(chosen.takenAt, at) ? { confidence: 'low' as const } : {}) }
  }

  /** A wrong clock makes every live age a guess. */
  function hasNoAge(): boolean {
    return (live?.ageDoubt?.() ?? null) !== null
  }

  /** Dated ahead of this machine's clock, or read while that is known to be wrong: no reason to go back to what is bundled. */
  function newerOf<One extends { takenAt: number | null }, Other extends { takenAt: number | null }>(fresh: One | null, other: Other | null, at: number): One | Other | null {
    return fresh !== null && (hasNoAge() || isAhead(fresh.takenAt, present())) ? fresh : newer<One | Other>(fresh, other, at)
  }

  /** Why a live figure's age cannot be told, as a sentence; null: it can. */
  function doubtOf(takenAt: number | null): string | null {
    return live?.ageDoubt?.() ?? (isAhead(takenAt, present()) ? `its date, ${isoDay(takenAt)}, lies ahead of this machine's clock, so its age cannot be told` : null)
  }

  function tokenUsd(symbol: string, at: number = present()): EstimateInput | null {
    const id = `token-price-${symbol.toLowerCase()}`
    const label = `Price of one ${symbol}`
    const own = prices.get(symbol)
    if (own !== undefined) {
      return { id, label, value: own, unit: 'USD', origin: 'user', source: null, takenAt: null, confidence: 'high', stale: false, note: 'as given for this estimate' }
    }
    const row = tokens.find((token) => token.symbol === symbol)
    const bundled = row && { value: row.usd, origin: 'bundled' as const, source: row.source, takenAt: timeOf(row.takenAt), confidence: row.confidence, note: null }
    const priced = live?.tokenUsd(symbol) ?? null
    const fresh = priced && { value: priced.usd, origin: priced.origin, source: priced.source, takenAt: priced.takenAt, confidence: priced.confidence, note: priced.note }
    const chosen = newerOf(fresh, bundled ?? null, at)
    if (!chosen) return null
    const doubt = chosen === fresh ? doubtOf(chosen.takenAt) : null
    return {
      id,
      label,
      value: chosen.value,
      unit: 'USD',
      origin: chosen.origin,
      source: chosen.source,
      takenAt: chosen.takenAt,
      confidence: chosen.confidence,
      stale: doubt !== null || isStale(chosen.takenAt, at, tokenShelfLifeMs),
      note: [`${chosen === fresh ? 'live' : 'bundled'} price${doubt === null ? `, ${ageInWords(chosen.takenAt, at)}` : ''}`, chosen.note, doubt].filter(Boolean).join('; ').replaceAll('.; ', '. '),
    }
  }

  function currencyRate(code: string): SettingsState['currencyRate'] {
    if (code === 'USD') return { usdPerUnit: 1, origin: 'bundled', source: null, takenAt: null }
    const row = currencies.find((currency) => currency.code === code)
    const bundled = row ? { usdPerUnit: 1 / row.unitsPerUsd, origin: 'bundled' as const, source: row.source, takenAt: timeOf(row.takenAt) } : null
    const priced = live?.currencyUsd(code) ?? null
    const fresh = priced && { usdPerUnit: priced.usd, origin: priced.origin, source: priced.source, takenAt: priced.takenAt }
    return newerOf(fresh, bundled, present())
  }

  function assumedElectricity(): ReturnType<Markets['assumedElectricity']> {
    // Without the bundled file nothing is known; a power price of 0 would flatter every estimate.
    if (!electricity) throw new Error('resources/market/electricity.json cannot be used')
    const { usdPerKwh, whose, source, takenAt } = electricity
    return { usdPerKwh, whose, source, takenAt: timeOf(takenAt) }
  }

  function statuses(at: number = present()): MarketStatus[] {
    const markets = networks.flatMap((network): MarketStatus[] => {
      const found = reading(network.id, at)
      if (!found || !network.market) return []
      const { origin, source, takenAt, stale, confidence } = found
      return [{ id: network.id, title: network.market.title, origin, source, takenAt, stale, confidence }]
    })
    const symbols = [...new Set([...tokens.map((row) => row.symbol), ...networks.flatMap((network) => network.tokens), ...prices.keys()])]
    const tokenStatuses = symbols.flatMap((symbol): MarketStatus[] => {
      const input = tokenUsd(symbol, at)
      if (!input) return []
      const { origin, takenAt, stale, confidence } = input
      return [{ id: `token:${symbol}`, title: `Price of ${symbol}`, origin, source: input.source ?? givenSource, takenAt, stale, confidence }]
    })
    return [...markets, ...tokenStatuses, ...currencyStatus(at)]
  }

  /** One line for all rates: as old as the oldest of them that is in use. */
  function currencyStatus(at: number): MarketStatus[] {
    const rates = currencies.flatMap(({ code, confidence }) => {
      const rate = currencyRate(code)
      return rate?.source ? [{ ...rate, source: rate.source, confidence: rate.origin === 'live' ? ('high' as const) : confidence }] : []
    })
    const oldest = rates.sort((one, other) => (one.takenAt ?? 0) - (other.takenAt ?? 0))[0]
    if (!oldest) return []
    const { origin, source, takenAt, confidence } = oldest
    return [{ id: 'currencies', title: 'Exchange rates', origin, source, takenAt, stale: isStale(takenAt, at, currencyShelfLifeMs) || (origin === 'live' && hasNoAge()), confidence }]
  }

  function bundledUsd(symbol: string): { usd: number; at: number } | null {
    const row = tokens.find((token) => token.symbol === symbol)
    return row ? { usd: row.usd, at: timeOf(row.takenAt) ?? 0 } : null
  }

  function givenPriceRemark(typed: string): string | null {
    const symbol = typed.toUpperCase()
    const own = prices.get(symbol)
    if (own === undefined) return null
    if (own === 0) return `The price given for ${symbol} is 0: what is paid in it counts for nothing.`
    const known = live?.tokenUsd(symbol)?.usd ?? bundledUsd(symbol)?.usd ?? null
    if (known === null || Math.abs(Math.log(own / known)) < Math.log(oddFactor)) return null
    const times = own > known ? `${numberWords(own / known)} times` : `a ${numberWords(known / own)}th of`
    return `The price given for ${symbol}, ${numberWords(own, 4)} USD, is ${times} the ${numberWords(known, 4)} USD that is known. Was it meant so?`
  }

  return { reading, tokenUsd, givenPriceRemark, value: (sourceId) => live?.value(sourceId) ?? null, currencyRate, assumedElectricity, statuses, bundledUsd }
}

/** Further off what is known, a given price is remarked on. */
const oddFactor = 1000
const givenSource = { url: 'given with this start', date: null }

/** The newer of two; one dated ahead of now loses against one that is not. `one` wins where both are of the same moment. */
function newer<Value extends { takenAt: number | null }>(one: Value | null, other: Value | null, at: number): Value | null {
  if (!one || !other) return one ?? other
  if (isAhead(one.takenAt, at) !== isAhead(other.takenAt, at)) return isAhead(one.takenAt, at) ? other : one
  return (other.takenAt ?? Number.NEGATIVE_INFINITY) > (one.takenAt ?? Number.NEGATIVE_INFINITY) ? other : one
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see Markets.reading
function readBundled(network: AnyNetwork, options: MarketsOptions): MarketReading<any> | null {
  if (!network.market) return null
  const file = readResource(options, `${network.id}.json`, bundledMarket)
  if (!file) return null
  try {
    const value: unknown = network.market.parse(file.answer)
    return { value, origin: 'bundled', source: file.source, takenAt: timeOf(file.takenAt), stale: false, confidence: file.confidence }
  } catch (error) {
    options.log.error(`the bundled market data of ${network.title} does not fit`, { error: error instanceof Error ? error.message : String(error) })
    return null
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see Markets.reading
function readGiven(networkId: string, path: string, options: MarketsOptions): MarketReading<any> {
  const network = options.networks.find((one) => one.id === networkId)
  if (!network) {
    throw new NotPossible(`There is no network "${networkId}" to take market data for. Idlewatt knows ${listed(options.networks.map((one) => one.id))}.`)
  }
  if (!network.market) throw new NotPossible(`${network.title} publishes no market data, so a recorded answer cannot be used for it.`)
  const raw = readJsonFile(path, `The recorded answer for ${network.title}`)
  try {
    const value: unknown = network.market.parse(raw)
    const takenAt = network.market.takenAt?.(value) ?? null
    const lead = isAhead(takenAt, options.now) ? `, dated ${isoDay(takenAt)}, which lies ahead of this machine's clock` : ''
    return { value, origin: 'user', source: { url: `file:${basename(path)}`, date: isoDay(takenAt), note: `recorded answer given by the user${lead}` }, takenAt, stale: false, confidence: lead === '' ? 'medium' : 'low' }
  } catch (error) {
    if (error instanceof MarketMisfit) throw new NotPossible(`The recorded answer for ${network.title}, ${path}, does not fit: ${error.message}`)
    throw error
  }
}

function readResource<Schema extends z.ZodType>(options: MarketsOptions, name: string, schema: Schema): z.infer<Schema> | null {
  const file = join(options.resourcesFolder, 'market', name)
  try {
    const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]
    options.log.error(`the bundled file ${name} is damaged`, { where: issue?.path.join('.'), why: issue?.message })
  } catch (error) {
    options.log.error(`the bundled file ${name} cannot be read`, { error: error instanceof Error ? error.message : String(error) })
  }
  return null
}

function checkPrices(given: Record<string, number>, known: Set<string>): Map<string, number> {
  const prices = new Map<string, number>()
  for (const [name, usd] of Object.entries(given)) {
    const symbol = name.toUpperCase()
    if (!known.has(symbol)) throw new NotPossible(`There is no token "${name}" whose price could be set. Idlewatt knows ${listed([...known])}.`)
    if (!Number.isFinite(usd)) throw new NotPossible(`The price given for ${symbol} must be a number of USD.`)
    if (usd < 0) throw new NotPossible(`The price given for ${symbol} is negative (${usd}); no token costs less than nothing.`)
    if (usd > mostTokenUsd) throw new NotPossible(`The price given for ${symbol} is ${numberWords(usd)} USD, and no token that pays for work was ever near that. It is USD for one ${symbol}.`)
    prices.set(symbol, usd)
  }
  return prices
}

function isoDay(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString().slice(0, 10)
}

function timeOf(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso)
}

function listed(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}
