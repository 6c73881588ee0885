/** Settings that are money: what else must change when one of them does, and what cannot be true. Pure. */
import type { Settings, SettingsChange } from '../../shared/settings.ts'
import { NotPossible } from '../system/not-possible.ts'
import type { Markets } from './markets.ts'

/** Beyond these a typing slip is likelier than the truth; in USD, whatever the currency. */
const usdPerKwhRange = { least: -5, most: 10 }

/** The rate that holds: the user's own, else the known one. null: none is known. */
export function currencyRateOf(values: Pick<Settings, 'currency' | 'usdPerCurrencyUnit'>, markets: Pick<Markets, 'currencyRate'>): ReturnType<Markets['currencyRate']> {
  if (values.currency !== 'USD' && values.usdPerCurrencyUnit !== null) return { usdPerUnit: values.usdPerCurrencyUnit, origin: 'user', source: null, takenAt: null }
  return markets.currencyRate(values.currency)
}

/**
 * A new currency leaves the old one's own rate behind and takes the electricity price along, converted; where no rate
 * is known the price is unset rather than read in the wrong money. Throws NotPossible for a price that cannot be meant.
 */
export function completeChange(values: Settings, change: SettingsChange, markets: Pick<Markets, 'currencyRate'>): SettingsChange {
  const whole = { ...change }
  if (change.currency !== undefined && change.currency !== values.currency) {
    if (change.usdPerCurrencyUnit === undefined) whole.usdPerCurrencyUnit = null
    if (change.electricityPricePerKwh === undefined && values.electricityPricePerKwh !== null) {
      const from = currencyRateOf(values, markets)
      const to = currencyRateOf({ ...values, ...whole }, markets)
      whole.electricityPricePerKwh = from && to ? Number(((values.electricityPricePerKwh * from.usdPerUnit) / to.usdPerUnit).toPrecision(4)) : null
    }
  }
  const after = { ...values, ...whole }
  const rate = currencyRateOf(after, markets)
  const price = after.electricityPricePerKwh
  if (price !== null && rate !== null) {
    const usd = price * rate.usdPerUnit
    if (usd < usdPerKwhRange.least || usd > usdPerKwhRange.most) {
      throw new NotPossible(`${price} ${after.currency} a kilowatt-hour is ${usd.toPrecision(3)} USD, which no tariff charges. Nothing was changed.`)
    }
  }
  return whole
}
