/** Answers, requests, prices and figures come back from a real file as they were given. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createMarketTables } from '../../../main/history/market-tables.ts'
import { bringUpToDate } from '../../../main/history/schema.ts'
import type { RequestRecord } from '../../../shared/market-data.ts'
import { newFolder } from '../../helpers/files.ts'

function openTables(file = join(newFolder(), 'history.sqlite')) {
  const database = new DatabaseSync(file)
  bringUpToDate(database)
  onTestFinished(() => void (database.isOpen && database.close()))
  const complaints: string[] = []
  return { database, file, complaints, tables: createMarketTables(database, (sentence) => complaints.push(sentence)) }
}

const record = (more: Partial<RequestRecord> = {}): Omit<RequestRecord, 'no'> => ({
  at: 1000, sourceId: 'made-up/market', what: 'prices', method: 'GET', rpcMethod: null, host: 'example.com', path: '/a', status: 200, outcome: 'taken', sentence: 'took 1 kB', bytes: 1000, tookMs: 5, attempt: 1, ...more,
})

test('an answer replaces the one before, and outlives the file being closed', () => {
  const { database, file, tables } = openTables()
  tables.saveAnswer('b/market', 1, '{"a":1}')
  tables.saveAnswer('a/market', 2, '"text"')
  tables.saveAnswer('b/market', 3, '{"a":2}')
  database.close()
  expect(openTables(file).tables.answers()).toEqual([{ source: 'a/market', fetchedAt: 2, document: '"text"' }, { source: 'b/market', fetchedAt: 3, document: '{"a":2}' }])
})

test('the newest 2,000 requests are kept, newest first, also where the clock was put back', () => {
  const { database, tables, complaints } = openTables()
  database.exec('BEGIN')
  for (let i = 1; i <= 2150; i++) tables.addRequest(record({ at: 10_000 - i, sourceId: i % 2 === 0 ? 'even' : null, path: `/${i}` }))
  database.exec('COMMIT')
  expect(tables.requests({ limit: 2 }).map((one) => one.path)).toEqual(['/2150', '/2149'])
  expect(tables.requests({ limit: 1e9 })).toHaveLength(2000)
  expect(tables.requests({ sourceId: 'even', limit: 3 }).map((one) => one.path)).toEqual(['/2150', '/2148', '/2146'])
  expect(Number(database.prepare('SELECT count(*) AS n FROM requests').get()?.['n'])).toBeLessThan(2100)
  database.prepare('INSERT INTO requests (at, source, document) VALUES (1, NULL, ?)').run('{"half":')
  expect(tables.requests({ limit: 2 })).toHaveLength(1)
  expect(complaints).toHaveLength(1)
})

test('the nearest price on either side is found, and none beyond the distance', () => {
  const { tables } = openTables()
  tables.savePrice('ABC', 1000, 1, '{}')
  tables.savePrice('ABC', 2000, 2, '{}')
  tables.savePrice('ABC', 2000, 2.5, '{"again":true}')
  tables.savePrice('DEF', 1500, 9, '{}')
  expect(tables.priceNear('ABC', 1400, 1000)?.usd).toBe(1)
  expect(tables.priceNear('ABC', 1600, 1000)).toEqual({ at: 2000, usd: 2.5, document: '{"again":true}' })
  expect(tables.priceNear('ABC', 4000, 1000)).toBeNull()
  expect(tables.priceNear('XYZ', 1000, 1e12)).toBeNull()
})

test('a figure has one value a day, the last of that day; what is no number is left out', () => {
  const { tables } = openTables()
  tables.saveFigures('net', '2026-11-22', 1, { utilisation: 0.5, broken: Number.NaN })
  tables.saveFigures('net', '2026-11-23', 2, { utilisation: 0.6, leases: 7 })
  tables.saveFigures('net', '2026-11-23', 3, { utilisation: 0.7 })
  tables.saveFigures('other', '2026-11-23', 3, { utilisation: 0.1 })
  expect(tables.figures('net')).toEqual({ utilisation: [{ at: 1, value: 0.5 }, { at: 3, value: 0.7 }], leases: [{ at: 2, value: 7 }] })
  expect(tables.figures('nobody')).toEqual({})
})

test('of years of figures the last 400 days are given, or those since a day; a day far ahead hides none', () => {
  const { tables } = openTables()
  const day = (n: number): string => new Date(Date.UTC(2023, 0, n)).toISOString().slice(0, 10)
  for (let n = 1; n <= 900; n += 1) tables.saveFigures('net', day(n), n, { leases: n })
  expect(tables.figures('net')['leases']?.map(({ at }) => at)).toEqual(Array.from({ length: 401 }, (_, index) => 500 + index))
  expect(tables.figures('net', day(899))).toEqual({ leases: [{ at: 899, value: 899 }, { at: 900, value: 900 }] })
  expect(tables.figures('net', '2000-01-01')['leases']).toHaveLength(900)
  tables.saveFigures('ahead', new Date(Date.now()).toISOString().slice(0, 10), 1, { leases: 1 })
  tables.saveFigures('ahead', '2999-01-01', 2, { leases: 2 })
  expect(tables.figures('ahead')['leases']).toHaveLength(2)
})

test('one answer, and when each was fetched', () => {
  const { tables } = openTables()
  tables.saveAnswer('b/market', 3, '{"a":2}')
  expect(tables.answerTimes()).toEqual([{ source: 'b/market', fetchedAt: 3 }])
  expect([tables.answer('b/market'), tables.answer('c/market')]).toEqual([{ source: 'b/market', fetchedAt: 3, document: '{"a":2}' }, null])
})
