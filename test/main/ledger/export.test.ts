/** The export: columns, years, currencies, corrections, cells that a spreadsheet would run, and what tax tools read. */
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { exportLedger, fullColumns, koinlyColumns, plain } from '../../../main/ledger/export.ts'
import type { NearRate } from '../../../main/ledger/near-rate.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import type { LedgerExport } from '../../../shared/ledger.ts'
import { anAdd, anEntry, dayMs, noon, openLedger, priced } from './support.ts'

const everything: LedgerExport = { format: 'csv', preset: 'full', year: null, currency: null }
type Row = Record<string, string>

function rowsOf(text: string): Row[] {
  return parse(text, { columns: true }) as Row[]
}

describe('every column', () => {
  test('converted with the rate of its day, asked for once a day', async () => {
    const { ledger, tables, asked } = openLedger({ settings: { currency: 'EUR' } })
    tables.addEntries([anEntry('a', { asset: 'TOK', amount: 5, fair: { usd: 10, usdPerUnit: 2, source: { url: 'https://prices.example/x', date: null }, takenAt: noon, why: null }, reference: 'tx1', covers: { from: noon - dayMs, to: noon } }), anEntry('b'), anEntry('c', { day: '2026-11-22', at: noon - dayMs })])
    const made = await ledger.export(everything)
    expect(made).toMatchObject({ fileName: 'idlewatt-ledger-all-EUR.csv', entries: 3 })
    expect(made.text.split('\r\n')[0]).toBe(fullColumns.join(','))
    expect(rowsOf(made.text)[1]).toEqual({
      date_time_utc: '2026-11-23T12:00:00Z', day: '2026-11-23', kind: 'income', network: 'net', programme: 'net/work', gpu: '', asset: 'TOK', amount: '5', usd_at_receipt: '10', price_source: 'https://prices.example/x', price_time: '2026-11-23T12:00:00Z',
      fiat_currency: 'EUR', fiat_amount: '8', fx_rate: '0.8', fx_date: '2026-11-23', fx_source: 'https://prices.example/history', kwh: '', covers_from: '2026-11-22T12:00:00Z', covers_to: '2026-11-23T12:00:00Z',
      origin: 'chain', reference: 'tx1', note: '', id: 'a', corrects: '', recorded_at_utc: '2026-11-23T12:00:00Z',
    })
    expect(asked.map((one) => one.symbol)).toEqual(['EUR', 'EUR'])
  })

  test('what was paid in that currency is not converted', async () => {
    const { ledger } = openLedger()
    await ledger.add(anAdd({ asset: 'EUR', amount: 4 }))
    expect(rowsOf((await ledger.export({ ...everything, currency: 'EUR' })).text)[0]).toMatchObject({ fiat_amount: '4', fx_rate: '', fx_source: 'the amount itself', usd_at_receipt: '5' })
  })

  test('one year alone, by the local day', async () => {
    const { ledger, tables } = openLedger()
    tables.addEntries([anEntry('old', { day: '2025-12-31', at: Date.UTC(2026, 0, 1, 2) }), anEntry('new', { day: '2026-01-01', at: Date.UTC(2026, 0, 1, 2) })])
    expect(rowsOf((await ledger.export({ ...everything, year: 2025 })).text).map((row) => row['id'])).toEqual(['old'])
    expect(await ledger.export({ ...everything, year: 2024 })).toMatchObject({ entries: 0, fileName: 'idlewatt-ledger-2024-USD.csv' })
  })

  test('without a rate or a worth the money columns are empty, and it is said', async () => {
    const { ledger } = openLedger({ priceAt: async (symbol) => (symbol === 'TOK' ? priced(2) : Promise.reject(new Error('off'))) })
    await ledger.add(anAdd({ asset: 'TOK' }))
    await ledger.add(anAdd({ asset: 'NEW' }))
    const { text, remarks } = await ledger.export({ ...everything, currency: 'JPY' })
    expect(rowsOf(text).map((row) => [row['usd_at_receipt'], row['fiat_amount'], row['fiat_currency']])).toEqual([['20', '', ''], ['', '', '']])
    expect(remarks.join(' ')).toContain('1 entry has no known worth')
    expect(remarks.join(' ')).toContain('No rate of JPY is known for 2026-11-23')
  })

  test('where no rate can be asked for, the nearest that is known stands for the day, with its own date', async () => {
    const nearRate = (code: string): NearRate | null => (code === 'EUR' ? { usdPerUnit: 1.25, source: { url: 'https://rates.example/2026-10-02', date: null }, takenAt: Date.UTC(2026, 9, 2, 14) } : null)
    const { ledger, tables } = openLedger({ priceAt: async () => Promise.reject(new Error('off')), nearRate })
    tables.addEntries([anEntry('a'), anEntry('b', { day: '2026-11-22', at: noon - dayMs })])
    const { text, remarks } = await ledger.export({ ...everything, currency: 'EUR' })
    expect(rowsOf(text).map((row) => [row['fiat_amount'], row['fx_rate'], row['fx_date'], row['fx_source']])).toEqual([0, 1].map(() => ['8', '0.8', '2026-10-02', 'https://rates.example/2026-10-02']))
    expect(remarks).toEqual([expect.stringMatching(/^The rate of EUR of 2 days \(2026-11-22 the first\) is not known here: .*that of 2026-10-02/)])
    expect((await ledger.export({ ...everything, currency: 'JPY' })).remarks).toEqual([expect.stringContaining('No rate of JPY is known for 2 days')])
    await expect(ledger.export({ ...everything, currency: 'FOO' })).rejects.toThrow(/The currencies are: USD, EUR/)
  })

  test('in USD no rate is missed, though a worth came later', async () => {
    let rate: number | null = null
    const { ledger } = openLedger({ priceAt: async () => (rate === null ? null : priced(rate)) })
    await ledger.add(anAdd({ asset: 'EUR', amount: 4 }))
    rate = 1.25
    await ledger.refresh()
    const { text, remarks } = await ledger.export(everything)
    expect(rowsOf(text).map((row) => row['fiat_amount'])).toEqual(['', '5'])
    expect(remarks).toEqual([])
  })

  test('rates that take for ever end it no later than patience does', async () => {
    const { tables } = openLedger()
    tables.addEntries(Array.from({ length: 40 }, (_, n) => anEntry(`e${n}`, { day: `2026-10-${String((n % 28) + 1).padStart(2, '0')}` })))
    let asked = 0
    const made = await exportLedger({ tables, priceAt: async () => (asked++, priced(1.25)), now: noon, currency: 'EUR', remarks: [], patienceMs: -1 }, everything)
    expect(asked).toBe(0)
    expect(made).toMatchObject({ entries: 40, remarks: [expect.stringContaining('exported again')] })
  })

  test('cells that a spreadsheet would run are disarmed, line breaks and quotes survive, numbers below zero stay numbers', async () => {
    const { ledger } = openLedger()
    const notes = ['=1+1', '+cmd', '-2', '@x', 'a\nb', 'a\r\nb', 'a "quoted", one', 'ünï 日本']
    for (const note of notes) await ledger.add(anAdd({ note }))
    ledger.correct({ id: 'hand:0001', amount: 4, note: '\t=x' })
    const rows = rowsOf((await ledger.export(everything)).text)
    expect(rows.map((row) => row['note'])).toEqual(["'=1+1", "'+cmd", "'-2", "'@x", 'a\nb', 'a\r\nb', 'a "quoted", one', 'ünï 日本', "'\t=x"])
    expect(rows.at(-1)).toMatchObject({ kind: 'correction', amount: '-6', usd_at_receipt: '-6', corrects: 'hand:0001' })
    const json = JSON.parse((await ledger.export({ ...everything, format: 'json' })).text) as { entries: Record<string, unknown>[] }
    expect(json.entries[0]).toMatchObject({ note: '=1+1', amount: 10, gpu: null, usd_at_receipt: 10 })
  })

  test('no amount has an exponent', () => {
    expect([1e-7, 1.5e-9, 1e21, 12.5, -0.00000025, 0].map(plain)).toEqual(['0.0000001', '0.0000000015', '1000000000000000000000', '12.5', '-0.00000025', '0'])
  })

  test('more than a batch comes out whole, in both formats', async () => {
    const { ledger, tables } = openLedger()
    tables.addEntries(Array.from({ length: 2300 }, (_, n) => anEntry(`e${n}`)))
    expect(rowsOf((await ledger.export(everything)).text)).toHaveLength(2300)
    expect((JSON.parse((await ledger.export({ ...everything, format: 'json' })).text) as { entries: unknown[]; year: null }).entries).toHaveLength(2300)
    expect(JSON.parse((await ledger.export({ ...everything, format: 'json', year: 2011 })).text)).toMatchObject({ year: 2011, currency: 'USD', entries: [] })
  })
})

describe('for tax tools', () => {
  test('rewards received, costs sent, corrections folded in, struck-out ones gone', async () => {
    const { ledger, tables } = openLedger({ settings: { currency: 'EUR' } })
    tables.addEntries([anEntry('pay', { asset: 'TOK', amount: 5, reference: '4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f:work' }), anEntry('gone', { reference: 'address/2026-11-23' }), anEntry('power', { kind: 'electricity', asset: 'EUR', amount: 3, gpuId: 'GPU-1' }), anEntry('fee', { kind: 'fee', amount: 1 }), anEntry('in', { kind: 'capital-in', amount: 7 }), anEntry('out', { kind: 'capital-out', amount: 7 }), anEntry('paid-to-take', { kind: 'electricity', asset: 'EUR', amount: -2 })])
    ledger.correct({ id: 'pay', amount: 4, note: 'x' })
    ledger.correct({ id: 'gone', amount: 0, note: 'x' })
    const made = await ledger.export({ ...everything, preset: 'koinly' })
    expect(made.text.split('\r\n')[0]).toBe(koinlyColumns.join(','))
    const rows = rowsOf(made.text)
    expect(made.entries).toBe(4)
    expect(made.remarks.join(' ')).toMatch(/2 entries of capital locked or freed are left out/)
    expect(rows[0]).toEqual({ Date: '2026-11-23 12:00:00 UTC', 'Sent Amount': '', 'Sent Currency': '', 'Received Amount': '4', 'Received Currency': 'TOK', 'Fee Amount': '', 'Fee Currency': '', 'Net Worth Amount': '3.2', 'Net Worth Currency': 'EUR', Label: 'reward', Description: 'income; net/work', TxHash: '4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f' })
    expect(rows.slice(1).map((row) => [row['Sent Amount'], row['Sent Currency'], row['Received Amount'], row['Label']])).toEqual([['3', 'EUR', '', 'cost'], ['1', 'USD', '', 'cost'], ['', '', '2', '']])
  })

  test('is CSV alone', async () => {
    await expect(openLedger().ledger.export({ ...everything, preset: 'koinly', format: 'json' })).rejects.toThrow(NotPossible)
  })
})
