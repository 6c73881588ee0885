/** Hours that cost more than they bring: what is stopped for them, what is not and says so, and when that ends. */
import { describe, expect, test } from 'vitest'
import { decide, explain } from '../../../main/policy/decide.ts'
import type { PolicyInputs, PolicyMemory } from '../../../main/policy/inputs.ts'
import type { Decision, PolicyProgramme, PriceStep, ProgrammeDemands } from '../../../shared/policy-state.ts'
import { calmMemory, decideAfterCalm, demands, inputs, later, pricesFrom, programme, running, settings, source, testAt } from '../../helpers/policy-inputs.ts'

const minute = 60_000
const hour = 60 * minute
const loss = pricesFrom([2, 2, 2, 2, 0.1])
const unpriced = { sentence: 'Nothing is published.', usd: null, finishMinutes: null }

function one(over: Partial<PolicyInputs>): Decision {
  return decideAfterCalm(over)[0] as Decision
}
function up(interruption: ProgrammeDemands['interruption'], over: Partial<PolicyProgramme> = {}): PolicyProgramme {
  return running({ demands: demands({ interruption }), stopPrice: unpriced, ...over })
}
/** Steps of so many minutes each. */
function steps(...list: [minutes: number, usdPerKwh: number][]): PriceStep[] {
  let from = testAt
  return list.map(([minutes, usdPerKwh]) => ({ from, to: (from += minutes * minute), usdPerKwh, how: 'dated price' }))
}
const job = { job: { since: testAt } }

describe('what stopping costs is not published', () => {
  test.each<[string, PolicyProgramme, Decision['do']]>([
    ['made to be interrupted', up('free'), 'stop'],
    ['costly, with nothing to do', up('costly'), 'stop'],
    ['costly, with a job', up('costly', job), 'finish'],
    ['punished', up('punished'), 'run'],
    ['punished, with a job', up('punished', job), 'run'],
  ])('%s: %s', (_name, given, doing) => {
    expect(one({ programmes: [given], prices: loss }).do).toBe(doing)
  })

  test('what goes on at a loss says so, in the decision and in each rule', () => {
    const over = { programmes: [up('punished')], prices: loss }
    const sentence = 'This hour costs about 0.50 USD more than it brings. Stopping is punished by a sum that is not known, so it goes on.'
    expect(one(over).because).toMatchObject([{ rule: 'free', sentence: expect.stringContaining('but it runs at a loss') }, { rule: 'at-a-loss', sentence }])
    const now = inputs(over)
    expect(explain(now, calmMemory(inputs({ programmes: now.programmes })))[0]?.rules).toContainEqual({ rule: 'at-a-loss', title: 'The coming hours pay', outcome: 'holds', sentence })
    expect(one({ ...over, settings: settings({ stopsAtLoss: false }) }).because).toHaveLength(1)
  })

  test('a known sum that is greater than the loss is said too', () => {
    expect(one({ programmes: [up('costly', { stopPrice: { ...unpriced, usd: 40 } })], prices: loss }).because[1]?.sentence).toBe('This hour costs about 0.50 USD more than it brings. Stopping would cost 40.00 USD, which is more, so it goes on.')
    expect(one({ programmes: [up('costly', { stopPrice: { ...unpriced, usd: 0.5 } })], prices: loss }).do).toBe('stop')
  })

  test('hours before rewards are a sum', () => {
    const duty = demands({ interruption: 'punished', uptime: { share: null, offlineMinutesADay: null, rewardsAfterHours: 5, sentence: '', source } })
    expect(one({ programmes: [up('punished', { demands: duty })], prices: loss }).because[0]?.rule).toBe('at-a-loss')
    expect(one({ programmes: [up('punished', { demands: duty })], prices: pricesFrom([2, 2, 0.1]) }).do).toBe('run')
  })
})

describe('where the known prices end', () => {
  function then(first: Partial<PolicyInputs>, ms: number, next: Partial<PolicyInputs>): Decision {
    const memory: PolicyMemory = decide(inputs({ prices: loss, ...first }), calmMemory(inputs(first))).memory
    return decide(later(inputs({ ...first }), ms, next), { ...memory, dueSteady: null }).decisions[0] as Decision
  }

  test('a loss goes on waiting, and the sentence names what is missing', () => {
    expect(then({}, 6 * hour, { prices: [] })).toMatchObject({ do: 'wait', until: null, because: [{ rule: 'at-a-loss', sentence: 'Running cost more than it brought, and now no price of power is known.' }] })
    expect(then({}, 6 * hour, { prices: loss }).because[0]?.sentence).toBe('Running cost more than it brought, and now the known prices of power have ended.')
    expect(then({}, 6 * hour, { prices: pricesFrom([0.1], testAt + 8 * hour) }).because[0]?.sentence).toBe('Running cost more than it brought, and now no price of power is known before 18:00.')
    expect(then({}, hour, { prices: loss, programmes: [programme({ worth: null })] }).because[0]?.sentence).toBe('Running cost more than it brought, and now what Example worker brings is not known.')
  })

  test('what was at no loss starts all the same, and what runs is not stopped for what nobody knows', () => {
    expect(then({ prices: pricesFrom([0.1]) }, 6 * hour, { prices: [] }).do).toBe('run')
    expect(then({ programmes: [up('punished')] }, 6 * hour, { programmes: [up('punished')], prices: [] }).do).toBe('run')
    const now = inputs({ prices: [] })
    expect(explain(now, calmMemory(now))[0]?.rules.find(({ rule }) => rule === 'at-a-loss')).toMatchObject({ outcome: 'unknown', sentence: 'No price of power is known, so whether it pays cannot be told.' })
  })

  test('it is over once a price that pays is known', () => {
    expect(then({}, 6 * hour, { prices: pricesFrom([0.1, 0.1], testAt + 6 * hour) }).do).toBe('run')
  })
})

describe('until when it runs', () => {
  const until = (over: Partial<PolicyInputs>): [number | null, string] => {
    const { until: at, untilWords } = one(over)
    return [at === null ? null : (at - testAt) / minute, untilWords]
  }
  test('the first stretch that would stop it, not the first that brings less', () => {
    expect(until({ prices: steps([60, 0.1], [600, 2]) })).toEqual([60, 'until 11:00, when power costs more than it brings'])
    expect(until({ prices: steps([60, 0.1], [60, 0.7475], [600, 0.1]) }), 'a tenth of a cent above nothing').toEqual([null, 'until you need the machine'])
    expect(until({ prices: steps([60, 0.1], [15, 2], [120, 0.1], [60, 2], [60, 0.1]) }), 'a quarter of an hour is sat out').toEqual([195, 'until 13:15, when power costs more than it brings'])
    expect(until({ programmes: [up('costly', { stopPrice: { ...unpriced, usd: 0.6 } })], prices: steps([60, 0.1], [60, 2], [60, 0.1], [180, 2], [60, 0.1]) }), 'stopping costs more').toEqual([180, 'until 13:00, when power costs more than it brings'])
    expect(until({ programmes: [up('punished')], prices: steps([60, 0.1], [600, 2]) })[0]).toBe(null)
    expect(until({ prices: steps([60, 0.1], [600, 2]), settings: settings({ stopsAtLoss: false }) })[0]).toBe(null)
  })

  test('quiet hours, where they are known to end it; the earliest of all', () => {
    const nightly = { quietFrom: '10:30', quietTo: '12:00' }
    expect(until({ settings: settings(nightly) })).toEqual([30, 'until 10:30, when the room is to be quiet'])
    expect(until({ settings: settings({ ...nightly, quietMaxFan: 0.4 }) })[0]).toBe(null)
    expect(until({ settings: settings(nightly), prices: steps([15, 0.1], [600, 2]) })[0]).toBe(15)
    expect(until({ settings: settings({ ...nightly, schedule: [{ days: [1], from: '10:20', to: '11:00', may: 'never', gpuId: null }] }) })[0]).toBe(20)
  })

  test('a loss that pays again for too short a time ends at the next time that lasts, never now', () => {
    const prices = steps([60, 2], [20, 0.1], [60, 2], [600, 0.1])
    const first = decide(inputs({ prices }), calmMemory(inputs()))
    const short = decide(later(inputs({ prices }), 60 * minute), { ...first.memory, dueSteady: null }).decisions[0]
    expect(short).toMatchObject({ do: 'wait', until: testAt + 140 * minute, untilWords: 'until 12:20', because: [{ rule: 'at-a-loss', sentence: expect.stringContaining('too short a time') }] })
  })
})
