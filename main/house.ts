/** What the app is made from and what it hands to a door. Part of the wiring. */
import type { Estimate } from '../shared/earnings.ts'
import type { GpuTable } from '../shared/gpu-table.ts'
import type { Detection } from '../shared/machine.ts'
import type { Handlers, WhatIfAnswer } from '../shared/requests.ts'
import type { GpusState } from '../shared/state.ts'
import type { Benchmark } from './benchmark/index.ts'
import type { RunLibrary } from './benchmark/library.ts'
import type { EstimateQuestion, WhatIfQuestion } from './comparison.ts'
import type { Markets } from './earnings/markets.ts'
import type { Tariffs } from './earnings/tariffs.ts'
import type { Gpus } from './gpu/index.ts'
import type { Health } from './health/index.ts'
import type { History } from './history/index.ts'
import type { Host } from './host.ts'
import type { Ledger } from './ledger/index.ts'
import type { MarketData } from './market-data/index.ts'
import type { NetworkHealthReader } from './network-health.ts'
import type { Policy } from './policy/index.ts'
import type { Programmes } from './programmes.ts'
import type { SettingsStore } from './state/settings.ts'
import type { Store } from './state/store.ts'
import type { Clock } from './system/clock.ts'
import type { Log } from './system/log.ts'
import type { MachineSource } from './system/machine-source.ts'

export interface AppOptions {
  host: Host
  source: MachineSource
  log: Log
  clock?: Clock
  /** Recorded answers by network id, and token prices by symbol, in place of known ones. */
  markets?: { files: Record<string, string>; prices: Record<string, number> }
}

export interface App {
  handlers: Handlers
  store: Store
  /** Begins the first look for GPUs; resolves once it is over, whatever it found. Again: the same promise. */
  start(): Promise<void>
  gpus: Gpus
  benchmark: Benchmark
  runs: RunLibrary
  history: History
  health: Health
  markets: Markets
  marketData: MarketData
  tariffs: Tariffs
  ledger: Ledger
  networkHealth: NetworkHealthReader
  programmes: Programmes
  policy: Policy
  gpuTable: GpuTable
  settings: SettingsStore
  /** Estimates for what was detected last; empty before the first look is over. Throws nothing. */
  estimates(question?: EstimateQuestion): Estimate[]
  whatIf(question: WhatIfQuestion): WhatIfAnswer
  /** Ends everything the app started, by its handles. */
  stop(): Promise<void>
}

/** The detection a state carries, also the last good one while another look is on. */
export function detectionOf(gpus: GpusState): Detection | null {
  return gpus.phase === 'ready' ? gpus.detection : gpus.previous
}
