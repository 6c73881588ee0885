/** `ledger` and `wallets`: what they enter, print, export and refuse, on a data folder of their own. */
import { chmodSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { ledger } from '../../../main/command-line/ledger.ts'
import { pageText, promisedText } from '../../../main/command-line/ledger-text.ts'
import { readDay, readWhen, type LedgerFlags } from '../../../main/command-line/ledger-words.ts'
import type { Call } from '../../../main/command-line/open-app.ts'
import { createStops, type Stops } from '../../../main/command-line/stops.ts'
import { wallets, walletsText } from '../../../main/command-line/wallets.ts'
import { WrongWords } from '../../../main/command-line/words.ts'
import { createLog } from '../../../main/system/log.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import type { LedgerEntry, LedgerPage, WalletStatus } from '../../../shared/ledger.ts'
import { anEntry, openTables } from '../ledger/support.ts'
import { emptyFolder } from './call.ts'

const silent = createLog('silent', () => {})
const phrase = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'
let stops: Stops = createStops(silent)
afterEach(async () => {
  await stops.run()
  stops = createStops(silent)
})

interface Said {
  exitCode: number
  out: string
  said: string
  document: unknown
}

async function call(data: string, run: (one: Call) => Promise<number>, json = false): Promise<Said> {
  const said: Said = { exitCode: -1, out: '', said: '', document: null }
  const terminal = {
    print: async (text: string) => void (said.out += `${text}\n`),
    write: async (text: string) => void (said.out += text),
    document: async (value: unknown) => void (said.document = value),
    say: (sentence: string) => void (said.said += `${sentence}\n`),
    isScreen: false,
  } as unknown as Call['terminal']
  said.exitCode = await run({ common: { json, machine: null, gpu: null, gpus: [], network: null, data }, terminal, stops, log: silent })
  return said
}

function ledgerCall(data: string, words: string[], flags: LedgerFlags = {}, json = false): Promise<Said> {
  return call(data, (one) => ledger(one, words, flags), json)
}

describe('a ledger by hand', () => {
  test('added, listed, corrected, exported', { timeout: 20_000 }, async () => {
    const data = join(emptyFolder(), 'not', 'there')
    expect((await ledgerCall(data, [])).said).toMatch(/^The ledger is empty/)
    expect((await call(data, (one) => wallets(one, []))).said).toBe('')
    const added = await ledgerCall(data, ['add', 'income'], { amount: '12.5', asset: 'usd', programme: 'AKASH/provider', at: '2026-11-20', from: '2026-11-09', to: '2026-11-15', note: 'a week' }, true)
    const entry = added.document as LedgerEntry
    expect(entry).toMatchObject({ kind: 'income', day: '2026-11-20', asset: 'USD', amount: 12.5, programmeId: 'akash/provider', networkId: 'akash', fair: { usd: 12.5 } })
    expect(entry.covers).toEqual({ from: new Date(2026, 10, 9).getTime(), to: new Date(2026, 10, 16).getTime() })
    await expect(ledgerCall(data, ['add', 'income'], { amount: '12.5', asset: 'USD', programme: 'akash/provider', at: '2026-11-20', note: 'a week' })).rejects.toThrow(entry.id)
    expect((await ledgerCall(data, ['correct', entry.id], { amount: '12', note: 'misread' })).exitCode).toBe(0)
    const listed = await ledgerCall(data, ['list'], { kind: 'income', programme: 'akash/provider' }, true)
    expect(listed.document).toMatchObject({ total: 1, rows: [{ amount: 12.5, standingAmount: 12 }], sums: { incomeUsd: 12, netUsd: 12 } })
    expect((await ledgerCall(data, [])).out).toContain('corrected (was 12.5)')
    const exported = await ledgerCall(data, ['export'], { year: '2026' })
    expect(exported.out.split('\r\n')).toHaveLength(4)
    expect((await ledgerCall(data, ['export'], { preset: 'koinly' })).out).toContain(',12,USD,,,12,USD,reward,')
    expect(JSON.parse((await ledgerCall(data, ['export'], {}, true)).out)).toMatchObject({ currency: 'USD', entries: [{ amount: 12.5 }, { amount: -0.5, corrects: entry.id }] })
    await expect(ledgerCall(data, ['export'], { out: data })).rejects.toThrow('is a folder. Name a file in it')
    const file = join(data, 'out.csv')
    await ledgerCall(data, ['export'], { out: file })
    expect(readFileSync(file, 'utf8')).toBe((await ledgerCall(data, ['export'])).out)
    writeFileSync(file, 'mine')
    await expect(ledgerCall(data, ['export'], { out: file })).rejects.toThrow(NotPossible)
    expect(readFileSync(file, 'utf8')).toBe('mine')
    await ledgerCall(data, ['export'], { out: file, force: true })
    expect(readFileSync(file, 'utf8')).toContain('date_time_utc')
  })

  test.each<[string, string[], LedgerFlags]>([
    ['an action that is none', ['lst'], {}],
    ['a kind that is none', ['add', 'incme'], { amount: '1', asset: 'USD' }],
    ['no kind', ['add'], {}],
    ['no amount', ['add', 'fee'], { asset: 'USD' }],
    ['an amount with a comma', ['add', 'fee'], { amount: '1,5', asset: 'USD' }],
    ['an amount below zero', ['add', 'fee'], { amount: '-1', asset: 'USD' }],
    ['an asset that is none', ['add', 'fee'], { amount: '1', asset: '€' }],
    ['a programme that is none', ['add', 'fee'], { amount: '1', asset: 'USD', programme: 'no/such' }],
    ['half a span', ['add', 'fee'], { amount: '1', asset: 'USD', from: '2026-11-01' }],
    ['a day that is none', ['list'], { from: '2026-02-31' }],
    ['a span turned round', ['list'], { from: '2026-11-02', to: '2026-11-01' }],
    ['a flag of another action', ['list'], { amount: '1' }],
    ['a correction without a reason', ['correct', 'x'], { amount: '1' }],
    ['a correction of nothing', ['correct', 'x'], { note: 'x' }],
    ['one word too many', ['export', 'x'], {}],
    ['a format that is none', ['export'], { format: 'xml' }],
    ['a currency that is none', ['export'], { currency: 'EURO' }],
    ['a currency that nobody knows', ['export'], { currency: 'FOO' }],
    ['a note that is a book', ['add', 'fee'], { amount: '1', asset: 'USD', note: 'x '.repeat(400) }],
    ['tax tools and JSON', ['export'], { preset: 'koinly', format: 'json' }],
    ['a key as reference', ['add', 'income'], { amount: '1', asset: 'USD', reference: 'ab'.repeat(32) }],
  ])('%s is a slip', async (_what, words, flags) => {
    const data = join(emptyFolder(), 'none')
    const error = await ledgerCall(data, words, flags).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(WrongWords)
    expect((error as Error).message).not.toMatch(/abababab|expected|Too big|Invalid/)
  })

  // Whoever may write anywhere meets no such folder.
  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('where nothing can be written, nothing is said to be', { timeout: 20_000 }, async () => {
    const data = emptyFolder()
    await ledgerCall(data, ['add', 'fee'], { amount: '1', asset: 'USD' })
    chmodSync(join(data, 'history.sqlite'), 0o400)
    chmodSync(data, 0o500)
    await expect(ledgerCall(data, ['add', 'fee'], { amount: '2', asset: 'USD' })).rejects.toThrow(/Nothing was entered/)
    chmodSync(data, 0o700)
    expect((await ledgerCall(data, ['list'], {}, true)).document).toMatchObject({ total: 1 })
  })

  test('a bare day stays that day wherever one is, and has its own hours', () => {
    expect(new Date(readWhen('--at', '2026-11-20')).getDate()).toBe(20)
    expect(readDay('--from', '2026-11-20')).toEqual({ day: '2026-11-20', from: new Date(2026, 10, 20).getTime(), to: new Date(2026, 10, 21).getTime() })
    expect(readWhen('--at', '2026-11-20T12:00Z')).toBe(Date.UTC(2026, 10, 20, 12))
  })
})

describe('wallets', () => {
  test('an address is set, shown and removed; one of another chain is refused', { timeout: 20_000 }, async () => {
    const data = emptyFolder()
    const address = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'
    expect(((await call(data, (one) => wallets(one, ['set', 'render', address]), true)).document as { wallets: WalletStatus[] }).wallets.find((one) => one.networkId === 'render')?.address).toBe(address)
    expect((await call(data, (one) => wallets(one, []))).out).toContain(address)
    await expect(call(data, (one) => wallets(one, ['set', 'render', 'rndrizKT3MK1iimdxRdWabcF7Zg7AR5T4nud4EkHBof']))).rejects.toThrow(/token itself/)
    await expect(call(data, (one) => wallets(one, ['set', 'render', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed']))).rejects.toThrow(/Ethereum-style/)
    expect((await call(data, (one) => wallets(one, ['remove', 'render']))).out).not.toContain(address)
  })

  test.each([[['set', 'render', phrase]], [['set', 'render', ...phrase.split(' ')]], [['set', 'render', 'f'.repeat(64)]]])('a secret is refused, repeated nowhere, kept nowhere', async (words) => {
    const data = emptyFolder()
    const error = await call(data, (one) => wallets(one, words)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(WrongWords)
    expect((error as Error).message).not.toMatch(/abandon|ffff/)
    expect(existsSync(data) ? readdirSync(data) : []).toEqual([])
  })

  test('what cannot be used is said, not shown', () => {
    const text = walletsText([{ networkId: 'net', title: 'Net', chain: 'solana', address: null, balances: [], takenAt: null, fault: 'The address that is kept cannot be used.', readsPayouts: false, remark: null }])
    expect(text).toContain('cannot be used')
  })
})

test('what a person reads: struck out, corrected, unknown worth, promised against paid; never too wide', () => {
  const tables = openTables(':memory:')
  const a = anEntry(`chain:net:TOK:${'a'.repeat(20)}`, { note: 'word '.repeat(40) })
  tables.addEntries([a, { ...a, id: 'x', kind: 'correction', amount: -10, fair: { ...a.fair, usd: -10 }, corrects: a.id }, anEntry('b', { asset: 'TOK', amount: 0.000012345678, fair: { ...a.fair, usd: null } }), anEntry('c', { kind: 'capital-in', amount: 200, note: '\u001b[2Jgone' })])
  const page: LedgerPage = tables.page({}, 3, 0)
  const text = pageText(page, new Map([['net/work', 'The net: Work']]))
  for (const said of ['0.0000123457 TOK', 'Capital moved in 200.00', '1 entry has no known worth', 'newest 3 of 4']) expect(text).toContain(said)
  expect(pageText(tables.page({ kinds: ['income'] }, 10, 0), new Map())).toContain('struck')
  expect(text).not.toContain('\u001b')
  const promised = promisedText({ days: [{ day: '2026-11-23', programmeId: 'net/work', promised: { low: 1, expected: null, high: 3 }, paidUsd: null, isInside: null }], bias: [{ programmeId: 'net/work', ratio: null, days: 0, inside: 0, sentence: 'No day.', isOffered: false, applied: null }] }, new Map([['net/work', 'The net: Work']]))
  for (const said of ['1.00 to 3.00', 'The net: Work: No day.']) expect(promised).toContain(said)
  for (const line of `${text}\n${promised}`.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
})
