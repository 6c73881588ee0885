/** The ledger by hand: worth, refusals, corrections, addresses. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NearRate } from '../../../main/ledger/near-rate.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import type { LedgerAdd } from '../../../shared/ledger.ts'
import { anAdd, dayMs, noon, openLedger, openTables, solanaAddress } from './support.ts'

const list = { filter: {}, limit: 100, offset: 0 }

describe('by hand', () => {
  test('in dollars, in a token, in a currency, with a worth of its own, and without any', async () => {
    const { ledger, states } = openLedger()
    expect(await ledger.add(anAdd())).toMatchObject({ id: 'hand:0001', day: '2026-11-23', origin: 'hand', fair: { usd: 10, usdPerUnit: 1 } })
    expect(await ledger.add(anAdd({ asset: 'TOK', amount: 3, programmeId: 'net/work' }))).toMatchObject({ networkId: 'net', fair: { usd: 6, usdPerUnit: 2, source: { url: 'https://prices.example/history' }, takenAt: noon, why: null } })
    expect(await ledger.add(anAdd({ asset: 'EUR', amount: 4 }))).toMatchObject({ fair: { usd: 5 } })
    expect(await ledger.add(anAdd({ asset: 'TOK', amount: 4, fairUsd: 100 }))).toMatchObject({ fair: { usd: 100, usdPerUnit: 25, source: null } })
    const unknown = await ledger.add(anAdd({ asset: 'NEW', amount: 4 }))
    expect(unknown.fair).toMatchObject({ usd: null, why: expect.stringContaining('NEW') })
    expect(ledger.list(list)).toMatchObject({ total: 5, sums: { incomeUsd: 121, unvalued: 1 } })
    expect(states.at(-1)?.changes).toBe(5)
  })

  test.each<[string, Partial<LedgerAdd>]>([
    ['two years ahead', { at: noon + 730 * dayMs }],
    ['before there was anything', { at: 1000 }],
    ['nothing', { amount: 0 }],
    ['of a programme that is not there', { programmeId: 'no/such' }],
    ['for a time that ends before it begins', { covers: { from: noon, to: noon - 1 } }],
    ['for two years', { covers: { from: noon - 730 * dayMs, to: noon } }],
    ['for the future', { covers: { from: noon, to: noon + 9 * dayMs } }],
    ['energy of a fee', { kind: 'fee', kwh: 3 }],
    ['a seed phrase in the note', { note: 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about' }],
    ['dollars that are worth something else', { fairUsd: 5 }],
    ['more than a million for one', { asset: 'TOK', amount: 1, fairUsd: 1e6 + 1 }],
    ['a billion and more, as was said', { asset: 'TOK', amount: 1e9, fairUsd: 1.1e9 }],
    ['a billion and more, in dollars', { amount: 1e12 }],
    ['a billion and more, at its price', { asset: 'TOK', amount: 1e9 }],
    ['a key in the reference', { reference: 'ab'.repeat(32) }],
  ])('%s is refused with a sentence, and nothing is kept', async (_what, more) => {
    const { ledger } = openLedger()
    const error = await ledger.add(anAdd(more)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(NotPossible)
    expect((error as Error).message).toMatch(/^[A-Z].*\.\)?$/)
    expect((error as Error).message).not.toMatch(/abandon|abab/)
    expect(ledger.list(list).total).toBe(0)
  })

  test('the very same again is refused and named; a note of its own makes it another', async () => {
    const { ledger } = openLedger()
    const first = await ledger.add(anAdd())
    await expect(ledger.add(anAdd())).rejects.toThrow(first.id)
    await ledger.add(anAdd({ note: 'a second one' }))
    await ledger.add(anAdd({ kind: 'fee' }))
    expect(ledger.list(list).total).toBe(3)
    ledger.correct({ id: first.id, amount: 0, note: 'never came' })
    await ledger.add(anAdd())
  })

  test('without a moment it is of the end of the time it pays for, never ahead; typed later the same is the same', async () => {
    const { ledger, clock } = openLedger()
    const week = { from: Date.UTC(2025, 11, 25), to: Date.UTC(2026, 0, 1) }
    const first = await ledger.add(anAdd({ at: null, asset: 'TOK', covers: week, note: 'a week' }))
    expect(first).toMatchObject({ at: week.to - 1, day: '2025-12-31' })
    expect(await ledger.add(anAdd({ at: null, covers: { from: noon - dayMs, to: noon + dayMs } }))).toMatchObject({ at: noon })
    expect(await ledger.add(anAdd({ at: null, kind: 'fee' }))).toMatchObject({ at: noon, day: '2026-11-23' })
    await clock.advance(60_000)
    await expect(ledger.add(anAdd({ at: null, asset: 'TOK', covers: week, note: 'a week' }))).rejects.toThrow(first.id)
    await expect(ledger.add(anAdd({ at: null, kind: 'fee' }))).rejects.toThrow('there already')
    await ledger.add(anAdd({ at: week.to - 1, asset: 'TOK', covers: { ...week, from: week.from + dayMs }, note: 'a week' }))
    await ledger.add(anAdd({ at: noon - dayMs, kind: 'fee' }))
    expect(ledger.list(list).total).toBe(5)
  })

  test("what is no token of the programme's network is entered and said; a fee may be in any, and money is money", async () => {
    const { ledger, tables } = openLedger()
    const odd = await ledger.add(anAdd({ asset: 'ODD', programmeId: 'net/work' }))
    expect(odd.remark).toContain('ODD is no token of The net, which has TOK')
    expect(tables.entry(odd.id)).not.toHaveProperty('remark')
    for (const fine of [anAdd({ asset: 'TOK', programmeId: 'net/work' }), anAdd({ asset: 'EUR', programmeId: 'net/work' }), anAdd({ kind: 'fee', asset: 'ODD', programmeId: 'net/work' }), anAdd({ asset: 'ODD' })]) expect(await ledger.add(fine)).not.toHaveProperty('remark')
  })

  test('a currency that nobody can be asked about is worth what is known nearest, and that is said', async () => {
    const source = { url: 'https://rates.example/old', date: '2026-10-02' }
    const nearRate = (code: string): NearRate | null => (code === 'EUR' ? { usdPerUnit: 1.12, source, takenAt: Date.UTC(2026, 9, 2, 14) } : null)
    const { ledger } = openLedger({ priceAt: async () => null, nearRate })
    expect((await ledger.add(anAdd({ asset: 'EUR', amount: 3 }))).fair).toMatchObject({ usd: 3 * 1.12, source, takenAt: Date.UTC(2026, 9, 2, 14), why: expect.stringContaining('that of 2026-10-02 stands for it') })
    expect((await ledger.add(anAdd({ asset: 'TOK', amount: 3 }))).fair.usd).toBeNull()
  })

  test('two at the same moment: one is written', async () => {
    const { ledger } = openLedger()
    const both = await Promise.allSettled([ledger.add(anAdd({ asset: 'TOK' })), ledger.add(anAdd({ asset: 'TOK' }))])
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(ledger.list(list).total).toBe(1)
  })
})

describe('corrections', () => {
  test('each one leads to what it says, the entry itself stays, worth goes along', async () => {
    const { ledger, tables } = openLedger()
    const entry = await ledger.add(anAdd({ asset: 'TOK', amount: 0.3 }))
    ledger.correct({ id: entry.id, amount: 0.1, note: 'misread' })
    expect(tables.row(entry.id)).toMatchObject({ amount: 0.3, standingAmount: 0.1, standingUsd: 0.2 })
    ledger.correct({ id: entry.id, fairUsd: 0.5, note: 'sold for that' })
    expect(tables.row(entry.id)).toMatchObject({ standingAmount: 0.1, standingUsd: 0.5 })
    ledger.correct({ id: entry.id, amount: 0, note: 'never came' })
    expect(tables.row(entry.id)).toMatchObject({ standingAmount: 0, standingUsd: 0 })
    ledger.correct({ id: entry.id, amount: 0.7, note: 'it did' })
    expect(tables.row(entry.id)).toMatchObject({ standingAmount: 0.7, standingUsd: 1.4 })
    expect(tables.entry(entry.id)).toEqual(entry)
    expect(ledger.list(list)).toMatchObject({ total: 5, sums: { incomeUsd: 1.4 } })
  })

  test('whatever is added and corrected: each stands as was said last, and the sums are theirs', async () => {
    const step = fc.record({ kind: fc.constantFrom('income' as const, 'fee' as const), cents: fc.integer({ min: 1, max: 1_000_000 }), of: fc.option(fc.nat(8)), target: fc.integer({ min: 0, max: 1_000_000 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const { ledger } = openLedger({ tables: openTables(':memory:') })
        const stands = new Map<string, { kind: string; amount: number }>()
        for (const [n, one] of steps.entries()) {
          const id = one.of === null ? undefined : [...stands.keys()][one.of]
          const before = id === undefined ? undefined : stands.get(id)
          if (id === undefined || before === undefined) {
            const entry = await ledger.add(anAdd({ kind: one.kind, asset: 'TOK', amount: one.cents / 100, note: `${n}` }))
            stands.set(entry.id, { kind: one.kind, amount: entry.amount })
          } else if (before.amount !== one.target / 100) {
            ledger.correct({ id, amount: one.target / 100, note: 'x' })
            stands.set(id, { ...before, amount: one.target / 100 })
          }
        }
        const { rows, sums } = ledger.list({ filter: { kinds: ['income', 'fee'] }, limit: 100, offset: 0 })
        expect(new Map(rows.map((row) => [row.id, { kind: row.kind, amount: row.standingAmount }]))).toEqual(new Map([...stands].reverse()))
        const total = (kind: string): number => [...stands.values()].filter((one) => one.kind === kind).reduce((sum, one) => sum + one.amount * 2, 0)
        expect(sums.incomeUsd).toBeCloseTo(total('income'), 6)
        expect(sums.feesUsd).toBeCloseTo(total('fee'), 6)
      }),
      { numRuns: 30 },
    )
  })

  test('of nothing, of a correction, of what stands like that, of no one, without a reason', async () => {
    const { ledger } = openLedger()
    const entry = await ledger.add(anAdd())
    const fix = ledger.correct({ id: entry.id, amount: 1, note: 'x' })
    for (const bad of [{ id: entry.id, note: 'x' }, { id: fix.id, amount: 3, note: 'x' }, { id: entry.id, amount: 1, note: 'x' }, { id: 'nobody', amount: 1, note: 'x' }]) expect(() => ledger.correct(bad)).toThrow(NotPossible)
  })

  test('beyond what can be meant', async () => {
    const { ledger } = openLedger()
    const [dollars, tokens] = [await ledger.add(anAdd()), await ledger.add(anAdd({ asset: 'TOK' }))]
    for (const bad of [{ id: dollars.id, fairUsd: 5 }, { id: dollars.id, amount: 1e10 }, { id: tokens.id, fairUsd: 1e8 }, { id: tokens.id, amount: 1e9 }]) expect(() => ledger.correct({ ...bad, note: 'x' })).toThrow(NotPossible)
    expect(ledger.list(list).total).toBe(2)
  })

  test('struck out, electricity takes its energy along', async () => {
    const { ledger } = openLedger()
    const entry = await ledger.add(anAdd({ kind: 'electricity', amount: 3, kwh: 12 }))
    expect(ledger.list(list).sums.kwh).toBe(12)
    ledger.correct({ id: entry.id, amount: 0, note: 'x' })
    expect(ledger.list(list).sums).toMatchObject({ kwh: 0, electricityUsd: 0 })
    ledger.correct({ id: entry.id, amount: 2, note: 'x' })
    expect(ledger.list(list).sums).toMatchObject({ kwh: 12, electricityUsd: 2 })
  })
})

describe('addresses', () => {
  test('are checked, kept, shown, removed', () => {
    const { ledger, settings } = openLedger()
    expect(ledger.wallets()).toMatchObject([{ title: 'address that payouts go to', address: null, readsPayouts: true, fault: null }])
    expect(ledger.setWallet('net', ` ${solanaAddress} `)).toMatchObject([{ address: solanaAddress, remark: expect.stringContaining('check sum') }])
    expect(settings.wallets).toEqual({ net: solanaAddress })
    for (const bad of ['0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', 'f'.repeat(64), solanaAddress.slice(5), '']) {
      expect(() => ledger.setWallet('net', bad)).toThrow(NotPossible)
      expect(settings.wallets).toEqual({ net: solanaAddress })
    }
    expect(() => ledger.setWallet('nobody', solanaAddress)).toThrow(NotPossible)
    expect(ledger.setWallet('net', null)).toMatchObject([{ address: null }])
    expect(settings.wallets).toEqual({})
  })
})
