/** Rules of the lifecycle one by one: nothing that is not set up, nothing in the way, no lost stop, copies, jumps of the clock. */
import { describe, expect, it } from 'vitest'
import { lifecycle } from '../../../main/provider/lifecycle.ts'
import { actionsOf, isSpawning, nextTickAt, toldOf } from '../../../main/provider/lifecycle-actions.ts'
import { barredLookMs, type LifecycleEvent, type LifecycleStatus } from '../../../main/provider/lifecycle-status.ts'
import { parseRecord, recordOf, takenUp } from '../../../main/provider/record.ts'
import { after, at, back, containerRun, died, diedLeavingRest, fresh, gone, lost, reading, ready, rules, spawned, start, stood, stop } from '../../helpers/provider-lifecycle.ts'

const left: LifecycleEvent = { kind: 'enrolment-changed', isSetUp: false }
const waiting = after(fresh, [start, spawned, ready, died])
const bar: LifecycleEvent = { kind: 'barred', sentence: 'A container of something else is there.' }
const barred = after(fresh, [start, spawned, ready, died, 2000, bar])
const stoppedByWish = after(fresh, [start, spawned, ready, stood, stop, gone])

describe('what is not set up (any more)', () => {
  it('is not started again when it ends, though it was wanted', () => {
    for (const events of [[left, died], [left, diedLeavingRest, gone], [diedLeavingRest, left, gone], [left, diedLeavingRest, gone, 60_000]]) {
      expect(after(fresh, [start, spawned, ready, ...events])).toMatchObject({ phase: 'not-set-up', wanted: 'stop', retryAt: null })
    }
  })

  it('drops a start that is under way, and ends what comes of it', () => {
    const starting = after(fresh, [start, left])
    expect(lifecycle(starting, { kind: 'could-not-start', sentence: 'No.', isFinal: false, counts: true }, at, rules)).toMatchObject({ phase: 'not-set-up', failures: [] })
    expect(lifecycle(starting, bar, at, rules).phase).toBe('not-set-up')
    const come = lifecycle(starting, spawned, at, rules)
    expect(come).toMatchObject({ phase: 'stopping', wanted: 'stop' })
    expect(actionsOf(starting, come, rules)).toEqual(['ask-to-end'])
    expect(lifecycle(come, gone, at, rules).phase).toBe('not-set-up')
  })

  it('is not started by a wish that comes while it is being stopped', () => {
    expect(after(fresh, [start, spawned, ready, stop, left, start, gone])).toMatchObject({ phase: 'not-set-up' })
    expect(after(barred, [left, { kind: 'unbarred' }, 60_000]).phase).toBe('not-set-up')
  })
})

describe('what is in the way and may pass', () => {
  it('is said, counts as no failure, and is looked at again instead of a start', () => {
    expect(barred).toMatchObject({ phase: 'waiting', wanted: 'run', isBarred: true, failures: waiting.failures, inRow: waiting.inRow, retryAt: at + 2000 + barredLookMs })
    expect(barred.because).toContain('A container of something else is there.')
    expect(barred.because).toContain('every 30 seconds')
    expect(nextTickAt(barred, rules)).toBe(barred.retryAt)
    expect(lifecycle(barred, { kind: 'tick' }, at + 3_600_000, rules).phase).toBe('waiting')
  })

  it('is forgotten once it is gone: then it is started', () => {
    const again = lifecycle(barred, bar, at + 40_000, rules)
    expect(again).toMatchObject({ retryAt: at + 40_000 + barredLookMs, since: barred.since })
    const free = lifecycle(again, { kind: 'unbarred' }, at + 41_000, rules)
    expect(isSpawning(free)).toBe(true)
    expect(free.isBarred).toBe(false)
    expect(lifecycle(waiting, { kind: 'unbarred' }, at + 1, rules)).toBe(waiting)
    expect(lifecycle(waiting, bar, at + 1, rules)).toBe(waiting)
  })

  it('gives way to a wish: a start tries at once, a stop ends the waiting', () => {
    expect(isSpawning(after(barred, [start]))).toBe(true)
    expect(after(barred, [stop])).toMatchObject({ phase: 'stopped', isBarred: false })
    expect(after(fresh, [start, stop, bar])).toMatchObject({ phase: 'stopped', wanted: 'stop' })
  })

  it('waits for Docker too', () => {
    const away = after(barred, [lost])
    expect(away).toMatchObject({ phase: 'waiting', because: expect.stringContaining('Docker does not answer.') })
    expect(nextTickAt(away, rules)).toBeNull()
    expect(nextTickAt(after(away, [back]), rules)).not.toBeNull()
  })
})

describe('a wish to stop', () => {
  const comesBack = (ids: string[], status = stoppedByWish): LifecycleStatus => after(status, [{ kind: 'adopted', run: containerRun(ids) }])

  it('holds when Docker starts the stopped containers again by itself', () => {
    const back1 = comesBack(['c1'])
    expect(back1).toMatchObject({ phase: 'stopping', wanted: 'stop', because: expect.stringContaining('started it again by itself') })
    expect(actionsOf(stoppedByWish, back1, rules)).toEqual(['ask-to-end'])
    expect(toldOf(stoppedByWish, back1)).toMatchObject([{ id: 'provider-adopted', sentence: expect.stringContaining('being stopped again') }])
    expect(after(back1, [gone])).toMatchObject({ phase: 'stopped', isStopWished: true })
    expect(comesBack(['c1', 'c2']).phase).toBe('stopping')
  })

  it('does not end what somebody else has started anew, nor what was wanted since', () => {
    expect(comesBack(['c1', 'new'])).toMatchObject({ phase: 'running', isStopWished: false })
    expect(comesBack(['new']).phase).toBe('running')
    expect(comesBack(['c1'], after(stoppedByWish, [start, spawned, ready, died]))).toMatchObject({ phase: 'running', wanted: 'run' })
    // It ended by itself and nobody asked for that.
    const adopted = after(fresh, [{ kind: 'adopted', run: containerRun(['c1']) }, { kind: 'stood', ids: ['c1'] }, died])
    expect(comesBack(['c1'], adopted).phase).toBe('running')
  })

  it('holds over a new start that was stopped before its containers stood', () => {
    expect(comesBack(['c1', 'c2'], after(stoppedByWish, [start, spawned, stop, gone])).phase).toBe('stopping')
  })

  it('holds over a restart of Idlewatt', () => {
    const kept = parseRecord(JSON.parse(JSON.stringify(recordOf(stoppedByWish, []))) as Record<string, unknown>)
    expect(takenUp(kept, containerRun(['c1', 'c2']), true, at)).toMatchObject({ phase: 'stopping', stopStep: 'asked', wanted: 'stop' })
    expect(takenUp(kept, containerRun(['new']), true, at)).toMatchObject({ phase: 'running', isStopWished: false })
    expect(takenUp(kept, null, true, at)).toMatchObject({ phase: 'stopped', isStopWished: true, seenIds: ['c1', 'c2'] })
  })

  it('keeps a record of an older make', () => {
    const { seenIds: _seen, isStopWished: _wished, ...older } = recordOf(after(fresh, [start, spawned, ready]), [])
    expect(parseRecord(older)).toMatchObject({ phase: 'running', seenIds: [], isStopWished: false })
  })
})

describe('its sentences', () => {
  const says = (activity: 'starting' | 'unhealthy'): string => after(fresh, [start, spawned, { kind: 'reading', reading: reading(activity) }, 60_000]).because
  it('of what was not ready in time do not say beside it that it is starting', () => {
    expect(says('starting')).toBe('It was started but was not ready within 60 seconds.')
    expect(says('unhealthy')).toBe('It was started but was not ready within 60 seconds. It is unhealthy.')
  })

  it('after five failures name the last cause apart from those before', () => {
    const ends = (...sentences: string[]): LifecycleStatus => after(fresh, sentences.flatMap((sentence) => [start, spawned, ready, { ...died, sentence } as LifecycleEvent]))
    expect(ends('A.', 'B.', 'C.', 'A.', 'B.').because).toBe('It failed five times within ten minutes and is not started again by itself. The last time: B. Earlier: A. C. Look at its log, put the cause right and start it again.')
    expect(ends('A.', 'A.', 'A.', 'A.', 'A.').because).toContain('by itself. Each time: A. Look')
  })

  for (const ending of [[stop], [diedLeavingRest], [stop, 10_000, { kind: 'kill-failed', sentence: 'It is still there.' }]] as (LifecycleEvent | number)[][]) {
    it(`do not call half of it a fault while it is ${after(fresh, [start, spawned, ready, ...ending]).phase}`, () => {
      const before = after(fresh, [start, spawned, ready, ...ending])
      const next = after(before, [{ kind: 'reading', reading: { ...reading('unhealthy'), sentence: 'Half of it runs. Stop it and start it again.', earning: false, cause: 'broken-here' } }])
      expect(next.reading).toMatchObject({ activity: 'unknown', earning: false, cause: null, sentence: before.because })
      expect(next.because).toBe(before.because)
      expect(toldOf(before, next)).toEqual([])
    })
  }
})

describe('others and the clock', () => {
  it('does not start beside another copy', () => {
    const other = after(fresh, [{ kind: 'duplicate', sentence: 'Another one runs.' }])
    expect(after(other, [start]).phase).toBe('stopped')
    const kept = after(waiting, [{ kind: 'duplicate', sentence: 'Another one runs.' }, 60_000])
    expect(kept.phase).toBe('waiting')
    expect(nextTickAt(kept, rules)).toBeNull()
    expect(isSpawning(after(kept, [{ kind: 'duplicate', sentence: null }, 60_000]))).toBe(true)
  })

  for (const ms of [86_400_000, -86_400_000]) {
    it(`neither skips nor stretches a pause when the clock jumps by ${ms / 3_600_000} h`, () => {
      const moved = lifecycle(waiting, { kind: 'clock-jumped', ms }, at + 500 + ms, rules)
      expect(moved.retryAt).toBe(at + 2000 + ms)
      expect(lifecycle(moved, { kind: 'tick' }, at + 1999 + ms, rules).phase).toBe('waiting')
      expect(isSpawning(lifecycle(moved, { kind: 'tick' }, at + 2000 + ms, rules))).toBe(true)
      expect(moved.failures).toHaveLength(1)
    })
  }
})
