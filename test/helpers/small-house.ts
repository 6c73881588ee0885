/** The least a door can serve: a real store with a small state, and handlers that answer from it. */
import type { Handlers } from '../../shared/requests.ts'
import { defaultSettings } from '../../shared/settings.ts'
import { unreadState } from '../../main/policy/unread.ts'
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
    benchmark: { now: { phase: 'idle' }, latest: {}, crashes: [], holds: {}, octaneScores: {}, blocked: null, lastFailure: null },
    networks: { programmes: [], markets: [], sources: [], tokens: [], clockOffMs: null, networks: [] },
    comparison: { phase: 'waiting', estimates: [], madeAt: null },
    settings: { values: defaultSettings, currencyRate: null },
    health: { open: [], ended: [], recording: { phase: 'off', sentence: 'Nothing is recorded here.' }, channels: [], quietUntil: null },
    programmes: { enrolments: [], providers: [], practice: [], measuredAt: null },
    policy: unreadState(defaultSettings.policy, 'UTC', 0),
    ledger: { changes: 0, isReading: false, lastReadAt: null, faults: [] },
  })
  return {
    store,
    handlers: {
      'state.read': () => store.snapshot(),
      'gpus.rescan': () => null,
      'gpus.forget': () => null,
      'history.read': ({ gpuId, from, to }) => ({ gpuId, gpuName: null, from, to, stepSeconds: 60, samples: [], events: [], energy: null, finestStepSeconds: 60 }),
      'history.csv': () => ({ text: '', nextFrom: null, stepSeconds: 60 }),
      'history.events': () => [],
      'channel.set-webhook': () => ({ signingSecret: 'whsec_test' }),
      'channel.set-ntfy': () => null,
      'channel.remove': () => null,
      'channel.test': () => ({ ok: true, sentence: 'sent' }),
      'telemetry.watch': () => null,
      'benchmark.start': () => {
        throw new NotPossible('There is nothing to measure here.')
      },
      'benchmark.cancel': () => null,
      'benchmark.past': () => [],
      'benchmark.meaning': notHere,
      'benchmark.compare': notHere,
      'benchmark.export': notHere,
      'benchmark.import': notHere,
      'benchmark.imports': () => [],
      'benchmark.forget-import': () => null,
      'benchmark.report': notHere,
      'benchmark.import-octane': notHere,
      'estimate.what-if': () => ({ model: null, nearest: [], ambiguous: [], estimates: [] }),
      'estimate.sensitivity': notHere,
      'markets.refresh': () => [],
      'markets.requests': () => [],
      'networks.health': notHere,
      'ledger.list': notHere,
      'ledger.add': notHere,
      'ledger.correct': notHere,
      'ledger.export': notHere,
      'ledger.promised': () => ({ days: [], bias: [] }),
      'ledger.refresh': () => ({ added: 0, known: 0, faults: [], notAsked: [] }),
      'wallets.read': () => [],
      'wallets.set': () => [],
      'tariff.import': notHere,
      'tariff.read': () => ({ zone: 'Etc/UTC', now: null, dated: null }),
      'tariff.clear': () => null,
      'power.calibrate': notHere,
      'preflight.run': () => [],
      'enrolment.report': notHere,
      'enrolment.consent': notHere,
      'enrolment.answer': notHere,
      'enrolment.do': notHere,
      'enrolment.confirm': notHere,
      'enrolment.undo': notHere,
      'enrolment.leave': notHere,
      'provider.start': notHere,
      'provider.finish': notHere,
      'provider.stop': notHere,
      'provider.stop-price': notHere,
      'policy.change': notHere,
      'policy.override': notHere,
      'policy.resume': notHere,
      'policy.ignore': notHere,
      'policy.explain': () => [],
      'policy.week': notHere,
      'policy.simulate': notHere,
      'support.bundle': notHere,
      'support.save': notHere,
      'enrolment.cancel': () => null,
      'provider.logs': () => ({ lines: [], hasOlder: false, bytes: 0 }),
      'models.search': () => [],
      'settings.change': () => defaultSettings,
      'notice.dismiss': () => null,
      'link.open': () => null,
      ...change,
    },
  }
}

function notHere(): never {
  throw new NotPossible('Nothing of that kind is kept here.')
}
