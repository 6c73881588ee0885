/** What the networks' public data and the tokens' prices are, where each is from and how old: bundled, or handed in by the user. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { EstimateInput } from '../../shared/earnings.ts'
import type { MarketStatus, SettingsState } from '../../shared/state.ts'
import type { Source } from '../../shared/network.ts'
import { MarketMisfit, type AnyNetwork, type MarketReading } from '../networks/network.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { ageInWords, currencyShelfLifeMs, isStale, tokenShelfLifeMs } from './ages.ts'
import { readJsonFile } from './market-file.ts'

export interface Markets {
  /** null: the network has no public data, or the bundled copy cannot be read. `at` decides what is stale; left out: the time of loading. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each network gets its own market back
  reading(networkId: string, at?: number): MarketReading<any> | null
  tokenUsd(symbol: string, at?: number): EstimateInput | null
  /** USD for one unit; null: no rate is known for it. */
  currencyRate(code: string): SettingsState['currencyRate']
  /** What a kilowatt-hour is taken to cost while the user has not said; a placeholder, marked so in every estimate. */
  assumedElectricity(): { usdPerKwh: number; whose: string; source: Source; takenAt: number | null }
  statuses(at?: number): MarketStatus[]
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
type CurrencyRow = z.infer<typeof currenciesFile>['currencies'][number]

/** Throws NotPossible for a file or price of the user's that cannot be taken; what is wrong with a bundled file is logged. */
export function loadMarkets(options: MarketsOptions): Markets {
  const { networks, now } = options
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see Markets.reading
  const readings = new Map<string, MarketReading<any>>()
  for (const network of networks) {
    const reading = readBundled(network, options)
    if (reading) readings.set(network.id, reading)
  }
  for (const [networkId, path] of Object.entries(options.files)) readings.set(networkId, readGiven(networkId, path, options))

  const tokens = (readResource(options, 'tokens.json', tokensFile)?.tokens ?? []) satisfies TokenRow[]
  const currencies = (readResource(options, 'currencies.json', currenciesFile)?.currencies ?? []) satisfies CurrencyRow[]
  const electricity = readResource(options, 'electricity.json', electricityFile)
  const prices = checkPrices(options.prices, new Set([...networks.flatMap((network) => network.tokens), ...tokens.map((row) => row.symbol)]))

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see Markets.reading
  function reading(networkId: string, at: number = now): MarketReading<any> | null {
    const found = readings.get(networkId)
    const shelfLifeMs = networks.find((network) => network.id === networkId)?.market?.shelfLifeMs
    if (!found || shelfLifeMs === undefined) return null
    return { ...found, stale: found.origin !== 'user' && isStale(found.takenAt, at, shelfLifeMs) }
  }

  function tokenUsd(symbol: string, at: number = now): EstimateInput | null {
    const id = `token-price-${symbol.toLowerCase()}`
    const label = `Price of one ${symbol}`
    const own = prices.get(symbol)
    if (own !== undefined) {
      return { id, label, value: own, unit: 'USD', origin: 'user', source: null, takenAt: null, confidence: 'high', stale: false, note: 'as given for this estimate' }
    }
    const row = tokens.find((token) => token.symbol === symbol)
    if (!row) return null
    const takenAt = timeOf(row.takenAt)
    return {
      id,
      label,
      value: row.usd,
      unit: 'USD',
      origin: 'bundled',
      source: row.source,
      takenAt,
      confidence: row.confidence,
      stale: isStale(takenAt, at, tokenShelfLifeMs),
      note: `bundled price, ${ageInWords(takenAt, at)}`,
    }
  }

  function currencyRate(code: string): SettingsState['currencyRate'] {
    if (code === 'USD') return { usdPerUnit: 1, origin: 'bundled', source: null, takenAt: null }
    const row = currencies.find((currency) => currency.code === code)
    return row ? { usdPerUnit: 1 / row.unitsPerUsd, origin: 'bundled', source: row.source, takenAt: timeOf(row.takenAt) } : null
  }

  function assumedElectricity(): ReturnType<Markets['assumedElectricity']> {
    // Without the bundled file nothing is known; a power price of 0 would flatter every estimate.
    if (!electricity) throw new Error('resources/market/electricity.json cannot be used')
    const { usdPerKwh, whose, source, takenAt } = electricity
    return { usdPerKwh, whose, source, takenAt: timeOf(takenAt) }
  }

  function statuses(at: number = now): MarketStatus[] {
    const markets = networks.flatMap((network): MarketStatus[] => {
      const found = reading(network.id, at)
      if (!found || !network.market) return []
      const { origin, source, takenAt, stale, confidence } = found
      return [{ id: network.id, title: network.market.title, origin, source, takenAt, stale, confidence }]
    })
    const symbols = [...new Set([...tokens.map((row) => row.symbol), ...prices.keys()])]
    const tokenStatuses = symbols.flatMap((symbol): MarketStatus[] => {
      const input = tokenUsd(symbol, at)
      if (!input) return []
      const { origin, takenAt, stale, confidence } = input
      return [{ id: `token:${symbol}`, title: `Price of ${symbol}`, origin, source: input.source ?? givenSource, takenAt, stale, confidence }]
    })
    return [...markets, ...tokenStatuses, ...currencyStatus(currencies, at)]
  }

  return { reading, tokenUsd, currencyRate, assumedElectricity, statuses }
}

const givenSource = { url: 'given with this start', date: null }

function currencyStatus(rows: CurrencyRow[], at: number): MarketStatus[] {
  const oldest = [...rows].sort((one, other) => (timeOf(one.takenAt) ?? 0) - (timeOf(other.takenAt) ?? 0))[0]
  if (!oldest) return []
  const takenAt = timeOf(oldest.takenAt)
  const stale = isStale(takenAt, at, currencyShelfLifeMs)
  return [{ id: 'currencies', title: 'Exchange rates', origin: 'bundled', source: oldest.source, takenAt, stale, confidence: oldest.confidence }]
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
    return { value, origin: 'user', source: { url: `file:${basename(path)}`, date: null, note: 'recorded answer given by the user' }, takenAt: null, stale: false, confidence: 'medium' }
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
    if (!Number.isFinite(usd) || usd < 0) throw new NotPossible(`The price given for ${symbol} must be a number of USD, 0 or more.`)
    prices.set(symbol, usd)
  }
  return prices
}

function timeOf(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso)
}

function listed(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}
