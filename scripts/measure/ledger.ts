/** `ledger.*`: a hundred thousand entries in the history's file: opened, filtered and exported as a page and a tax year would. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createLedgerTables } from '../../main/history/ledger-tables.ts'
import { bringUpToDate } from '../../main/history/schema.ts'
import { createLedger } from '../../main/ledger/index.ts'
import type { LedgerEntry, LedgerFilter, LedgerKind } from '../../shared/ledger.ts'
import { defaultSettings } from '../../shared/settings.ts'
import { median, type Budgets, type Row } from './row.ts'

const entries = 100_000
const dayMs = 86_400_000
const end = Date.UTC(2026, 10, 23)
/** A page must be there before one notices waiting (200 ms), answer each change of a filter like a key press (100 ms); an export is asked for once a year and may show that it works. */
const budgetMs = { 'ledger.open': 200, 'ledger.filter': 100, 'ledger.export': 3_000 }
const rounds = 7

const filters: [string, LedgerFilter][] = [
  ['kind', { kinds: ['fee'] }],
  ['two kinds', { kinds: ['income', 'fee'] }],
  ['programme', { programmeId: 'net-2/work' }],
  ['network', { networkId: 'net-1' }],
  ['card', { gpuId: 'GPU-2' }],
  ['asset', { asset: 'TOK1' }],
  ['a year', { from: '2025-01-01', to: '2025-12-31' }],
  ['a month', { from: '2026-10-01', to: '2026-10-31' }],
  ['text in few', { text: 'invoice 4700' }],
  ['text in all', { text: 'tok' }],
  ['text in none', { text: 'not there' }],
]

export const budgets: Budgets = {
  ids: Object.keys(budgetMs),
  async measure(only) {
    const wants = (id: string): boolean => only === null || only === id
    const folder = mkdtempSync(join(tmpdir(), 'idlewatt-measure-'))
    const file = join(folder, 'history.sqlite')
    try {
      write(file)
      const megabytes = statSync(file).size / 1e6
      const rows = wants('ledger.open') ? [measureOpening(file, megabytes)] : []
      const database = open(file)
      try {
        if (wants('ledger.filter')) rows.push(measureFilters(database))
        if (wants('ledger.export')) rows.push(await measureExport(database))
        return rows
      } finally {
        database.close()
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
  return database
}

/** Four networks, eight cards, three years; one in a hundred was corrected. */
function write(file: string): void {
  const database = open(file)
  bringUpToDate(database)
  const tables = createLedgerTables(database, '', () => {})
  const all: LedgerEntry[] = []
  for (let n = 0; all.length < entries; n++) {
    const at = end - ((n * 3 * 365) / entries) * dayMs
    const kind: LedgerKind = n % 3 === 0 ? 'electricity' : n % 20 === 1 ? 'fee' : 'income'
    const network = n % 4
    const asset = kind === 'electricity' ? 'EUR' : `TOK${network}`
    const amount = 1 + (n % 97) / 10
    const entry: LedgerEntry = {
      id: `e:${n}`, kind, at: Math.round(at), recordedAt: end, day: new Date(at).toISOString().slice(0, 10), covers: n % 7 === 0 ? { from: Math.round(at - 7 * dayMs), to: Math.round(at) } : null,
      networkId: kind === 'electricity' ? null : `net-${network}`, programmeId: kind === 'electricity' ? null : `net-${network}/work`, gpuId: n % 2 === 0 ? `GPU-${n % 8}` : null, asset, amount,
      fair: { usd: amount * 1.7, usdPerUnit: 1.7, source: { url: 'https://prices.example/history/coin', date: null }, takenAt: Math.round(at), why: null }, kwh: kind === 'electricity' ? amount * 3 : null,
      origin: kind === 'electricity' ? 'measured' : 'chain', reference: `5KtP${n.toString(36)}nqWxM8GJ2vL4cR6hT9yB1aE3dF7sK5pN0uV2wX4zC6mQ8jH1gD3fS5`, note: n % 50 === 0 ? `invoice ${n}` : null, corrects: null,
    }
    all.push(entry)
    if (n % 100 === 99) all.push({ ...entry, id: `c:${n}`, kind: 'correction', amount: -0.5, fair: { ...entry.fair, usd: -0.85 }, kwh: null, corrects: entry.id, origin: 'hand', note: 'misread' })
  }
  tables.addEntries(all)
  database.close()
}

/** As a page does it first: the file is opened, and its newest hundred and all sums are read. */
function measureOpening(file: string, megabytes: number): Row {
  const took = Array.from({ length: rounds }, () => {
    const began = performance.now()
    const database = open(file)
    createLedgerTables(database, '', () => {}).page({}, 100, 0)
    const ms = performance.now() - began
    database.close()
    return ms
  })
  return row('ledger.open', median(took), `${entries} entries: the file opened, the newest 100 with corrections, sums and months; ${took.map((ms) => ms.toFixed(0)).join(', ')}; the file has ${megabytes.toFixed(0)} MB`)
}

function measureFilters(database: DatabaseSync): Row {
  const tables = createLedgerTables(database, '', () => {})
  function time(filter: LedgerFilter, offset: number): { ms: number; total: number } {
    let total = 0
    const took = Array.from({ length: rounds }, () => {
      const began = performance.now()
      total = tables.page(filter, 100, offset).total
      return performance.now() - began
    })
    return { ms: median(took), total }
  }
  const asked = [...filters.map(([name, filter]) => ({ name, ...time(filter, 0) })), { name: 'the last page of all', ...time({}, entries - 100) }]
  const value = Math.max(...asked.map(({ ms }) => ms))
  return row('ledger.filter', value, `slowest of: ${asked.map(({ name, ms, total }) => `${name} (${total}) ${ms.toFixed(0)}`).join(', ')} ms; 100 rows, sums and months each`)
}

async function measureExport(database: DatabaseSync): Promise<Row> {
  const ledger = createLedger({
    tables: createLedgerTables(database, '', () => {}), networks: [], settings: () => ({ ...defaultSettings, currency: 'EUR' }), clock: { now: () => end, after: () => () => {} }, log: { debug() {}, info() {}, warn() {}, error() {} },
    estimates: () => [], energy: () => [], electricityAt: () => null, requestFor: () => async () => null, onState() {}, saveWallets() {},
    priceAt: async () => ({ usd: 1.1, origin: 'live', source: { url: 'https://rates.example', date: null }, takenAt: end, confidence: 'high', note: null }),
  })
  const took: Record<string, number> = {}
  let longestMs = 0
  let last = performance.now()
  const beat = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - last)
    last = performance.now()
  }, 5)
  for (const [name, how] of [['csv', { format: 'csv', preset: 'full' }], ['json', { format: 'json', preset: 'full' }], ['koinly', { format: 'csv', preset: 'koinly' }]] as const) {
    const began = performance.now()
    const made = await ledger.export({ ...how, year: null, currency: null })
    took[name] = performance.now() - began
    if (made.entries === 0) throw new Error('nothing was exported')
  }
  clearInterval(beat)
  return row('ledger.export', Math.max(...Object.values(took)), `all ${entries} in euros, slowest of ${Object.entries(took).map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(', ')} ms; nobody else waited longer than ${longestMs.toFixed(0)} ms`)
}

function row(id: keyof typeof budgetMs, value: number, note: string): Row {
  return { id, value, unit: 'ms', budget: budgetMs[id], ok: value <= budgetMs[id], peer: null, note }
}
