/** What is typed into the ledger and the tariff, and how amounts are told. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTextOf } from '../../../renderer/components/read-text.ts'
import { spanOf } from '../../../renderer/pages/compare/SensitivityTab.tsx'
import { emptyWhatIf, readWhatIf, withModel } from '../../../renderer/pages/compare/what-if-form.ts'
import { amountWords, dayText, dayWords, emptyEntry, fairWords, readEntry, withoutSecrets, type EntryForm } from '../../../renderer/pages/ledger/ledger-words.ts'
import { coverOf } from '../../../renderer/pages/settings/KeptPrices.tsx'
import { isSameZone, spelledZone, zoneNames } from '../../../renderer/pages/settings/zones.ts'
import { evenWeek, levelOf, setHours, stretchesOf } from '../../../renderer/pages/settings/weekly-table.ts'

const typed = (over: Partial<EntryForm>): EntryForm => ({ ...emptyEntry('2026-11-23'), asset: 'eur', amount: '12.5', ...over })

describe('an entry by hand', () => {
  test('stands at noon of its day by this clock, its asset in capitals', () => {
    const { input, problems } = readEntry(typed({}))
    expect(problems).toEqual({})
    expect(input).toMatchObject({ kind: 'income', asset: 'EUR', amount: 12.5, covers: null, programmeId: null, fairUsd: null, reference: null, gpuId: null })
    expect(readEntry(typed({ gpuId: 'GPU-1' })).input?.gpuId).toBe('GPU-1')
    expect(dayText(input?.at ?? 0)).toBe('2026-11-23')
    expect(new Date(input?.at ?? 0).getHours()).toBe(12)
  })

  test('covers whole days, the last one in', () => {
    const covers = readEntry(typed({ coversFrom: '2026-10-24', coversTo: '2026-10-25' })).input?.covers
    expect(covers && [dayText(covers.from), dayText(covers.to), new Date(covers.to).getHours()]).toEqual(['2026-10-24', '2026-10-26', 0])
  })

  test.each([
    [{ amount: '' }, 'amount', 'This needs an amount.'],
    [{ amount: 'twelve' }, 'amount', expect.stringMatching(/number/)],
    [{ amount: '-3' }, 'amount', 'A number of 0 or more.'],
    [{ asset: 'so many words' }, 'asset', expect.stringMatching(/capital letters/)],
    [{ day: '2026-02-31' }, 'day', expect.stringMatching(/2026-11-23/)],
    [{ coversFrom: '2026-11-01' }, 'coversTo', 'Both days, or neither.'],
    [{ coversFrom: '2026-11-09', coversTo: '2026-11-01' }, 'coversTo', 'The last day is before the first.'],
    [{ fairUsd: 'x' }, 'fairUsd', expect.stringMatching(/number/)],
    [{ note: 'n'.repeat(501) }, 'note', 'That is too long.'],
  ])('%j is refused at its field', (over, field, sentence) => {
    const read = readEntry(typed(over as Partial<EntryForm>))
    expect(read.input).toBeNull()
    expect(read.problems).toEqual({ [field]: sentence })
  })
})

test('amounts carry their sign and their digits; a worth that is not known says why', () => {
  expect(amountWords({ kind: 'income', asset: 'TOK' }, 12.48)).toMatch(/^12\.48.TOK$/)
  expect(amountWords({ kind: 'fee', asset: 'TOK' }, 0.00512345)).toMatch(/^−0\.00512345.TOK$/)
  expect(amountWords({ kind: 'electricity', asset: 'EUR' }, 0)).toMatch(/^0\.00.EUR$/)
  expect(fairWords({ usd: null, usdPerUnit: null, source: null, takenAt: null, why: 'no price is known' })).toBe('no price is known')
})

describe('dated prices', () => {
  test('say whether they cover now, and for how long', () => {
    const hour = 3_600_000
    expect([coverOf({ from: 0, to: 48 * hour }, 0), coverOf({ from: 0, to: 48 * hour }, 24.5 * hour), coverOf({ from: 0, to: 48 * hour }, 48 * hour), coverOf({ from: 5, to: 48 * hour }, 4)]).toEqual(['good', 'ends-soon', 'over', 'ahead'])
  })

  test('are read by a zone that exists, as it is spelt', () => {
    expect([spelledZone('europe/berlin '), spelledZone('utc'), spelledZone('Mars/Olympus'), spelledZone('')]).toEqual(['Europe/Berlin', 'UTC', null, null])
    expect([isSameZone('Etc/UTC', 'UTC'), isSameZone('Europe/Berlin', 'Europe/Paris'), isSameZone('Etc/Unknown', 'UTC')]).toEqual([true, false, false])
    expect(zoneNames().every((name) => spelledZone(name) === name)).toBe(true)
  })
})

describe('the weekly table', () => {
  test('sets hours of some days, over midnight into the next', () => {
    const week = setHours(evenWeek(0.3), [6], 22, 6, 0.2)
    expect(stretchesOf(week, 6)).toEqual([{ from: 0, to: 22, price: 0.3 }, { from: 22, to: 24, price: 0.2 }])
    expect(stretchesOf(week, 0)).toEqual([{ from: 0, to: 6, price: 0.2 }, { from: 6, to: 24, price: 0.3 }])
    expect([levelOf(0.2, week), levelOf(0.3, week), levelOf(1, evenWeek(1))]).toEqual([0, 1, 0])
  })

  test('stretches of every day cover its 24 hours and give the table back', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0.1, 0.2, -0.05), { minLength: 168, maxLength: 168 }), fc.integer({ min: 0, max: 6 }), (week, day) => {
        const back = stretchesOf(week, day).flatMap(({ from, to, price }) => Array.from({ length: to - from }, () => price))
        expect(back).toEqual(week.slice(day * 24, day * 24 + 24))
      }),
    )
  })
})

test('a file is read as what it is: UTF-8, UTF-16 with its mark, else the old Windows alphabet, and that is said', () => {
  const words = 'Stunde;Preis in ct/kWh – günstig'
  expect(readTextOf(new TextEncoder().encode(words))).toEqual({ text: words, remark: null })
  expect(readTextOf(new Uint8Array(Buffer.from(`\uFEFF${words}`, 'utf16le'))).text).toBe(words)
  expect(readTextOf(new Uint8Array([0x67, 0xfc, 0x6e]))).toEqual({ text: 'gün', remark: expect.stringMatching(/Windows-1252/) })
})

describe('what if', () => {
  const money = { code: 'USD', usdPerUnit: 1, digits: 2, about: '' }
  test('takes factors and further cards; empty fields are left out', () => {
    const { input, problems } = readWhatIf({ ...emptyWhatIf, gpuModel: 'RTX 4090', tokenPrice: '0.5', utilisation: '2', more: [{ gpuModel: ' RTX 3090 ', gpuCount: '2' }, { gpuModel: '', gpuCount: '9' }] }, money)
    expect(problems).toEqual({})
    expect(input).toMatchObject({ factors: { 'token-price': 0.5, utilisation: 2 }, more: [{ gpuModel: 'RTX 3090', gpuCount: 2 }] })
  })
  test('refuses a factor below zero and a count that is none', () => {
    expect(readWhatIf({ ...emptyWhatIf, gpuModel: 'x', utilisation: '-1' }, money).problems).toEqual({ utilisation: expect.stringMatching(/factor/) })
    expect(readWhatIf({ ...emptyWhatIf, gpuModel: 'x', more: [{ gpuModel: 'y', gpuCount: 'many' }] }, money).problems).toEqual({ more: expect.stringMatching(/whole number/) })
  })
})

describe('what is said shorter, or not kept', () => {
  test('a form loses what looks like a secret, and nothing else', () => {
    const seed = Array.from({ length: 12 }, () => 'abandon').join(' ')
    expect(withoutSecrets(typed({ note: seed, reference: 'ab'.repeat(32) }))).toEqual(typed({ note: '', reference: '' }))
    expect(withoutSecrets(typed({ note: 'the payout of last week' }))).toEqual(typed({ note: 'the payout of last week' }))
  })
  test('a day of the ledger stays that day in every zone', () => {
    expect([dayWords('2026-11-19'), dayWords('2026-01-01'), dayWords('someday')]).toEqual(['19 Nov 2026', '1 Jan 2026', 'someday'])
  })
  test('a worth that is not known says why in one sentence', () => {
    expect(fairWords({ usd: null, usdPerUnit: null, source: null, takenAt: null, why: 'No price of FRM is known for 2026-11-19. A correction can give it one later.' })).toBe('No price of FRM is known for 2026-11-19')
  })
  test('a unit that both ends of a span share is said once', () => {
    const span = (from: string | null, to: string | null) => spanOf({ from, to, low: 0.85, high: 1.15 })
    expect([span('0.14 USD/kWh', '0.234 USD/kWh'), span('0.783 × RTX 4090', '0.957 × RTX 4090'), span('9 GB', '1 TB'), span('none', 'all')]).toEqual(['0.14 to 0.234 USD/kWh', '0.783 to 0.957 × RTX 4090', '9 GB to 1 TB', 'none to all'])
    expect(span(null, null)).toBe('×\u202f0.85 to ×\u202f1.15')
  })
  test('a name that was picked goes where the one it is for stands', () => {
    const form = { ...emptyWhatIf, gpuModel: 'RTX 4090', more: [{ gpuModel: ' RTX 3080', gpuCount: '2' }] }
    expect(withModel(form, 'RTX 3080', 'GeForce RTX 3080')).toEqual({ ...form, more: [{ gpuModel: 'GeForce RTX 3080', gpuCount: '2' }] })
    expect(withModel(form, 'RTX 4090', 'GeForce RTX 4090').gpuModel).toBe('GeForce RTX 4090')
    expect(withModel(form, 'gone meanwhile', 'GeForce RTX 5090').gpuModel).toBe('GeForce RTX 5090')
  })
})
