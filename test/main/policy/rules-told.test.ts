/** What the rules say where little can be told, where Idlewatt does not decide, and where software is only looked at. */
import { describe, expect, test } from 'vitest'
import { decide } from '../../../main/policy/decide.ts'
import { overrideOf } from '../../../main/policy/rule-override.ts'
import { insideOf, lengthText } from '../../../main/policy/words.ts'
import type { PolicyInputs } from '../../../main/policy/inputs.ts'
import type { Decision } from '../../../shared/policy-state.ts'
import type { Override } from '../../../shared/policy.ts'
import { calmMemory, card, decideAfterCalm, demands, inputs, known, later, machine, program, programme, running, settings, testAt, unknown } from '../../helpers/policy-inputs.ts'

const minute = 60_000
function all(over: Partial<PolicyInputs>): Decision[] {
  return decideAfterCalm(over)
}
const one = (over: Partial<PolicyInputs>): Decision => all(over)[0] as Decision
const pause: Override = { id: 'p', kind: 'pause', gpuId: null, programmeId: null, since: testAt, until: testAt + 60 * minute, isFor: true }

describe('little can be told', () => {
  const blind = machine({ idleMs: unknown('Idlewatt has no way to ask this desktop.') })
  const stranger = (minutes: number | null) => program({ name: 'eldenring.exe', utilisation: null, memoryBytes: null, startedAt: minutes === null ? null : testAt - minutes * minute })

  test('"nothing is in the way" says how far that can be told', () => {
    expect(one({ programmes: [running()], machine: blind }).because[0]?.sentence).toBe('Nothing is in the way, as far as can be told: whether somebody is there is not known.')
    expect(one({ programmes: [running()], machine: blind, cards: [card({ programs: [stranger(60)] })] }).because[0]?.sentence).toBe('Nothing is in the way, as far as can be told: whether somebody is there is not known, and what other programs do on the card is not known.')
    expect(one({ programmes: [running()], machine: blind, settings: settings({ otherwise: 'always' }) }).because[0]?.sentence).toBe('Nothing is in the way.')
  })

  test('a program that comes while ours runs, without figures and with nobody to ask, is taken for the user’s', () => {
    const came = (over: Partial<PolicyInputs>, minutes: number | null = 5): Decision => one({ programmes: [running()], machine: blind, cards: [card({ programs: [stranger(minutes)] })], ...over })
    expect(came({})).toMatchObject({ do: 'stop', because: [{ rule: 'busy', isForUser: true, program: { pid: 4711, name: 'eldenring.exe' } }] })
    expect(came({}, 60).do).toBe('run')
    expect(came({}, null).do).toBe('run')
    expect(came({ machine: machine() }).do).toBe('run')
    expect(came({ cards: [card({ programs: [stranger(5), program({ pid: 5, whose: 'ours', utilisation: 0.9 })] })] }).do, 'shares are told').toBe('run')
    expect(came({ cards: [card({ programs: [{ ...stranger(5), confidence: 'low' }] })] }).do, 'it may be ours').toBe('run')
    expect(came({ settings: settings({ otherwise: 'always' }) }).do).toBe('run')
  })

  test('a sentence inside another keeps the capital of a name', () => {
    expect(one({ machine: blind, cards: [card({ utilisation: null })] }).because[0]?.sentence).toContain('cannot be told: Idlewatt has no way')
    expect(['On this desktop nothing tells.', 'GNOME tells it.', 'The card is hot.', 'Oneplus', ''].map(insideOf)).toEqual(['on this desktop nothing tells.', 'GNOME tells it.', 'the card is hot.', 'Oneplus', ''])
  })
})

describe('switched off', () => {
  const off = settings({ isOn: false, overrides: [pause] }, ['example/worker', 'other/worker'])
  test('a pause stops what runs, and is all that is said', () => {
    const found = one({ programmes: [running(job())], settings: off, cards: [card({ temperatureC: 120, isMeasured: true, listedBy: ['x'] })], machine: machine({ isGoingToSleep: true, idleMs: known(0) }) })
    expect(found).toMatchObject({ do: 'stop', until: pause.until, because: [{ rule: 'paused', isForUser: true }] })
    expect(found.because).toHaveLength(1)
    expect(found.because[0]?.sentence).toBe('You paused everything until 11:00. Idlewatt does not decide by itself when software runs, so nothing is started after that.')
  })
  test('nothing else is decided: two that must not meet are left, and nothing starts once the pause is over', () => {
    const both = [running(), running({ programmeId: 'other/worker' })]
    const found = all({ programmes: both, settings: { ...off, overrides: [] }, machine: machine({ idleMs: known(0) }) })
    expect(found.map((each) => [each.do, each.because[0]?.rule])).toEqual([['run', 'policy-off'], ['run', 'policy-off']])
    expect(one({ settings: { ...off, overrides: [] } }).do).toBe('wait')
  })
  test('software that takes all its cards stops on all where one is paused', () => {
    const found = all({ programmes: [running({ gpuIds: ['gpu-0', 'gpu-1'] })], cards: [card(), card({ gpuId: 'gpu-1' })], settings: settings({ isOn: false, overrides: [{ ...pause, gpuId: 'gpu-1' }] }) })
    expect(found.map((each) => [each.do, each.because[0]?.rule])).toEqual([['stop', 'other-card'], ['stop', 'paused']])
  })
})

function job() {
  return { job: { since: testAt }, demands: demands({ interruption: 'costly' as const }) }
}

test('what runs without being set up is left as it is, and stops for the user', () => {
  const wild = running({ isSetUp: false })
  expect(one({ programmes: [wild] })).toMatchObject({ do: 'run', because: [{ rule: 'not-set-up' }] })
  expect(one({ programmes: [wild], machine: machine({ idleMs: known(0) }) }).do).toBe('stop')
})

test('software that is only looked at is to be stopped in its own program', () => {
  expect(one({ programmes: [running({ kind: 'observed' })], cards: [card({ programs: [program()] })] }).because[0]?.sentence).toBe('blender uses GeForce RTX 4090 (43 % of the card, 6.1 GB). Stop Example worker in its own program: Idlewatt only looks at it.')
})

test('who waits for one that does not run yet waits as long as that is to run', () => {
  const both = [programme(), programme({ programmeId: 'other/worker', title: 'Other worker' })]
  const found = all({ programmes: both, settings: settings({}, ['example/worker', 'other/worker']) })
  expect(found.map((each) => [each.do, each.untilWords])).toEqual([['run', 'until you need the machine'], ['wait', 'as long as Example worker is to run']])
})

test('of two wishes of equal width the later in the list counts, also where the clock was set back between them', () => {
  const run: Override = { ...pause, id: 'r', kind: 'run-now', since: testAt - 60 * minute }
  expect(overrideOf([pause, run], 'gpu-0', 'a/b')?.kind).toBe('run-now')
  expect(overrideOf([run, pause], 'gpu-0', 'a/b')?.kind).toBe('pause')
})

test('times in sentences: a minute is a minute, and hours without a schedule are not "outside" of one', () => {
  expect([lengthText(60_000), lengthText(59_000), lengthText(61_000), lengthText(90_000)]).toEqual(['1 min', '1 min', '70 s', '90 s'])
  expect(one({ settings: settings({ otherwise: 'never' }) }).because[0]?.sentence).toBe('Nothing may run now, by what you set for all hours.')
  const now = inputs({ machine: machine({ isLidClosed: known(true) }) })
  const memory = decide(now, calmMemory(inputs())).memory
  expect(decide(later(inputs(), 1000), memory).decisions[0]?.because[0]?.sentence).toBe('A start waits until nothing has been in the way for 1 min.')
})
