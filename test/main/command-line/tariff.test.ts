/** `tariff` and the new words of `estimate`, called as the program calls them, with an app and a folder of their own. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { estimate, readFlags, type EstimateFlags } from '../../../main/command-line/estimate.ts'
import type { Call } from '../../../main/command-line/open-app.ts'
import { tariff, type TariffFlags } from '../../../main/command-line/tariff.ts'
import { WrongWords } from '../../../main/command-line/words.ts'
import { emptyFolder } from './call.ts'
import { calledHere } from './here.ts'

const common: Call['common'] = { json: false, machine: null, gpu: null, gpus: [], network: null, data: null }

async function called(run: (call: Call) => Promise<number>, data: string, json = true): Promise<{ exitCode: number | null; text: string; says: string }> {
  const { exitCode, stdout, stderr } = await calledHere((parts) => run({ common: { ...common, json, data }, ...parts }))
  return { exitCode, text: stdout, says: stderr }
}

describe('tariff', () => {
  const data = emptyFolder()
  const run = (words: string[], flags: TariffFlags = {}, json = true) => called((call) => tariff(call, words, flags), data, json)
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(data, name)
    writeFileSync(path, content)
    return path
  }

  test('nothing set, then a fixed price, a week, dated prices, and back', { timeout: 40_000 }, async () => {
    expect((await run([], {}, false)).text).toMatch(/No electricity price is set/)
    expect(JSON.parse((await run(['fixed', '0.31'])).text)).toMatchObject({ kind: 'fixed', fixed: 0.31, now: { perKwh: 0.31, how: 'fixed price' } })

    const week = file('week.txt', Array.from({ length: 24 }, (_, hour) => (hour < 6 ? '0,20' : '0,40')).join('\n'))
    const weekly = JSON.parse((await run(['weekly', week], { zone: 'Europe/Berlin' })).text) as { kind: string; zone: string; week: { perKwh: number }; next24h: { perKwh: number }[] }
    expect(weekly).toMatchObject({ kind: 'weekly', zone: 'Europe/Berlin' })
    expect(weekly.week.perKwh).toBeCloseTo(0.35, 9)
    expect(weekly.next24h.filter((hour) => hour.perKwh === 0.2)).toHaveLength(6)

    const from = Math.floor(Date.now() / 3_600_000) * 3_600_000
    const iso = (at: number): string => new Date(at).toISOString()
    const rows = Array.from({ length: 4 }, (_, quarter) => `${iso(from + quarter * 900_000)};${iso(from + (quarter + 1) * 900_000)};${100 + quarter}`)
    const prices = file('prices.csv', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`von;bis;USD/MWh\n${rows.join('\n')}\n`, 'utf16le')]))
    expect(JSON.parse((await run(['import', prices])).text)).toMatchObject({ intervals: 4, from, to: from + 3_600_000, stepMinutes: 15, least: 0.1, greatest: 0.103 })
    const shown = await run([], {}, false)
    expect(shown.text).toMatch(/dated price, to/)
    expect(shown.text).toMatch(/Dated prices are kept from .* \(4\)\./)
    for (const line of shown.text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)

    const cleared = JSON.parse((await run(['clear'])).text) as unknown
    expect(cleared).toMatchObject({ kind: 'weekly', dated: null })
  })

  test.each([
    ['a word nobody knows', ['paint'], {}, 2, 'no word of tariff "paint"'],
    ['no file', ['import'], {}, 2, 'needs a file'],
    ['a price in words', ['fixed', 'cheap'], {}, 2, 'needs a number'],
    ['a zone that is none', ['import', 'x.csv'], { zone: 'Europe/Nowhere' }, 2, 'no time zone'],
    ['a unit that is none', ['import', 'x.csv'], { unit: 'per-day' }, 2, 'no unit "per-day"'],
    ['a file that is not there', ['import', join(data, 'absent.csv')], {}, 1, 'cannot be read'],
    ['a folder', ['import', data], {}, 1, 'is no file'],
    ['a price that cannot be meant', ['fixed', '31'], {}, 1, 'no tariff charges'],
  ] as [string, string[], TariffFlags, number, string][])('%s is refused', { timeout: 20_000 }, async (_what, words, flags, exitCode, sentence) => {
    const answer = await run(words, flags)
    expect(answer).toMatchObject({ exitCode, text: '' })
    expect(answer.says.replace(/\s+/g, ' ')).toContain(sentence)
  })

  test('into a data folder that is not there yet: kept, and a price that is the same at any hour is one line', { timeout: 20_000 }, async () => {
    const fresh = join(data, 'fresh')
    const inFresh = (words: string[]) => called((call) => tariff(call, words, {}), fresh, false)
    expect(await inFresh([])).toMatchObject({ exitCode: 0, says: '' })
    const prices = file('one.csv', 'von;bis;USD/MWh\n2026-11-23T00:00Z;2026-11-23T01:00Z;100\n')
    expect(await inFresh(['import', prices])).toMatchObject({ exitCode: 0, says: '' })
    expect((await inFresh([])).text).toMatch(/Dated prices are kept from .* \(1\)\./)
    expect(await inFresh(['fixed', '0.31'])).toMatchObject({ says: '', text: expect.stringMatching(/^0\.31 USD a kilowatt-hour, at any hour \(fixed price\)\.\nDated prices are kept .* They are not in\s+use: .*\n$/s) as string })
  })

  test('a week that is none', async () => expect((await run(['weekly', file('short.txt', '0.1 0.2')])).says).toMatch(/holds 2 prices/))
})

describe('estimate', () => {
  const data = emptyFolder()
  const run = (flags: EstimateFlags, json = true) => called((call) => estimate(call, flags), data, json)

  test('a rig and what a question moves, with sensitivity in the document', { timeout: 20_000 }, async () => {
    const answer = await run({ card: ['RTX 4090=2', 'RTX 3080 10 GB'], whatIf: ['token-price=0.5,usd-per-kwh=2'] })
    const { estimates } = JSON.parse(answer.text) as { estimates: { gpuName: string; gpuCount: number; plain: string; sensitivity: { bars: unknown[] }; inputs: { id: string; note?: string }[] }[] }
    expect(new Set(estimates.map((one) => `${one.gpuCount} ${one.gpuName}`))).toEqual(new Set(['2 GeForce RTX 4090', '1 GeForce RTX 3080']))
    expect(estimates.every((one) => one.plain.endsWith('.') && Array.isArray(one.sensitivity.bars))).toBe(true)
    expect(estimates.flatMap((one) => one.inputs).find((input) => input.id === 'usd-per-kwh')?.note).toMatch(/^doubled for this question/)
  })
  test('the table says each ranked row in plain words', { timeout: 20_000 }, async () => {
    const { text } = await run({ gpuModel: 'RTX 4090', whatIf: ['utilisation=2'] }, false)
    expect(text.replace(/\s+/g, ' ')).toMatch(/What if: utilisation × 2\. .*Expected to (earn|lose) about/)
  })
  test.each([
    ['a name that fits several cards', { gpuModel: 'A100' }, '"A100" fits several cards: A100 SXM4 40 GB'],
    ['one of a rig that does', { gpuModel: 'RTX 4090', card: ['RTX 3080=2'] }, '"RTX 3080" fits several cards: GeForce RTX 3080, GeForce RTX 3080 12 GB'],
    ['a lever nobody knows', { gpuModel: 'RTX 4090', whatIf: ['luck=2'] }, 'no input to move "luck"'],
    ['a lever twice', { gpuModel: 'RTX 4090', whatIf: ['power=2', 'power=3'] }, 'names power twice'],
    ['a factor that is none', { gpuModel: 'RTX 4090', whatIf: ['power=-1'] }, 'between 0 and 100'],
    ['no cards', { card: ['RTX 4090=0'] }, 'between 1 and 64'],
  ] as [string, EstimateFlags, string][])('%s ends with exit code 2', async (_what, flags, sentence) => {
    const answer = await run(flags)
    expect(answer).toMatchObject({ exitCode: 2, text: '' })
    expect(answer.says.replace(/\s+/g, ' ')).toContain(sentence)
  })
  test('a card of this machine and one elsewhere do not go together', () => {
    expect(() => readFlags({ card: ['RTX 4090'] }, { ...common, gpu: 'GPU-1' })).toThrow(WrongWords)
    expect(() => readFlags({ count: '2', card: ['RTX 4090'] }, common)).toThrow(/--count belongs to --gpu-model/)
  })
})
