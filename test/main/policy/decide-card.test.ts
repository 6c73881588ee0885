/** What else has the card or the machine: measurements, other networks, ceilings, many small programs, and figures that are none. */
import { describe, expect, test } from 'vitest'
import { decide, explain } from '../../../main/policy/decide.ts'
import { fitInputs } from '../../../main/policy/fit-inputs.ts'
import { noMemory, type PolicyInputs } from '../../../main/policy/inputs.ts'
import type { Decision, PolicyCard, ProgrammeDemands } from '../../../shared/policy-state.ts'
import { calmMemory, card, decideAfterCalm, demands, inputs, known, later, machine, program, programme, running, settings, source } from '../../helpers/policy-inputs.ts'

function one(over: Partial<PolicyInputs> = {}): Decision {
  return decideAfterCalm(over)[0] as Decision
}
const ruleOf = (over: Partial<PolicyInputs>): string | undefined => one(over).because[0]?.rule

describe('software that must have the machine to itself', () => {
  const alone = programme({ demands: demands({ exclusive: 'machine', exclusiveWhy: 'Its rules allow nothing beside it.' }) })
  const second = (over: Partial<PolicyCard>): PolicyCard[] => [card(), card({ gpuId: 'gpu-1', name: 'GeForce RTX 3060', ...over })]

  test('waits while Idlewatt measures any card of the machine, and stops where it runs', () => {
    const cards = second({ isMeasured: true })
    expect(one({ programmes: [alone], cards })).toMatchObject({ do: 'wait', because: [{ rule: 'benchmark', sentence: 'Idlewatt is measuring GeForce RTX 3060, and Example worker must have the machine to itself.' }] })
    expect(one({ programmes: [{ ...alone, phase: 'running' }], cards }).do).toBe('stop')
    expect(ruleOf({ cards })).toBe('free')
    expect(ruleOf({ programmes: [{ ...alone, gpuIds: [] }], cards })).toBe('free')
  })

  test('waits where another network has any card, also the other way round', () => {
    const cards = second({ listedBy: ['other/worker'] })
    expect(one({ programmes: [alone], cards }).because[0]).toMatchObject({ rule: 'listed-elsewhere', sentence: 'GeForce RTX 3060 is offered to other/worker already: two at once can cost a deposit.', evidence: ['its software was found on the card; Its rules allow nothing beside it.'] })
    expect(ruleOf({ cards })).toBe('free')
    const other = programme({ programmeId: 'other/worker', title: 'Other worker', gpuIds: ['gpu-1'], demands: alone.demands, phase: 'not-set-up', isSetUp: false })
    expect(ruleOf({ programmes: [programme(), other], cards })).toBe('listed-elsewhere')
    expect(ruleOf({ programmes: [programme({ demands: demands({ exclusive: 'free' }) }), other], cards })).toBe('listed-elsewhere')
  })

  test('a copy of itself on another card counts only for it, and is told by its title too', () => {
    for (const listedBy of [['example/worker'], ['Example worker']]) {
      expect(ruleOf({ programmes: [alone], cards: second({ listedBy }) })).toBe('listed-elsewhere')
      expect(ruleOf({ cards: second({ listedBy }) })).toBe('free')
      expect(one({ cards: [card({ listedBy })] }).because[0]?.sentence).toContain('Another copy of Example worker')
      expect(ruleOf({ programmes: [running()], cards: [card({ listedBy })] })).toBe('free')
    }
  })
})

test('an unknown model has the strictest ceiling, a known one its own', () => {
  const ceilings: ProgrammeDemands['ceilings'] = [
    { models: ['GeForce RTX 4090'], gpu: 0.05, processor: null, source },
    { models: ['GeForce RTX 3060'], gpu: 0.2, processor: 0.5, source },
    { models: null, gpu: 1, processor: 0.3, source },
  ]
  const found = (model: string | null, gpu: number, processor = 0): string | undefined =>
    ruleOf({ programmes: [programme({ demands: demands({ ceilings }) })], cards: [card({ model, programs: [program({ name: 'gnome-shell', whose: 'desktop', utilisation: gpu, memoryBytes: 3e8 })] })], machine: machine({ processorLoad: known(processor) }) })
  expect(found(null, 0.06)).toBe('ceiling')
  expect(found(null, 0.04)).toBe('free')
  expect(found(null, 0.04, 0.4)).toBe('ceiling')
  expect(found('GeForce RTX 3060', 0.06)).toBe('free')
  expect(found('GeForce RTX 3060', 0.04, 0.4)).toBe('free')
  expect(found('GeForce RTX 5090', 0.4)).toBe('free')
  expect(found('GeForce RTX 5090', 0.04, 0.4)).toBe('ceiling')
})

describe('many programs', () => {
  const many = (count: number, over: { utilisation: number | null; memoryBytes: number | null }): PolicyCard[] => [card({ programs: Array.from({ length: count }, (_, index) => program({ pid: 100 + index, name: `tab${index}`, ...over })) })]

  test('of different names count together, and none of them is offered to be ignored', () => {
    const found = one({ programmes: [running()], cards: many(200, { utilisation: 0.004, memoryBytes: 50e6 }) })
    expect(found).toMatchObject({ do: 'stop', because: [{ rule: 'busy', isForUser: true, sentence: '200 small programs together use GeForce RTX 4090 (80 % of the card, 10.0 GB).' }] })
    expect(found.because[0]).not.toHaveProperty('program')
    expect(found.because[0]?.evidence[0]).toBe('the largest: tab0 (less than 1 % of the card, 50 MB), tab1 (less than 1 % of the card, 50 MB), tab2 (less than 1 % of the card, 50 MB)')
    expect(ruleOf({ cards: many(80, { utilisation: null, memoryBytes: 50e6 }) })).toBe('busy')
  })

  test('that only hold a little memory each are what a desktop leaves open', () => {
    expect(ruleOf({ cards: many(20, { utilisation: 0, memoryBytes: 50e6 }) })).toBe('free')
    expect(ruleOf({ cards: many(10, { utilisation: 0.005, memoryBytes: 1e6 }) })).toBe('free')
  })

  test('what is not told is left out, and is no 0', () => {
    const same = (over: { utilisation: number | null; memoryBytes: number | null }): string | undefined => one({ cards: [card({ programs: [1, 2, 3].map((pid) => program({ pid, name: 'tab', ...over })) })] }).because[0]?.sentence
    expect(same({ utilisation: null, memoryBytes: 400e6 })).toBe('tab uses the card (1.2 GB, in 3 processes).')
    expect(same({ utilisation: 0.04, memoryBytes: null })).toBe('tab uses the card (12 % of the card, in 3 processes).')
  })
})

describe('a program with a name that every desktop has', () => {
  const heavy = (over: Partial<Parameters<typeof program>[0]> = {}): Partial<PolicyInputs> => ({ programmes: [running()], cards: [card({ programs: [program({ name: 'electron', whose: 'desktop', confidence: 'medium', utilisation: 0.9, memoryBytes: 1e9, ...over })] })] })
  /** Decisions at these seconds. */
  function at(...steps: [seconds: number, over: Partial<PolicyInputs>][]): (string | undefined)[] {
    let memory = calmMemory(inputs({ programmes: [running()] }))
    return steps.map(([seconds, over]) => {
      const decided = decide(later(inputs(), seconds * 1000, over), memory)
      memory = decided.memory
      return decided.decisions[0]?.because[0]?.rule
    })
  }

  test('counts as a stranger once it works hard for ten seconds, also with a dip', () => {
    expect(at([0, heavy()], [5, heavy()], [9.9, heavy()], [10, heavy()])).toEqual(['free', 'free', 'free', 'busy'])
    expect(at([0, heavy()], [5, heavy({ utilisation: 0.3 })], [7, heavy()], [10, heavy()])).toEqual(['free', 'free', 'free', 'busy'])
    expect(at([0, heavy()], [2, heavy({ utilisation: 0.3 })], [7, heavy({ utilisation: 0.3 })], [8, heavy()], [17, heavy()], [18, heavy()])).toEqual(['free', 'free', 'free', 'free', 'free', 'busy'])
    expect(at([0, heavy({ utilisation: 0.1, memoryBytes: 4e9 })], [10, heavy({ utilisation: 0.1, memoryBytes: 4e9 })])).toEqual(['free', 'busy'])
    expect(at([0, heavy({ utilisation: 0.49 })], [60, heavy({ utilisation: 0.49 })])).toEqual(['free', 'free'])
  })

  test('says what it is and how sure that is, and wakes when the ten seconds are over', () => {
    const first = decide(inputs(heavy()), calmMemory(inputs({ programmes: [running()] })))
    expect(first.nextInMs).toBe(10_000)
    expect(decide(later(inputs(), 10_000, heavy()), first.memory).decisions[0]?.because[0]).toMatchObject({ sentence: 'electron uses GeForce RTX 4090 (90 % of the card, 1.0 GB).', program: { name: 'electron' }, evidence: ['electron (process 4711): 90 % of the card, 1.0 GB; confidence: low'] })
  })

  test('Idlewatt’s own window does not stand in its own way, and neither does what is ignored', () => {
    expect(at([0, heavy({ confidence: 'high' })], [60, heavy({ confidence: 'high' })])).toEqual(['free', 'free'])
    expect(at([0, heavy({ whose: 'ignored' })], [60, heavy({ whose: 'ignored' })])).toEqual(['free', 'free'])
  })
})

test('a figure that is none is not known, and is told nowhere', () => {
  for (const none of [Number.NaN, Infinity, -Infinity]) {
    const odd = inputs({
      programmes: [running()],
      cards: [card({ temperatureC: none, fan: none, utilisation: none, slowdownC: none, memoryUsedBytes: none, programs: [program({ utilisation: none, memoryBytes: none })] })],
      machine: machine({ charge: known(none), onBattery: known(true), diskFreeBytes: known(none), processorLoad: known(none), idleMs: known(none), trafficTodayBytes: known(none) }),
      settings: settings({ maxFan: 0.5, mostTrafficGb: 1 }),
    })
    const told = JSON.stringify([decide(odd, noMemory).decisions, explain(odd, noMemory)])
    expect(told).not.toMatch(/NaN|Infinity/)
    expect(decide(odd, noMemory).decisions[0]?.because.map(({ rule }) => rule)).toEqual(['battery'])
    expect(fitInputs(odd).machine.idleMs).toEqual({ value: null, why: 'What was read is no figure.', at: odd.at })
  }
  const well = inputs({ cards: [card({ programs: [program()] })] })
  expect(fitInputs(well)).toBe(well)
})
