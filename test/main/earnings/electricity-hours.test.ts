/** Electricity follows the hours in which the run policy lets cards run, and the input says so. */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { setUpComparison } from '../../../main/comparison.ts'
import { createTariffs } from '../../../main/earnings/tariffs.ts'
import { bringUpToDate } from '../../../main/history/schema.ts'
import { createTariffTables } from '../../../main/history/tariff-tables.ts'
import { hoursOf } from '../../../main/policy/hours.ts'
import { defaultPolicySettings, type PolicySettings } from '../../../shared/policy.ts'
import { defaultSettings, type Settings } from '../../../shared/settings.ts'
import { at, detection, gpu, gpuTable, markets, quiet } from './estimating.ts'

const week = [1, 2, 3, 4, 5, 6, 7]
const nights = { schedule: [{ days: week, from: '22:00', to: '06:00', may: 'always' as const, gpuId: null }], otherwise: 'never' as const }
const table = Array.from({ length: 168 }, (_, hour) => (hour % 24 < 6 || hour % 24 >= 22 ? 0.1 : 0.4))

function comparisonOf(policy: Partial<PolicySettings>, set: Partial<Settings> = {}) {
  const settings: Settings = { ...defaultSettings, tariffKind: 'weekly', weeklyTariff: table, tariffZone: 'UTC', ...set }
  const database = new DatabaseSync(':memory:')
  bringUpToDate(database)
  const made = createTariffs({ tables: createTariffTables(database), settings: () => settings, now: () => at, usdPerUnit: () => 1 })
  const wanted = { ...defaultPolicySettings, ...policy }
  return setUpComparison({
    gpuTable, markets: markets(), tariffs: made, settings: { values: () => settings, change: () => settings },
    clock: { now: () => at, after: () => () => {} }, log: quiet, detection: () => detection([gpu('GeForce RTX 4090')]), figures: () => ({}), octaneScores: () => ({}),
    prepared: () => ({ readings: null, enrolled: () => ({ answers: {}, doneSteps: [] }) }), hours: () => hoursOf(wanted, 'UTC'), onState: () => {},
  })
}
const price = (comparison: ReturnType<typeof comparisonOf>) => comparison.estimates()[0]?.inputs.find(({ id }) => id === 'usd-per-kwh')

test('where all hours count, the mean is that of the week', () => {
  expect(price(comparisonOf({}))).toMatchObject({ value: expect.closeTo((8 * 0.1 + 16 * 0.4) / 24, 9), note: 'mean of your weekly table; lowest 0.1, highest 0.4 USD; round the clock over the coming seven days' })
})
test('where the schedule lets cards run only at night, it is the nights\'', () => {
  expect(price(comparisonOf(nights))).toMatchObject({ value: 0.1, origin: 'user', note: 'mean of your weekly table; lowest 0.1, highest 0.1 USD; over those hours of the coming seven days in which your run policy lets cards run' })
  expect(price(comparisonOf({ quietFrom: '06:00', quietTo: '22:00' }))?.value).toBe(0.1)
})
test('where it lets none run at all, the week stands in, and that is said', () => {
  expect(price(comparisonOf({ otherwise: 'never' }))).toMatchObject({ value: expect.closeTo(0.3, 9), note: expect.stringMatching(/round the clock over the coming seven days; your run policy lets no card run in them$/) })
})
test('a fixed price stays as it was set', () => {
  expect(price(comparisonOf(nights, { tariffKind: 'fixed', electricityPricePerKwh: 0.3 }))).toMatchObject({ value: 0.3, note: 'from the settings' })
})
test('one comparison works the hours out once, and a change of them is seen', () => {
  let asked = 0
  const database = new DatabaseSync(':memory:')
  bringUpToDate(database)
  const made = createTariffs({ tables: createTariffTables(database), settings: () => settings, now: () => at })
  const settings: Settings = { ...defaultSettings, tariffKind: 'weekly', weeklyTariff: table, tariffZone: 'UTC' }
  const atNight = (moment: number): boolean => ((asked += 1), new Date(moment).getUTCHours() < 6)
  for (let row = 0; row < 70; row += 1) made.mean(at, at + 7 * 86_400_000, atNight)
  expect(asked).toBe(7 * 96)
  expect(made.mean(at, at + 7 * 86_400_000, (moment) => !atNight(moment))?.perKwh).toBeCloseTo((2 * 0.1 + 16 * 0.4) / 18, 9)
  expect(made.mean(at, at + 7 * 86_400_000, atNight)?.perKwh).toBe(0.1)
  expect(made.mean(at, at + 7 * 86_400_000)?.perKwh).toBeCloseTo(0.3, 9)
})
