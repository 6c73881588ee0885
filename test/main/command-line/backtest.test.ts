/** `backtest`: a table for people, a document for programs, and a sentence for files and words that do not fit. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { backtest, type BacktestFlags } from '../../../main/command-line/backtest.ts'
import type { Call } from '../../../main/command-line/open-app.ts'
import { WrongWords } from '../../../main/command-line/words.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import type { Backtest } from '../../../shared/backtest.ts'
import { drawFrom, record, wander } from '../networks/render/weeks.ts'
import { emptyFolder } from './call.ts'

const folder = emptyFolder()
const file = (name: string, value: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
  return path
}
const recorded = record(wander(18, drawFrom(3), { persistence: 0.6, spread: 0.4 }))
const files = { epochs: file('epochs.json', recorded.epochs), paid: file('paid.json', recorded.paid) }

async function ask(flags: BacktestFlags, { json = false, network = 'render' as string | null } = {}): Promise<{ exitCode: number; text: string; document: Backtest | null }> {
  let text = ''
  let document: Backtest | null = null
  const call = {
    common: { json, network, machine: null, gpu: null, gpus: [], data: folder },
    terminal: {
      print: async (line: string) => { text += line },
      document: async (value: unknown) => { document = value as Backtest },
    },
  } as unknown as Call
  return { exitCode: await backtest(call, flags), text, document }
}

describe('an answer', () => {
  test('for a program', async () => {
    const { exitCode, document } = await ask(files, { json: true })
    expect(exitCode).toBe(0)
    expect(Object.keys(document ?? {})).toEqual(expect.arrayContaining(['network', 'weeks', 'coverage', 'winkler', 'baselines']))
    expect(document?.weeks).toHaveLength(12)
    expect(document?.weeks[0]?.epochId).toBe(106)
    expect(document?.baselines.map((each) => each.name)).toHaveLength(2)
    expect(document?.coverage).toBe((document?.weeks.filter((week) => week.inside).length ?? NaN) / 12)
  })

  test('for a person: every week, both simple rules, at most 100 columns', async () => {
    const { exitCode, text } = await ask({ ...files, from: '112' }, { network: 'Render' })
    expect(exitCode).toBe(0)
    for (const part of ['112', '117', 'Idlewatt', 'percentile', 'last week', 'less is better', 'inside']) expect(text).toContain(part)
    expect(text).not.toMatch(/^ *111 /m)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })
})

describe('words that do not fit', () => {
  test.each([
    ['no network', files, null, /needs --network.*render/],
    ['a network that is none', files, 'rendr', /knows no network "rendr"/],
    ['a network whose pay cannot be tried', files, 'akash', /"akash" cannot be held/],
    ['no epochs', { paid: files.paid }, 'render', /needs --epochs FILE/],
    ['no paid amounts', { epochs: files.epochs }, 'render', /needs --paid FILE/],
    ['a flag in place of a file', { ...files, paid: '--json' }, 'render', /--paid needs a value/],
    ['an epoch that is no number', { ...files, from: 'spring' }, 'render', /--from needs a number/],
    ['half an epoch', { ...files, from: '106.5' }, 'render', /--from needs a whole number/],
  ])('%s', async (_what, flags, network, sentence) => {
    const asked = ask(flags, { network })
    await expect(asked).rejects.toThrow(WrongWords)
    await expect(asked).rejects.toThrow(sentence)
  })
})

describe('files that do not fit', () => {
  test.each([
    ['not there', { ...files, epochs: join(folder, 'nowhere.json') }, /reward epochs.*does not exist/],
    ['a folder', { ...files, paid: folder }, /paid amounts.*is not a file/],
    ['not JSON', { ...files, paid: file('cut.json', '{"paid": {') }, /paid amounts.*is not JSON/],
    ['the two of them exchanged', { epochs: files.paid, paid: files.epochs }, /data/],
    ['an epoch that is not in them', { ...files, from: '500' }, /500, is not among/],
  ])('%s', async (_what, flags, sentence) => {
    const asked = ask(flags)
    await expect(asked).rejects.toThrow(NotPossible)
    await expect(asked).rejects.toThrow(sentence)
  })
})
