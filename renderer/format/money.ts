/** Money: worked out in USD, shown in the chosen currency at a dated rate. Pure. */
import type { Band } from '../../shared/earnings.ts'
import type { SettingsState } from '../../shared/state.ts'
import { formatDay } from './time.ts'
import { formatNumber, gap } from './numbers.ts'

export interface MoneyFormat {
  /** ISO code that is drawn; USD where no rate is known. */
  code: string
  usdPerUnit: number
  /** Digits after the point. */
  digits: number
  /** Where the rate is from, as a sentence. */
  about: string
}

export function moneyFormat(settings: SettingsState): MoneyFormat {
  const wanted = settings.values.currency
  const rate = settings.currencyRate
  if (wanted === 'USD') return { code: 'USD', usdPerUnit: 1, digits: 2, about: 'Estimates are made in US dollars.' }
  if (!rate || !(rate.usdPerUnit > 0)) {
    return { code: 'USD', usdPerUnit: 1, digits: 2, about: `No rate for ${wanted} is known, so this is in US dollars. You can enter a rate in Settings.` }
  }
  const from = rate.origin === 'user' ? 'as you entered it' : rate.takenAt === null ? 'undated' : `of ${formatDay(rate.takenAt)}`
  return { code: wanted, usdPerUnit: rate.usdPerUnit, digits: digitsOf(wanted), about: `1 ${wanted} = ${formatNumber(rate.usdPerUnit, 4)} USD, rate ${from}.` }
}

function digitsOf(code: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits ?? 2
}

/** The amount alone: "3.75", "−0.12"; "–" where unknown. An amount that rounds to nothing keeps the digits that show it. */
export function formatAmount(usd: number | null, money: MoneyFormat): string {
  if (usd === null) return '–'
  const value = usd / money.usdPerUnit
  const size = Math.abs(value)
  if (size >= 10_000) return formatNumber(value, 0)
  if (size > 0 && size < 0.5 * 10 ** -money.digits) return formatNumber(value, money.digits + 2)
  return formatNumber(value, money.digits)
}

/** "3.75 EUR" */
export function formatMoney(usd: number | null, money: MoneyFormat): string {
  return usd === null ? 'unknown' : `${formatAmount(usd, money)}${gap}${money.code}`
}

/** "1.48 to 7.59 EUR"; a band with one end or none says so. */
export function formatBand(low: number | null, high: number | null, money: MoneyFormat): string {
  if (low === null && high === null) return 'no figure'
  if (low === null) return `up to ${formatMoney(high, money)}`
  if (high === null) return `from ${formatMoney(low, money)}`
  return `${formatAmount(low, money)} to ${formatMoney(high, money)}`
}

/** The price of a kilowatt-hour needs more digits than a day's money. */
export function formatPerKwh(usd: number, money: MoneyFormat): string {
  return `${formatNumber(usd / money.usdPerUnit, 3)}${gap}${money.code}/kWh`
}

/** A band of USD in the money that is shown, for axes with round ticks in that money. */
export function inMoney(band: Band, money: MoneyFormat): Band {
  const convert = (usd: number | null) => (usd === null ? null : usd / money.usdPerUnit)
  return { low: convert(band.low), expected: convert(band.expected), high: convert(band.high) }
}
