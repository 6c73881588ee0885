/** What was decided is carried out once, and refusals are waited out. */
import { describe, expect, test } from 'vitest'
import { createActing, verdictOf, type ActingOptions } from '../../../main/policy/acting.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { createLog } from '../../../main/system/log.ts'
import type { HistoryEvent } from '../../../shared/history.ts'
import type { Decision, Do, PolicyProgramme } from '../../../shared/policy-state.ts'
import { programme, testAt } from '../../helpers/policy-inputs.ts'

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

describe('a start that changes nothing', () => {
  test('is asked for again after two seconds and not in a storm', async () => {
    const { calls, clock, carry } = bench()
    for (let no = 0; no < 10; no += 1) {
      await carry('run', 'finishing')
      clock.ms += 500
    }
    expect(calls).toEqual(['start', 'start', 'start'])
  })

  test.each([
    ['waiting', 0],
    ['finishing', 0],
    ['starting', 1],
    ['running', 1],
  ])('where it is %s afterwards, "was started" is told %i times', async (phase, told) => {
    const { events, carry } = bench({ start: () => Promise.resolve({ phase }) })
    await carry('run', 'stopped')
    expect(events.filter(({ id }) => id === 'policy-started')).toHaveLength(told)
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
