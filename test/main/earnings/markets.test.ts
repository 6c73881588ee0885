/** Market data that a user hands in is taken or refused with a sentence; bundled data says its age. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { at, markets } from './estimating.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'idlewatt-markets-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const row = { vendor: 'nvidia', model: 'rtx4090', ram: '24Gi', interface: 'PCIe', availability: { total: 5, available: 2 }, price: { currency: 'USD', min: 0.28, max: 0.49, weightedAverage: 0.33 } }
const whole = { availability: { total: 5, available: 2 }, models: [row] }

function given(text: string, networkId = 'akash'): string {
  const file = join(folder, 'answer.json')
  writeFileSync(file, text)
  try {
    markets({ [networkId]: file })
    return 'taken'
  } catch (error) {
    expect(error).toBeInstanceOf(NotPossible)
    return (error as Error).message
  }
}
const changed = (price: unknown): string => JSON.stringify({ ...whole, models: [{ ...row, price }] })

describe('a recorded answer', () => {
  test.each([
    ['as it is', JSON.stringify(whole)],
    ['with a byte-order mark', `\uFEFF${JSON.stringify(whole)}`],
    ['with notes and keys nobody knows', JSON.stringify({ ...whole, _note: 'x', more: [], models: [{ ...row, priceUakt: null, later: 1 }] })],
    ['with numbers written as text', JSON.stringify({ availability: { total: '5', available: '2' }, models: [{ ...row, price: { currency: 'USD', min: '0.28', max: '4.9e-1', weightedAverage: ' 0.33 ' } }] })],
    ['without a price', changed(null)],
    ['without the whole network', JSON.stringify({ models: [row] })],
    ['with keys left out', JSON.stringify({ models: [{ model: 'rtx4090' }] })],
    ['with no models', JSON.stringify({ models: [] })],
  ])('%s is taken', (_what, text) => expect(given(text)).toBe('taken'))

  test.each([
    ['a negative price', changed({ min: -0.28, max: 1, weightedAverage: 0.3 }), /models\[0\]\.price\.min is -0\.28/],
    ['1e400', changed({ min: 0.28, max: 1, weightedAverage: 0.3 }).replace('0.28', '1e400'), /models\[0\]\.price\.min is too large a number/],
    ['1e400 as text', changed({ min: '1e400', max: 1 }), /models\[0\]\.price\.min is the text "1e400"/],
    ['a price that no card could ask', changed({ min: 1, max: 1e12 }), /models\[0\]\.price\.max is 1000000000000, where .* at most 10,000 USD/],
    ['more cards than there are', JSON.stringify({ ...whole, availability: { total: 1e300, available: 1 } }), /availability\.total is 1e\+300/],
    ['one row twice, spelt differently', JSON.stringify({ models: [row, { ...row, model: 'RTX 4090', ram: '24GiB' }] }), /twice/],
    ['a price that is a word', changed({ min: 'cheap' }), /models\[0\]\.price\.min is the text "cheap"/],
    ['a model without a name', JSON.stringify({ models: [{ ...row, model: undefined }] }), /models\[0\]\.model is missing/],
    ['models that is no list', JSON.stringify({ models: {} }), /a list "models"/],
    ['no models', '{}', /a list "models"/],
    ['a list', '[]', /does not fit/],
    ['one row twice', JSON.stringify({ models: [row, row] }), /twice/],
    ['one key twice', '{"models":[],"models":[]}', /"models" twice/],
    ['a web page', '<!doctype html><html></html>', /web page/],
    ['nothing', '', /is empty/],
    ['blanks', ' \n', /is empty/],
    ['half a file', JSON.stringify(whole).slice(0, 40), /is not JSON/],
    ['rubbish', '\u0000\u0001rubbish', /is not JSON/],
  ])('%s is refused with a sentence that names the file', (_what, text, sentence) => {
    expect(given(text)).toMatch(sentence)
    expect(given(text)).toContain(join(folder, 'answer.json'))
  })

  test('of the other network is refused by its own fields', () => {
    expect(given(JSON.stringify({ status: 'succeeded', data: [{ hardware_name: 'T4', price: -1 }] }), 'io-net')).toMatch(/data\[0\]\.price is -1/)
    expect(given(JSON.stringify({ status: 'failed', data: [] }), 'io-net')).toMatch(/reports a failure/)
  })

  test('of 50 MB is not even read', () => {
    const file = join(folder, 'big.json')
    writeFileSync(file, '[')
    truncateSync(file, 50_000_000)
    expect(() => markets({ akash: file })).toThrow(/50 MB/)
  })

  test('a missing file, a folder, a network nobody knows and one without data are refused', () => {
    mkdirSync(join(folder, 'sub'))
    expect(() => markets({ akash: join(folder, 'none.json') })).toThrow(/does not exist/)
    expect(() => markets({ akash: join(folder, 'sub') })).toThrow(/is not a file/)
    expect(() => markets({ nowhere: 'x' })).toThrow(/no network "nowhere".*akash/)
    expect(() => markets({ aethir: 'x' })).toThrow(/publishes no market data/)
  })
})

describe('token prices and rates', () => {
  test('a given price replaces the bundled one; unknown tokens and negative prices are refused', () => {
    expect(markets({}, { render: 2.5 }).tokenUsd('RENDER')).toMatchObject({ value: 2.5, origin: 'user', stale: false })
    expect(() => markets({}, { DOGE: 1 })).toThrow(/no token "DOGE".*AKT/)
    expect(() => markets({}, { AKT: -1 })).toThrow(/AKT/)
    expect(() => markets({}, { AKT: Number.POSITIVE_INFINITY })).toThrow(/AKT/)
    expect(markets().tokenUsd('DOGE')).toBeNull()
  })

  test('bundled values say where they are from and that they are old', () => {
    const input = markets().tokenUsd('AKT')
    expect(input).toMatchObject({ origin: 'bundled', stale: true, value: 0.7004 })
    expect(input?.source?.date).toBe('2026-09-28')
    expect(input?.note).toMatch(/55 days old/)
    expect(markets().tokenUsd('AKT', Date.parse('2026-09-28T20:00:00Z'))?.stale).toBe(false)
    expect(markets().reading('akash')).toMatchObject({ origin: 'bundled', stale: true })
    expect(markets().reading('akash', Date.parse('2026-08-01T10:00:00Z'))?.stale).toBe(false)
    expect(markets().reading('aethir')).toBeNull()
  })

  test('every currency of the settings has a dated rate', () => {
    for (const code of ['EUR', 'GBP', 'CHF', 'CAD', 'AUD', 'JPY', 'PLN', 'SEK', 'NOK', 'DKK', 'CZK', 'INR', 'BRL']) {
      const rate = markets().currencyRate(code)
      expect(rate?.usdPerUnit, code).toBeGreaterThan(0)
      expect(rate?.takenAt, code).toBeGreaterThan(Date.parse('2026-09-01'))
    }
    expect(markets().currencyRate('EUR')?.usdPerUnit).toBeCloseTo(1 / 0.89087, 12)
    expect(markets().currencyRate('USD')?.usdPerUnit).toBe(1)
    expect(markets().currencyRate('XXX')).toBeNull()
  })

  test('the list of what estimates stand on names each with its date', () => {
    const statuses = markets({}, { AKT: 1 }).statuses(at)
    expect(statuses.map((status) => status.id)).toEqual(['akash', 'io-net', 'render', 'token:AKT', 'token:IO', 'token:RENDER', 'token:ATH', 'currencies'])
    expect(statuses.find((status) => status.id === 'token:AKT')).toMatchObject({ origin: 'user', stale: false })
  })
})
