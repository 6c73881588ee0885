/** `decide` over time: calm, dwell and hysteresis, clocks that jump, sleep, and money. */
import { describe, expect, test } from 'vitest'
import { decide } from '../../../main/policy/decide.ts'
import { noMemory, type PolicyInputs, type PolicyMemory } from '../../../main/policy/inputs.ts'
import type { Decision, Do, PolicyProgramme } from '../../../shared/policy-state.ts'
import type { ProviderPhase } from '../../../shared/provider.ts'
import { card, demands, inputs, known, later, machine, pricesFrom, program, programme, settings, worth } from '../../helpers/policy-inputs.ts'
import { runWorld, type Step } from './decide-world.ts'

const minute = 60_000
const hour = 60 * minute

/** Feeds steps of inputs, each so many ms after the beginning. */
function feed(...steps: [ms: number, over: Partial<PolicyInputs>][]): { rule: string | undefined; do: Do; decision: Decision; memory: PolicyMemory; nextInMs: number | null }[] {
  let memory = noMemory
  return steps.map(([ms, over]) => {
    const decided = decide(later(inputs(), ms, over), memory)
    memory = decided.memory
    const decision = decided.decisions[0] as Decision
    return { rule: decision.because[0]?.rule, do: decision.do, decision, memory, nextInMs: decided.nextInMs }
  })
}
const rulesOf = (found: ReturnType<typeof feed>): (string | undefined)[] => found.map(({ rule }) => rule)
const at = (phase: ProviderPhase, over: Partial<PolicyProgramme> = {}): Partial<PolicyInputs> => ({ programmes: [programme({ phase, ...over })] })
const busy: Partial<PolicyInputs> = { cards: [card({ programs: [program()] })] }

describe('a start waits for calm', () => {
  test('a minute from the first look, and a minute from the end of what was in the way', () => {
    const found = feed([0, {}], [59_999, {}], [60_000, {}], [61_000, busy], [70_000, {}], [129_999, {}], [130_000, {}])
    expect(rulesOf(found)).toEqual(['calm', 'calm', 'free', 'busy', 'calm', 'calm', 'free'])
    expect(found[4]?.nextInMs).toBe(60_000)
    expect(found[4]?.decision.until).toBe((found[4]?.memory.at ?? 0) + 60_000)
  })

  test('of keyboard and mouse the idle time itself is the calm', () => {
    const idle = (ms: number): Partial<PolicyInputs> => ({ machine: machine({ idleMs: known(ms) }) })
    expect(rulesOf(feed([0, idle(0)], [170_000, idle(170_000)], [179_999, idle(179_999)], [180_000, idle(180_000)]))).toEqual(['user-here', 'user-here', 'user-here', 'free'])
  })

  test('at least a minute lies between a stop and the next start', () => {
    const found = feed([0, at('running')], [1_000, at('stopped')], [60_999, at('stopped')], [61_000, at('stopped')])
    expect(found.map((one) => one.do)).toEqual(['run', 'wait', 'wait', 'run'])
    expect(found[2]?.decision.because.map(({ rule }) => rule)).toContain('dwell')
  })

  test('stops soon after the start make it longer: 2, 4, 8 … minutes, and it is forgotten after two hours', () => {
    let memory = noMemory
    let ms = 0
    const look = (over: Partial<PolicyInputs>): Do => {
      const decided = decide(later(inputs(), ms, over), memory)
      memory = decided.memory
      return decided.decisions[0]?.do as Do
    }
    const waited: number[] = []
    look(at('stopped'))
    for (let run = 0; run < 7; run += 1) {
      look(at('running'))
      ms += 1_000
      expect(look({ ...at('running'), ...busy })).toBe('stop')
      ms += 1_000
      expect(look(at('stopped'))).toBe('wait')
      const from = ms
      while (look(at('stopped')) !== 'run') ms += 1_000
      waited.push((ms - from) / minute)
    }
    expect(waited).toEqual([2, 4, 8, 16, 30, 30, 30])
    ms += 3 * hour
    expect(memory.pairs['gpu-0|example/worker']?.shortRuns.length).toBeGreaterThan(4)
    look(at('stopped'))
    expect(memory.pairs['gpu-0|example/worker']?.shortRuns).toEqual([])
  })

  test('a pause is no short run', () => {
    const pause = { settings: settings({ overrides: [{ id: 'o', kind: 'pause' as const, gpuId: null, programmeId: null, since: 0, until: null, isFor: false }] }) }
    const found = feed([0, at('running')], [1_000, { ...at('running'), ...pause }], [2_000, at('stopped')])
    expect(found[2]?.memory.pairs['gpu-0|example/worker']?.shortRuns).toEqual([])
  })
})

describe('clocks and sleep', () => {
  const up = at('running')

  test('a clock back an hour, or on by one, changes nothing of what runs', () => {
    for (const jump of [-hour, hour]) {
      let memory = decide(later(inputs(), 0, up), noMemory).memory
      for (let second = 1; second < 5; second += 1) {
        const given = later(inputs(), second * 1_000, up)
        const decided = decide({ ...given, at: given.at + (second >= 2 ? jump : 0) }, memory)
        expect(decided.decisions[0]?.do).toBe('run')
        expect(decided.decisions[0]?.because[0]?.since).toBeLessThanOrEqual(decided.memory.at ?? 0)
        memory = decided.memory
      }
    }
  })

  test('a steady clock that goes back keeps lengths, and begins calm anew', () => {
    const calm = decide(later(inputs(), 59_000), decide(inputs(), noMemory).memory)
    const back = decide({ ...later(inputs(), 60_000), steadyMs: 5 }, calm.memory)
    expect(back.decisions[0]).toMatchObject({ do: 'wait', because: [{ rule: 'calm' }] })
    expect(back.nextInMs).toBe(minute)
    expect(decide({ ...later(inputs(), 120_000), steadyMs: 60_005 }, back.memory).decisions[0]?.do).toBe('run')
  })

  test('calm that nobody watched is none: after sleep, by any sign of it', () => {
    const first = decide(inputs(), noMemory).memory
    const asleep = 2 * hour
    const woke = (over: Partial<PolicyInputs>, memory = first): string | undefined => decide({ ...later(inputs(), asleep), ...over }, memory).decisions[0]?.because[0]?.rule
    // The steady clock stood still; it went on; the caller says so; the system had announced it.
    expect(woke({ steadyMs: inputs().steadyMs + 1_000 })).toBe('calm')
    expect(woke({})).toBe('calm')
    expect(woke({ isAfterGap: true }, { ...first, dueSteady: null })).toBe('calm')
    expect(woke({}, { ...first, dueSteady: null, wasGoingToSleep: true })).toBe('calm')
    expect(woke({}, { ...first, dueSteady: null })).toBe('free')
  })

  test('sleep in the middle: stopped when it is announced, calm after it', () => {
    const found = feed([0, up], [1_000, { ...up, machine: machine({ isGoingToSleep: true }) }], [2 * hour, at('stopped')], [2 * hour + minute, at('stopped')])
    expect(rulesOf(found)).toEqual(['free', 'going-to-sleep', 'calm', 'free'])
  })
})

describe('hours at a loss', () => {
  // 0.30 USD and 0.4 kWh an hour: it pays up to 0.75 USD per kWh.
  const costly = demands({ interruption: 'costly', uptime: { share: null, offlineMinutesADay: null, rewardsAfterHours: 5, sentence: '', source: { url: 'https://example.org/', date: null } } })
  const working = { job: { since: 0 }, demands: costly }
  const given = (prices: number[], over: Partial<PolicyProgramme> = {}, phase: ProviderPhase = 'running'): ReturnType<typeof feed>[number] => feed([0, { ...at(phase, over), prices: pricesFrom(prices) }])[0] as never

  test('stops where the loss is greater than what stopping costs', () => {
    const stopPrice = (usd: number | null): PolicyProgramme['stopPrice'] => ({ sentence: '', usd, finishMinutes: null })
    // One hour at 1.5 USD loses 0.30, two lose 0.60.
    expect(given([1.5, 0.1], { stopPrice: stopPrice(0.31) })).toMatchObject({ do: 'run', rule: 'free' })
    expect(given([1.5, 1.5, 0.1], { stopPrice: stopPrice(0.31) })).toMatchObject({ do: 'stop', rule: 'at-a-loss' })
    expect(given([1.5, 1.5, 0.1], { ...working, stopPrice: stopPrice(0.31) }).do).toBe('finish')
    // Five hours before rewards, 0.30 each, are lost by a restart.
    expect(given([1.5, 1.5, 1.5, 0.1], { ...working, stopPrice: stopPrice(null) }).do).toBe('run')
    expect(given([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 0.1], { ...working, stopPrice: stopPrice(null) }).do).toBe('finish')
    // A punishment that nobody has put a figure on is not risked for power.
    expect(given([9, 9, 9, 9], { demands: demands({ interruption: 'punished' }), stopPrice: stopPrice(null) }).do).toBe('run')
  })

  test('a loss of a cent an hour in the margin, or for less than half an hour, stops nothing', () => {
    expect(given([0.754, 0.754, 0.1], { stopPrice: { sentence: '', usd: 0, finishMinutes: null } }).do).toBe('run')
    const quarter = (at: number, index: number): { from: number; to: number; usdPerKwh: number; how: string } => ({ from: inputs().at + index * 15 * minute, to: inputs().at + (index + 1) * 15 * minute, usdPerKwh: at, how: 'dated price' })
    expect(feed([0, { ...at('running'), prices: [9, 0.1, 0.1, 0.1].map(quarter) }])[0]?.do).toBe('run')
    expect(feed([0, { ...at('stopped'), prices: [9, 0.1, 0.1, 0.1].map(quarter) }])[0]?.rule).toBe('at-a-loss')
  })

  test('what has only just started runs for ten minutes; it starts again when the price is good by the margin', () => {
    const prices = pricesFrom([2, 0.1, 0.749, 0.1])
    const found = feed([0, { ...at('stopped'), prices: pricesFrom([0.1]) }], [60_000, { ...at('running', { since: inputs().at + 60_000 }), prices }], [11 * minute, { ...at('running'), prices }], [12 * minute, { ...at('stopped'), prices }], [13 * minute, { ...at('stopped'), prices }], [hour, { ...at('stopped'), prices }])
    expect(rulesOf(found)).toEqual(['calm', 'free', 'at-a-loss', 'at-a-loss', 'at-a-loss', 'free'])
    expect(found[3]?.decision.until).toBe(inputs().at + hour)
  })

  test('no price, no pay, or not asked for: nothing is judged', () => {
    expect(feed([0, { ...at('running'), prices: [] }])[0]?.do).toBe('run')
    expect(given([9, 9], { worth: null }).do).toBe('run')
    expect(given([9, 9], { worth: worth(Number.NaN, 1) }).do).toBe('run')
    expect(feed([0, { ...at('running'), prices: pricesFrom([9, 9]), settings: settings({ stopsAtLoss: false }) }])[0]?.do).toBe('run')
  })

  test('a price below zero makes everything worth running', () => {
    expect(given([-0.2, -0.2], { worth: worth(0, 0.4) }, 'running').do).toBe('run')
    expect(given([-0.2, 0.2, 0.2], { worth: worth(0, 0.4) }, 'running').decision.until).toBe(inputs().at + hour)
  })
})

test('a job that may be finished is not finished once somebody needs the card', () => {
  const working = at('running', { job: { since: 0 }, stopPrice: { sentence: '', usd: 0.4, finishMinutes: 20 }, demands: demands({ interruption: 'costly' }) })
  const full = { ...working, machine: machine({ diskFreeBytes: known(1e9) }) }
  const found = feed([0, full], [1_000, { ...full, ...busy }], [2_000, full])
  expect(found.map((one) => [one.do, one.rule])).toEqual([['finish', 'disk-full'], ['stop', 'busy'], ['finish', 'disk-full']])
  expect(found[1]?.decision.because.map(({ rule }) => rule)).toEqual(['busy', 'disk-full'])
})

describe('bad days', () => {
  test('idle time that jumps to zero every minute: a start or two, and no flapping', () => {
    const steps: Step[] = Array.from({ length: 3 * 3600 }, (_, second) => ({ idleMs: (second % 60) * 1000 }))
    const world = runWorld(steps, { settings: settings({ idleAfterMinutes: 0.5 }) })
    expect(world.starts.length).toBeGreaterThan(0)
    expect(world.starts.length).toBeLessThanOrEqual(3)
    expect(world.late).toEqual([])
  })

  test('a game that never ends: nothing starts, until it is ignored', () => {
    const game = program({ name: 'game', utilisation: 0.9 })
    const steps: Step[] = Array.from({ length: 1800 }, (_, second) => ({ idleMs: 5 * hour, programs: [second < 900 ? game : { ...game, whose: 'ignored' as const }] }))
    const world = runWorld(steps)
    expect(world.starts).toEqual([960])
  })

  test('the end of the schedule is exact, and the day on which the clock is set back has its hour twice', () => {
    // 2026-10-25 in Berlin: 02:30 comes twice.
    const schedule = [{ days: [7], from: '02:30', to: '03:30', may: 'always' as const, gpuId: null }]
    const found = new Set<number>()
    let memory = noMemory
    const start = Date.parse('2026-10-25T00:00:00Z')
    for (let minutes = 0; minutes < 240; minutes += 1) {
      const given = inputs({ at: start + minutes * minute, steadyMs: minutes * minute, programmes: [programme({ phase: 'running' })], settings: settings({ schedule, otherwise: 'never' }) })
      const decided = decide(given, memory)
      memory = decided.memory
      if (decided.decisions[0]?.do === 'run') found.add(minutes)
    }
    // 00:30 UTC is the first 02:30; once, and without a hole: to the 03:30 that follows the change.
    expect([Math.min(...found), Math.max(...found), found.size]).toEqual([30, 149, 120])
  })
})
