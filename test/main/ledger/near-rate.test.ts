/** The rate near a day: the nearer of what was kept and what is in use, and none that is too old. */
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { createMarketTables, type MarketTables } from '../../../main/history/market-tables.ts'
import { bringUpToDate } from '../../../main/history/schema.ts'
import { createNearRate } from '../../../main/ledger/near-rate.ts'
import { pastRatesUrl } from '../../../main/market-data/currencies.ts'
import { dayMs, noon } from './support.ts'

function openMarket(): MarketTables {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  bringUpToDate(database)
  return createMarketTables(database, () => {})
}

const bundled = { usdPerUnit: 1.12, source: { url: 'https://rates.example/2026-10-02', date: '2026-10-02' }, takenAt: Date.UTC(2026, 9, 2, 14) }

test('the nearer of what was kept and what is in use', () => {
  const tables = openMarket()
  const near = createNearRate({ tables, urlOf: pastRatesUrl, inUse: (code) => (code === 'EUR' ? bundled : null) })
  expect(near('EUR', noon)).toEqual(bundled)
  tables.savePrice('EUR', Date.UTC(2026, 10, 10, 15), 1.2, '{}')
  expect(near('EUR', noon)).toMatchObject({ usdPerUnit: 1.2, source: { date: '2026-11-10', url: expect.stringContaining('2026-11-10') } })
  expect(near('EUR', Date.UTC(2026, 9, 5))).toEqual(bundled)
})

test('none of what is too far off, has no date, is no currency or is not known', () => {
  const near = createNearRate({ tables: openMarket(), urlOf: pastRatesUrl, inUse: (code) => (code === 'EUR' ? bundled : code === 'GBP' ? { ...bundled, takenAt: null } : null) })
  expect(near('EUR', bundled.takenAt + 119 * dayMs)).toEqual(bundled)
  for (const [code, at] of [['EUR', bundled.takenAt + 121 * dayMs], ['EUR', bundled.takenAt - 121 * dayMs], ['GBP', noon], ['JPY', noon], ['AKT', noon]] as const) expect(near(code, at)).toBeNull()
})
