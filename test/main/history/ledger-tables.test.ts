/** The ledger's tables: entries once and for good, corrections folded in, filters, sums, batches, promises. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLedgerTables, type QuietSpan } from '../../../main/history/ledger-tables.ts'
import type { LedgerEntry, LedgerFilter } from '../../../shared/ledger.ts'
import { newFolder } from '../../helpers/files.ts'
import { anEntry, dayMs, noon, openTables } from '../ledger/support.ts'

const all = { limit: 100, offset: 0 }

function correction(id: string, of: LedgerEntry, amount: number, usd: number | null = amount): LedgerEntry {
  return { ...of, id, kind: 'correction', amount, kwh: null, fair: { ...of.fair, usd }, corrects: of.id, origin: 'hand' }
}

function ids(tables: ReturnType<typeof openTables>, filter: LedgerFilter): string[] {
  return tables.page(filter, all.limit, all.offset).rows.map((row) => row.id)
}

test('an entry is there after a restart, once, and as it was first written', () => {
  const file = join(newFolder(), 'history.sqlite')
  const first = openTables(file)
  expect(first.addEntries([anEntry('a'), anEntry('b'), anEntry('a', { amount: 99 })])).toEqual(['a', 'b'])
  expect(first.addEntries([anEntry('a', { amount: 99 }), anEntry('c')])).toEqual(['c'])
  const again = openTables(file)
  expect(again.entry('a')).toEqual(anEntry('a'))
  expect(again.entry('nothing')).toBeNull()
  expect(again.page({}, 10, 0).total).toBe(3)
})

test('a recorded machine and this one do not see each other', () => {
  const file = join(newFolder(), 'history.sqlite')
  const own = openTables(file)
  const rig = openTables(file, 'rig')
  own.addEntries([anEntry('a')])
  rig.addEntries([anEntry('a', { amount: 3 })])
  expect([own.entry('a')?.amount, rig.entry('a')?.amount]).toEqual([10, 3])
  expect(own.page({}, 10, 0).sums.incomeUsd).toBe(10)
})

test('all or none, and one that cannot be read is left out', () => {
  const file = join(newFolder(), 'history.sqlite')
  openTables(file)
  const database = new DatabaseSync(file)
  const complaints: string[] = []
  const tables = createLedgerTables(database, '', (sentence) => complaints.push(sentence))
  expect(() => tables.addEntries([anEntry('a'), { ...anEntry('b'), asset: undefined as never }])).toThrow()
  expect(tables.page({}, 10, 0).total).toBe(0)
  tables.addEntries([anEntry('a'), anEntry('b')])
  database.exec("UPDATE ledger SET document = '{\"cut' WHERE id = 'b'")
  expect(ids(tables, {})).toEqual(['a'])
  expect(complaints.length).toBeGreaterThan(0)
  database.close()
})

test('while another process writes for too long: it fails whole, and goes on afterwards', () => {
  const file = join(newFolder(), 'history.sqlite')
  openTables(file)
  const other = new DatabaseSync(file)
  const own = new DatabaseSync(file, { timeout: 20 })
  const tables = createLedgerTables(own, '', () => {})
  other.exec('BEGIN IMMEDIATE')
  expect(() => tables.addEntries([anEntry('a'), anEntry('b')])).toThrow(/locked|busy/)
  other.exec('ROLLBACK')
  expect(tables.page({}, 10, 0).total).toBe(0)
  expect(tables.addEntries([anEntry('a'), anEntry('b')])).toEqual(['a', 'b'])
  expect(createLedgerTables(other, '', () => {}).addEntries([anEntry('b'), anEntry('c')])).toEqual(['c'])
  other.close()
  own.close()
})

describe('filters', () => {
  const entries = [
    anEntry('a', { day: '2026-10-31', at: noon - 23 * dayMs, note: 'Überweisung 100 %' }),
    anEntry('b', { kind: 'electricity', gpuId: 'GPU-1', asset: 'EUR', amount: 2, kwh: 8, networkId: null, programmeId: null }),
    anEntry('c', { kind: 'fee', amount: 1, reference: 'epoch_12', at: noon + 1 }),
    anEntry('d', { networkId: 'other', programmeId: 'other/work', asset: 'TOK', fair: { usd: null, usdPerUnit: null, source: null, takenAt: null, why: 'unknown' }, at: noon + 2 }),
  ]
  test.each<[LedgerFilter, string[]]>([
    [{}, ['d', 'c', 'b', 'a']],
    [{ kinds: ['income', 'fee'] }, ['d', 'c', 'a']],
    [{ networkId: 'net' }, ['c', 'a']],
    [{ programmeId: 'other/work' }, ['d']],
    [{ gpuId: 'GPU-1' }, ['b']],
    [{ asset: 'EUR' }, ['b']],
    [{ from: '2026-11-01' }, ['d', 'c', 'b']],
    [{ to: '2026-10-31' }, ['a']],
    [{ from: '2026-11-23', to: '2026-11-23', kinds: ['fee'] }, ['c']],
    [{ text: 'über' }, ['a']],
    [{ text: '0 %' }, ['a']],
    [{ text: 'EPOCH_1' }, ['c']],
    [{ text: 'eur' }, ['b']],
    [{ kinds: [] }, []],
  ])('%j', (filter, found) => {
    const tables = openTables()
    tables.addEntries(entries)
    expect(ids(tables, filter)).toEqual(found)
    expect(tables.page(filter, 1, 0)).toMatchObject({ total: found.length, rows: found.slice(0, 1).map((id) => ({ id })) })
  })

  test('sums and months', () => {
    const tables = openTables()
    tables.addEntries(entries)
    expect(tables.page({}, 1, 2)).toMatchObject({
      rows: [{ id: 'b' }],
      sums: { incomeUsd: 10, electricityUsd: 2, feesUsd: 1, capitalInUsd: 0, capitalOutUsd: 0, netUsd: 7, kwh: 8, unvalued: 1 },
      months: [{ month: '2026-10', incomeUsd: 10, electricityUsd: 0, feesUsd: 0 }, { month: '2026-11', incomeUsd: 0, electricityUsd: 2, feesUsd: 1 }],
    })
  })
})

describe('corrections', () => {
  test('stand in the entry they correct, in rows, sums and any filter that finds it', () => {
    const tables = openTables()
    const [a, b] = [anEntry('a'), anEntry('b', { kind: 'fee', amount: 3, day: '2026-10-01' })]
    tables.addEntries([a, b, correction('x', a, -4), correction('y', a, 1), correction('z', b, -3)])
    expect(tables.row('a')).toMatchObject({ amount: 10, standingAmount: 7, standingUsd: 7, correctedBy: ['x', 'y'] })
    expect(tables.row('b')).toMatchObject({ standingAmount: 0, standingUsd: 0, correctedBy: ['z'] })
    expect(tables.page({}, 10, 0)).toMatchObject({ total: 5, sums: { incomeUsd: 7, feesUsd: 0 }, months: [{ month: '2026-10', feesUsd: 0 }, { month: '2026-11', incomeUsd: 7 }] })
    expect(tables.page({ kinds: ['income'] }, 10, 0)).toMatchObject({ total: 1, sums: { incomeUsd: 7, feesUsd: 0 } })
    expect(tables.page({ kinds: ['correction'] }, 10, 0)).toMatchObject({ total: 3, sums: { incomeUsd: 0, feesUsd: 0, unvalued: 0 } })
    expect(tables.entry('a')).toEqual(a)
  })

  test('a worth that came later', () => {
    const tables = openTables()
    const a = anEntry('a', { asset: 'TOK', fair: { usd: null, usdPerUnit: null, source: null, takenAt: null, why: 'unknown' } })
    tables.addEntries([a])
    expect(tables.unvalued(10).map((entry) => entry.id)).toEqual(['a'])
    expect(tables.row('a')?.standingUsd).toBeNull()
    tables.addEntries([correction('x', a, 0, 25)])
    expect(tables.unvalued(10)).toEqual([])
    expect(tables.row('a')?.standingUsd).toBe(25)
    expect(tables.page({}, 1, 0).sums).toMatchObject({ incomeUsd: 25, unvalued: 0 })
  })

  test('whatever is added and corrected: sums are the sums of what stands', () => {
    const kinds = ['income', 'fee', 'electricity', 'capital-in', 'capital-out'] as const
    const step = fc.record({ kind: fc.constantFrom(...kinds), cents: fc.integer({ min: 1, max: 1e7 }), month: fc.integer({ min: 1, max: 12 }), corrects: fc.option(fc.nat(20)), delta: fc.integer({ min: -1000, max: 1000 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const tables = openTables(':memory:')
        const entries: LedgerEntry[] = []
        steps.forEach((one, n) => {
          const target = one.corrects === null ? undefined : entries[one.corrects]
          const entry = target ? correction(`c${n}`, target, one.delta / 100) : anEntry(`e${n}`, { kind: one.kind, amount: one.cents / 100, day: `2026-${String(one.month).padStart(2, '0')}-03` })
          if (!target) entries.push(entry)
          tables.addEntries([entry])
        })
        const page = tables.page({}, 1000, 0)
        const standing = (kind: string): number => page.rows.filter((row) => row.kind === kind).reduce((sum, row) => sum + (row.standingUsd ?? 0), 0)
        expect(page.total).toBe(steps.length)
        expect(page.sums.incomeUsd).toBeCloseTo(standing('income'), 6)
        expect(page.sums.feesUsd).toBeCloseTo(standing('fee'), 6)
        expect(page.sums.capitalInUsd).toBeCloseTo(standing('capital-in'), 6)
        expect(page.sums.netUsd).toBeCloseTo(standing('income') - standing('electricity') - standing('fee'), 6)
        expect(page.months.reduce((sum, month) => sum + month.incomeUsd, 0)).toBeCloseTo(page.sums.incomeUsd, 6)
      }),
      { numRuns: 40 },
    )
  })
})

test('batches give every row once, oldest first, and so does each', () => {
  const tables = openTables()
  const entries = Array.from({ length: 47 }, (_, n) => anEntry(`e${n}`, { at: noon - ((n * 7) % 5) * dayMs, day: `2026-11-${String(23 - ((n * 7) % 5)).padStart(2, '0')}` }))
  tables.addEntries([...entries, anEntry('old', { day: '2025-12-31', at: noon - 400 * dayMs })])
  const seen: string[] = []
  let after: Parameters<typeof tables.batch>[1] = null
  do {
    const { rows, next } = tables.batch(2026, after, 5)
    seen.push(...rows.map((row) => row.id))
    after = next
  } while (after !== null)
  expect(seen).toHaveLength(47)
  expect(new Set(seen).size).toBe(47)
  expect(tables.days(null)[0]).toBe('2025-12-31')
  expect(tables.days(2026)).toEqual(['2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23'])
})

test('a time without pay is kept once and is no entry: in no list, sum, day, export or worth that is missing', () => {
  const tables = openTables()
  const span: QuietSpan = { id: 'quiet:net:a', at: noon, recordedAt: noon, day: '2026-11-22', covers: { from: noon - dayMs, to: noon }, networkId: 'net', programmeId: 'net/work', wallet: 'abcdef…wxyz' }
  tables.addQuiet([span, { ...span, id: 'quiet:net:b', programmeId: 'net/other' }])
  tables.addQuiet([{ ...span, recordedAt: noon + dayMs }])
  expect(tables.quiet('net/work', '2026-11-20', '2026-11-23')).toEqual([span])
  expect(tables.quiet(null, '2026-11-20', '2026-11-23')).toHaveLength(2)
  expect(tables.quiet(null, '2026-11-26', '2026-11-29')).toEqual([])
  expect(tables.page({}, 10, 0)).toMatchObject({ total: 0, rows: [], months: [], sums: { incomeUsd: 0, unvalued: 0 } })
  expect([tables.entry(span.id), tables.row(span.id), tables.days(null), tables.batch(null, null, 10).rows, tables.unvalued(10), tables.incomeOf(null, '2026-11-20', '2026-11-23')]).toEqual([null, null, [], [], [], []])
  // What was read up to there need not be read again.
  expect(tables.newestPaidAt('net', 'abcdef…wxyz')).toBe(noon)
})

test('income of a span, with what covers it and with corrections', () => {
  const tables = openTables()
  const week = anEntry('week', { day: '2026-11-30', at: noon + 7 * dayMs, covers: { from: Date.UTC(2026, 10, 16), to: Date.UTC(2026, 10, 23) } })
  tables.addEntries([week, correction('fix', week, -1), anEntry('day', { day: '2026-11-18', at: noon - 5 * dayMs }), anEntry('other', { programmeId: 'other/work', day: '2026-11-18' }), anEntry('fee', { kind: 'fee', day: '2026-11-18' }), anEntry('far', { day: '2026-09-01', at: noon - 80 * dayMs })])
  expect(tables.incomeOf('net/work', '2026-11-17', '2026-11-20').map((entry) => entry.id)).toEqual(['day', 'week', 'fix'])
  expect(tables.incomeOf(null, '2026-11-17', '2026-11-20').map((entry) => entry.id)).toContain('other')
})

test('a promise stays as it was first made', () => {
  const tables = openTables()
  const promise = { day: '2026-11-23', programmeId: 'net/work', promised: { low: 1, expected: 2, high: 3 }, net: { low: 0, expected: 1, high: 2 }, madeAt: noon }
  tables.savePromise(promise)
  tables.savePromise({ ...promise, promised: { low: 9, expected: 9, high: 9 } })
  tables.savePromise({ ...promise, programmeId: 'other/work' })
  expect(tables.promises('net/work', '2026-11-01', '2026-11-30')).toEqual([promise])
  expect(tables.promises(null, '2026-11-01', '2026-11-30')).toHaveLength(2)
  expect(tables.promises(null, '2026-11-24', '2026-11-30')).toEqual([])
})

test('what was paid last to an address, and what electricity is booked', () => {
  const tables = openTables()
  tables.addEntries([anEntry('a', { wallet: 'abc…z' }), anEntry('b', { wallet: 'abc…z', at: noon - dayMs }), anEntry('c', { wallet: 'other', at: noon + dayMs }), anEntry('electricity:GPU-1:2026-11-22', { kind: 'electricity', gpuId: 'GPU-1', day: '2026-11-22' })])
  expect(tables.newestPaidAt('net', 'abc…z')).toBe(noon)
  expect(tables.newestPaidAt('net', 'new')).toBeNull()
  expect(tables.booked('2026-11-01', '2026-11-30')).toEqual([{ day: '2026-11-22', gpuId: 'GPU-1', isMeasured: true }])
})
