/** Numbers, money, times and typed numbers as a person sees and writes them. */
import { describe, expect, it } from 'vitest'
import { formatAmount, formatBand, formatMoney, formatPerKwh, moneyFormat, type MoneyFormat } from '../../../renderer/format/money.ts'
import { formatBytes, formatExact, formatNumber, formatPlain, formatShare, formatTemperature, formatWatts, formatWithUnit } from '../../../renderer/format/numbers.ts'
import { formatAge, formatSeconds } from '../../../renderer/format/time.ts'
import { numberProblem, parseNumber } from '../../../renderer/format/typed-number.ts'
import { machineLine, sourceDate } from '../../../renderer/format/words.ts'
import { defaultSettings } from '../../../shared/settings.ts'
import { machine, now } from '../../gallery/parts.ts'

const plain = (text: string) => text.replace(/\u202f/g, ' ')
const usd: MoneyFormat = { code: 'USD', usdPerUnit: 1, digits: 2, about: '' }

describe('numbers', () => {
  it('carry a true minus sign, and none on zero', () => {
    expect(formatNumber(-1234.5, 1)).toBe('−1,234.5')
    expect(formatNumber(-0.001, 2)).toBe('0.00')
  })
  it('say as much as a person reads', () => {
    expect([79_120, 931.4, 43.21, 4.321, 0.1234, 6, 0].map(formatPlain)).toEqual(['79,120', '931', '43.2', '4.32', '0.123', '6', '0'])
    expect(formatExact(0.0002)).toBe('0.0002')
    expect(formatExact(1234.5678)).toBe('1,234.57')
  })
  it('have units', () => {
    expect(plain(formatShare(0.0113))).toBe('1.13 %')
    expect(plain(formatShare(0.364))).toBe('36 %')
    expect([0.99838, 1].map((value) => plain(formatShare(value)))).toEqual(['99.8 %', '100 %'])
    expect([[0.587984, 'NOR'], [450, 'W'], [0.06, 'share of the week'], [0.6, 'share'], [1.25, '×'], [0.5, '']].map(([value, unit]) => plain(formatWithUnit(Number(value), String(unit))))).toEqual(['0.588 NOR', '450 W', '6 % of the week', '60 %', '1.25×', '0.5'])
    expect(plain(formatBytes(25_757_220_864))).toBe('24.0 GiB')
    expect(plain(formatWatts(431.5))).toBe('432 W')
    expect(plain(formatTemperature(41, 'F'))).toBe('106 °F')
  })
})

describe('money', () => {
  it('is shown in the chosen currency at its rate, with the rate’s date to be read', () => {
    const money = moneyFormat({ values: { ...defaultSettings, currency: 'EUR' }, currencyRate: { usdPerUnit: 1.25, origin: 'bundled', source: null, takenAt: now } })
    expect(plain(formatMoney(5, money))).toBe('4.00 EUR')
    expect(money.about).toContain('1 EUR = 1.2500 USD')
    expect(money.about).toContain('Nov 2026')
    expect(plain(formatPerKwh(0.15, money))).toBe('0.120 EUR/kWh')
  })
  it('stays in dollars where no rate is known, and says so', () => {
    const money = moneyFormat({ values: { ...defaultSettings, currency: 'NOK' }, currencyRate: null })
    expect(money.code).toBe('USD')
    expect(money.about).toContain('No rate for NOK')
  })
  it('has no decimals in yen', () => {
    const money = moneyFormat({ values: { ...defaultSettings, currency: 'JPY' }, currencyRate: { usdPerUnit: 0.0064, origin: 'bundled', source: null, takenAt: null } })
    expect(formatAmount(3.7512, money)).toBe('586')
  })
  it('never rounds a small loss to nothing', () => {
    expect(formatAmount(-0.0031, usd)).toBe('−0.0031')
    expect(formatAmount(0, usd)).toBe('0.00')
    expect(formatAmount(null, usd)).toBe('–')
  })
  it('says a band in words, open ends too', () => {
    expect(plain(formatBand(1.4796, 7.587, usd))).toBe('1.48 to 7.59 USD')
    expect(plain(formatBand(null, 7.587, usd))).toBe('up to 7.59 USD')
    expect(formatBand(null, null, usd)).toBe('no figure')
  })
})

describe('time', () => {
  const day = 86_400_000
  it('says ages in words', () => {
    expect([10_000, 60_000, 3 * 3_600_000, day, 59 * day, 95 * day, 800 * day].map((ago) => formatAge(now - ago, now))).toEqual(['just now', '1 minute old', '3 hours old', '1 day old', '59 days old', '3 months old', '2 years old'])
    expect(formatAge(now + 5000, now)).toBe('just now')
  })
  it('says how long something runs', () => {
    expect([0, 59.9, 60, 83].map((seconds) => plain(formatSeconds(seconds)))).toEqual(['0 s', '59 s', '1 min', '1 min 23 s'])
  })
  it('reads the dates of sources', () => {
    expect(['2026-06-11', '2026-06', '2026', 'autumn 2025'].map(sourceDate)).toEqual(['11 Jun 2026', 'Jun 2026', '2026', 'autumn 2025'])
    expect(sourceDate(null)).toBe('undated')
  })
})

describe('typed numbers', () => {
  it('may have a point or a comma, spaces and a sign', () => {
    expect(['0.15', '0,15', ' 1 234,5 ', '1,234.5', '-3', '\u22123', '.5', '12.'].map(parseNumber)).toEqual([0.15, 0.15, 1234.5, 1234.5, -3, -3, 0.5, 12])
    expect(parseNumber('  ')).toBeNull()
  })
  it('are refused when they are no numbers', () => {
    for (const typed of ['abc', '1e400', '0x10', '1.2.3', '12 W', 'NaN', 'Infinity', '--1']) expect(parseNumber(typed), typed).toBe('not-a-number')
    expect(numberProblem).toMatch(/number/)
  })
})

describe('the machine in one line', () => {
  it('leaves out what is not known', () => {
    expect(plain(machineLine(machine({ os: null, cpuName: null, memoryBytes: null }), 0))).toBe('Linux · no GPU')
    expect(plain(machineLine(machine(), 2))).toBe('Ubuntu 24.04 · AMD Ryzen 9 7950X, 16 cores · 64 GiB memory · 2 GPUs')
  })
})
