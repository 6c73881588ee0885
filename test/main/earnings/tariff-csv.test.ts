/** Files of dated prices as exchanges and suppliers export them, and files that are none: read right, or refused with a sentence. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPriceFile, type PriceFile } from '../../../main/earnings/tariff-csv.ts'
import { wallText } from '../../../main/earnings/tariff-week.ts'
import { decodeText } from '../../../main/system/decode-text.ts'

const rates: Record<string, number> = { USD: 1, EUR: 1.1, GBP: 1.3, JPY: 0.0064 }
function read(text: string, change: Partial<PriceFile> = {}) {
  return readPriceFile({ text, from: 'prices.csv', zone: 'Europe/Berlin', isZoneGiven: false, unit: 'auto', currency: 'EUR', usdPerUnit: (code) => rates[code] ?? null, ...change })
}
const rows = (text: string, change: Partial<PriceFile> = {}) => read(text, change).intervals.map(({ from, to, perKwh }) => [new Date(from).toISOString().slice(0, 16), (to - from) / 60_000, Number(perKwh.toPrecision(9))])

describe('exports', () => {
  test('an exchange in UTC, quoted, with a price that is left open', () => {
    const text = '"MTU (UTC)","Day-ahead Price [EUR/MWh]","Currency","BZN|DE-LU"\n"29.03.2026 00:00 - 29.03.2026 01:00","12.5","EUR",""\n"29.03.2026 01:00 - 29.03.2026 02:00","-3.2","EUR",""\n"29.03.2026 02:00 - 29.03.2026 03:00","n/e","EUR",""\n'
    expect(rows(text)).toEqual([['2026-03-29T00:00', 60, 0.0125], ['2026-03-29T01:00', 60, -0.0032]])
    expect(read(text)).toMatchObject({ zone: 'UTC', currency: 'EUR', stepMinutes: 60, remarks: ['One row has no price and was left out.'] })
  })

  test('its wall clock on a day of 25 hours, with a second column of prices', () => {
    const line = (from: string, to: string, price: string) => `"25/10/2026 ${from}:00 - 25/10/2026 ${to}:00","BZN|DE-LU","","${price}","",""\n`
    const text = `"MTU (CET/CEST)","Area","Sequence","Day-ahead Price (EUR/MWh)","Intraday Period (CET/CEST)","Intraday Price (EUR/MWh)"\n${line('01:00', '02:00', '10')}${line('02:00', '03:00', '11')}${line('02:00', '03:00', '12')}${line('03:00', '04:00', '13')}`
    expect(rows(text)).toEqual([['2026-10-24T23:00', 60, 0.01], ['2026-10-25T00:00', 60, 0.011], ['2026-10-25T01:00', 60, 0.012], ['2026-10-25T02:00', 60, 0.013]])
  })

  test.each([
    ['semicolons and decimal commas', 'start;end;ct/kWh\n2026-06-01T00:00;2026-06-01T01:00;25,3\n2026-06-01T01:00;2026-06-01T02:00;-1,5\n', {}, [['2026-05-31T22:00', 60, 0.253], ['2026-05-31T23:00', 60, -0.015]]],
    ['offsets and quarters of an hour', 'from,to,price\n2026-01-01T00:00:00+01:00,2026-01-01T00:15:00+01:00,0.25\n', { unit: 'per-kwh' }, [['2025-12-31T23:00', 15, 0.25]]],
    ['half hours in pence', 'Period from,Period to,Consumption (kWh),Unit Rate (p/kWh)\n2026-10-25T00:00:00Z,2026-10-25T00:30:00Z,1,24.5\n', {}, [['2026-10-25T00:00', 30, 0.245]]],
    ['with and without tax', 'value_exc_vat,value_inc_vat,valid_from,valid_to\n19.5,20.5,2026-01-01T00:00:00Z,2026-01-01T00:30:00Z\n', { unit: 'cent-per-kwh' }, [['2026-01-01T00:00', 30, 0.205]]],
    ['German words and thousands', 'Datum von;Datum bis;Deutschland/Luxemburg [€/MWh] Originalauflösungen\n01.01.2026 00:00;01.01.2026 01:00;1.012,5\n01.01.2026 01:00;01.01.2026 02:00;12,5\n', {}, [['2025-12-31T23:00', 60, 1.0125], ['2026-01-01T00:00', 60, 0.0125]]],
    ['French words, no end', 'Début;Prix (EUR/MWh)\n15/01/2026 00:00;55\n15/01/2026 01:00;56\n', {}, [['2026-01-14T23:00', 60, 0.055], ['2026-01-15T00:00', 60, 0.056]]],
    ['a day and a time apart, pounds', 'Date,Time,Price £/kWh\n13/01/2026,00:00,0.1\n13/01/2026,00:30,0.2\n', { zone: 'Europe/London' }, [['2026-01-13T00:00', 30, 0.1], ['2026-01-13T00:30', 30, 0.2]]],
    ['tabs, unsorted, a row twice', 'start\tprice EUR/kWh\n2026-01-01 02:00\t0.3\n2026-01-01 00:00\t0.1\n2026-01-01 01:00\t0.2\n2026-01-01 01:00\t0.2\n', { zone: 'UTC' }, [['2026-01-01T00:00', 60, 0.1], ['2026-01-01T01:00', 60, 0.2], ['2026-01-01T02:00', 60, 0.3]]],
    ['seconds since 1970', 'timestamp,EUR/kWh\n1767225600,0.2\n1767229200,0.3\n', {}, [['2026-01-01T00:00', 60, 0.2], ['2026-01-01T01:00', 60, 0.3]]],
    ['no header', '2026-01-01T00:00Z,0.2\n2026-01-01T01:00Z,0.3\n', { unit: 'per-kwh' }, [['2026-01-01T00:00', 60, 0.2], ['2026-01-01T01:00', 60, 0.3]]],
    ['a title above the header', 'Day-ahead prices;;\nExported 2026;;\nvon;bis;Preis in EUR/MWh\n01.06.2026 00:00;01.06.2026 00:15;80\n', { zone: 'UTC' }, [['2026-06-01T00:00', 15, 0.08]]],
    ['midnight as 24:00, month first', 'start,end,USD/kWh\n1/31/2026 23:00,1/31/2026 24:00,0.1\n', { zone: 'UTC', currency: 'USD' }, [['2026-01-31T23:00', 60, 0.1]]],
    ['an American file, month first, on the day of 23 hours', 'Time,Price ($/MWh)\n03/08/2026 01:00,30\n03/08/2026 03:00,31\n', { zone: 'America/New_York', isZoneGiven: true }, [['2026-03-08T06:00', 60, 0.03], ['2026-03-08T07:00', 60, 0.031]]],
    ['days that only make sense month first', 'Time,EUR/MWh\n' + [1, 2, 3].flatMap((day) => Array.from({ length: 24 }, (_, hour) => `11/0${day}/2026 ${hour}:00,5\n`)).join(''), { zone: 'UTC' }, Array.from({ length: 72 }, (_, hour) => [new Date(Date.UTC(2026, 10, 1, hour)).toISOString().slice(0, 16), 60, 0.005])],
    ['a supplier\'s "total" beside its parts', 'startsAt,total,energy,tax,level\n2026-01-01T00:00:00.000+01:00,0.31,0.1,0.2,NORMAL\n', { unit: 'per-kwh' }, [['2025-12-31T23:00', 60, 0.31]]],
    ['the price of an area', 'Start,Area price (EUR/MWh)\n2026-01-01T00:00Z,30\n', {}, [['2026-01-01T00:00', 60, 0.03]]],
    ['half days with AM and PM', 'start,end,USD/kWh\n1/31/2026 11:00 PM,2/1/2026 12:00 AM,0.1\n', { zone: 'UTC', currency: 'USD' }, [['2026-01-31T23:00', 60, 0.1]]],
  ] as [string, string, Partial<PriceFile>, unknown][])('%s', (_what, text, change, expected) => expect(rows(text, change)).toEqual(expected))

  test('an hour that the clock skipped is left out, and said', () => {
    const text = 'start;end;EUR/MWh\n2026-03-29 00:00;2026-03-29 01:00;1\n2026-03-29 01:00;2026-03-29 02:00;2\n2026-03-29 02:00;2026-03-29 03:00;0\n2026-03-29 03:00;2026-03-29 04:00;3\n'
    expect(rows(text)).toEqual([['2026-03-28T23:00', 60, 0.001], ['2026-03-29T00:00', 60, 0.002], ['2026-03-29T01:00', 60, 0.003]])
    expect(read(text).remarks).toContain('One row names a time that the clock skipped when it was put forward, and was left out.')
  })

  test('holes are named', () => expect(read('start;end;EUR/MWh\n2026-06-01 00:00;2026-06-01 01:00;1\n2026-06-01 05:00;2026-06-01 06:00;1\n', { isZoneGiven: true }).remarks).toEqual(['No price from 2026-06-01 01:00 to 2026-06-01 05:00.']))

  test('a currency of its own is kept and said; a zone that was guessed is said', () => {
    const found = read('start,end,price (USD/kWh)\n2026-01-01 00:00,2026-01-01 01:00,0.1\n')
    expect(found.currency).toBe('USD')
    expect(found.remarks.join(' ')).toMatch(/read as Europe\/Berlin.*are in USD/)
  })
  test('a unit that was chosen against the header is taken, and said', () => {
    expect(read('start,ct/kWh\n2026-01-01T00:00Z,0.3\n', { unit: 'per-kwh' })).toMatchObject({ intervals: [{ perKwh: 0.3 }], remarks: ['It says that its prices are in cents per kWh; they were read as per kWh, as you chose.', 'It names no currency; its prices were read as EUR.'] })
  })
  test('a price in yen is no typing slip', () => expect(rows('start,price\n2026-01-01T00:00Z,41\n', { unit: 'per-kwh', currency: 'JPY' })).toEqual([['2026-01-01T00:00', 60, 41]]))
})

test('any day of any zone, written by its wall clock, comes back as it was', () => {
  const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Europe/London', 'Australia/Sydney', 'UTC')
  const begin = fc.constantFrom('2026-03-28T20:00Z', '2026-10-24T20:00Z', '2026-10-31T22:00Z', '2026-03-07T22:00Z', '2026-10-03T10:00Z', '2026-04-04T10:00Z').map(Date.parse)
  fc.assert(
    fc.property(zone, begin, fc.constantFrom(15, 30, 60), fc.boolean(), fc.constantFrom(',', ';'), (of, from, minutes, withEnd, mark) => {
      const step = minutes * 60_000
      const expected = Array.from({ length: (36 * 60) / minutes }, (_, index) => ({ from: from + index * step, to: from + (index + 1) * step, perKwh: index / 1000 }))
      const text = [['start', ...(withEnd ? ['end'] : []), 'EUR/kWh'].join(mark), ...expected.map((one) => [wallText(one.from, of), ...(withEnd ? [wallText(one.to, of)] : []), String(one.perKwh)].join(mark))].join('\r\n')
      expect(read(text, { zone: of, isZoneGiven: true })).toEqual({ intervals: expected, currency: 'EUR', zone: of, stepMinutes: minutes, remarks: [] })
    }),
    { numRuns: 80 },
  )
})

describe('refused, with what would mend it', () => {
  const one = 'start,price\n2026-01-01 00:00,50\n'
  test.each([
    ['nothing', '', {}, 'prices.csv is empty.'],
    ['a header alone', 'start,price\n', { unit: 'per-kwh' }, 'there is nothing under its header'],
    ['a web page', '<!DOCTYPE html><html>', {}, 'is a web page or XML'],
    ['JSON', '[{"start":1}]', {}, 'is JSON'],
    ['other columns', 'a,b\n1,2\n', {}, 'was not understood'],
    ['no unit', one, {}, 'Choose the unit'],
    ['no number', `${one}2026-01-01 01:00,abc\n`, { unit: 'per-mwh' }, 'Line 3 of prices.csv: "abc" is no price.'],
    ['no date', 'start,EUR/MWh\n2026-02-31 00:00,1\n', {}, 'Line 2 of prices.csv: "2026-02-31 00:00" is no date with a time.'],
    ['a contradiction', `${one}2026-01-01 00:00,51\n`, { unit: 'per-mwh' }, 'Lines 2 and 3 of prices.csv contradict each other'],
    ['an overlap', 'start,end,EUR/MWh\n2026-01-01 00:00,2026-01-01 02:00,1\n2026-01-01 01:00,2026-01-01 03:00,1\n', {}, 'contradict each other'],
    ['an end before its beginning', 'start,end,EUR/MWh\n2026-01-01 02:00,2026-01-01 01:00,1\n', {}, 'Line 2 of prices.csv ends before it begins.'],
    ['megawatt-hours taken for kilowatt-hours', one, { unit: 'per-kwh' }, 'Line 2 of prices.csv: 50 EUR a kilowatt-hour, which no tariff charges. If its prices are per MWh'],
    ['an endless number', 'start,EUR/MWh\n2026-01-01 00:00,1e400\n', {}, '"1e400" is no price'],
    ['money without a rate', 'start,end,price (PLN/kWh)\n2026-01-01 00:00,2026-01-01 01:00,0.1\n', {}, 'no exchange rate is known'],
    ['days and months mixed', 'start,EUR/MWh\n13/01/2026 00:00,1\n01/13/2026 00:00,1\n', {}, 'contradict each other'],
    ['several prices', 'Date;SE1 (EUR/MWh);SE2 (EUR/MWh)\n2026-01-01 00:00;1;2\n', {}, 'several columns of prices'],
    ['letters that were lost', 'Zeit;Preis f\ufffdr kWh\n', {}, 'is not in UTF-8'],
    ['text that was never decoded', 's\u0000t\u0000a\u0000', {}, 'UTF-16'],
  ] as [string, string, Partial<PriceFile>, string][])('%s', (_what, text, change, sentence) => expect(() => read(text, change)).toThrow(sentence))
})

describe('bytes', () => {
  const text = 'Zeit;Preis €/kWh\n'
  test('UTF-8, UTF-16 with and without its mark, Windows-1252', () => {
    const wide = Buffer.from(text, 'utf16le')
    expect(decodeText(Buffer.from(text))).toEqual({ text, remark: null })
    expect(decodeText(Buffer.concat([Buffer.from([0xff, 0xfe]), wide]))).toEqual({ text, remark: null })
    expect(decodeText(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(wide).swap16()]))).toEqual({ text, remark: null })
    expect(decodeText(Buffer.from('von;bis;ct/kWh', 'utf16le'))).toMatchObject({ text: 'von;bis;ct/kWh', remark: expect.stringMatching(/UTF-16/) as string })
    expect(decodeText(Buffer.from([...Buffer.from('Zeit;'), 0x80, ...Buffer.from('/kWh')]))).toEqual({ text: 'Zeit;€/kWh', remark: 'The file is not in UTF-8; it was read as Windows-1252.' })
  })
})

test('years of quarters of an hour is read in a moment', () => {
  const iso = (at: number): string => new Date(at).toISOString().slice(0, 16)
  const begin = Date.UTC(2016, 0, 1)
  const text = `start;EUR/MWh\n${Array.from({ length: 120_000 }, (_, i) => `${iso(begin + i * 900_000)};${i % 300}`).join('\n')}`
  const started = performance.now()
  expect(read(text, { zone: 'UTC' }).intervals).toHaveLength(120_000)
  expect(performance.now() - started).toBeLessThan(15_000)
})
