/** Settings that are money: what else must change when one of them does, and what cannot be true. Pure. */
import { numberWords, shownInUsd, type MoneyShown } from '../../shared/sentence-numbers.ts'
import type { Settings, SettingsChange } from '../../shared/settings.ts'
import { NotPossible } from '../system/not-possible.ts'
import type { Markets } from './markets.ts'
import { isZone } from '../system/zone.ts'

/** Beyond these a typing slip is likelier than the truth; in USD, whatever the currency. */
const usdPerKwhRange = { least: -5, most: 10 }
const mostWearUsd = 50

/** The rate that holds: the user's own, else the known one. null: none is known. */
export function currencyRateOf(values: Pick<Settings, 'currency' | 'usdPerCurrencyUnit'>, markets: Pick<Markets, 'currencyRate'>): ReturnType<Markets['currencyRate']> {
  if (values.currency !== 'USD' && values.usdPerCurrencyUnit !== null) return { usdPerUnit: values.usdPerCurrencyUnit, origin: 'user', source: null, takenAt: null }
  return markets.currencyRate(values.currency)
}

/** The money that sentences tell amounts in: `currency`, else that of the settings; USD where no rate is known for it. */
export function moneyShown(values: Pick<Settings, 'currency' | 'usdPerCurrencyUnit'>, markets: Pick<Markets, 'currencyRate'>, currency: string = values.currency): MoneyShown {
  if (currency === 'USD') return shownInUsd
  const rate = currency === values.currency ? currencyRateOf(values, markets) : markets.currencyRate(currency)
  return rate === null ? shownInUsd : { code: currency, usdPerUnit: rate.usdPerUnit }
}

/** USD for one unit of any currency, with the user's own rate for the chosen one. null: no rate is known. */
export function usdPerUnitOf(settings: () => Settings, markets: Pick<Markets, 'currencyRate'>): RateReader {
  const rateOf = (currency: string): ReturnType<Markets['currencyRate']> => {
    const values = settings()
    return currency === values.currency ? currencyRateOf(values, markets) : markets.currencyRate(currency)
  }
  return Object.assign((currency: string) => rateOf(currency)?.usdPerUnit ?? null, { takenAt: (currency: string) => rateOf(currency)?.takenAt ?? null })
}

/** USD for one unit, null where no rate is known; and, where it can tell, of when that rate is (ms since epoch; null: undated, or the user's own). */
export interface RateReader {
  (currency: string): number | null
  takenAt?(currency: string): number | null
}

/**
 * A new currency leaves the old one's own rate behind and takes the prices along, converted; where no rate is known they
 * are unset rather than read in the wrong money. Dated prices keep the money they were imported in and are not touched.
 * Throws NotPossible for a price or a zone that cannot be meant.
 */
export function completeChange(values: Settings, change: SettingsChange, markets: Pick<Markets, 'currencyRate'>): SettingsChange {
  const whole = { ...change }
  if (change.currency !== undefined && change.currency !== values.currency) {
    if (change.usdPerCurrencyUnit === undefined) whole.usdPerCurrencyUnit = null
    const from = currencyRateOf(values, markets)
    const to = currencyRateOf({ ...values, ...whole }, markets)
    const converted = (price: number): number | null => (from && to ? Number(((price * from.usdPerUnit) / to.usdPerUnit).toPrecision(4)) : null)
    if (change.electricityPricePerKwh === undefined && values.electricityPricePerKwh !== null) whole.electricityPricePerKwh = converted(values.electricityPricePerKwh)
    if (change.wearPerHour === undefined && values.wearPerHour !== null) whole.wearPerHour = converted(values.wearPerHour)
    if (change.weeklyTariff === undefined && values.weeklyTariff !== null) {
      const prices = values.weeklyTariff.flatMap((price) => converted(price) ?? [])
      whole.weeklyTariff = prices.length === values.weeklyTariff.length ? prices : null
    }
  }
  // What was stored long ago must not stand in the way of a change of the theme.
  if (moneyFields.some((field) => whole[field] !== undefined)) checkMoney({ ...values, ...whole }, markets)
  const zone = change.tariffZone
  if (zone != null && !isZone(zone)) throw new NotPossible(`There is no time zone "${zone}". Names look like Europe/Berlin. Nothing was changed.`)
  return whole
}

const moneyFields = ['electricityPricePerKwh', 'weeklyTariff', 'wearPerHour', 'currency', 'usdPerCurrencyUnit'] as const

function checkMoney(after: Settings, markets: Pick<Markets, 'currencyRate'>): void {
  const rate = currencyRateOf(after, markets)
  if (rate === null) return
  for (const price of [after.electricityPricePerKwh, ...extremes(after.weeklyTariff)]) {
    if (price === null) continue
    const usd = price * rate.usdPerUnit
    if (usd < usdPerKwhRange.least || usd > usdPerKwhRange.most) {
      const inUsd = after.currency === 'USD' ? ', and no tariff charges that' : ` is ${numberWords(usd)} USD, which no tariff charges`
      throw new NotPossible(`${numberWords(price, 6)} ${after.currency} a kilowatt-hour${inUsd}. Nothing was changed.`)
    }
  }
  const wear = (after.wearPerHour ?? 0) * rate.usdPerUnit
  if (wear > mostWearUsd) throw new NotPossible(`${numberWords(after.wearPerHour ?? 0, 6)} ${after.currency} of wear an hour is ${after.currency === 'USD' ? '' : `${numberWords(wear)} USD, `}more than a card is worth within weeks. Nothing was changed.`)
}

function extremes(prices: number[] | null): number[] {
  return prices === null ? [] : [Math.min(...prices), Math.max(...prices)]
}
