/** Changing the currency must not turn 0.30 EUR into 0.30 JPY, nor keep the euro's own rate for the yen. */
import { describe, expect, test } from 'vitest'
import { completeChange, currencyRateOf, usdPerUnitOf } from '../../../main/earnings/money-settings.ts'
import { defaultSettings, settingsChangeSchema, type Settings } from '../../../shared/settings.ts'
import type { SettingsState } from '../../../shared/state.ts'

const usdPer: Record<string, number> = { USD: 1, EUR: 1.125, JPY: 0.0064 }
const markets = {
  currencyRate: (code: string): SettingsState['currencyRate'] => (usdPer[code] === undefined ? null : { usdPerUnit: usdPer[code], origin: 'bundled', source: null, takenAt: 0 }),
}
const inEuro: Settings = { ...defaultSettings, currency: 'EUR', electricityPricePerKwh: 0.32 }

describe('a change of the currency', () => {
  test('converts the electricity price', () => {
    expect(completeChange(inEuro, { currency: 'USD' }, markets)).toEqual({ currency: 'USD', usdPerCurrencyUnit: null, electricityPricePerKwh: 0.36 })
    expect(completeChange(inEuro, { currency: 'JPY' }, markets).electricityPricePerKwh).toBe(56.25)
  })
  test('by the rate the user set, which does not stay for the new currency', () => {
    expect(completeChange({ ...inEuro, usdPerCurrencyUnit: 1.25 }, { currency: 'USD' }, markets)).toEqual({ currency: 'USD', usdPerCurrencyUnit: null, electricityPricePerKwh: 0.4 })
  })
  test('takes a price and a rate that come with it as they are', () => {
    expect(completeChange(inEuro, { currency: 'PLN', usdPerCurrencyUnit: 0.25, electricityPricePerKwh: 1.2 }, markets)).toEqual({ currency: 'PLN', usdPerCurrencyUnit: 0.25, electricityPricePerKwh: 1.2 })
  })
  test('takes the weekly table and wear along, or unsets them', () => {
    const weekly = { ...inEuro, weeklyTariff: Array.from({ length: 168 }, (_, hour) => hour / 1000), wearPerHour: 0.02 }
    const inDollars = completeChange(weekly, { currency: 'USD' }, markets)
    expect(inDollars.wearPerHour).toBe(0.0225)
    expect(inDollars.weeklyTariff?.[100]).toBe(0.1125)
    expect(inDollars.weeklyTariff).toHaveLength(168)
    expect(completeChange(weekly, { currency: 'PLN' }, markets)).toMatchObject({ weeklyTariff: null, wearPerHour: null, electricityPricePerKwh: null })
    expect(completeChange(weekly, { currency: 'USD', wearPerHour: 0.5 }, markets).wearPerHour).toBe(0.5)
  })
  test('unsets the price where no rate is known', () => {
    expect(completeChange(inEuro, { currency: 'PLN' }, markets).electricityPricePerKwh).toBeNull()
  })
  test('and any other change is left as it is', () => {
    expect(completeChange(inEuro, { theme: 'dark' }, markets)).toEqual({ theme: 'dark' })
    expect(completeChange(inEuro, { currency: 'EUR' }, markets)).toEqual({ currency: 'EUR' })
  })
})

describe('an electricity price', () => {
  test('of 31 yen can be set, of 31 euro cannot be meant', () => {
    const yen = { currency: 'JPY', electricityPricePerKwh: 31 } as const
    expect(settingsChangeSchema.safeParse(yen).success).toBe(true)
    expect(completeChange(defaultSettings, yen, markets)).toMatchObject(yen)
    expect(() => completeChange(inEuro, { electricityPricePerKwh: 31 }, markets)).toThrow('31 EUR a kilowatt-hour is 34.9 USD, which no tariff charges. Nothing was changed.')
  })
})

describe('a table, wear and a zone', () => {
  test('that cannot be meant are refused', () => {
    const weeklyTariff = Array.from({ length: 168 }, () => 0.3)
    expect(() => completeChange(inEuro, { weeklyTariff: [...weeklyTariff.slice(1), 30] }, markets)).toThrow('30 EUR a kilowatt-hour is 33.8 USD')
    expect(() => completeChange(inEuro, { wearPerHour: 100 }, markets)).toThrow('Nothing was changed')
    expect(() => completeChange(inEuro, { tariffZone: 'Berlin' }, markets)).toThrow('There is no time zone "Berlin"')
    expect(completeChange(inEuro, { weeklyTariff, tariffZone: 'Europe/Berlin' }, markets)).toEqual({ weeklyTariff, tariffZone: 'Europe/Berlin' })
  })
  test('that were stored long ago do not stand in the way of another change', () => {
    expect(completeChange({ ...inEuro, electricityPricePerKwh: 900 }, { theme: 'dark' }, markets)).toEqual({ theme: 'dark' })
  })
})

test('the rate of any currency: the own one for the chosen, else the known one', () => {
  const rate = usdPerUnitOf(() => ({ ...inEuro, usdPerCurrencyUnit: 1.3 }), markets)
  expect([rate('EUR'), rate('JPY'), rate('PLN')]).toEqual([1.3, 0.0064, null])
})

test('the rate that holds is the own one, but never for US dollars', () => {
  expect(currencyRateOf({ currency: 'EUR', usdPerCurrencyUnit: 1.2 }, markets)).toMatchObject({ usdPerUnit: 1.2, origin: 'user' })
  expect(currencyRateOf({ currency: 'EUR', usdPerCurrencyUnit: null }, markets)).toMatchObject({ usdPerUnit: 1.125, origin: 'bundled' })
  expect(currencyRateOf({ currency: 'USD', usdPerCurrencyUnit: 7 }, markets)).toMatchObject({ usdPerUnit: 1 })
})
