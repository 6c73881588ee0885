/** Events, readings and rules that the tests of the lifecycle share. */
import { lifecycle } from '../../main/provider/lifecycle.ts'
import { newStatus, type LifecycleEvent, type LifecycleRules, type LifecycleStatus } from '../../main/provider/lifecycle-status.ts'
import type { ProviderRun, SoftwareReading } from '../../shared/provider.ts'

export const at = 1_800_000_000_000
export const rules: LifecycleRules = { readyWithinMs: 60_000, graceMs: 10_000, finish: { how: 'watch-until-idle', mostMs: 3_600_000 } }
export const bySignal: LifecycleRules = { ...rules, finish: { how: 'signal', mostMs: 3_600_000 } }

export function run(id = 'run-1', adopted = false): ProviderRun {
  return { id, startedAt: at, handle: { kind: 'process', pid: 4711, processStartedAt: at, startTicks: 'b:1', program: 'worker' }, adopted }
}
export function reading(activity: SoftwareReading['activity'], job: SoftwareReading['job'] = null): SoftwareReading {
  return { activity, earning: null, cause: null, sentence: `It is ${activity}.`, evidence: [], job, at }
}
export function after(status: LifecycleStatus, events: (LifecycleEvent | number)[], by = rules): LifecycleStatus {
  let now = at
  return events.reduce<LifecycleStatus>((one, event) => {
    if (typeof event !== 'number') return lifecycle(one, event, now, by)
    now += event
    return lifecycle(one, { kind: 'tick' }, now, by)
  }, status)
}

export const start: LifecycleEvent = { kind: 'asked-start' }
export const stop: LifecycleEvent = { kind: 'asked-stop' }
export const finish: LifecycleEvent = { kind: 'asked-finish' }
export const spawned: LifecycleEvent = { kind: 'spawned', run: run() }
export const ready: LifecycleEvent = { kind: 'reading', reading: reading('ready') }
export const working: LifecycleEvent = { kind: 'reading', reading: reading('working', { id: 'j', since: at }) }
export const died: LifecycleEvent = { kind: 'ended', sentence: 'It ended with the exit code 1.', counts: true, isGone: true }
export const diedLeavingRest: LifecycleEvent = { ...died, isGone: false }
export const gone: LifecycleEvent = { kind: 'ended', sentence: 'It is stopped.', counts: false, isGone: true }
export const lost: LifecycleEvent = { kind: 'engine-lost', why: 'Docker does not answer.' }
export const back: LifecycleEvent = { kind: 'engine-back' }
/** Of containers that Idlewatt may have seen before. */
export function containerRun(ids: string[]): ProviderRun {
  return { id: `run-of-${ids.join('-')}`, startedAt: at, handle: { kind: 'containers', ids }, adopted: true }
}
export const stood: LifecycleEvent = { kind: 'stood', ids: ['c1', 'c2'] }

export const fresh = newStatus(true, at)
