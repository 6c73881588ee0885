/** Makes every service and wires them. The only place where services meet; a door gets handlers, a store and a way to stop. */
import type { Estimate } from '../shared/earnings.ts'
import type { GpuTable } from '../shared/gpu-table.ts'
import { presentGpus, type Detection, type Gpu } from '../shared/machine.ts'
import type { Handlers, WhatIfAnswer } from '../shared/requests.ts'
import type { GpusState, Notice, State } from '../shared/state.ts'
import { createHandlers } from './api/handlers.ts'
import { createBenchmark, type Benchmark } from './benchmark/index.ts'
import { compare, type PowerOverrides } from './earnings/compare.ts'
import { loadGpuTable } from './earnings/gpu-table.ts'
import { loadMarkets, type Markets } from './earnings/markets.ts'
import { completeChange, currencyRateOf } from './earnings/money-settings.ts'
import { whatIf } from './earnings/what-if.ts'
import { createGpus, type Gpus } from './gpu/index.ts'
import { createHealth, type Health } from './health/index.ts'
import { createSampleEvents } from './health/sample-events.ts'
import { openHistory, type History } from './history/index.ts'
import type { Host } from './host.ts'
import { diskOf, keepWatch, machineNameOf, type Watch } from './keep-watch.ts'
import { citedUrls, networks, programmeInfos } from './networks/index.ts'
import { createSettings, type SettingsStore } from './state/settings.ts'
import { createStore, type Store } from './state/store.ts'
import { systemClock, type Clock } from './system/clock.ts'
import type { Log } from './system/log.ts'
import type { MachineSource } from './system/machine-source.ts'

/** For doors that must name them: which networks and tokens there are. */
export { networks }

/** How often estimates are made again while nothing changes, so that ages and dated rules stay true. */
const recompareMs = 10 * 60_000

/** A clock that never jumps, in ms. */
const steadyMs = (): number => performance.now()

export interface AppOptions {
  host: Host
  source: MachineSource
  log: Log
  clock?: Clock
  /** Recorded answers by network id, and token prices by symbol, in place of known ones. */
  markets?: { files: Record<string, string>; prices: Record<string, number> }
}

export interface EstimateQuestion {
  overrides?: PowerOverrides
  /** ms since epoch to estimate for; now when left out. */
  at?: number
  only?: { networkId?: string; gpuId?: string }
}

export interface App {
  handlers: Handlers
  store: Store
  /** Begins the first look for GPUs; resolves once it is over, whatever it found. Again: the same promise. */
  start(): Promise<void>
  gpus: Gpus
  benchmark: Benchmark
  history: History
  health: Health
  markets: Markets
  gpuTable: GpuTable
  settings: SettingsStore
  /** Estimates for what was detected last; empty before the first look is over. Throws nothing. */
  estimates(question?: EstimateQuestion): Estimate[]
  whatIf(question: EstimateQuestion & { gpuModel: string; gpuCount: number }): WhatIfAnswer
  /** Ends everything the app started, by its handles. */
  stop(): Promise<void>
}

/** The detection a state carries, also the last good one while another look is on. */
export function detectionOf(gpus: GpusState): Detection | null {
  return gpus.phase === 'ready' ? gpus.detection : gpus.previous
}

/** Throws NotPossible where a `--market` file or price is wrong; everything else that fails becomes state. */
export function createApp(options: AppOptions): App {
  const { host, source, log } = options
  const clock = options.clock ?? systemClock

  const gpuTable = loadGpuTable(host.resourcesFolder)
  const markets = loadMarkets({
    resourcesFolder: host.resourcesFolder,
    networks,
    files: options.markets?.files ?? {},
    prices: options.markets?.prices ?? {},
    now: clock.now(),
    log,
  })
  const earlyNotices: Notice[] = []
  let say = (notice: Notice): void => void earlyNotices.push(notice)
  const settings = createSettings({ file: host.settingsFile, log, onNotice: (notice) => say(notice) })
  let watch: Watch | null = null
  const history: History = openHistory({
    folder: host.dataFolder,
    clock,
    log,
    scope: source.recorded,
    onNotice: (notice) => say(notice),
    onRecording: () => watch?.tellRecording(),
  })
  const savedAlerts = history.alerts()

  const store = createStore(initialState())
  say = (notice) => store.change('app', (app) => ({ ...app, notices: [...app.notices.filter((old) => old.id !== notice.id), notice] }))

  const gpus = createGpus({
    source,
    startWorker: host.startWorker,
    resourcesFolder: host.resourcesFolder,
    gpuTable,
    clock,
    log,
    onState(state) {
      store.write('gpus', state)
      recompare()
    },
    onTelemetry: (telemetry) => store.write('telemetry', telemetry),
    book: history.book,
    staysOn: host.keepsWatch,
    steadyMs,
    onEvents: (events) => watch?.note(events),
  })

  const health = createHealth({
    clock,
    log,
    secrets: host.secrets,
    notify: host.notify,
    settings: settings.values,
    cards: () => detectionOf(store.read('gpus'))?.gpus ?? [],
    machineName: machineNameOf(source.recorded),
    readDisk: () => diskOf(source, host.dataFolder),
    saved: savedAlerts,
    // A command that ends at once reads alerts; the door that keeps watch writes them.
    save: (alerts) => void (host.keepsWatch && history.saveAlerts(alerts)),
    onState: (state) => store.write('health', state),
    onEvents: (events) => history.addEvents(events),
  })
  watch = keepWatch({ isOn: host.keepsWatch, gpus, history, health, takeEvents: createSampleEvents().take, settings: settings.values })

  const benchmark = createBenchmark({
    startWorker: host.startWorker,
    resourcesFolder: host.resourcesFolder,
    clock,
    log,
    history,
    gpuOf,
    factsOf: (model) => (model === null ? null : gpuTable.byModel(model)),
    follow: (gpuId, listener) => gpus.follow(gpuId, listener),
    blocked: () => blockedReason(source.recorded),
    onState(state) {
      const before = store.read('benchmark').latest
      store.write('benchmark', state)
      if (state.latest !== before) recompare()
    },
  })

  let stopRecompare = (): void => {}
  let stopping: Promise<void> | null = null
  let started: Promise<void> | null = null

  function initialState(): State {
    return {
      app: {
        version: host.version,
        door: host.door,
        recordedMachine: source.recorded,
        dataFolder: host.dataFolder,
        startedAt: clock.now(),
        notices: earlyNotices,
      },
      gpus: { phase: 'looking', since: clock.now(), previous: null },
      telemetry: { samples: {}, status: { phase: 'off' } },
      benchmark: {
        now: { phase: 'idle' },
        latest: history.latestResults(),
        crashes: history.markers(),
        blocked: blockedReason(source.recorded),
        lastFailure: null,
      },
      networks: { programmes: programmeInfos(), markets: markets.statuses() },
      comparison: { phase: 'waiting', estimates: [], madeAt: null },
      settings: { values: settings.values(), currencyRate: currencyRateOf(settings.values(), markets) },
      health: { open: savedAlerts.open, ended: savedAlerts.ended, recording: { phase: 'off', sentence: 'Recording has not begun.' }, channels: [], quietUntil: null },
    }
  }

  function gpuOf(gpuId: string): Gpu | null {
    return presentGpus(detectionOf(store.read('gpus'))?.gpus ?? []).find((gpu) => gpu.id === gpuId) ?? null
  }

  function estimates(question: EstimateQuestion = {}): Estimate[] {
    const detection = detectionOf(store.read('gpus'))
    if (!detection) return []
    return compare({
      detection,
      gpuTable,
      networks,
      markets,
      results: store.read('benchmark').latest,
      settings: settings.values(),
      overrides: question.overrides ?? {},
      at: question.at ?? clock.now(),
      ...(question.only ? { only: question.only } : {}),
    })
  }

  /** A fault in one network's arithmetic must not take the GPU page with it: the last comparison stays, its age shows, the log says why. */
  function recompare(): void {
    if (stopping || !detectionOf(store.read('gpus'))) return
    try {
      store.write('comparison', { phase: 'ready', estimates: estimates(), madeAt: clock.now() })
    } catch (error) {
      log.error('the comparison could not be made', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }

  function recompareLater(): void {
    stopRecompare = clock.after(recompareMs, () => {
      recompare()
      recompareLater()
    })
  }

  function ask(question: EstimateQuestion & { gpuModel: string; gpuCount: number }): WhatIfAnswer {
    return whatIf({
      gpuModel: question.gpuModel,
      gpuCount: question.gpuCount,
      gpuTable,
      networks,
      markets,
      settings: settings.values(),
      overrides: question.overrides ?? {},
      at: question.at ?? clock.now(),
      ...(question.only ? { only: question.only } : {}),
    })
  }

  const handlers = createHandlers({
    store,
    gpus,
    benchmark,
    history,
    health,
    gpuTable,
    whatIf: ask,
    changeSettings(change) {
      const values = settings.change(completeChange(settings.values(), change, markets))
      store.write('settings', { values, currencyRate: currencyRateOf(values, markets) })
      recompare()
      watch?.settingsChanged()
      return values
    },
    openExternal: host.openExternal,
    isCited: (url) => citedUrls().has(url) || isInInputs(url) || gpuTable.rows.some((row) => row.sources.some((one) => one.url === url)),
  })

  function isInInputs(url: string): boolean {
    const inEstimates = store.read('comparison').estimates.some((estimate) => estimate.inputs.some((input) => input.source?.url === url))
    return inEstimates || markets.statuses().some((status) => status.source.url === url)
  }

  return {
    handlers,
    store,
    gpus,
    benchmark,
    history,
    health,
    markets,
    gpuTable,
    settings,
    estimates,
    whatIf: ask,
    start() {
      started ??= gpus.look().then(() => {
        if (stopping) return
        recompareLater()
        watch?.begin()
      })
      return started
    },
    stop() {
      stopping ??= (async () => {
        stopRecompare()
        watch?.stop()
        await Promise.all([benchmark.stop(), gpus.stop(), health.stop()])
        stopRecompare()
        history.close()
      })()
      return stopping
    },
  }
}

function blockedReason(recorded: string | null): string | null {
  return recorded === null ? null : `This is the recorded machine "${recorded}": its cards are not here to be measured.`
}
