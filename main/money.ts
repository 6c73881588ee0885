/** Joins what is asked outside, what electricity costs, the ledger and the networks' health to the rest. Part of the wiring. */
import type { Estimate } from '../shared/earnings.ts'
import type { GpuTable } from '../shared/gpu-table.ts'
import type { Detection } from '../shared/machine.ts'
import type { LedgerState, NetworksState } from '../shared/state.ts'
import { loadCloudPrices } from './earnings/cloud-prices.ts'
import { loadMarkets, type Markets } from './earnings/markets.ts'
import { currencyRateOf, usdPerUnitOf } from './earnings/money-settings.ts'
import { createTariffs, type Tariffs } from './earnings/tariffs.ts'
import type { History } from './history/index.ts'
import type { Host } from './host.ts'
import { createLedger, type Ledger } from './ledger/index.ts'
import { createNearRate } from './ledger/near-rate.ts'
import { pastRatesUrl } from './market-data/currencies.ts'
import { createMarketData, type MarketData } from './market-data/index.ts'
import { createEnergyReader } from './measured-energy.ts'
import { setUpNetworkHealth, type NetworkHealthReader } from './network-health.ts'
import { networks, programmeInfos } from './networks/index.ts'
import type { SettingsStore } from './state/settings.ts'
import type { Clock } from './system/clock.ts'
import type { Log } from './system/log.ts'

export interface Money {
  marketData: MarketData
  markets: Markets
  tariffs: Tariffs
  ledger: Ledger
  networkHealth: NetworkHealthReader
  networksState(): NetworksState
  /** Asks outside and books closed days from now on, in a door that stays. */
  begin(): void
  settingsChanged(): void
  stop(): Promise<void>
}

export interface MoneyOptions {
  host: Host
  /** A recorded machine earns nothing and asks nobody. */
  isRecorded: boolean
  clock: Clock
  log: Log
  history: History
  settings: SettingsStore
  gpuTable: GpuTable
  given: { files: Record<string, string>; prices: Record<string, number> }
  detection(): Detection | null
  estimates(): Estimate[]
  onNetworks(state: NetworksState): void
  onLedger(state: LedgerState): void
  saveWallets(wallets: Record<string, string>): void
}

/** Throws NotPossible where a `--market` file or price is wrong. */
export function setUpMoney(options: MoneyOptions): Money {
  const { host, clock, log, history, settings, gpuTable } = options
  const outside = host.outside ?? { isAllowed: false, loopback: null }
  let isStopped = false
  let markets: Markets | null = null

  const refusal = (): string | null => (options.isRecorded ? 'A recorded machine asks nobody.' : outside.isAllowed ? null : 'Asking outside is switched off for this start.')
  const marketData = createMarketData({
    networks,
    tables: history.market,
    settings: settings.values,
    clock,
    log,
    version: host.version,
    loopback: outside.loopback,
    refusal,
    knownUsd: (symbol) => markets?.bundledUsd(symbol) ?? null,
    onChange: tell,
  })
  const known = loadMarkets({ resourcesFolder: host.resourcesFolder, networks, ...options.given, now: clock.now(), log, live: marketData.live })
  markets = known
  const tariffs = createTariffs({ tables: history.tariff, settings: settings.values, now: clock.now, usdPerUnit: usdPerUnitOf(settings.values, known) })
  const networkHealth = setUpNetworkHealth({ networks, markets: known, live: marketData.live, tables: history.market, clouds: loadCloudPrices(host.resourcesFolder), gpuTable, clock })
  const ledger = createLedger({
    tables: history.ledger,
    networks,
    settings: settings.values,
    clock,
    log,
    estimates: options.estimates,
    energy: createEnergyReader({ history, clock, gpuIds: () => options.detection()?.gpus.map((gpu) => gpu.id) ?? [] }),
    electricityAt(at) {
      const price = tariffs.priceAt(at)
      if (price === null) return null
      const rate = currencyRateOf(settings.values(), known)
      return { perKwh: price.perKwh, currency: settings.values().currency, usdPerKwh: rate === null ? null : price.perKwh * rate.usdPerUnit, source: price.how, ...(rate === null ? {} : { rate: { source: rate.source, takenAt: rate.takenAt } }) }
    },
    priceAt: marketData.priceAt,
    nearRate: createNearRate({ tables: history.market, inUse: known.currencyRate, urlOf: pastRatesUrl }),
    requestFor: marketData.requestFor,
    refusal,
    readsAtOnce: host.keepsWatch && !options.isRecorded,
    onState: options.onLedger,
    saveWallets: options.saveWallets,
  })

  function networksState(): NetworksState {
    return {
      programmes: programmeInfos(),
      markets: markets?.statuses(clock.now()) ?? [],
      sources: marketData.statuses(),
      tokens: marketData.tokens(),
      clockOffMs: marketData.clockOffMs(),
      networks: networks.map(({ id, title, url }) => ({ id, title, url })),
    }
  }

  /** A disk that is full costs the day's figures, not the page. */
  function keepFigures(): void {
    try {
      networkHealth.keepFigures()
    } catch (error) {
      log.warn('the figures of the networks could not be kept', { error: error instanceof Error ? error.message : String(error) })
    }
  }

  function tell(): void {
    if (isStopped || markets === null) return
    if (host.keepsWatch) keepFigures()
    options.onNetworks(networksState())
  }

  return {
    marketData,
    markets: known,
    tariffs,
    ledger,
    networkHealth,
    networksState,
    begin() {
      if (!host.keepsWatch || options.isRecorded || isStopped) return
      marketData.begin()
      ledger.begin()
    },
    settingsChanged: () => marketData.settingsChanged(),
    async stop() {
      isStopped = true
      await Promise.all([ledger.stop(), marketData.stop()])
    },
  }
}
