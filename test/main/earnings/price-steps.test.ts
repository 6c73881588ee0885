/** A tariff as steps in USD: dated, weekly and fixed, without holes, and what stands in where dated prices end. */
import fc from 'fast-check'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { priceStepsOf } from '../../../main/earnings/price-steps.ts'
import { createTariffs, type Tariffs } from '../../../main/earnings/tariffs.ts'
import { bringUpToDate } from '../../../main/history/schema.ts'
import { createTariffTables } from '../../../main/history/tariff-tables.ts'
import { defaultSettings, type Settings } from '../../../shared/settings.ts'
import { hoursPerWeek, type TariffInterval } from '../../../shared/tariff.ts'

const hour = 3_600_000
/** A Monday, 13:00 in Berlin. */
const at = Date.parse('2026-11-23T12:00:00Z')
const daily = Array.from({ length: hoursPerWeek }, (_, index) => (index % 24 < 6 ? 0.2 : 0.4))
function tariffsOf(set: Partial<Settings>, kept: TariffInterval[] = [], currency = 'EUR'): Tariffs {
  const database = new DatabaseSync(':memory:')
  bringUpToDate(database)
  const tables = createTariffTables(database)
  tables.saveIntervals(kept, currency)
  return createTariffs({ tables, settings: () => ({ ...defaultSettings, currency: 'EUR', tariffZone: 'Europe/Berlin', ...set }), now: () => at, usdPerUnit: (code) => ({ USD: 1, EUR: 1.25, DKK: 0.15 })[code] ?? null })
}
const steps = (tariffs: Tariffs, hours = 48, usdPerUnit: number | null = 1.25) => priceStepsOf(tariffs, { at, lengthMs: hours * hour, usdPerUnit })
const told = (tariffs: Tariffs, hours = 48) => steps(tariffs, hours).map(({ from, to, usdPerKwh, how }) => [(from - at) / hour, (to - at) / hour, Number(usdPerKwh.toFixed(6)), how])

describe('what holds', () => {
  test('nothing set, or no rate: nothing is known', () => {
    expect(steps(tariffsOf({}))).toEqual([])
    expect(steps(tariffsOf({ electricityPricePerKwh: 0.3 }), 48, null)).toEqual([])
    expect(steps(tariffsOf({ electricityPricePerKwh: 0.3 }), 48, Number.NaN)).toEqual([])
    expect(steps(tariffsOf({ electricityPricePerKwh: 0.3 }), 0)).toEqual([])
  })
  test('a fixed price is one step', () => {
    expect(told(tariffsOf({ electricityPricePerKwh: 0.3 }))).toEqual([[0, 48, 0.375, 'fixed price']])
    expect(told(tariffsOf({ tariffKind: 'weekly', electricityPricePerKwh: 0.3 }))).toEqual([[0, 48, 0.375, 'fixed price; no weekly table is set']])
  })
  test('a weekly table by the wall clock, equal hours together', () => {
    expect(told(tariffsOf({ tariffKind: 'weekly', weeklyTariff: daily }), 24)).toEqual([[0, 11, 0.5, 'weekly table'], [11, 17, 0.25, 'weekly table'], [17, 24, 0.5, 'weekly table']])
  })
  test('dated prices of 15, 30 and 60 minutes, negative too; then the table, and that is said', () => {
    const kept = [[-0.5, 0.25, 0.1], [0.25, 0.5, -0.08], [0.5, 1, -0.08], [1, 2, 0.2]].map(([from = 0, to = 0, perKwh = 0]) => ({ from: at + from * hour, to: at + to * hour, perKwh }))
    const after = 'weekly table; no dated price covers this hour'
    expect(told(tariffsOf({ tariffKind: 'dated', weeklyTariff: daily, electricityPricePerKwh: 0.3 }, kept), 12)).toEqual([
      [0, 0.25, 0.125, 'dated price'], [0.25, 1, -0.1, 'dated price'], [1, 2, 0.25, 'dated price'], [2, 11, 0.5, after], [11, 12, 0.25, after],
    ])
    expect(told(tariffsOf({ tariffKind: 'dated', electricityPricePerKwh: 0.3 }, kept), 12).at(-1)).toEqual([2, 12, 0.375, 'fixed price; no dated price covers this hour'])
  })
  test('dated prices that have ended already: the table or the fixed price from now on', () => {
    const old = [{ from: at - 24 * hour, to: at - hour, perKwh: 0.1 }]
    expect(told(tariffsOf({ tariffKind: 'dated', electricityPricePerKwh: 0.3 }, old))).toEqual([[0, 48, 0.375, 'fixed price; no dated price covers this hour']])
    expect(steps(tariffsOf({ tariffKind: 'dated' }, old)), 'and nothing where nothing stands in').toEqual([])
  })
  test('with nothing to stand in, steps end where the prices do, and never begin in a hole', () => {
    const kept = [{ from: at, to: at + hour, perKwh: 0.1 }, { from: at + 2 * hour, to: at + 3 * hour, perKwh: 0.1 }]
    expect(told(tariffsOf({ tariffKind: 'dated' }, kept))).toEqual([[0, 1, 0.125, 'dated price']])
    expect(steps(tariffsOf({ tariffKind: 'dated' }, kept.slice(1)))).toEqual([])
  })
  test('prices in another currency are turned into the settings\', then USD; without a rate they are none', () => {
    const kept = [{ from: at, to: at + hour, perKwh: 2 }]
    expect(told(tariffsOf({ tariffKind: 'dated', electricityPricePerKwh: 0.3 }, kept, 'DKK'), 1)).toEqual([[0, 1, 0.3, 'dated price']])
    expect(told(tariffsOf({ tariffKind: 'dated', electricityPricePerKwh: 0.3 }, kept, 'SEK'), 1)[0]?.[3]).toBe('fixed price; no dated price covers this hour')
  })
  test('a day of 23 hours has no hole and a day of 25 no seam', () => {
    const ofHour = Array.from({ length: hoursPerWeek }, (_, index) => index / 1000)
    for (const [begins, hours] of [['2026-03-28T23:00Z', 23], ['2026-10-24T22:00Z', 24]] as const) {
      const found = priceStepsOf(tariffsOf({ tariffKind: 'weekly', weeklyTariff: ofHour }), { at: Date.parse(begins), lengthMs: (hours === 24 ? 25 : hours) * hour, usdPerUnit: 1 })
      expect(found).toHaveLength(hours)
      expect(found.at(-1)?.to).toBe(Date.parse(begins) + (hours === 24 ? 25 : hours) * hour)
    }
  })
})

test('for any dated prices: no holes, in order, equal neighbours are one, and each price is what the tariff says at that moment', () => {
  const intervals = fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.constantFrom(1, 2, 4), fc.constantFrom(-0.1, 0, 0.2, 0.3)), { maxLength: 20 })
  fc.assert(
    fc.property(intervals, fc.constantFrom<Settings['tariffKind']>('dated', 'weekly', 'fixed'), fc.constantFrom(null, 0.3), fc.constantFrom(null, daily), fc.integer({ min: -5, max: 60 }), (raw, tariffKind, electricityPricePerKwh, weeklyTariff, start) => {
      let reached = at
      const kept = raw.map(([hole, quarters, perKwh]) => {
        const from = reached + hole * 900_000
        reached = from + quarters * 900_000
        return { from, to: reached, perKwh }
      })
      const tariffs = tariffsOf({ tariffKind, electricityPricePerKwh, weeklyTariff }, kept)
      const begin = at + start * 420_000
      const found = priceStepsOf(tariffs, { at: begin, lengthMs: 12 * hour, usdPerUnit: 1.25 })
      const ends = found.at(-1)?.to ?? begin
      found.forEach((step, index) => {
        expect(step.from).toBe(found[index - 1]?.to ?? begin)
        expect(step.to).toBeGreaterThan(step.from)
        expect(step.usdPerKwh === found[index - 1]?.usdPerKwh && step.how === found[index - 1]?.how).toBe(false)
      })
      for (let moment = begin; moment < begin + 12 * hour; moment += 420_000) {
        const price = tariffs.priceAt(moment)
        if (moment >= ends) continue
        expect(found.find(({ from, to }) => from <= moment && moment < to)?.usdPerKwh).toBe((price?.perKwh ?? Number.NaN) * 1.25)
      }
      // It ends early only where nothing is set.
      if (ends < begin + 12 * hour) expect(tariffs.priceAt(ends)).toBeNull()
    }),
    { numRuns: 60 },
  )
})
