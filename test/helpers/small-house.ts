/** The least a door can serve: a real store with a small state, and handlers that answer from it. */
import type { Handlers } from '../../shared/requests.ts'
import { defaultSettings } from '../../shared/settings.ts'
import { createStore, type Store } from '../../main/state/store.ts'
import { NotPossible } from '../../main/system/not-possible.ts'

export interface SmallHouse {
  store: Store
  handlers: Handlers
}

export function createSmallHouse(change: Partial<Handlers> = {}): SmallHouse {
  const store = createStore({
    app: { version: '0.0.0', door: 'headless', recordedMachine: null, dataFolder: '', startedAt: 0, notices: [] },
    gpus: { phase: 'looking', since: 0, previous: null },
    telemetry: { samples: {}, status: { phase: 'off' } },
    benchmark: { now: { phase: 'idle' }, latest: {}, crashes: [], blocked: null, lastFailure: null },
    networks: { programmes: [], markets: [] },
    comparison: { phase: 'waiting', estimates: [], madeAt: null },
    settings: { values: defaultSettings, currencyRate: null },
  })
  return {
    store,
    handlers: {
      'state.read': () => store.snapshot(),
      'gpus.rescan': () => null,
      'telemetry.watch': () => null,
      'benchmark.start': () => {
        throw new NotPossible('There is nothing to measure here.')
      },
      'benchmark.cancel': () => null,
      'benchmark.past': () => [],
      'estimate.what-if': () => ({ model: null, nearest: [], estimates: [] }),
      'models.search': () => [],
      'settings.change': () => defaultSettings,
      'notice.dismiss': () => null,
      'link.open': () => null,
      ...change,
    },
  }
}
