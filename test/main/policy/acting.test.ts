/** What was decided is carried out once; refusals are waited out; and a card that was given back is looked at. */
import { describe, expect, test } from 'vitest'
import { createActing, verdictOf, type ActingOptions } from '../../../main/policy/acting.ts'
import { createFreedWatch } from '../../../main/policy/freed.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { createLog } from '../../../main/system/log.ts'
import type { HistoryEvent } from '../../../shared/history.ts'
import type { Decision, Do, PolicyProgramme } from '../../../shared/policy-state.ts'
import { card, program, programme, testAt } from '../../helpers/policy-inputs.ts'

function decision(what: Do, over: Partial<Decision> & { isForUser?: boolean } = {}): Decision {
  const { isForUser = false, ...rest } = over
  return { gpuId: 'gpu-0', programmeId: 'example/worker', do: what, because: [{ rule: 'busy', sentence: 'Blender uses the card.', since: testAt, evidence: [], isForUser }], until: null, untilWords: '', ...rest }
}

function bench(over: Partial<ActingOptions> = {}) {
  const calls: string[] = []
  const events: HistoryEvent[] = []
  const logged: string[] = []
  const held: (() => void)[] = []
  const clock = { ms: 5000, holds: false }
  const note = (what: string) => async (): Promise<void> => {
    calls.push(what)
    if (clock.holds) await new Promise<void>((done) => held.push(done))
  }
  const acting = createActing({
    clock: { now: () => testAt },
    steadyMs: () => clock.ms,
    log: createLog('warn', (line) => void logged.push(line)),
    start: note('start'),
    finish: note('finish'),
    stop: (_, { isForUser }) => note(isForUser ? 'stop for the user' : 'stop')(),
    onEvents: (told) => void events.push(...told),
    onStopForUser: () => {},
    onStart: () => {},
    onSettled: () => {},
    ...over,
  })
  const carry = async (what: Do, phase: PolicyProgramme['phase'], more: { isForUser?: boolean; kind?: 'managed' | 'observed' } = {}): Promise<void> => {
    acting.carryOut([decision(what, more)], [programme({ phase, kind: more.kind ?? 'managed' })])
    await new Promise((done) => setImmediate(done))
  }
  return { acting, calls, events, logged, held, clock, carry }
}

describe('carried out', () => {
  const cases: [Do, PolicyProgramme['phase'], string[]][] = [
    ['run', 'stopped', ['start']],
    ['run', 'finishing', ['start']],
    ['run', 'running', []],
    ['run', 'starting', []],
    ['run', 'stopping', []],
    ['run', 'stop-failed', []],
    ['run', 'failed', []],
    ['run', 'waiting', []],
    ['run', 'not-set-up', []],
    ['finish', 'running', ['finish']],
    ['finish', 'starting', ['finish']],
    ['finish', 'finishing', []],
    ['finish', 'stopped', []],
    ['stop', 'running', ['stop']],
    ['stop', 'starting', ['stop']],
    ['stop', 'finishing', ['stop']],
    ['stop', 'stopping', []],
    ['stop', 'stop-failed', []],
    ['stop', 'stopped', []],
    ['wait', 'running', []],
    ['wait', 'stopped', []],
  ]
  test.each(cases)('%s while %s', async (what, phase, expected) => {
    const { calls, carry } = bench()
    await carry(what, phase)
    expect(calls).toEqual(expected)
  })

  test('software that is only looked at is never acted on', async () => {
    const { calls, carry } = bench()
    await carry('stop', 'running', { kind: 'observed', isForUser: true })
    await carry('run', 'stopped', { kind: 'observed' })
    expect(calls).toEqual([])
  })

  test('one that must stop on one card stops on all; the strictest wins', async () => {
    const two = [decision('run'), decision('stop', { gpuId: 'gpu-1', isForUser: true })]
    expect(verdictOf(two)?.gpuId).toBe('gpu-1')
    expect(verdictOf([decision('run'), decision('wait', { gpuId: 'gpu-1' })])?.do).toBe('wait')
    expect(verdictOf([])).toBe(null)
    const { acting, calls } = bench()
    acting.carryOut(two, [programme({ phase: 'running', gpuIds: ['gpu-0', 'gpu-1'] })])
    expect(calls).toEqual(['stop for the user'])
  })

  test('the rest of a run that failed is ended: what does not decide makes no stop of it', async () => {
    const { acting, calls } = bench()
    const ending = decision('wait')
    acting.carryOut([{ ...ending, because: [...ending.because, { rule: 'idle-unknown', sentence: 'Nothing tells.', since: testAt, evidence: [], isForUser: true }] }], [programme({ phase: 'stopping' })])
    expect(calls).toEqual([])
  })

  test('a call that is under way is not repeated; a stop overtakes a start, and nothing overtakes a stop', async () => {
    const { calls, carry, clock, held } = bench()
    clock.holds = true
    await carry('run', 'stopped')
    await carry('run', 'stopped')
    expect(calls).toEqual(['start'])
    await carry('stop', 'starting', { isForUser: true })
    await carry('stop', 'starting', { isForUser: true })
    await carry('run', 'stopped')
    expect(calls).toEqual(['start', 'stop for the user'])
    for (const done of held.splice(0)) done()
    await carry('run', 'stopped')
    expect(calls).toEqual(['start', 'stop for the user'])
    await carry('run', 'stopped')
    expect(calls).toEqual(['start', 'stop for the user', 'start'])
  })

  test('what waits after a failure of its own is left to itself; what the policy kept from starting is started', async () => {
    const { calls, carry } = bench()
    await carry('run', 'waiting')
    expect(calls).toEqual([])
    await carry('wait', 'waiting')
    await carry('run', 'waiting')
    expect(calls).toEqual(['start'])
  })

  test('what is being stopped in its own time is hurried once when somebody comes, and not for another reason', async () => {
    const { calls, carry } = bench()
    await carry('stop', 'running')
    await carry('stop', 'stopping')
    expect(calls).toEqual(['stop'])
    await carry('stop', 'stopping', { isForUser: true })
    await carry('stop', 'stopping', { isForUser: true })
    expect(calls).toEqual(['stop', 'stop for the user'])
    await carry('wait', 'stopped')
    await carry('stop', 'running', { isForUser: true })
    await carry('stop', 'stopping', { isForUser: true })
    expect(calls).toEqual(['stop', 'stop for the user', 'stop for the user'])
  })

  test('somebody waits beside the reason that stops it: it is hurried for their sake', async () => {
    const { acting, calls } = bench()
    const hot = decision('stop')
    acting.carryOut([{ ...hot, because: [...hot.because, { rule: 'user-here', sentence: 'You are there.', since: testAt, evidence: [], isForUser: true }] }], [programme({ phase: 'stopping' })])
    expect(calls).toEqual(['stop for the user'])
  })

  test('events say what was done and why', async () => {
    const { carry, events } = bench()
    await carry('run', 'stopped')
    await carry('finish', 'running')
    await carry('stop', 'running', { isForUser: true })
    expect(events.map(({ id, sentence }) => [id, sentence])).toEqual([
      ['policy-started', 'Example worker was started: Blender uses the card.'],
      ['policy-finishing', 'Example worker finishes its work and then stops: Blender uses the card.'],
      ['policy-stopped', 'Example worker is being stopped: Blender uses the card.'],
    ])
  })
})

describe('refused', () => {
  test('a refused start is tried again after 30 s, 1, 2 and 5 min, and says why meanwhile', async () => {
    let tries = 0
    const { acting, clock, carry, logged } = bench({
      start() {
        tries += 1
        return Promise.reject(new NotPossible('Docker does not answer.'))
      },
    })
    const waits: number[] = []
    for (let no = 0; no < 6; no += 1) {
      await carry('run', 'stopped')
      const began = clock.ms
      const before = tries
      while (tries === before && clock.ms - began < 1e6) {
        clock.ms += 1000
        await carry('run', 'stopped')
      }
      waits.push((clock.ms - began) / 1000)
    }
    expect(waits).toEqual([30, 60, 120, 300, 300, 300])
    expect(acting.refusal('example/worker')).toBe('Docker does not answer. Idlewatt tries again within 5 min.')
    expect(acting.nextInMs()).toBe(300_000)
    expect(logged).toEqual([])
    acting.byHand('example/worker')
    expect(acting.refusal('example/worker')).toBe(null)
  })

  test('refusals in a row are counted until it runs, or the user starts it themselves', async () => {
    let refuses = true
    const { acting, clock, carry } = bench({ start: () => (refuses ? Promise.reject(new NotPossible('Docker does not answer.')) : Promise.resolve()) })
    expect(acting.refusals('example/worker')).toBe(0)
    for (const count of [1, 2, 3]) {
      await carry('run', 'stopped')
      clock.ms += 400_000
      expect(acting.refusals('example/worker')).toBe(count)
    }
    refuses = false
    await carry('run', 'stopped')
    await carry('run', 'running')
    expect(acting.refusals('example/worker')).toBe(0)
    refuses = true
    await carry('run', 'stopped')
    expect(acting.refusals('example/worker')).toBe(1)
    acting.byHand('example/worker')
    expect(acting.refusals('example/worker')).toBe(0)
  })

  test('a fault of ours is logged and told as one', async () => {
    const { acting, carry, logged } = bench({ start: () => Promise.reject(new TypeError('x is not a function')) })
    await carry('run', 'stopped')
    expect(acting.refusal('example/worker')).toBe('Example worker could not be started, for a fault inside Idlewatt. The log has the details. Idlewatt tries again within 30 s.')
    expect(logged).toHaveLength(1)
  })

  test('a stop that fails is tried again at once, and not in a storm', async () => {
    let stops = 0
    const { clock, carry } = bench({
      stop() {
        stops += 1
        return Promise.reject(new Error('pipe is closed'))
      },
    })
    for (let no = 0; no < 10; no += 1) {
      await carry('stop', 'running', { isForUser: true })
      clock.ms += 500
    }
    expect(stops).toBe(3)
  })
})

describe('given back', () => {
  const ours = program({ pid: 10, name: 'worker', whose: 'ours', memoryBytes: 8e9 })
  const after = testAt + 1000
  function freedBench() {
    const events: HistoryEvent[] = []
    const watch = createFreedWatch((told) => void events.push(...told))
    return { events, watch, look: (cards: Parameters<typeof watch.look>[0], ms: number, phase: PolicyProgramme['phase'] = 'stopped') => watch.look(cards, [programme({ phase })], { at: testAt + ms, steadyMs: ms }) }
  }

  test('its processes are gone from the card: free, with how long it took', () => {
    const { events, watch, look } = freedBench()
    watch.stopped(programme({ phase: 'running' }), [card({ programs: [ours] })], { at: testAt, steadyMs: 0 })
    look([card({ programs: [ours], at: testAt })], 500, 'stopping')
    expect(watch.list()[0]).toMatchObject({ isOver: false, afterMs: null })
    look([card({ programs: [program()], at: after })], 1500)
    expect(watch.list()[0]).toMatchObject({ isOver: true, afterMs: 1500 })
    expect(events.map(({ id }) => id)).toEqual(['policy-memory-freed'])
    expect(events[0]?.sentence).toContain('8.0 GB')
  })

  test('a reading from before the stop frees nothing', () => {
    const { watch, look } = freedBench()
    watch.stopped(programme({ phase: 'running' }), [card({ programs: [ours] })], { at: testAt, steadyMs: 0 })
    look([card({ programs: [], at: testAt - 1 })], 900)
    expect(watch.list()[0]?.isOver).toBe(false)
  })

  test('still held after ten seconds: said once, with figures, and told when it is free after all', () => {
    const { events, watch, look } = freedBench()
    watch.stopped(programme({ phase: 'running' }), [card({ programs: [ours] })], { at: testAt, steadyMs: 0 })
    for (const ms of [2000, 9000, 10_000, 11_000, 12_000]) look([card({ programs: [ours], at: testAt + ms })], ms, 'stopping')
    expect(events.map(({ id }) => id)).toEqual(['policy-memory-held'])
    expect(watch.list()[0]?.sentence).toBe('Example worker was told to stop 12 s ago, and GeForce RTX 4090 is not known to be free: worker (10) still holds 8.0 GB.')
    look([card({ programs: [], at: testAt + 30_000 })], 30_000)
    expect(events.map(({ id }) => id)).toEqual(['policy-memory-held', 'policy-memory-freed'])
    expect(watch.list()[0]).toMatchObject({ isOver: true, afterMs: 30_000 })
  })

  test('another process with the same number is not ours any more', () => {
    const { watch, look } = freedBench()
    watch.stopped(programme({ phase: 'running' }), [card({ programs: [ours] })], { at: testAt, steadyMs: 0 })
    look([card({ programs: [{ ...ours, startedAt: after }], at: after })], 1500)
    expect(watch.list()[0]?.isOver).toBe(true)
  })

  test('a driver that names no process: by the card, about as before the start; what others hold by now is theirs', () => {
    const { watch, look } = freedBench()
    watch.started(programme(), [card({ memoryUsedBytes: 400e6 })])
    watch.stopped(programme({ phase: 'running' }), [card({ memoryUsedBytes: 9e9 })], { at: testAt, steadyMs: 0 })
    look([card({ memoryUsedBytes: 9e9, at: after })], 1500, 'stopping')
    expect(watch.list()[0]?.isOver).toBe(false)
    look([card({ memoryUsedBytes: 6.2e9, programs: [program({ memoryBytes: 6.1e9 })], at: after })], 2500)
    expect(watch.list()[0]).toMatchObject({ isOver: true, afterMs: 2500 })
  })

  test('where nothing tells, it says that it cannot be told', () => {
    const { events, watch, look } = freedBench()
    watch.stopped(programme({ phase: 'running' }), [card({ memoryUsedBytes: null })], { at: testAt, steadyMs: 0 })
    look([card({ memoryUsedBytes: null, at: after })], 11_000)
    expect(events[0]?.sentence).toContain('the driver does not tell how much memory the card holds')
    look([card({ memoryUsedBytes: null, at: after })], 11 * 60_000)
    expect(watch.list()[0]).toMatchObject({ isOver: true, afterMs: null })
  })
})
