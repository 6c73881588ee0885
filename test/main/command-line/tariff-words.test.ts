/** Words and files of `tariff` as people have them: taking a price back, another currency, odd encodings, days of 23 and 25 hours. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tariff, type TariffFlags } from '../../../main/command-line/tariff.ts'
import type { TariffImport } from '../../../shared/tariff.ts'
import { emptyFolder } from './call.ts'
import { calledHere } from './here.ts'

const common = { json: false, machine: null, gpu: null, gpus: [], network: null, data: null }
const files = emptyFolder()

async function run(data: string, words: string[], flags: TariffFlags = {}, json = true): Promise<{ exitCode: number | null; text: string; says: string }> {
  const { exitCode, stdout, stderr } = await calledHere((parts) => tariff({ common: { ...common, json, data }, ...parts }, words, flags))
  return { exitCode, text: stdout, says: stderr.replace(/\s+/g, ' ') }
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(files, name)
  writeFileSync(path, content)
  return path
}

const iso = (at: number): string => new Date(at).toISOString()
const hourMs = 3_600_000

describe('a price is taken back', () => {
  test.each([
    ['tariff unset', ['unset']],
    ['tariff fixed None', ['fixed', 'None']],
  ])('%s takes the fixed price and the week with it; dated prices stay, not in use', async (_what, words) => {
    const data = emptyFolder()
    await run(data, ['fixed', '0.31'])
    await run(data, ['weekly', file('week.txt', Array.from({ length: 24 }, () => '0.2').join('\n'))])
    const from = Math.floor(Date.now() / hourMs) * hourMs
    await run(data, ['import', file('now.csv', `start,end,USD/MWh\n${iso(from)},${iso(from + hourMs)},100\n`)])
    const { exitCode, text } = await run(data, words)
    expect(exitCode).toBe(0)
    expect(JSON.parse(text)).toMatchObject({ kind: 'fixed', fixed: null, weekly: null, now: null, week: null, dated: { count: 1 } })
    expect((await run(data, [], {}, false)).text.replace(/\s+/g, ' ')).toMatch(/^No price is set for this hour; estimates assume one and say so\. Dated prices are kept .* They are not in use/)
  })
  test('where none was set, too', async () => {
    const data = emptyFolder()
    expect(JSON.parse((await run(data, ['unset'])).text)).toMatchObject({ kind: 'fixed', fixed: null, now: null, dated: null })
    expect((await run(data, [], {}, false)).text).toMatch(/^No electricity price is set/)
  })
  test('unset takes no more words', async () => expect(await run(emptyFolder(), ['unset', '0.3'])).toMatchObject({ exitCode: 2, says: expect.stringContaining('takes no more words') as string }))
})

describe('the currency of a file', () => {
  const from = Math.floor(Date.now() / hourMs) * hourMs
  const prices = file('pounds.csv', `start,end,price per kWh\n${iso(from)},${iso(from + 2 * hourMs)},0.2\n`)

  test('--currency GBP: kept in pounds, told in the currency of the settings', async () => {
    const data = emptyFolder()
    const { exitCode, text } = await run(data, ['import', prices], { currency: 'GBP', unit: 'per-kwh' })
    expect(exitCode).toBe(0)
    const imported = JSON.parse(text) as TariffImport
    expect(imported).toMatchObject({ currency: 'USD', inFile: { currency: 'GBP', least: 0.2, mean: 0.2, greatest: 0.2 } })
    expect(imported.least).toBeGreaterThan(0.2)
    expect(imported.least).toBeLessThan(0.4)
    expect(imported.remarks.join(' ')).toMatch(/in GBP and are kept so.*1 GBP = [\d.]+ USD/)
    const shown = JSON.parse((await run(data, [])).text) as { kind: string; now: { perKwh: number } }
    expect(shown.kind).toBe('dated')
    expect(shown.now.perKwh).toBeCloseTo(imported.least, 9)
  })
  test('against what the file says: as was chosen, and said', async () => {
    const euros = file('euros.csv', `start,end,EUR/MWh\n${iso(from)},${iso(from + hourMs)},100\n`)
    const imported = JSON.parse((await run(emptyFolder(), ['import', euros], { currency: 'GBP' })).text) as TariffImport
    expect(imported.inFile).toMatchObject({ currency: 'GBP', least: 0.1 })
    expect(imported.remarks.join(' ')).toContain('It says that its prices are in EUR; they were read as GBP, as you chose.')
  })
  test.each([
    ['one that nobody knows', ['import', prices], { currency: 'XXX' }],
    ['with a fixed price', ['fixed', '0.3'], { currency: 'GBP' }],
  ] as [string, string[], TariffFlags][])('%s is refused', async (_what, words, flags) => {
    const data = join(emptyFolder(), 'none')
    expect(await run(data, words, flags)).toMatchObject({ exitCode: 2, text: '' })
    expect(existsSync(data)).toBe(false)
  })
})

describe('odd files', () => {
  const csv = 'von;bis;EUR/MWh\n2026-06-01T00:00Z;2026-06-01T01:00Z;12,5\n2026-06-01T01:00Z;2026-06-01T02:00Z;-3\n'
  const wide = Buffer.from(csv, 'utf16le')
  test.each([
    ['UTF-16, small end first, with its mark', Buffer.concat([Buffer.from([0xff, 0xfe]), wide]), false],
    ['UTF-16, big end first, with its mark', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(wide).swap16()]), false],
    ['UTF-16 without a mark', wide, true],
  ])('%s', async (_what, bytes, isGuessed) => {
    const imported = JSON.parse((await run(emptyFolder(), ['import', file('wide.csv', bytes)])).text) as TariffImport
    expect(imported).toMatchObject({ intervals: 2, inFile: { currency: 'EUR', least: -0.003, greatest: 0.0125 } })
    expect(imported.remarks.some((remark) => remark.includes('UTF-16'))).toBe(isGuessed)
  })
  test('a week in UTF-16', async () => {
    const week = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(Array.from({ length: 24 }, () => '0,25').join('\r\n'), 'utf16le')])
    expect(JSON.parse((await run(emptyFolder(), ['weekly', file('week16.txt', week)])).text)).toMatchObject({ kind: 'weekly', now: { perKwh: 0.25 } })
  })
  test.each([
    ['a web page as a week', 'weekly', '\n<!doctype html><html><body>0.1 0.2</body></html>', 'is a web page or XML, no table of prices'],
    ['JSON as a week', 'weekly', '{"prices":[0.1]}', 'is JSON, no table of prices'],
    ['a week with a word in it', 'weekly', Array.from({ length: 24 }, (_, hour) => (hour === 7 ? 'dear' : '0.2')).join('\n'), '"dear", the 8. of its prices, is no number'],
    ['a week of prices that cannot be', 'weekly', Array.from({ length: 24 }, () => '1e9').join('\n'), ''],
    ['a web page as dated prices', 'import', '<html><title>Sign in</title></html>', 'is a web page or XML'],
    ['an empty file', 'import', '', 'is empty'],
  ])('%s is refused, and nothing is changed', async (_what, word, content, sentence) => {
    const data = emptyFolder()
    await run(data, ['fixed', '0.31'])
    const answer = await run(data, [word, file('odd.txt', content)])
    expect(answer).toMatchObject({ exitCode: 1, text: '' })
    expect(answer.says).toContain(sentence)
    expect(JSON.parse((await run(data, [])).text)).toMatchObject({ kind: 'fixed', fixed: 0.31, weekly: null, dated: null })
  })
})

/** `MM/DD/YYYY HH:MM` of each hour from `from` on, by a wall clock `offsets` hours behind UTC. */
function american(from: number, hours: number, offset: (at: number) => number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const wall = (at: number): string => {
    const date = new Date(at - offset(at) * hourMs)
    return `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${date.getUTCFullYear()} ${two(date.getUTCHours())}:00`
  }
  return `Time,Price ($/MWh)\n${Array.from({ length: hours }, (_, index) => `${wall(from + index * hourMs)},${20 + index}\n`).join('')}`
}

describe('an American file, month first, on the days when the clock is set', () => {
  const forward = Date.UTC(2026, 2, 8, 7)
  const back = Date.UTC(2026, 10, 1, 6)
  test.each([
    ['23 hours', Date.UTC(2026, 2, 8, 5), 23, (at: number) => (at < forward ? 5 : 4), '2026-03-08 (23 hours)'],
    ['25 hours', Date.UTC(2026, 10, 1, 4), 25, (at: number) => (at < back ? 4 : 5), '2026-11-01 (25 hours)'],
  ])('a day of %s', async (_what, from, hours, offset, day) => {
    const { text } = await run(emptyFolder(), ['import', file('american.csv', american(from, hours, offset))], { zone: 'America/New_York' })
    expect(JSON.parse(text)).toMatchObject({ intervals: hours, from, to: from + hours * hourMs, stepMinutes: 60, zone: 'America/New_York', unusualDays: [day], inFile: { currency: 'USD', least: 0.02 } })
  })
})

describe('a file as Tibber has it', () => {
  const begin = Date.parse('2026-06-01T00:00:00.000+02:00')
  const rows = Array.from({ length: 24 }, (_, hour) => `2026-06-01T${String(hour).padStart(2, '0')}:00:00.000+02:00,${(0.3 + hour / 1000).toFixed(4)},${(0.1 + hour / 1000).toFixed(4)},0.2,EUR,NORMAL`)
  const path = file('tibber.csv', `startsAt,total,energy,tax,currency,level\n${rows.join('\n')}\n`)

  test('the whole price, taxes in, in its own currency', async () => {
    const imported = JSON.parse((await run(emptyFolder(), ['import', path], { unit: 'per-kwh' })).text) as TariffImport
    expect(imported).toMatchObject({ intervals: 24, from: begin, to: begin + 24 * hourMs, stepMinutes: 60, unusualDays: [], inFile: { currency: 'EUR' } })
    expect(imported.inFile.least).toBeCloseTo(0.3, 9)
    expect(imported.inFile.greatest).toBeCloseTo(0.323, 9)
  })
  test('without a unit it is asked for, by the name of the flag', async () => expect(await run(emptyFolder(), ['import', path])).toMatchObject({ exitCode: 1, text: '', says: expect.stringContaining('Say what they are with --unit: per-kwh, per-mwh or cent-per-kwh.') as string }))
})
