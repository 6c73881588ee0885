/** Request → service, a line each. Total over the contract: a request without a handler does not compile. */
import type { OctaneScore } from '../../shared/benchmark.ts'
import type { GpuTable } from '../../shared/gpu-table.ts'
import type { Sensitivity } from '../../shared/earnings.ts'
import type { Handlers, ParsedInput, WhatIfAnswer } from '../../shared/requests.ts'
import type { Settings, SettingsChange } from '../../shared/settings.ts'
import type { Benchmark } from '../benchmark/index.ts'
import type { RunLibrary } from '../benchmark/library.ts'
import { calibrate } from '../earnings/calibration.ts'
import type { Tariffs } from '../earnings/tariffs.ts'
import type { Gpus } from '../gpu/index.ts'
import type { Health } from '../health/index.ts'
import type { History } from '../history/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { MarketData } from '../market-data/index.ts'
import type { NetworkHealthReader } from '../network-health.ts'
import type { Policy } from '../policy/index.ts'
import type { Programmes } from '../programmes.ts'
import type { Support } from '../support/index.ts'
import type { Store } from '../state/store.ts'
import { NotPossible } from '../system/not-possible.ts'

export interface HandlerParts {
  store: Store
  gpus: Gpus
  benchmark: Benchmark
  runs: RunLibrary
  /** Keeps the score and compares anew. */
  importOctane(input: { gpuId: string; text: string; from: string }): OctaneScore
  history: History
  health: Health
  gpuTable: GpuTable
  whatIf(question: ParsedInput<'estimate.what-if'>): WhatIfAnswer
  sensitivity(question: ParsedInput<'estimate.sensitivity'>): Sensitivity
  marketData: MarketData
  networkHealth: NetworkHealthReader
  ledger: Ledger
  tariffs: Tariffs
  programmes: Pick<Programmes, 'enrolment' | 'providers' | 'byHand'>
  policy: Policy
  support: Support
  changeSettings(change: SettingsChange): Settings
  /** ms since epoch. */
  now(): number
  openExternal(url: string): Promise<void>
  /** Whether Idlewatt itself cites this address. */
  isCited(url: string): boolean
}

export function createHandlers(parts: HandlerParts): Handlers {
  const { store, gpus, benchmark, runs, history, health, marketData, ledger, tariffs } = parts
  const { enrolment, providers, byHand } = parts.programmes
  const { policy } = parts
  return {
    'state.read': () => store.snapshot(),
    'gpus.rescan': async () => {
      await gpus.look()
      return null
    },
    'gpus.forget': async ({ gpuId }) => {
      await gpus.forget(gpuId)
      return null
    },
    'history.read': (query) => history.read(query),
    'history.csv': (query) => history.csv(query),
    'history.events': (query) => history.events(query),
    'channel.set-webhook': ({ url }) => health.setWebhook(url),
    'channel.set-ntfy': async (ntfy) => {
      await health.setNtfy(ntfy)
      return null
    },
    'channel.remove': async ({ channel }) => {
      await health.remove(channel)
      return null
    },
    'channel.test': ({ channel }) => health.test(channel),
    'telemetry.watch': ({ viewer, watching }) => {
      gpus.watch(viewer, watching)
      return null
    },
    'benchmark.start': async (input) => {
      await benchmark.start(input)
      return null
    },
    'benchmark.cancel': async () => {
      await benchmark.cancel()
      return null
    },
    'benchmark.past': ({ gpuId, limit }) => benchmark.past(gpuId, limit),
    'benchmark.meaning': (ref) => runs.meaning(ref),
    'benchmark.compare': ({ a, b }) => runs.compare(a, b),
    'benchmark.export': (ref) => runs.exportRun(ref),
    'benchmark.import': (document) => runs.importRuns(document),
    'benchmark.imports': () => runs.imports(),
    'benchmark.forget-import': ({ id }) => {
      runs.forgetImport(id)
      return null
    },
    'benchmark.report': (of) => runs.report(of.runs),
    'benchmark.import-octane': (input) => parts.importOctane(input),
    'estimate.what-if': (question) => parts.whatIf(question),
    'estimate.sensitivity': (question) => parts.sensitivity(question),
    'markets.refresh': async ({ sourceIds }) => {
      // Wallets are asked about by the ledger, which knows their addresses.
      const wallets = marketData.statuses().filter((source) => source.kind === 'payout' || source.kind === 'balance').map((source) => source.id)
      const isAboutWallets = sourceIds?.some((id) => wallets.includes(id)) ?? false
      await Promise.all([marketData.refresh(sourceIds), isAboutWallets ? ledger.refresh() : null])
      return marketData.statuses()
    },
    'markets.requests': (question) => marketData.requests(question),
    'networks.health': ({ networkId }) => parts.networkHealth.health(networkId),
    'ledger.list': (question) => ledger.list(question),
    'ledger.add': (entry) => ledger.add(entry),
    'ledger.correct': (correction) => ledger.correct(correction),
    'ledger.export': (how) => ledger.export(how),
    'ledger.promised': (question) => ledger.promised(question),
    'ledger.refresh': () => ledger.refresh(),
    'wallets.read': () => ledger.wallets(),
    'wallets.set': ({ networkId, address }) => ledger.setWallet(networkId, address),
    'tariff.import': (file) => {
      const imported = tariffs.import(file)
      parts.changeSettings({ tariffKind: 'dated' })
      return imported
    },
    'tariff.read': () => ({ zone: tariffs.zone(), now: tariffs.priceAt(parts.now()), dated: tariffs.known() }),
    'tariff.clear': () => {
      tariffs.clear()
      const { tariffKind, weeklyTariff } = store.read('settings').values
      parts.changeSettings({ tariffKind: tariffKind !== 'dated' ? tariffKind : weeklyTariff === null ? 'fixed' : 'weekly' })
      return null
    },
    'power.calibrate': ({ pairs }) => {
      const { factor, offsetW, sentence } = calibrate(pairs)
      parts.changeSettings({ wallPowerFactor: factor, wallPowerOffsetW: offsetW })
      return { factor, offsetW, sentence }
    },
    'preflight.run': ({ programmeId, checkIds, measures }) => enrolment.preflight({ programmeId, measures, ...(checkIds ? { checkIds } : {}) }),
    'enrolment.report': ({ programmeId }) => enrolment.report(programmeId),
    'enrolment.consent': ({ programmeId, reportHash }) => enrolment.consent(programmeId, reportHash),
    'enrolment.answer': ({ programmeId, stepId, values }) => enrolment.answer(programmeId, stepId, values),
    'enrolment.do': ({ programmeId, stepId }) => enrolment.doStep(programmeId, stepId),
    'enrolment.confirm': ({ programmeId, stepId }) => enrolment.confirm(programmeId, stepId),
    'enrolment.cancel': ({ programmeId, stepId }) => {
      enrolment.cancel(programmeId, stepId)
      return null
    },
    'enrolment.undo': ({ programmeId, stepId }) => enrolment.undo(programmeId, stepId),
    'enrolment.leave': ({ programmeId }) => enrolment.leave(programmeId),
    'provider.start': ({ programmeId }) => byHand.start(programmeId),
    'provider.finish': ({ programmeId }) => byHand.finish(programmeId),
    'provider.stop': ({ programmeId }) => byHand.stop(programmeId),
    'provider.stop-price': ({ programmeId }) => providers.stopPrice(programmeId),
    'provider.logs': (query) => providers.logs(query),
    'policy.change': (change) => policy.change(change),
    'policy.override': (ask) => policy.override(ask),
    'policy.resume': ({ id }) => policy.resume(id),
    'policy.ignore': ({ name, isIgnored }) => policy.ignore(name, isIgnored),
    'policy.explain': (of) => policy.explain(of),
    'policy.week': ({ gpuId }) => policy.week(gpuId),
    'policy.simulate': (question) => policy.simulate(question),
    'support.bundle': () => parts.support.make(),
    'support.save': ({ id }) => parts.support.save(id),
    'models.search': ({ text, limit }) => parts.gpuTable.search(text, limit),
    'settings.change': (change) => parts.changeSettings(change),
    'notice.dismiss': ({ id }) => {
      store.change('app', (app) => ({ ...app, notices: app.notices.filter((notice) => notice.id !== id) }))
      return null
    },
    'link.open': async ({ url }) => {
      // A source may also be a file that was handed in: only pages are opened.
      if (!url.startsWith('https://') || !parts.isCited(url)) throw new NotPossible('Idlewatt opens only pages that it cites itself.')
      await parts.openExternal(url)
      return null
    },
  }
}
