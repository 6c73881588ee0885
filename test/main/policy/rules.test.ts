/** Each rule of the run policy alone: when it holds, what it asks for, and what it says. */
import { describe, expect, test } from 'vitest'
import { decide, explain } from '../../../main/policy/decide.ts'
import { noMemory, type PolicyInputs } from '../../../main/policy/inputs.ts'
import { rules } from '../../../main/policy/rules.ts'
import { ruleIds, type Decision, type Do, type PolicyProgramme, type RuleId } from '../../../shared/policy-state.ts'
import type { Override } from '../../../shared/policy.ts'
import { calmMemory, card, decideAfterCalm, demands, inputs, known, later, machine, pricesFrom, program, programme, running, settings, source, testAt, unknown } from '../../helpers/policy-inputs.ts'

const minute = 60_000
const hour = 60 * minute

function one(over: Partial<PolicyInputs> = {}): Decision {
  return decideAfterCalm(over)[0] as Decision
}

function override(over: Partial<Override>): Override {
  return { id: 'one', kind: 'pause', gpuId: null, programmeId: null, since: testAt - minute, until: testAt + hour, isFor: true, ...over }
}

const here = machine({ idleMs: known(200) })
const job = { job: { since: testAt - minute }, stopPrice: { sentence: 'It would lose 0.42 USD.', usd: 0.42, finishMinutes: 12 }, demands: demands({ interruption: 'costly' }) }

test('the rules stand in the order of their ids, each once', () => {
  expect(rules.map(({ id }) => id)).toEqual([...ruleIds])
})

describe('what each rule asks for', () => {
  /** Not running, then running without a job, then with one. */
  const cases: [string, RuleId, Partial<PolicyInputs>, [Do, Do, Do], string][] = [
    ['nothing is in the way', 'free', {}, ['run', 'run', 'run'], 'Nothing is in the way'],
    ['the machine goes to sleep', 'going-to-sleep', { machine: machine({ isGoingToSleep: true }) }, ['wait', 'stop', 'stop'], 'going to sleep'],
    ['the card is measured', 'benchmark', { cards: [card({ isMeasured: true })] }, ['wait', 'stop', 'finish'], 'measuring'],
    ['the card is too hot', 'too-hot', { cards: [card({ temperatureC: 83 })] }, ['wait', 'stop', 'stop'], '83 °C'],
    ['the disk is full', 'disk-full', { machine: machine({ diskFreeBytes: known(4e9) }) }, ['wait', 'stop', 'finish'], 'disk is nearly full'],
    ['other software has the card', 'listed-elsewhere', { cards: [card({ listedBy: ['other/worker'] })] }, ['wait', 'stop', 'finish'], 'other/worker'],
    ['everything is paused', 'paused', { settings: settings({ overrides: [override({})] }) }, ['wait', 'stop', 'stop'], 'You paused everything until 11:00'],
    ['the card never works', 'card-never', { settings: settings({ cards: { 'gpu-0': { may: 'never', maxTemperatureC: null, maxFan: null, programmes: null } } }) }, ['wait', 'stop', 'stop'], 'never works'],
    ['the card is kept for other programmes', 'card-never', { settings: settings({ cards: { 'gpu-0': { may: null, maxTemperatureC: null, maxFan: null, programmes: ['other/worker'] } } }) }, ['wait', 'stop', 'stop'], 'may not have'],
    ['a program is in the way', 'busy', { cards: [card({ programs: [program()] })] }, ['wait', 'stop', 'stop'], 'blender uses GeForce RTX 4090 (43 % of the card, 6.1 GB)'],
    ['a program fills the screen', 'full-screen', { machine: machine({ fullScreen: known<string | false>('mpv') }) }, ['wait', 'stop', 'stop'], 'mpv fills the screen'],
    ['a game asks for the machine', 'game-mode', { machine: machine({ gameMode: known(true) }) }, ['wait', 'stop', 'stop'], 'GameMode'],
    ['somebody is there', 'user-here', { machine: here }, ['wait', 'stop', 'stop'], 'You are at the machine'],
    ['nothing tells, and it is to wait then', 'idle-unknown', { machine: machine({ idleMs: unknown() }), settings: settings({ whenIdleUnknown: 'wait' }) }, ['wait', 'run', 'run'], 'cannot be told'],
    ['it runs on its battery', 'battery', { machine: machine({ onBattery: known(true), charge: known(0.8) }) }, ['wait', 'stop', 'stop'], 'battery (80 %)'],
    ['the lid is closed', 'lid', { machine: machine({ isLidClosed: known(true) }) }, ['wait', 'stop', 'stop'], 'lid is closed'],
    ['the connection is metered', 'metered', { machine: machine({ isMetered: known(true) }) }, ['wait', 'stop', 'stop'], 'metered'],
    ['the traffic is used up', 'traffic', { machine: machine({ trafficTodayBytes: known(51e9) }), settings: settings({ mostTrafficGb: 50 }) }, ['wait', 'stop', 'finish'], '51 GB'],
    ['it is a quiet hour', 'quiet-hours', { settings: settings({ quietFrom: '09:00', quietTo: '12:00' }) }, ['wait', 'stop', 'finish'], 'quiet until 12:00'],
    ['the schedule says never', 'schedule', { settings: settings({ schedule: [{ days: [1], from: '09:00', to: '12:00', may: 'never', gpuId: null }] }) }, ['wait', 'stop', 'finish'], 'the schedule (09:00 to 12:00)'],
    ['the programme is never to run', 'schedule', { settings: settings({ programmes: { 'example/worker': { isArmed: true, may: 'never', priority: 0 } } }) }, ['wait', 'stop', 'finish'], 'what you set for this programme'],
    ['the coming hours cost more than they bring', 'at-a-loss', { prices: pricesFrom([3, 3, 3, 0.1]) }, ['wait', 'stop', 'finish'], 'costs more than it brings'],
  ]

  test.each(cases)('%s: %s', (_name, rule, over, [stopped, idle, working], sentence) => {
    const asked = (given: PolicyProgramme): Decision => one({ programmes: [given], ...over })
    const found = asked(programme())
    expect(found.do).toBe(stopped)
    expect(found.because[0]?.rule).toBe(rule)
    expect(found.because[0]?.sentence).toContain(sentence)
    expect(found.untilWords).not.toBe('')
    expect(asked(running()).do).toBe(idle)
    expect(asked(running(job)).do).toBe(working)
  })
})

describe('software', () => {
  test('what is not set up, not wanted or cannot be started waits, and says why', () => {
    expect(one({ programmes: [programme({ isSetUp: false, phase: 'not-set-up' })] })).toMatchObject({ do: 'wait', because: [{ rule: 'not-set-up' }] })
    expect(one({ settings: settings({}, []) })).toMatchObject({ do: 'wait', because: [{ rule: 'not-armed' }] })
    expect(one({ programmes: [programme({ cannotStart: 'It failed five times.' })] }).because[0]).toMatchObject({ rule: 'cannot-start', sentence: 'Example worker cannot be started: It failed five times.' })
  })

  test('what runs without being wanted is left, until it is in the way', () => {
    const unwanted = { programmes: [running()], settings: settings({}, []) }
    expect(one(unwanted)).toMatchObject({ do: 'run', because: [{ rule: 'not-armed' }] })
    expect(one({ ...unwanted, prices: pricesFrom([9, 9, 9]) }).do).toBe('run')
    expect(one({ ...unwanted, machine: here })).toMatchObject({ do: 'stop', because: [{ rule: 'user-here', isForUser: true }] })
    expect(one({ programmes: [running({ phase: 'finishing' })], settings: settings({}, []) }).do).toBe('finish')
    expect(one({ programmes: [running({ phase: 'finishing' })], settings: settings({}, []), cards: [card({ programs: [program()] })] }).do).toBe('stop')
  })

  test('switched off: everything is left as it is, and a pause still stops', () => {
    const off = { programmes: [running()], machine: here }
    expect(one({ ...off, settings: settings({ isOn: false }) })).toMatchObject({ do: 'run', because: [{ rule: 'policy-off' }] })
    expect(one({ ...off, settings: settings({ isOn: false, overrides: [override({})] }) })).toMatchObject({ do: 'stop', because: [{ rule: 'paused' }] })
    expect(one({ settings: settings({ isOn: false }) }).do).toBe('wait')
  })

  test('software that is only looked at gets advice', () => {
    const looked = running({ kind: 'observed' })
    expect(one({ programmes: [looked] })).toMatchObject({ do: 'run', because: [{ rule: 'observed' }] })
    expect(one({ programmes: [looked], machine: here }).do).toBe('run')
    expect(one({ programmes: [looked], cards: [card({ programs: [program()] })] })).toMatchObject({ do: 'stop', because: [{ rule: 'busy' }] })
    expect(one({ programmes: [programme({ kind: 'observed' })] }).do).toBe('wait')
  })

  test('what is still stopping is not started, also where it was asked for', () => {
    for (const phase of ['stopping', 'stop-failed'] as const) {
      expect(one({ programmes: [running({ phase })], settings: settings({ overrides: [override({ kind: 'run-now' })] }) })).toMatchObject({ do: 'wait', because: [{ rule: 'dwell' }] })
      expect(one({ programmes: [running({ phase })], machine: here }).do).toBe('stop')
    }
  })
})

describe('cards', () => {
  test('a lost or silent card lets nothing start; what runs is left for a moment and then ends', () => {
    for (const [rule, over, ms] of [['card-gone', { isHere: false }, 30_000], ['driver-silent', { silent: 'The command timed out.' }, 120_000]] as const) {
      expect(one({ cards: [card(over)] })).toMatchObject({ do: 'wait', because: [{ rule }] })
      const up = inputs({ programmes: [running()], cards: [card(over)] })
      const first = decide(up, calmMemory(inputs({ programmes: up.programmes })))
      expect(first.decisions[0]?.do).toBe('run')
      expect(first.nextInMs).toBeLessThanOrEqual(ms)
      expect(decide(later(up, ms), first.memory).decisions[0]).toMatchObject({ do: 'stop', because: [{ rule }] })
    }
    expect(one({ cards: [] })).toMatchObject({ do: 'wait', because: [{ rule: 'card-gone' }] })
  })

  test('the bound of heat is the card’s own, then all cards’, then 5 °C below its slow-down point, then 83 °C', () => {
    const hot = (temperatureC: number, over: Partial<ReturnType<typeof card>> = {}, set: Parameters<typeof settings>[0] = {}): boolean => one({ cards: [card({ temperatureC, ...over })], settings: settings(set) }).because[0]?.rule === 'too-hot'
    expect([hot(82), hot(83)]).toEqual([false, true])
    expect([hot(94, { slowdownC: 100 }), hot(95, { slowdownC: 100 })]).toEqual([false, true])
    expect([hot(82, { slowdownC: null }), hot(83, { slowdownC: null })]).toEqual([false, true])
    expect([hot(69, {}, { maxTemperatureC: 70 }), hot(70, {}, { maxTemperatureC: 70 })]).toEqual([false, true])
    expect(hot(60, {}, { maxTemperatureC: 70, cards: { 'gpu-0': { may: null, maxTemperatureC: 60, maxFan: null, programmes: null } } })).toBe(true)
    expect(one({ cards: [card({ temperatureC: null })] }).do).toBe('run')
  })

  test('heat, once it stopped a card, holds until it was 8 °C cooler for 2 min', () => {
    let decided = decide(inputs({ cards: [card({ temperatureC: 85 })] }), calmMemory(inputs()))
    const then = (ms: number, temperatureC: number | null): RuleId | undefined => {
      decided = decide(later(inputs(), ms, { cards: [card({ temperatureC })] }), decided.memory)
      return decided.decisions[0]?.because[0]?.rule
    }
    expect(then(10_000, 80)).toBe('too-hot')
    expect(then(20_000, null)).toBe('too-hot')
    expect(then(30_000, 75)).toBe('too-hot')
    expect(decided.nextInMs).toBeLessThanOrEqual(120_000)
    expect(then(40_000, 76)).toBe('too-hot')
    expect(then(50_000, 75)).toBe('too-hot')
    expect(then(169_000, 75)).toBe('too-hot')
    expect(then(170_000, 75)).toBe('free')
  })

  test('a copy of the same software that Idlewatt did not start keeps it from starting a second', () => {
    expect(one({ cards: [card({ listedBy: ['example/worker'] })] })).toMatchObject({ do: 'wait', because: [{ rule: 'listed-elsewhere' }] })
    expect(one({ programmes: [running()], cards: [card({ listedBy: ['example/worker'] })] }).do).toBe('run')
  })

  test('two programmes that may both share a card do', () => {
    const free = demands({ exclusive: 'free' })
    const both = [programme({ demands: free }), programme({ programmeId: 'other/worker', demands: free })]
    expect(one({ programmes: both, cards: [card({ listedBy: ['other/worker'] })] }).do).toBe('run')
  })

  describe('a ceiling on what others use', () => {
    const strict = demands({ interruption: 'punished', ceilings: [{ models: null, gpu: 0.2, processor: 0.3, source }, { models: ['GeForce RTX 4090'], gpu: 0.05, processor: 0.3, source }] })
    const desktop = program({ name: 'gnome-shell', whose: 'desktop', utilisation: 0.07, memoryBytes: 200e6 })

    test('the figure of the very model goes before that of every card', () => {
      const start = (model: string): Decision => one({ programmes: [programme({ demands: strict })], cards: [card({ model, programs: [desktop] })] })
      expect(start('GeForce RTX 4090')).toMatchObject({ do: 'wait', because: [{ rule: 'ceiling' }] })
      expect(start('GeForce RTX 3090').do).toBe('run')
    })

    test('what runs ends only after 30 s above it, and goes on after a minute below', () => {
      const up = inputs({ programmes: [running({ demands: strict })], cards: [card({ programs: [desktop, program({ whose: 'ours', utilisation: 0.9 })] })] })
      const first = decide(up, calmMemory(inputs({ programmes: up.programmes })))
      expect(first.decisions[0]?.do).toBe('run')
      const second = decide(later(up, 30_000), first.memory)
      expect(second.decisions[0]).toMatchObject({ do: 'stop', because: [{ rule: 'ceiling', evidence: ['others on the card: 7 %; ceiling 5 %'] }] })
    })

    test('the processor’s counts before a start alone', () => {
      const loaded = { machine: machine({ processorLoad: known(0.5) }) }
      expect(one({ ...loaded, programmes: [programme({ demands: strict })] })).toMatchObject({ do: 'wait', because: [{ rule: 'ceiling' }] })
      expect(one({ ...loaded, programmes: [running({ demands: strict })] }).do).toBe('run')
    })
  })
})

describe('explain', () => {
  test('gives each rule’s verdict, and what "run now" overruled', () => {
    const now = inputs({ machine: here, cards: [card({ programs: [program()], temperatureC: null })], settings: settings({ overrides: [override({ kind: 'run-now', since: testAt })] }) })
    const [found] = explain(now, noMemory)
    expect(found?.rules.map(({ rule }) => rule)).toEqual([...ruleIds])
    const outcome = (id: RuleId): string | undefined => found?.rules.find(({ rule }) => rule === id)?.outcome
    expect(outcome('run-now')).toBe('decides')
    expect([outcome('busy'), outcome('user-here'), outcome('calm')]).toEqual(['overridden', 'overridden', 'clear'])
    expect([outcome('too-hot'), outcome('battery'), outcome('free')]).toEqual(['unknown', 'clear', 'clear'])
    expect(found?.rules.every(({ sentence, title }) => sentence !== '' && title !== '')).toBe(true)
    expect(found?.decision).toEqual(decide(now, noMemory).decisions[0])
  })
})
