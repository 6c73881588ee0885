/** "Run now" goes before what held when it was said; what begins after it stops the software all the same. */
import { describe, expect, test } from 'vitest'
import { decide } from '../../../main/policy/decide.ts'
import type { PolicyInputs, PolicyMemory } from '../../../main/policy/inputs.ts'
import type { Decision, RuleId } from '../../../shared/policy-state.ts'
import type { Override } from '../../../shared/policy.ts'
import { calmMemory, card, inputs, known, later, machine, pricesFrom, program, running, settings, testAt } from '../../helpers/policy-inputs.ts'

const minute = 60_000
const wish: Override = { id: 'w', kind: 'run-now', gpuId: null, programmeId: 'example/worker', since: testAt, until: testAt + 60 * minute, isFor: true }
const base = inputs({ programmes: [running()], settings: settings({ overrides: [wish], sparesOnlyDisplay: false }) })

/** Each at so many seconds after the wish. */
function seen(...steps: [seconds: number, over: Partial<PolicyInputs>][]): Decision {
  let memory: PolicyMemory = calmMemory({ ...base, settings: settings() })
  let decision: Decision | undefined
  for (const [seconds, over] of steps) {
    const decided = decide(later(base, seconds * 1000, over), { ...memory, dueSteady: null })
    memory = decided.memory
    decision = decided.decisions[0]
  }
  return decision as Decision
}

const causes: [RuleId, Partial<PolicyInputs>][] = [
  ['busy', { cards: [card({ programs: [program()] })] }],
  ['full-screen', { machine: machine({ fullScreen: known<string | false>('game') }) }],
  ['game-mode', { machine: machine({ gameMode: known(true) }) }],
  ['battery', { machine: machine({ onBattery: known(true), charge: known(0.8) }) }],
  ['lid', { machine: machine({ isLidClosed: known(true) }) }],
]

test.each(causes)('%s: what held when it was said is overruled, what began later stops it, and goes on after a minute', (rule, over) => {
  expect(seen([0, over], [300, over])).toMatchObject({ do: 'run', because: [{ rule: 'run-now' }] })
  const stopped = seen([0, {}], [300, over])
  expect(stopped).toMatchObject({ do: 'stop', because: [{ rule, isForUser: true }] })
  expect(stopped.because[0]?.sentence).toMatch(/\. That began after you asked for it to run, so it stops all the same\.$/)
  expect(seen([0, over], [300, {}], [600, over]), 'over, and again').toMatchObject({ do: 'stop', because: [{ rule }] })
  const after: [number, Partial<PolicyInputs>] = [400, { programmes: [running({ phase: 'stopped', since: testAt + 301_000 })] }]
  const waits = seen([0, {}], [300, over], after)
  expect(waits.do).toBe('wait')
  expect(waits.because[0]).toMatchObject({ rule, sentence: 'What stopped Example worker is over: it goes on after a minute of calm, as you asked for it to run.' })
  expect(seen([0, {}], [300, over], after, [460, after[1]])).toMatchObject({ do: 'run', because: [{ rule: 'run-now' }] })
})

test('what begins right after it was said may have been there, and is seen only now', () => {
  expect(seen([0, {}], [2, causes[0]?.[1] ?? {}]).do).toBe('run')
  expect(seen([0, {}], [4, causes[0]?.[1] ?? {}]).do).toBe('stop')
})

describe('a second program that begins after it was said', () => {
  const blender = program({ utilisation: 0.9 })
  const game = program({ pid: 5555, name: 'game', utilisation: 0.4, memoryBytes: 3e9 })
  const on = (...programs: (typeof game)[]): Partial<PolicyInputs> => ({ cards: [card({ programs })] })

  test.each([
    ['beside what was there', on(blender, game)],
    ['in its place, with no second in between', on(game)],
  ])('%s: it stops', (_name, then) => {
    const stopped = seen([0, on(blender)], [299, on(blender)], [300, then])
    expect(stopped).toMatchObject({ do: 'stop', because: [{ rule: 'busy', isForUser: true, program: { pid: 5555, name: 'game' } }] })
    expect(stopped.because[0]?.sentence).toMatch(/^game uses GeForce RTX 4090 .* That began after you asked for it to run, so it stops all the same\.$/)
  })

  test('what was there goes on being overruled after it, once that is over for a minute', () => {
    const after = on(blender)
    const steps: [number, Partial<PolicyInputs>][] = [[0, after], [300, on(blender, game)], [400, after]]
    expect(seen(...steps)).toMatchObject({ do: 'stop', because: [{ rule: 'busy' }] })
    expect(seen(...steps, [459, after]).do).toBe('stop')
    expect(seen(...steps, [460, after])).toMatchObject({ do: 'run', because: [{ rule: 'run-now' }] })
  })

  test('two that were there, one of them seen only after 2 s, stop nothing', () => {
    expect(seen([0, on(blender)], [2, on(blender, game)], [300, on(game, blender)]).do).toBe('run')
    expect(seen([0, on(blender)], [2, on(blender, game)], [300, on(game)]).do).toBe('run')
  })

  test('one that does nothing and holds little is not in the way, and it is when it begins to work', () => {
    const quiet = { ...game, utilisation: 0, memoryBytes: 50e6 }
    expect(seen([0, on(blender, quiet)], [300, on(blender, quiet)]).do).toBe('run')
    expect(seen([0, on(blender, quiet)], [300, on(blender, game)]).do).toBe('stop')
  })
})

test('seen for the first time long after it was said: nobody knows what held then, so the user’s work goes first', () => {
  expect(seen([600, causes[0]?.[1] ?? {}])).toMatchObject({ do: 'stop', because: [{ rule: 'busy' }] })
})

test('a clock that is set back by an hour between them changes nothing', () => {
  const [, game] = causes[0] ?? ['busy', {}]
  const back = { at: testAt - 60 * minute, settings: settings({ overrides: [{ ...wish, since: wish.since - 60 * minute, until: testAt }] }) }
  expect(seen([0, game], [30, { ...game, ...back }])).toMatchObject({ do: 'run' })
  expect(seen([0, {}], [30, { ...game, ...back }])).toMatchObject({ do: 'stop', because: [{ rule: 'busy' }] })
})

test('a battery that is nearly empty is never overruled, and one of which that is not known is', () => {
  const low = (charge: number | null): [number, Partial<PolicyInputs>] => [0, { machine: machine({ onBattery: known(true), charge: charge === null ? { value: null, why: 'Nothing tells it.', at: testAt } : known(charge) }) }]
  expect(seen(low(0.19))).toMatchObject({ do: 'stop', because: [{ rule: 'battery', sentence: 'The machine runs on its battery (19 %). Below 20 % nothing runs on it, whatever you asked for.' }] })
  expect(seen(low(0.2)).do).toBe('run')
  expect(seen(low(null)).do).toBe('run')
})

describe('always overruled, whenever it begins', () => {
  test.each<[string, Partial<PolicyInputs>]>([
    ['somebody comes', { machine: machine({ idleMs: known(0) }) }],
    ['nothing tells whether somebody is there', { machine: machine({ idleMs: { value: null, why: 'x', at: testAt } }), settings: settings({ whenIdleUnknown: 'wait', overrides: [wish] }) }],
    ['the schedule', { settings: settings({ otherwise: 'never', overrides: [wish] }) }],
    ['quiet hours', { settings: settings({ quietFrom: '09:00', quietTo: '12:00', overrides: [wish] }) }],
    ['a loud fan', { cards: [card({ fan: 0.9 })], settings: settings({ maxFan: 0.5, overrides: [wish] }) }],
    ['traffic', { machine: machine({ trafficTodayBytes: known(9e12) }), settings: settings({ mostTrafficGb: 1, overrides: [wish] }) }],
    ['a metered connection', { machine: machine({ isMetered: known(true) }) }],
    ['a loss', { prices: pricesFrom([9, 9, 9]) }],
  ])('%s', (_name, over) => {
    expect(seen([0, {}], [300, over], [400, over])).toMatchObject({ do: 'run', because: [{ rule: 'run-now' }] })
  })
})

test('said with no end', () => {
  const open = { settings: settings({ overrides: [{ ...wish, until: null }] }), machine: machine({ idleMs: known(0) }) }
  expect(seen([0, open]).because[0]?.sentence).toMatch(/^You asked for it to run until you stop it\. Otherwise it would not run: You are at the machine: keyboard or mouse was used/)
})
