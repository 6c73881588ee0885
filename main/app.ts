/** Makes every service and wires them. The only place where services meet; a door gets handlers, a store and a way to stop. */
import type { HistoryEvent } from '../shared/history.ts'
import { presentGpus, type Gpu } from '../shared/machine.ts'
import type { Settings, SettingsChange } from '../shared/settings.ts'
import type { Notice } from '../shared/state.ts'
import type { SampleTurn } from '../shared/telemetry.ts'
import { createHandlers } from './api/handlers.ts'
import { createCited } from './cited.ts'
import { setUpComparison, type Comparison, type EstimateQuestion } from './comparison.ts'
import { loadGpuTable } from './earnings/gpu-table.ts'
import { completeChange, usdPerUnitOf } from './earnings/money-settings.ts'
import { createGpus } from './gpu/index.ts'
import { createHealth } from './health/index.ts'
import { createSampleEvents } from './health/sample-events.ts'
import { openHistory, type History } from './history/index.ts'
import { detectionOf, type App, type AppOptions } from './house.ts'
import { diskOf, findingsOf, keepWatch, machineNameOf, type Watch } from './keep-watch.ts'
import { initialState } from './initial-state.ts'
import { setUpMeasuring } from './measuring.ts'
import { setUpMoney } from './money.ts'
import { networks } from './networks/index.ts'
import { setUpPolicy } from './policy-parts.ts'
import type { Policy } from './policy/index.ts'
import { setUpSupport } from './support-parts.ts'
import { setUpProgrammes, type Programmes } from './programmes.ts'
import { setUpRuns } from './runs.ts'
import { createSettings } from './state/settings.ts'
import { tellSettings, type ToldSettings } from './told-settings.ts'
import { createStore, type Store } from './state/store.ts'
import { systemClock } from './system/clock.ts'

export { detectionOf }
export type { App, AppOptions, EstimateQuestion }

/** For doors that must name them: which networks and tokens there are. */
export { networks }

/** A card that most networks take: stands in where a stake is asked about and no card is here. */
const standInModel = 'GeForce RTX 4090'

/** A clock that never jumps, in ms. */
const steadyMs = (): number => performance.now()

/** Throws NotPossible where a `--market` file or price is wrong; everything else that fails becomes state. */
export function createApp(options: AppOptions): App {
  const { host, source, log } = options
  const clock = options.clock ?? systemClock

  const gpuTable = loadGpuTable(host.resourcesFolder)
  const earlyNotices: Notice[] = []
  let say = (notice: Notice): void => void earlyNotices.push(notice)
  const settings = createSettings({ file: host.settingsFile, log, onNotice: (notice) => say(notice) })
  let watch: Watch | null = null
  let comparison: Comparison | null = null
  let programmes: Programmes | null = null
  let policy: Policy | null = null
  let told: ToldSettings | null = null
  /** null until every part has said how it begins. */
  let opened: Store | null = null
  const history: History = openHistory({
    folder: host.historyFolder ?? host.dataFolder,
    clock,
    log,
    scope: source.recorded,
    onNotice: (notice) => say(notice),
    onRecording: () => watch?.tellRecording(),
  })
  const savedAlerts = history.alerts()
  const { marketData, markets, tariffs, ledger, networkHealth, networksState, ...money } = setUpMoney({
    host,
    isRecorded: source.recorded !== null,
    clock,
    log,
    history,
    settings,
    gpuTable,
    given: { files: options.markets?.files ?? {}, prices: options.markets?.prices ?? {} },
    detection: () => (opened === null ? null : detectionOf(opened.read('gpus'))),
    estimates: () => comparison?.estimates() ?? [],
    onNetworks(state) {
      opened?.write('networks', state)
      told?.rateMayHaveChanged()
      comparison?.again()
    },
    onLedger: (state) => opened?.write('ledger', state),
    saveWallets: (wallets) => void changeSettings({ wallets }),
  })

  const store = createStore(initialState({ host, recorded: source.recorded, now: clock.now(), history, settings, markets, notices: earlyNotices, networks: networksState(), alerts: { open: savedAlerts.open, ended: savedAlerts.ended } }))
  opened = store
  told = tellSettings({ store, settings, markets })
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
      comparison?.again()
    },
    onTelemetry: (telemetry) => store.write('telemetry', programmes === null ? telemetry : { ...telemetry, samples: programmes.marked(telemetry.samples) }),
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
    providers: () => programmes?.watched() ?? [],
    saved: savedAlerts,
    findings: () => findingsOf(history, log),
    // A command that ends at once reads alerts; the door that keeps watch writes them.
    save: (alerts) => void (host.keepsWatch && history.saveAlerts(alerts)),
    onState: (state) => store.write('health', state),
    onEvents: (events) => history.addEvents(events),
  })
  let lastSamples: SampleTurn['samples'] = {}
  const sampleEvents = createSampleEvents()
  watch = keepWatch({ isOn: host.keepsWatch, gpus, history, health, takeEvents, settings: settings.values })

  const measuring = setUpMeasuring({
    host,
    source,
    clock,
    log,
    history,
    gpus,
    gpuTable,
    detection: () => detectionOf(store.read('gpus')),
    gpuOf,
    octaneScores: () => history.octaneScores(),
    offeredTo: () => programmes?.offeredTo() ?? null,
    onState: (state) => store.write('benchmark', state),
    onEvents: (events) => watch?.note(events),
    onFigures: () => comparison?.again(),
  })
  const { benchmark } = measuring
  const setUp = setUpProgrammes({
    host,
    source,
    clock,
    log,
    steadyMs,
    history,
    settings,
    gpuTable,
    markets,
    marketData,
    detection: () => detectionOf(store.read('gpus')),
    estimates: () => comparison?.estimates() ?? [],
    standIn: () => comparison?.whatIf({ gpuModel: standInModel, gpuCount: 1 }).estimates ?? [],
    samples: () => lastSamples,
    policy: () => policy,
    onState(state) {
      store.write('programmes', state)
      policy?.again()
    },
    onReadings: () => comparison?.again(),
    onEvents: (events) => history.addEvents(events),
  })
  programmes = setUp
  store.write('programmes', setUp.state())
  comparison = setUpComparison({
    gpuTable,
    markets,
    tariffs,
    settings,
    clock,
    log,
    detection: () => detectionOf(store.read('gpus')),
    figures: measuring.figures,
    octaneScores: () => store.read('benchmark').octaneScores,
    prepared: setUp.prepared,
    hours: () => policy?.hours() ?? null,
    onState: (state) => store.write('comparison', state),
  })
  policy = setUpPolicy({
    host,
    source,
    clock,
    log,
    steadyMs,
    settings,
    tariffs,
    usdPerUnit: usdPerUnitOf(settings.values, markets),
    programmes: setUp,
    store,
    onSettings: () => told?.tell(),
    onEvents: (events) => history.addEvents(events),
  })
  const ruling = policy
  const { again: recompare, estimates, whatIf } = comparison
  const runs = setUpRuns({ history, clock, gpuTable, version: host.version, cardOf: gpuOf })

  function takeEvents(turn: SampleTurn): HistoryEvent[] {
    lastSamples = turn.samples
    measuring.take(turn)
    policy?.take(turn)
    return sampleEvents.take(turn)
  }

  let stopping: Promise<void> | null = null
  let started: Promise<void> | null = null

  function changeSettings(change: SettingsChange): Settings {
    const values = settings.change(completeChange(settings.values(), change, markets))
    told?.tell()
    money.settingsChanged()
    recompare()
    watch?.settingsChanged()
    policy?.again()
    return values
  }

  function gpuOf(gpuId: string): Gpu | null {
    return presentGpus(detectionOf(store.read('gpus'))?.gpus ?? []).find((gpu) => gpu.id === gpuId) ?? null
  }

  const handlers = createHandlers({
    store,
    gpus,
    benchmark,
    runs,
    importOctane(input) {
      const score = runs.importOctane(input)
      store.change('benchmark', (state) => ({ ...state, octaneScores: runs.octaneScores() }))
      recompare()
      return score
    },
    history,
    health,
    gpuTable,
    whatIf,
    changeSettings,
    now: clock.now,
    sensitivity: comparison.sensitivity,
    marketData,
    networkHealth,
    ledger,
    tariffs,
    programmes: setUp,
    policy: ruling,
    support: setUpSupport({ host, store, history, gpus, programmes: setUp, marketData, clock }),
    openExternal: host.openExternal,
    isCited: createCited({ store, gpuTable, networkHealth, marketData }),
  })

  return {
    handlers,
    store,
    gpus,
    benchmark,
    runs,
    history,
    health,
    markets,
    marketData,
    tariffs,
    ledger,
    networkHealth,
    programmes: setUp,
    policy: ruling,
    gpuTable,
    settings,
    estimates,
    whatIf,
    start() {
      started ??= gpus.look().then(() => {
        if (stopping) return
        comparison?.begin()
        watch?.begin()
        money.begin()
        return setUp.begin().then(() => ruling.begin())
      })
      return started
    },
    stop() {
      stopping ??= (async () => {
        comparison?.stop()
        watch?.stop()
        await Promise.all([measuring.stop(), gpus.stop(), health.stop(), money.stop(), ruling.stop(), setUp.stop()])
        history.close()
      })()
      return stopping
    },
  }
}
