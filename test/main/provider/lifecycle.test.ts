/** The lifecycle of provider software: every phase against every event, and each rule by itself. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lifecycle } from '../../../main/provider/lifecycle.ts'
import { actionsOf, isSpawning, nextTickAt, toldOf } from '../../../main/provider/lifecycle-actions.ts'
import { isActive, killAgainMs, killAnswersMs, newStatus, type LifecycleEvent, type LifecycleStatus } from '../../../main/provider/lifecycle-status.ts'
import type { SoftwareReading } from '../../../shared/provider.ts'
import { after, at, back, bySignal, containerRun, died, diedLeavingRest, finish, fresh, gone, lost, reading, ready, rules, run, spawned, start, stood, stop, working } from '../../helpers/provider-lifecycle.ts'

const phases: Record<string, LifecycleStatus> = {
  'not-set-up': newStatus(false, at),
  stopped: fresh,
  'starting without a process': after(fresh, [start]),
  starting: after(fresh, [start, spawned]),
  running: after(fresh, [start, spawned, ready]),
  'running on a job': after(fresh, [start, spawned, ready, working]),
  'running, adopted': after(fresh, [{ kind: 'adopted', run: run('run-2', true) }]),
  finishing: after(fresh, [start, spawned, working, finish]),
  'stopping without a process': after(fresh, [start, stop]),
  stopping: after(fresh, [start, spawned, ready, stop]),
  'stopping, killed': after(fresh, [start, spawned, ready, stop, 10_000]),
  'stopping what a failure left': after(fresh, [start, spawned, ready, diedLeavingRest]),
  'stop-failed': after(fresh, [start, spawned, ready, stop, 10_000, { kind: 'kill-failed', sentence: 'One process could not be ended (4711).' }]),
  'running, and not set up any more': after(fresh, [start, spawned, ready, { kind: 'enrolment-changed', isSetUp: false }]),
  'stopped by wish': after(fresh, [start, spawned, ready, stood, stop, gone]),
  'stopping what came back': after(fresh, [start, spawned, ready, stood, stop, gone, { kind: 'adopted', run: containerRun(['c1']) }]),
  waiting: after(fresh, [start, spawned, ready, died]),
  'waiting for what is in the way': after(fresh, [start, { kind: 'barred', sentence: 'A container of something else is there.' }]),
  'waiting for Docker': after(fresh, [start, spawned, ready, died, lost]),
  failed: after(fresh, [start, { kind: 'could-not-start', sentence: 'The programme is missing.', isFinal: true, counts: true }]),
}
const happenings: LifecycleEvent[] = [
  start, stop, finish, spawned, ready, working, died, diedLeavingRest, gone, lost, back,
  { kind: 'could-not-start', sentence: 'No.', isFinal: false, counts: true },
  { kind: 'could-not-start', sentence: 'No.', isFinal: true, counts: true },
  { kind: 'could-not-start', sentence: 'Docker is away.', isFinal: false, counts: false },
  { kind: 'adopted', run: run('run-3', true) },
  { kind: 'adopted', run: containerRun(['c1', 'c2']) },
  { kind: 'adopted', run: containerRun(['c1', 'c3']) },
  { kind: 'barred', sentence: 'A container of something else is there.' },
  { kind: 'unbarred' },
  stood,
  { kind: 'handed-over', ids: ['c1'] },
  { kind: 'reading', reading: reading('unknown') },
  { kind: 'reading', reading: reading('unhealthy') },
  { kind: 'kill-failed', sentence: 'It is still there.' },
  { kind: 'duplicate', sentence: 'Another one runs.' },
  { kind: 'duplicate', sentence: null },
  { kind: 'tick' },
  { kind: 'removed-by-others' },
  { kind: 'clock-jumped', ms: 86_400_000 },
  { kind: 'clock-jumped', ms: -86_400_000 },
  { kind: 'enrolment-changed', isSetUp: false },
  { kind: 'enrolment-changed', isSetUp: true },
]

/** What holds of every status and of every change. */
function faultsOf(before: LifecycleStatus, event: LifecycleEvent, next: LifecycleStatus): string[] {
  const faults: string[] = []
  const must = (isSo: boolean, fault: string): void => void (isSo || faults.push(`${before.phase} + ${event.kind} → ${next.phase}: ${fault}`))
  must((next.retryAt !== null) === (next.phase === 'waiting'), 'a retry belongs to waiting alone')
  must((next.stopStep !== null) === (next.phase === 'stopping' || next.phase === 'stop-failed'), 'a stop step belongs to stopping alone')
  must(next.run === null || isActive(next), 'a run where nothing can run')
  must(next.run !== null || !['running', 'finishing', 'stop-failed'].includes(next.phase), 'no run where one must be')
  must(next.because.length > 0, 'says nothing')
  must(next.failures.length <= 5, 'too many failures')
  must(next.phase !== 'stopped' || next.wanted === 'stop', 'stopped and wanted otherwise')
  must(next.endedBadly === null || next.stopStep !== null, 'a failure that is being cleared away outside of stopping')
  // "stopped" only where nothing of it runs.
  const isVerified = event.kind === 'ended' && event.isGone
  must(before.run === null || next.run !== null || isVerified, 'a run was dropped without a look')
  // Never two processes.
  must(!isSpawning(next) || isSpawning(before) || before.run === null || isVerified, 'started beside another')
  // A wish to stop is lost to nothing but a wish to start.
  must(before.wanted !== 'stop' || next.wanted === 'stop' || event.kind === 'asked-start' || (event.kind === 'asked-finish' && isActive(before)), 'a wish to stop was lost')
  must(!isSpawning(next) || isSpawning(before) || next.wanted === 'run', 'started without a wish')
  must(!isSpawning(next) || isSpawning(before) || next.isSetUp, 'started while not set up')
  must(!next.isBarred || next.phase === 'waiting', 'barred outside of waiting')
  // What the user stopped does not run on because Docker started it again.
  must(event.kind !== 'adopted' || !before.isStopWished || before.wanted !== 'stop' || next.phase !== 'running' || (event.run.handle.kind === 'containers' && event.run.handle.ids.some((id) => !before.seenIds.includes(id))) || event.run.handle.kind === 'process', 'what was stopped runs on')
  return faults
}

describe('lifecycle', () => {
  it('has an example of every phase', () => {
    expect(new Set(Object.values(phases).map(({ phase }) => phase)).size).toBe(9)
  })

  for (const [name, status] of Object.entries(phases)) {
    for (const by of [rules, bySignal]) {
      it(`takes every event in ${name} (${by.finish.how})`, () => {
        for (const event of happenings) {
          for (const now of [at + 1000, at + 700_000]) {
            const next = lifecycle(status, event, now, by)
            expect(faultsOf(status, event, next)).toEqual([])
            expect(() => [actionsOf(status, next, by), nextTickAt(next, by), toldOf(status, next)]).not.toThrow()
          }
        }
      })
    }
  }

  it('goes from start to ready to stopped', () => {
    const starting = after(fresh, [start])
    expect(actionsOf(fresh, starting, rules)).toEqual(['spawn'])
    const running = after(starting, [spawned, ready])
    expect(running).toMatchObject({ phase: 'running', because: 'It is ready.', healthySince: at })
    const stopping = after(running, [stop])
    expect(actionsOf(running, stopping, rules)).toEqual(['ask-to-end'])
    const stopped = after(stopping, [gone])
    expect(stopped).toMatchObject({ phase: 'stopped', run: null, wanted: 'stop' })
    expect(actionsOf(stopping, stopped, rules)).toEqual(['let-go'])
  })

  it('waits 2, 4, 8, 16 s and gives up with the fifth failure in ten minutes, saying why', () => {
    let status = after(fresh, [start])
    let now = at
    for (const pauseMs of [2000, 4000, 8000, 16_000]) {
      status = lifecycle(lifecycle(status, spawned, now, rules), died, now, rules)
      expect(status).toMatchObject({ phase: 'waiting', retryAt: now + pauseMs })
      expect(lifecycle(status, { kind: 'tick' }, now + pauseMs - 1, rules).phase).toBe('waiting')
      now += pauseMs
      status = lifecycle(status, { kind: 'tick' }, now, rules)
      expect(isSpawning(status)).toBe(true)
    }
    status = lifecycle(lifecycle(status, spawned, now, rules), died, now, rules)
    expect(status.phase).toBe('failed')
    expect(status.because).toContain('five times')
    expect(status.because).toContain('exit code 1')
    expect(nextTickAt(status, rules)).toBeNull()
  })

  it('waits 32 s at most where failures are spread out and never ten healthy minutes apart', () => {
    let status = after(fresh, [start])
    let now = at
    const pauses: number[] = []
    for (let turn = 0; turn < 8; turn += 1) {
      status = lifecycle(lifecycle(status, spawned, now, rules), ready, now, rules)
      now += 200_000
      status = lifecycle(status, died, now, rules)
      pauses.push((status.retryAt ?? 0) - now)
      now = status.retryAt ?? now
      status = lifecycle(status, { kind: 'tick' }, now, rules)
    }
    expect(pauses).toEqual([2000, 4000, 8000, 16_000, 32_000, 32_000, 32_000, 32_000])
  })

  it('forgets failures after ten healthy minutes, and not after ten unhealthy ones', () => {
    const again = (activity: SoftwareReading['activity']): LifecycleStatus => after(fresh, [start, spawned, ready, died, 2000, spawned, ready, { kind: 'reading', reading: reading(activity) }, 599_000, 1000])
    expect(again('working')).toMatchObject({ failures: [], inRow: 0 })
    // The failure is ten minutes old by then; how often it failed in a row stays.
    expect(again('unhealthy')).toMatchObject({ inRow: 1, healthySince: null })
    // Nor is what cannot be told: that is not healthy.
    expect(again('unknown')).toMatchObject({ inRow: 1, healthySince: null })
  })

  it('asks, kills after the grace, says that it failed, tries again, and is stopped only then', () => {
    const { stopping } = phases as { stopping: LifecycleStatus }
    const killed = lifecycle(stopping, { kind: 'tick' }, at + 10_000, rules)
    expect(actionsOf(stopping, killed, rules)).toEqual(['kill'])
    const failed = lifecycle(killed, { kind: 'kill-failed', sentence: 'pid 4711' }, at + 15_000, rules)
    expect(failed).toMatchObject({ phase: 'stop-failed', because: 'pid 4711', wanted: 'stop' })
    expect(actionsOf(killed, failed, rules)).toEqual([])
    const again = lifecycle(failed, { kind: 'tick' }, at + 15_000 + killAgainMs, rules)
    expect(again.phase).toBe('stop-failed')
    expect(actionsOf(failed, again, rules)).toEqual(['kill'])
    expect(lifecycle(again, gone, at + 60_000, rules).phase).toBe('stopped')
  })

  it('does not wait for ever for the answer to a kill', () => {
    const killed = lifecycle(phases['stopping'] as LifecycleStatus, { kind: 'tick' }, at + 10_000, rules)
    expect(lifecycle(killed, { kind: 'tick' }, at + 10_000 + killAnswersMs, rules).phase).toBe('stop-failed')
  })

  it('ends what a failed run has left before it starts again, and counts the failure once', () => {
    const left = phases['stopping what a failure left'] as LifecycleStatus
    expect(left).toMatchObject({ phase: 'stopping', wanted: 'run', inRow: 1 })
    const waiting = lifecycle(left, gone, at + 100, rules)
    expect(waiting).toMatchObject({ phase: 'waiting', inRow: 1, retryAt: at + 2100 })
    expect(lifecycle(lifecycle(left, stop, at + 50, rules), gone, at + 100, rules).phase).toBe('stopped')
  })

  it('counts a start that is not ready in time as a failure, but not one that cannot tell', () => {
    const late = after(fresh, [start, spawned, { kind: 'reading', reading: reading('starting') }, 60_000])
    expect(late).toMatchObject({ phase: 'stopping', wanted: 'run' })
    expect(late.because).toContain('60 seconds')
    expect(after(fresh, [start, spawned, { kind: 'reading', reading: reading('unknown') }, 60_000]).phase).toBe('running')
  })

  it('finishes: waits until it is idle, at most so long, and at once where there is no work', () => {
    expect(after(fresh, [start, spawned, ready, finish])).toMatchObject({ phase: 'stopping', wanted: 'finish' })
    const busy = after(fresh, [start, spawned, ready, working, finish])
    expect(busy).toMatchObject({ phase: 'finishing', wanted: 'finish' })
    expect(lifecycle(busy, { kind: 'reading', reading: reading('unknown') }, at + 5, rules).phase).toBe('finishing')
    expect(lifecycle(busy, { kind: 'reading', reading: reading('idle') }, at + 5, rules).phase).toBe('stopping')
    expect(lifecycle(busy, { kind: 'tick' }, at + 3_600_000, rules).phase).toBe('stopping')
    expect(lifecycle(busy, start, at + 5, rules)).toMatchObject({ phase: 'running', wanted: 'run' })
  })

  it('finishes by signal where the software does it itself, and starts again if that is wanted meanwhile', () => {
    const busy = after(fresh, [start, spawned, ready, working], bySignal)
    const finishing = lifecycle(busy, finish, at + 5, bySignal)
    expect(actionsOf(busy, finishing, bySignal)).toEqual(['ask-to-finish'])
    expect(lifecycle(finishing, gone, at + 10, bySignal).phase).toBe('stopped')
    expect(isSpawning(lifecycle(lifecycle(finishing, start, at + 6, bySignal), gone, at + 10, bySignal))).toBe(true)
  })

  it('keeps a wish to stop that comes while a start is under way', () => {
    const stopping = after(fresh, [start, stop])
    expect(stopping).toMatchObject({ phase: 'stopping', run: null, wanted: 'stop' })
    const withRun = lifecycle(stopping, spawned, at + 5, rules)
    expect(withRun).toMatchObject({ phase: 'stopping', wanted: 'stop' })
    expect(actionsOf(stopping, withRun, rules)).toEqual(['ask-to-end'])
    expect(after(stopping, [start, spawned])).toMatchObject({ phase: 'starting', wanted: 'run' })
    expect(lifecycle(stopping, { kind: 'could-not-start', sentence: 'No.', isFinal: true, counts: true }, at, rules).phase).toBe('stopped')
  })

  it('waits for Docker, says so, counts nothing, and takes the time from no deadline', () => {
    const away = after(fresh, [start, spawned, lost, 3_000_000])
    expect(away).toMatchObject({ phase: 'starting', failures: [], because: expect.stringContaining('Docker does not answer.') })
    expect(nextTickAt(away, rules)).toBeNull()
    const again = lifecycle(away, back, at + 3_000_000, rules)
    expect(nextTickAt(again, rules)).toBe(at + 3_060_000)
    // Docker ends the containers before it goes: no failure of theirs.
    const taken = phases['waiting for Docker'] as LifecycleStatus
    expect(taken).toMatchObject({ phase: 'waiting', failures: [], inRow: 0 })
    expect(lifecycle(taken, { kind: 'tick' }, at + 900_000, rules).phase).toBe('waiting')
    expect(lifecycle(taken, back, at + 900_000, rules)).toMatchObject({ phase: 'waiting', retryAt: at + 905_000 })
  })

  it('takes over what runs without restarting it later unless it was asked to', () => {
    const adopted = phases['running, adopted'] as LifecycleStatus
    expect(adopted).toMatchObject({ phase: 'running', wanted: 'stop' })
    expect(lifecycle(adopted, died, at + 5, rules).phase).toBe('stopped')
    expect(after(adopted, [start, died]).phase).toBe('waiting')
  })

  it('tells what happened, once', () => {
    const running = phases['running'] as LifecycleStatus
    const told = (before: LifecycleStatus, next: LifecycleStatus): string[] => toldOf(before, next).map(({ id }) => id)
    expect(told(after(fresh, [start]), after(fresh, [start, spawned]))).toEqual(['provider-started'])
    expect(told(after(fresh, [start, spawned]), running)).toEqual(['provider-ready'])
    expect(told(running, after(running, [died]))).toEqual(['provider-died'])
    expect(told(running, after(running, [{ kind: 'reading', reading: reading('unhealthy') }]))).toEqual(['provider-unhealthy'])
    expect(told(running, running)).toEqual([])
    expect(told(phases['stopping'] as LifecycleStatus, after(phases['stopping'] as LifecycleStatus, [gone]))).toEqual(['provider-stopped'])
  })

  it('goes back to "not set up" when enrolment is left, and not while it runs', () => {
    expect(after(fresh, [{ kind: 'enrolment-changed', isSetUp: false }])).toMatchObject({ phase: 'not-set-up', wanted: 'stop' })
    const running = after(phases['running'] as LifecycleStatus, [{ kind: 'enrolment-changed', isSetUp: false }])
    expect(running.phase).toBe('running')
    expect(after(running, [stop, gone]).phase).toBe('not-set-up')
  })

  it('holds all of that through 1,000 random sequences of events, in any order and at any time', () => {
    let statuses = 0
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...happenings), fc.integer({ min: 0, max: 700_000 })), { minLength: 1, maxLength: 60, size: 'max' }), fc.boolean(), (sequence, isBySignal) => {
        let status = fresh
        let now = at
        for (const [event, ms] of sequence) {
          now += ms
          if (event.kind === 'clock-jumped') now += event.ms
          const next = lifecycle(status, event, now, isBySignal ? bySignal : rules)
          expect(faultsOf(status, event, next)).toEqual([])
          // Never earlier than the pause: only a wish of the user's shortens it.
          if (status.phase === 'waiting' && isSpawning(next) && event.kind !== 'asked-start' && event.kind !== 'unbarred') expect(now).toBeGreaterThanOrEqual(status.retryAt ?? Number.POSITIVE_INFINITY)
          status = next
          statuses += 1
        }
      }),
      { numRuns: 1000 },
    )
    expect(statuses).toBeGreaterThan(10_000)
  })
})
