/** Request → service, a line each. Total over the contract: a request without a handler does not compile. */
import type { OctaneScore } from '../../shared/benchmark.ts'
import type { GpuTable } from '../../shared/gpu-table.ts'
import type { Handlers, WhatIfAnswer } from '../../shared/requests.ts'
import type { Settings, SettingsChange } from '../../shared/settings.ts'
import type { Benchmark } from '../benchmark/index.ts'
import type { RunLibrary } from '../benchmark/library.ts'
import type { Gpus } from '../gpu/index.ts'
import type { Health } from '../health/index.ts'
import type { History } from '../history/index.ts'
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
  whatIf(question: { gpuModel: string; gpuCount: number; overrides: { usdPerKwh?: number; wattsWork?: number; wattsWait?: number } }): WhatIfAnswer
  changeSettings(change: SettingsChange): Settings
  openExternal(url: string): Promise<void>
  /** Whether Idlewatt itself cites this address. */
  isCited(url: string): boolean
}

export function createHandlers(parts: HandlerParts): Handlers {
  const { store, gpus, benchmark, runs, history, health } = parts
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
    'estimate.what-if': ({ gpuModel, gpuCount, ...overrides }) => parts.whatIf({ gpuModel, gpuCount, overrides }),
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
