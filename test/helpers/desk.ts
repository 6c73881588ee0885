/** A small house for what stands outside the window: software that runs, a policy that says so, and what was asked of both. */
import { unreadState } from '../../main/policy/unread.ts'
import type { PolicyState } from '../../shared/policy-state.ts'
import { defaultPolicySettings, type Override, type PolicySettings } from '../../shared/policy.ts'
import type { ProviderState } from '../../shared/provider.ts'
import type { Handlers } from '../../shared/requests.ts'
import { createSmallHouse, type SmallHouse } from './small-house.ts'

export const worker = 'practice/worker'
/** 23 November 2026, 15:00 by the desk's clock. */
export const deskAt = Date.UTC(2026, 10, 23, 14)
export const deskZone = 'Europe/Berlin'
export const minuteMs = 60_000

export function runningState(over: Partial<ProviderState> = {}): ProviderState {
  return {
    programmeId: worker, phase: 'running', since: deskAt - minuteMs, pid: 4711, containers: [], earning: null, cause: null, activity: 'ready', because: 'It is ready.', evidence: [], job: null, retryAt: null,
    wanted: 'run', adopted: false, duplicate: null, can: { start: false, finish: true, stop: true }, kind: 'managed', readAt: deskAt, failures: 0, ...over,
  }
}

export function policyState(over: Partial<PolicyState> = {}, settings: Partial<PolicySettings> = {}): PolicyState {
  return {
    ...unreadState({ ...defaultPolicySettings, ...settings }, deskZone, deskAt),
    notActing: null,
    sentence: 'Practice worker runs.',
    why: 'Nobody has been at the machine for 20 min.',
    programmes: [{ programmeId: worker, title: 'Practice worker', gpuIds: [], demands: {} as never, worth: null, stopPrice: { sentence: 'Stopping costs nothing.', usd: 0, finishMinutes: 0 } }],
    ...over,
  }
}

export function override(over: Partial<Override> = {}): Override {
  return { id: 'o1', kind: 'pause', gpuId: null, programmeId: null, since: deskAt, until: deskAt + 60 * minuteMs, isFor: true, ...over }
}

export interface Desk extends SmallHouse {
  asked: [name: string, input: unknown][]
}

/** Answers policy.override and the rest as the real ones would, and keeps what was asked. */
export function createDesk(policy: PolicyState = policyState(), providers: ProviderState[] = [runningState()], change: Partial<Handlers> = {}): Desk {
  const asked: Desk['asked'] = []
  const note = (name: string, input: unknown): void => void asked.push([name, input])
  const house = createSmallHouse({
    'policy.override': (ask) => {
      note('policy.override', ask)
      const until = ask.until ?? (ask.minutes === undefined ? null : deskAt + ask.minutes * minuteMs)
      return settingsChanged({ overrides: [...now().settings.overrides, override({ ...ask, id: `o${asked.length}`, until })] })
    },
    'policy.resume': (which) => {
      note('policy.resume', which)
      return settingsChanged({ overrides: which.id === null ? [] : now().settings.overrides.filter(({ id }) => id !== which.id) })
    },
    'provider.stop': (of) => {
      note('provider.stop', of)
      return runningState({ phase: 'stopping' })
    },
    'provider.finish': (of) => {
      note('provider.finish', of)
      return runningState({ phase: 'finishing' })
    },
    ...change,
  })
  const now = (): PolicyState => house.store.read('policy')
  function settingsChanged(settings: Partial<PolicySettings>): PolicyState {
    house.store.change('policy', (state) => ({ ...state, settings: { ...state.settings, ...settings } }))
    return now()
  }
  house.store.write('policy', policy)
  house.store.change('programmes', (programmes) => ({ ...programmes, providers, practice: [{ id: worker, networkId: 'practice', networkTitle: 'Practice', title: 'Practice worker' }] as never }))
  return { ...house, asked }
}
