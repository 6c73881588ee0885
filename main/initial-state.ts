/** What a window sees before the first look is over. Part of the wiring. */
import type { State } from '../shared/state.ts'
import type { Markets } from './earnings/markets.ts'
import { currencyRateOf } from './earnings/money-settings.ts'
import type { History } from './history/index.ts'
import type { Host } from './host.ts'
import { blockedReason } from './measuring.ts'
import { unreadState } from './policy/unread.ts'
import type { SettingsStore } from './state/settings.ts'
import { thisZone } from './system/zone.ts'

export function initialState(parts: {
  host: Host
  recorded: string | null
  now: number
  history: History
  settings: SettingsStore
  markets: Markets
  notices: State['app']['notices']
  networks: State['networks']
  alerts: Pick<State['health'], 'open' | 'ended'>
}): State {
  const { host, recorded, now, history, settings, markets } = parts
  return {
    app: { version: host.version, door: host.door, recordedMachine: recorded, dataFolder: host.dataFolder, startedAt: now, notices: parts.notices },
    gpus: { phase: 'looking', since: now, previous: null },
    telemetry: { samples: {}, status: { phase: 'off' } },
    benchmark: {
      now: { phase: 'idle' },
      latest: history.latestResults(),
      crashes: history.markers(),
      holds: {},
      octaneScores: history.octaneScores(),
      blocked: blockedReason(recorded),
      lastFailure: null,
    },
    networks: parts.networks,
    comparison: { phase: 'waiting', estimates: [], madeAt: null },
    settings: { values: settings.values(), currencyRate: currencyRateOf(settings.values(), markets) },
    health: { ...parts.alerts, recording: { phase: 'off', sentence: 'Recording has not begun.' }, channels: [], quietUntil: null },
    programmes: { enrolments: [], providers: [], practice: [], measuredAt: null },
    policy: unreadState(settings.values().policy, thisZone(), now),
    ledger: { changes: 0, isReading: false, lastReadAt: null, faults: [] },
  }
}
