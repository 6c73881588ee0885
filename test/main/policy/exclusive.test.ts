/** Programmes that must not meet on a card, settled before any of them starts. */
import { describe, expect, test } from 'vitest'
import { decide } from '../../../main/policy/decide.ts'
import { mustNotMeet } from '../../../main/policy/exclusive.ts'
import type { PolicyInputs } from '../../../main/policy/inputs.ts'
import type { Do, PolicyProgramme, RuleId } from '../../../shared/policy-state.ts'
import type { ProgrammePolicy } from '../../../shared/policy.ts'
import { calmMemory, card, decideAfterCalm, demands, inputs, known, machine, program, programme, running, settings, testAt, worth } from '../../helpers/policy-inputs.ts'

const a = (over: Partial<PolicyProgramme> = {}): PolicyProgramme => programme({ programmeId: 'a/a', title: 'A', ...over })
const b = (over: Partial<PolicyProgramme> = {}): PolicyProgramme => programme({ programmeId: 'b/b', title: 'B', worth: worth(0.5, 0.4), ...over })
const up: Partial<PolicyProgramme> = { phase: 'running', since: testAt - 20 * 60_000 }

function both(programmes: PolicyProgramme[], over: Partial<PolicyInputs> = {}): Record<string, [Do, RuleId | undefined]> {
  return Object.fromEntries(decideAfterCalm({ programmes, ...over }).map((one) => [`${one.programmeId} ${one.gpuId ?? '-'}`, [one.do, one.because[0]?.rule]]))
}

function prefer(id: string): Partial<PolicyInputs> {
  const of = (priority: number): ProgrammePolicy => ({ isArmed: true, may: null, priority })
  return { settings: settings({ programmes: { 'a/a': of(id === 'a/a' ? 5 : 0), 'b/b': of(id === 'b/b' ? 5 : 0) } }) }
}

describe('two programmes on one card', () => {
  test('the one that pays more starts, the other waits and says for what', () => {
    expect(both([a(), b()])).toEqual({ 'a/a gpu-0': ['wait', 'exclusive'], 'b/b gpu-0': ['run', 'free'] })
    const [first] = decideAfterCalm({ programmes: [a(), b()] })
    expect(first?.because[0]).toMatchObject({ sentence: 'A and B must not share GeForce RTX 4090: B pays more.', evidence: ['Its work needs the whole card.'] })
  })

  test('with the same pay the first in the list does; with pay unknown the known one', () => {
    expect(both([a(), b({ worth: worth(0.3, 0.4) })])).toMatchObject({ 'a/a gpu-0': ['run', 'free'] })
    expect(both([a({ worth: null }), b()])).toMatchObject({ 'b/b gpu-0': ['run', 'free'] })
  })

  test('who runs keeps the card, unless the other goes before; then the winner waits until it has gone', () => {
    expect(both([a(up), b()])).toEqual({ 'a/a gpu-0': ['run', 'free'], 'b/b gpu-0': ['wait', 'exclusive'] })
    expect(both([a(up), b()], prefer('b/b'))).toEqual({ 'a/a gpu-0': ['stop', 'exclusive'], 'b/b gpu-0': ['wait', 'exclusive'] })
    expect(both([a({ phase: 'stopping' }), b()], prefer('b/b'))).toEqual({ 'a/a gpu-0': ['wait', 'dwell'], 'b/b gpu-0': ['wait', 'exclusive'] })
    expect(both([a({ phase: 'stopped' }), b()], prefer('b/b'))).toMatchObject({ 'b/b gpu-0': ['run', 'free'] })
  })

  test('what has a job may finish it', () => {
    const working = { ...up, job: { since: testAt }, stopPrice: { sentence: '', usd: 0.4, finishMinutes: 12 }, demands: demands({ interruption: 'costly' }) }
    expect(both([a(working), b()], prefer('b/b'))).toMatchObject({ 'a/a gpu-0': ['finish', 'exclusive'] })
    expect(both([a({ ...working, phase: 'finishing' }), b()], prefer('b/b'))).toMatchObject({ 'a/a gpu-0': ['finish', 'exclusive'], 'b/b gpu-0': ['wait', 'exclusive'] })
  })

  test('what has only just started is not made to yield before ten minutes', () => {
    const young = inputs({ programmes: [a({ ...up, since: testAt - 9 * 60_000 }), b()], ...prefer('b/b') })
    const decided = decide(young, calmMemory(young))
    expect(decided.decisions.map((one) => one.do)).toEqual(['run', 'wait'])
    expect(decided.nextInMs).toBeLessThanOrEqual(60_000)
  })

  test('what waits for something outside holds no card: the other has it, and what goes before still does', () => {
    const waits = { ...up, phase: 'waiting' as const }
    expect(both([a(up), b()])).toMatchObject({ 'b/b gpu-0': ['wait', 'exclusive'] })
    expect(both([a(waits), b()])).toMatchObject({ 'b/b gpu-0': ['run', 'free'] })
    expect(both([a({ ...waits, since: testAt - 60_000 }), b()])).toMatchObject({ 'b/b gpu-0': ['run', 'free'] })
    expect(both([a(waits), b()], prefer('a/a'))).toMatchObject({ 'a/a gpu-0': ['run', 'free'], 'b/b gpu-0': ['wait', 'exclusive'] })
  })

  test('one that may not run itself takes no card from another', () => {
    expect(both([a(), b({ cannotStart: 'It failed.' })])).toMatchObject({ 'a/a gpu-0': ['run', 'free'] })
    expect(both([a(up), b()], { settings: settings({ programmes: { 'a/a': { isArmed: true, may: 'always', priority: 0 }, 'b/b': { isArmed: true, may: null, priority: 9 } } }), machine: machine({ idleMs: known(0) }) })).toEqual({ 'a/a gpu-0': ['run', 'free'], 'b/b gpu-0': ['wait', 'user-here'] })
  })

  test('one whose start was refused takes the card from none that runs, and has it where none does', () => {
    const refused = b({ refusals: 1 })
    expect(both([a(up), refused], prefer('b/b'))).toEqual({ 'a/a gpu-0': ['run', 'free'], 'b/b gpu-0': ['wait', 'exclusive'] })
    const found = decideAfterCalm({ programmes: [a(up), refused], ...prefer('b/b') })[1]
    expect(found?.because[0]?.sentence).toBe('B and A must not share GeForce RTX 4090: A runs, and the last start of B was refused.')
    expect(both([a(), refused], prefer('b/b'))).toMatchObject({ 'b/b gpu-0': ['run', 'free'] })
    expect(both([a({ ...up, gpuIds: ['gpu-1'] }), refused], { ...prefer('b/b'), cards: [card(), card({ gpuId: 'gpu-1' })] })).toMatchObject({ 'b/b gpu-0': ['run', 'free'] })
    // A holder that must leave all the same holds nothing.
    expect(both([a(up), refused], { settings: settings({ programmes: { 'a/a': { isArmed: true, may: 'never', priority: 0 }, 'b/b': { isArmed: true, may: null, priority: 5 } } }) })).toMatchObject({ 'a/a gpu-0': ['stop', 'schedule'] })
  })

  test('"run now" does not put two on a card', () => {
    const now = settings({ overrides: [{ id: 'o', kind: 'run-now', gpuId: null, programmeId: null, since: 0, until: null, isFor: false }] }, ['a/a', 'b/b'])
    expect(both([a(), b()], { settings: now })).toEqual({ 'a/a gpu-0': ['wait', 'exclusive'], 'b/b gpu-0': ['run', 'run-now'] })
  })

  test('software that Idlewatt only looks at has the card as long as it runs', () => {
    expect(both([a({ ...up, kind: 'observed' }), b()], prefer('b/b'))).toEqual({ 'a/a gpu-0': ['run', 'observed'], 'b/b gpu-0': ['wait', 'exclusive'] })
  })
})

test('what may meet: nothing strict, other cards, no card at all', () => {
  const free = demands({ exclusive: 'free' })
  const whole = demands({ exclusive: 'machine' })
  expect(mustNotMeet(a({ demands: free }), b({ demands: free }))).toBe(false)
  expect(mustNotMeet(a(), b({ demands: free }))).toBe(true)
  expect(mustNotMeet(a(), b({ gpuIds: ['gpu-1'] }))).toBe(false)
  expect(mustNotMeet(a({ demands: whole }), b({ demands: free, gpuIds: ['gpu-1'] }))).toBe(true)
  expect(mustNotMeet(a({ demands: whole }), b({ gpuIds: [] }))).toBe(false)
  expect(mustNotMeet(a({ demands: whole, gpuIds: [] }), b())).toBe(true)
})

describe('a programme that takes all its cards', () => {
  const cards = [card(), card({ gpuId: 'gpu-1', name: 'GeForce RTX 3060', drivesDisplay: known(false) })]
  const two = { gpuIds: ['gpu-0', 'gpu-1'] }

  test('runs on all or on none, and says which one it is', () => {
    expect(both([running({ ...two })], { cards, machine: machine({ idleMs: known(0) }) })).toEqual({ 'example/worker gpu-0': ['stop', 'user-here'], 'example/worker gpu-1': ['stop', 'other-card'] })
    const found = decideAfterCalm({ programmes: [running(two)], cards: [cards[0] as never, card({ ...cards[1], programs: [program()] })] })
    expect(found[0]?.because[0]).toMatchObject({ rule: 'other-card', isForUser: true, program: { name: 'blender' } })
    expect(found[0]?.because[0]?.sentence).toBe('Example worker takes all its cards at once, and GeForce RTX 3060 must not run now: blender uses GeForce RTX 3060 (43 % of the card, 6.1 GB).')
  })

  test('a card that never works takes the programme from the others too', () => {
    expect(both([running(two)], { cards, settings: settings({ cards: { 'gpu-1': { may: 'never', maxTemperatureC: null, maxFan: null, programmes: null } } }) })).toEqual({ 'example/worker gpu-0': ['stop', 'other-card'], 'example/worker gpu-1': ['stop', 'card-never'] })
  })

  test('a third that shares one card of it waits, and runs beside one that shares none', () => {
    const found = both([a({ ...up, gpuIds: ['gpu-0'] }), b({ ...two }), programme({ programmeId: 'c/c', gpuIds: ['gpu-1'] })], { cards })
    expect(found).toMatchObject({ 'a/a gpu-0': ['run', 'free'], 'b/b gpu-0': ['wait', 'exclusive'], 'b/b gpu-1': ['wait', 'exclusive'], 'c/c gpu-1': ['run', 'free'] })
  })
})
