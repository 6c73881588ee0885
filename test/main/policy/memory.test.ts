/** What is remembered from call to call, through starts, stops and clocks that jump. */
import { describe, expect, test } from 'vitest'
import { calmAfter, calmUntil, restOf, type CardStop } from '../../../main/policy/calm.ts'
import { noMemory, type PairMemory, type PolicyMemory } from '../../../main/policy/inputs.ts'
import { cardStopsAfter, momentOf, rememberedAt, runTimes, shortRunsAfter } from '../../../main/policy/memory.ts'
import { inputs, programme } from '../../helpers/policy-inputs.ts'

const pair: PairMemory = { do: 'run', rule: 'free', sinceSteady: 900, since: 5, startedSteady: 800, stoppedSteady: null, shortRuns: [700], cardStops: [{ steady: 650, rule: 'too-hot' }], quietSteady: 600, awaySteady: null }
const memory: PolicyMemory = { ...noMemory, steadyMs: 1_000, at: 50_000, pairs: { x: pair }, holds: { 'hot|a': { steady: 500, at: 1 }, 'hot|a|off': { steady: 900, at: 2 }, 'calm|a': { steady: 100, at: 1 } }, watchedSteady: 100, dueSteady: null }

describe('a call later', () => {
  test('keeps everything while somebody looks', () => {
    expect(rememberedAt(memory, { at: 51_000, steadyMs: 2_000 }, false)).toBe(memory)
    expect(rememberedAt({ ...memory, dueSteady: 2_000 }, { at: 81_000, steadyMs: 32_000 }, false).watchedSteady).toBe(100)
  })

  test.each<[string, PolicyMemory, { at: number; steadyMs: number }, boolean]>([
    ['the wall clock went on alone', memory, { at: 90_000, steadyMs: 2_000 }, false],
    ['the wall clock went back', memory, { at: 1_000, steadyMs: 2_000 }, false],
    ['the time to look was missed', { ...memory, dueSteady: 2_000 }, { at: 82_001, steadyMs: 33_001 }, false],
    ['the caller says so', memory, { at: 51_000, steadyMs: 2_000 }, true],
    ['the machine was going to sleep', { ...memory, wasGoingToSleep: true }, { at: 51_000, steadyMs: 2_000 }, false],
  ])('begins calm anew where %s', (_name, previous, moment, isAfterGap) => {
    const found = rememberedAt(previous, moment, isAfterGap)
    expect(found.watchedSteady).toBe(moment.steadyMs)
    expect(found.holds).toEqual({ 'hot|a': { steady: 500, at: 1 } })
    expect(found.pairs['x']).toEqual({ ...pair, quietSteady: moment.steadyMs })
  })

  test('a steady clock that began anew keeps every length', () => {
    const found = rememberedAt(memory, { at: 50_000, steadyMs: 10 }, false)
    expect(found.pairs['x']).toMatchObject({ sinceSteady: -90, startedSteady: -190, shortRuns: [-290], cardStops: [{ steady: -340, rule: 'too-hot' }], quietSteady: 10 })
    expect(found.holds['hot|a']?.steady).toBe(-490)
  })

  test('figures that are none stand for the moment before', () => {
    expect(momentOf(inputs({ at: Number.NaN, steadyMs: Infinity }), memory)).toEqual({ at: 50_000, steadyMs: 1_000 })
  })
})

test('starts and stops are told by the phase, whoever caused them', () => {
  const now = { at: 100_000, steadyMs: 50_000 }
  const times = (phase: ReturnType<typeof programme>['phase'], before: PairMemory | null): unknown => {
    const { startedSteady, stoppedSteady } = runTimes(programme({ phase, since: 90_000 }), before, now)
    return [startedSteady, stoppedSteady]
  }
  expect(times('stopped', null)).toEqual([null, null])
  expect(times('running', null)).toEqual([40_000, null])
  expect(times('starting', { ...pair, startedSteady: null, stoppedSteady: 7 })).toEqual([50_000, 7])
  expect(times('finishing', pair)).toEqual([800, null])
  expect(times('stopping', pair)).toEqual([800, null])
  expect(times('stopped', pair)).toEqual([null, 50_000])
  expect(times('stopped', { ...pair, startedSteady: null, stoppedSteady: 7 })).toEqual([null, 7])
})

test('calm grows with each short run up to half an hour, and idleness was waited for already', () => {
  expect([0, 1, 2, 3, 4, 5, 50].map((runs) => calmAfter(runs) / 60_000)).toEqual([1, 2, 4, 8, 16, 30, 30])
  const calm = { quietSteady: 0, awaySteady: 100_000, stoppedSteady: 90_000, shortRuns: [], watchedSteady: 0 }
  expect(calmUntil(calm)).toBe(100_000)
  expect(calmUntil({ ...calm, shortRuns: [1] })).toBe(220_000)
  expect(calmUntil({ ...calm, awaySteady: null })).toBeNull()
  // What stopped it was no disturbance of calm (heat of another kind, a ceiling): then it counts from the stop.
  expect(calmUntil({ ...calm, awaySteady: 0, shortRuns: [1, 2] })).toBe(90_000 + 4 * 60_000)
})

const hour = 3_600_000
const ran = (startedSteady: number, over: Partial<PairMemory> = {}): Parameters<typeof cardStopsAfter>[0] & Parameters<typeof shortRunsAfter>[0] => ({ before: { ...pair, cardStops: [], ...over }, isUp: true, startedSteady, shortRuns: over.shortRuns ?? [] })

describe('stops that make the next start wait', () => {
  test('a short run counts whatever ended it, except by hand, by schedule or by price, and only once', () => {
    for (const rule of ['busy', 'disk-full', 'traffic', 'driver-silent', 'listed-elsewhere'] as const) expect(shortRunsAfter(ran(0), { do: 'stop', rule }, 1_000), rule).toEqual([1_000])
    for (const rule of ['paused', 'not-armed', 'schedule', 'quiet-hours', 'at-a-loss', 'exclusive', 'benchmark'] as const) expect(shortRunsAfter(ran(0), { do: 'stop', rule }, 1_000), rule).toEqual([])
    expect(shortRunsAfter(ran(0), { do: 'stop', rule: 'busy' }, 10 * 60_000)).toEqual([])
    expect(shortRunsAfter(ran(0, { shortRuns: [900] }), { do: 'stop', rule: 'busy' }, 1_000)).toEqual([900])
    expect(shortRunsAfter(ran(0, { do: 'stop', rule: 'paused' }), { do: 'stop', rule: 'busy' }, 1_000)).toEqual([])
  })

  test('a ceiling counts whatever the run’s length, and also where a job may be finished', () => {
    expect(shortRunsAfter(ran(0), { do: 'finish', rule: 'ceiling' }, hour)).toEqual([hour])
    expect(shortRunsAfter(ran(0, { do: 'finish', rule: 'ceiling', shortRuns: [hour] }), { do: 'stop', rule: 'ceiling' }, hour + 1)).toEqual([hour])
  })

  test('heat and noise count whatever the run’s length; two hours without make up for them, and so does a day', () => {
    const hot = (steady: number): CardStop => ({ steady, rule: 'too-hot' })
    expect(cardStopsAfter(ran(0), { do: 'stop', rule: 'too-hot' }, hour)).toEqual([hot(hour)])
    expect(cardStopsAfter(ran(0, { cardStops: [hot(hour)] }), { do: 'finish', rule: 'too-loud' }, hour + 1)).toEqual([hot(hour)])
    expect(cardStopsAfter(ran(hour, { cardStops: [hot(1)] }), { do: 'run', rule: 'free' }, 3 * hour - 1)).toEqual([hot(1)])
    expect(cardStopsAfter(ran(hour, { cardStops: [hot(1)] }), { do: 'run', rule: 'free' }, 3 * hour)).toEqual([])
    expect(cardStopsAfter({ ...ran(0, { cardStops: [hot(1)] }), isUp: false, startedSteady: null }, { do: 'wait', rule: 'calm' }, 24 * hour + 1)).toEqual([])
    expect(cardStopsAfter(ran(0), { do: 'stop', rule: 'busy' }, hour)).toEqual([])
  })

  test('the rest doubles: from 2 min for heat and 10 min for noise, up to two hours', () => {
    const rests = (rule: CardStop['rule']): number[] => [1, 2, 3, 4, 5, 6, 7, 20].map((count) => (restOf(Array.from({ length: count }, () => ({ steady: 5, rule })))?.restMs ?? 0) / 60_000)
    expect(rests('too-hot')).toEqual([2, 4, 8, 16, 32, 64, 120, 120])
    expect(rests('too-loud')).toEqual([10, 20, 40, 80, 120, 120, 120, 120])
    expect(restOf([{ steady: 5, rule: 'too-hot' }, { steady: 1, rule: 'too-loud' }])).toEqual({ untilSteady: 600_001, restMs: 600_000, rule: 'too-loud', count: 1 })
    expect(restOf([])).toBeNull()
  })
})
