/** What a kilowatt-hour costs at any moment: weekly tables through days of 23 and 25 hours, dated prices and what holds where they end. */
import fc from 'fast-check'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { createTariffs } from '../../../main/earnings/tariffs.ts'
import { hourOfWeek, momentsOfWall, weeklySpans } from '../../../main/earnings/tariff-week.ts'
import { bringUpToDate } from '../../../main/history/schema.ts'
import { createTariffTables, type TariffTables } from '../../../main/history/tariff-tables.ts'
import { defaultSettings, type Settings } from '../../../shared/settings.ts'
import { hoursPerWeek } from '../../../shared/tariff.ts'

const hour = 3_600_000
const at = Date.parse('2026-11-23T12:00:00Z')
const ofHour = Array.from({ length: hoursPerWeek }, (_, index) => index)
const rates: Record<string, number> = { USD: 1, EUR: 1.25 }

function tables(): TariffTables {
  const database = new DatabaseSync(':memory:')
  bringUpToDate(database)
  return createTariffTables(database)
}
function tariffsOf(set: Partial<Settings>, kept = tables()) {
  let values: Settings = { ...defaultSettings, currency: 'EUR', tariffZone: 'Europe/Berlin', ...set }
  const made = createTariffs({ tables: kept, settings: () => values, now: () => at, usdPerUnit: (code) => rates[code] ?? null })
  return { ...made, set: (change: Partial<Settings>) => void (values = { ...values, ...change }) }
}
const quarters = (from: number, count: number, perKwh = 0.1) => Array.from({ length: count }, (_, index) => ({ from: from + (index * hour) / 4, to: from + ((index + 1) * hour) / 4, perKwh }))

describe('the week by a wall clock', () => {
  test('Monday 0:00 is the first hour', () => {
    expect(hourOfWeek(Date.parse('2026-11-22T23:00Z'), 'Europe/Berlin')).toBe(0)
    expect(hourOfWeek(Date.parse('2026-11-22T23:00Z'), 'UTC')).toBe(167)
    expect(hourOfWeek(0, 'UTC')).toBe(72)
  })
  test('23 hours in March, 25 in October, half an hour on Lord Howe Island', () => {
    const hours = (zone: string, from: string, to: string) => [...weeklySpans(ofHour, zone, Date.parse(from), Date.parse(to))].map((span) => [span.perKwh, (span.to - span.from) / 60_000])
    const spring = hours('Europe/Berlin', '2026-03-28T23:00Z', '2026-03-29T22:00Z')
    expect(spring).toHaveLength(23)
    expect(spring.slice(0, 4).map(([of]) => of)).toEqual([144, 145, 147, 148])
    expect(hours('Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25T23:00Z').slice(1, 5).map(([of]) => of)).toEqual([145, 146, 146, 147])
    expect(hours('Australia/Lord_Howe', '2026-04-04T13:00Z', '2026-04-04T17:00Z')).toEqual([[144, 60], [145, 60], [145, 30], [146, 60], [147, 30]])
  })
  test('a reading of the clock is one moment, none or two', () => {
    const of = (month: number, day: number) => momentsOfWall({ year: 2026, month, day, hour: 2, minute: 30 }, 'Europe/Berlin').map((moment) => new Date(moment).toISOString().slice(11, 16))
    expect([of(6, 1), of(3, 29), of(10, 25)]).toEqual([['00:30'], [], ['00:30', '01:30']])
  })
  test('for any table, zone and time: the mean is that of its hours, looked at minute by minute', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe')
    // Around a change of the clock in each half of the year.
    const begin = fc.constantFrom('2026-03-28T20:10Z', '2026-10-24T18:50Z', '2026-11-01T01:20Z', '2026-03-08T03:40Z', '2026-07-01T00:00Z').map(Date.parse)
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: hoursPerWeek, maxLength: hoursPerWeek }), zone, begin, fc.integer({ min: 1, max: 40 * 6 }), (weeklyTariff, tariffZone, from, tens) => {
        const to = from + tens * 600_000
        const found = tariffsOf({ tariffKind: 'weekly', weeklyTariff, tariffZone }).mean(from, to)
        const prices = Array.from({ length: tens }, (_, index) => weeklyTariff[hourOfWeek(from + index * 600_000, tariffZone)] ?? 0)
        expect(found?.perKwh).toBeCloseTo(prices.reduce((sum, price) => sum + price, 0) / tens, 9)
        expect(found?.least).toBe(Math.min(...prices))
        expect(found?.greatest).toBe(Math.max(...prices))
      }),
      { numRuns: 60 },
    )
  })
})

describe('what holds', () => {
  test('nothing set, a fixed price, a weekly table', () => {
    expect(tariffsOf({}).mean(at, at + hour)).toBeNull()
    expect(tariffsOf({ electricityPricePerKwh: 0.3 }).mean(at, at + 168 * hour)).toMatchObject({ perKwh: 0.3, how: 'fixed price', remarks: [] })
    const weekly = tariffsOf({ tariffKind: 'weekly', weeklyTariff: ofHour.map((index) => index / 1000), electricityPricePerKwh: 0.3 })
    expect(weekly.mean(at, at + 168 * hour)?.perKwh).toBeCloseTo(0.0835, 12)
    expect(weekly.priceAt(at)).toEqual({ perKwh: 0.013, how: 'weekly table' })
    expect(tariffsOf({ tariffKind: 'weekly', electricityPricePerKwh: 0.3 }).mean(at, at + hour)).toMatchObject({ perKwh: 0.3, remarks: ['No weekly table is set; the fixed price holds.'] })
  })

  test('dated prices, weighted by time; the table after, then the fixed price, and that is said', () => {
    const kept = tables()
    kept.saveIntervals([...quarters(at, 4, 0.1), { from: at + hour, to: at + 3 * hour, perKwh: -0.2 }], 'EUR')
    const dated = tariffsOf({ tariffKind: 'dated', electricityPricePerKwh: 0.3 }, kept)
    expect(dated.mean(at, at + 4 * hour)?.perKwh).toBeCloseTo((0.1 - 0.4 + 0.3) / 4, 12)
    expect(dated.mean(at, at + 4 * hour)?.remarks).toEqual(['Dated prices are known to 2026-11-23 16:00; the fixed price holds after.'])
    expect(dated.mean(at + 10 * hour, at + 11 * hour)).toMatchObject({ perKwh: 0.3, remarks: ['The dated prices ended on 2026-11-23 16:00; the fixed price holds.'] })
    expect(dated.mean(at, at + hour)).toMatchObject({ perKwh: 0.1, remarks: [] })
    expect(dated.priceAt(at + 2 * hour)).toEqual({ perKwh: -0.2, how: 'dated price, to 2026-11-23 16:00' })
    dated.set({ weeklyTariff: ofHour.map(() => 0.5) })
    expect(dated.mean(at + 3 * hour, at + 4 * hour)).toMatchObject({ perKwh: 0.5 })
    dated.set({ weeklyTariff: null, electricityPricePerKwh: null })
    expect(dated.mean(at, at + 4 * hour)?.perKwh).toBeCloseTo(-0.1, 12)
    expect(dated.priceAt(at + 5 * hour)).toBeNull()
    dated.clear()
    expect([dated.known(), dated.mean(at, at + hour)]).toEqual([null, null])
  })

  test('a zone that cannot be used and moments far away break nothing', () => {
    const odd = tariffsOf({ tariffKind: 'weekly', weeklyTariff: ofHour, tariffZone: 'Nowhere/Land' })
    expect(odd.isZone(odd.zone())).toBe(true)
    for (const moment of [0, -1e13, Date.UTC(2100, 0, 1), 8.64e15 - 2e9]) expect(odd.mean(moment, moment + 168 * hour)?.perKwh).toBeCloseTo(83.5, 6)
  })
})

describe('money', () => {
  test('dated prices stay in the money they were imported in', () => {
    const found = tariffsOf({ tariffKind: 'dated' })
    found.import({ text: 'start;end;EUR/MWh\n2026-11-23T12:00Z;2026-11-23T13:00Z;100\n', from: 'a.csv', zone: null, unit: 'auto' })
    expect(found.priceAt(at)?.perKwh).toBe(0.1)
    found.set({ currency: 'USD' })
    expect(found.priceAt(at)?.perKwh).toBeCloseTo(0.125, 12)
    found.set({ currency: 'PLN', electricityPricePerKwh: 0.9 })
    expect(found.priceAt(at), 'no rate: as good as none').toMatchObject({ perKwh: 0.9 })
    found.set({ currency: 'EUR' })
    expect(found.priceAt(at)?.perKwh).toBe(0.1)
  })
})

describe('importing', () => {
  test('tells what was read, days of 23 hours among it, and replaces what it overlaps', () => {
    const found = tariffsOf({ tariffKind: 'dated' })
    const day = (from: string, to: string, price: number) => `start;end;EUR/MWh\n${from};${to};${price}\n`
    found.import({ text: day('2026-03-28 00:00', '2026-03-31 00:00', 80), from: 'a.csv', zone: null, unit: 'auto' })
    const second = found.import({ text: `${day('2026-03-29 00:00', '2026-03-29 12:00', 10)}2026-03-29 12:00;2026-03-30 00:00;20\n`, from: 'b.csv', zone: 'Europe/Berlin', unit: 'auto' })
    expect(second).toMatchObject({ intervals: 2, zone: 'Europe/Berlin', unusualDays: ['2026-03-29 (23 hours)'], least: 0.01, greatest: 0.02 })
    expect(second.mean).toBeCloseTo((11 * 0.01 + 12 * 0.02) / 23, 12)
    expect(found.known()).toMatchObject({ count: 4 })
    const mean = found.mean(Date.parse('2026-03-27T23:00Z'), Date.parse('2026-03-30T22:00Z'))
    expect(mean?.perKwh).toBeCloseTo((24 * 0.08 + 11 * 0.01 + 12 * 0.02 + 24 * 0.08) / 71, 12)
  })
  test('a zone nobody knows is refused, and nothing is kept', () => {
    const found = tariffsOf({})
    expect(() => found.import({ text: 'x', from: 'a.csv', zone: 'Europe/Nowhere', unit: 'auto' })).toThrow('There is no time zone "Europe/Nowhere"')
    expect(found.known()).toBeNull()
  })
  test('for any intervals: those written last hold, the others where they do not reach', () => {
    const step = fc.record({ start: fc.integer({ min: 0, max: 40 }), lengths: fc.array(fc.record({ gap: fc.integer({ min: 0, max: 3 }), length: fc.integer({ min: 1, max: 6 }) }), { minLength: 1, maxLength: 6 }) })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), (files) => {
        const kept = tables()
        const expected = new Map<number, number>()
        for (const [no, { start, lengths }] of files.entries()) {
          let from = start
          const intervals = lengths.map(({ gap, length }) => {
            from += gap
            const made = { from: from * hour, to: (from + length) * hour, perKwh: no }
            for (let one = from; one < from + length; one += 1) expected.set(one, no)
            from += length
            return made
          })
          kept.saveIntervals(intervals, 'EUR')
        }
        const found = new Map<number, number>()
        const all = kept.intervals(0, 1000 * hour)
        for (const { from, to, perKwh } of all) for (let one = from / hour; one < to / hour; one += 1) found.set(one, perKwh)
        expect([...found].sort((a, b) => a[0] - b[0])).toEqual([...expected].sort((a, b) => a[0] - b[0]))
        expect(all.every((one, index) => one.from < one.to && one.to <= (all[index + 1]?.from ?? Infinity))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

test('a mean over the hours that count alone', () => {
  const weekly = tariffsOf({ tariffKind: 'weekly', weeklyTariff: ofHour.map((index) => index % 24) })
  const isNight = (moment: number): boolean => hourOfWeek(moment, 'Europe/Berlin') % 24 < 6
  expect(weekly.mean(at, at + 168 * hour, isNight)).toMatchObject({ perKwh: 2.5, least: 0, greatest: 5 })
  expect(weekly.mean(at, at + 168 * hour, () => true)).toEqual(weekly.mean(at, at + 168 * hour))
  expect(weekly.mean(at, at + 168 * hour, () => false)).toBeNull()
  const kept = tables()
  kept.saveIntervals(quarters(at, 8, 0.1), 'EUR')
  const dated = tariffsOf({ tariffKind: 'dated', electricityPricePerKwh: 0.3 }, kept)
  expect(dated.mean(at, at + 4 * hour, (moment) => moment < at + hour)).toMatchObject({ perKwh: 0.1, remarks: [] })
  expect(dated.mean(at, at + 4 * hour, (moment) => moment >= at + hour)?.perKwh).toBeCloseTo((0.1 + 2 * 0.3) / 3, 12)
})

test('more than can be read at once is refused, and nothing is kept', () => {
  const found = tariffsOf({})
  expect(() => found.import({ text: 'x'.repeat(5_000_001), from: 'decade.csv', zone: null, unit: 'auto' })).toThrow(/decade\.csv has 5 million characters, more than are read at once/)
  expect(found.known()).toBeNull()
})
