/** Reads and writes the ledger, and what was promised for each day, in an opened history. Throws what SQLite throws. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { LedgerEntry, LedgerFilter, LedgerKind, LedgerPage, LedgerRow, PromisedDay } from '../../shared/ledger.ts'
import { addUp, parseEntry, parsePromise, parseQuiet, withCorrections, type SumRow } from './ledger-rows.ts'

/** What was promised for a day, as it is kept: the estimate's income and net for all cards of the programme together, USD. */
export interface KeptPromise extends Pick<PromisedDay, 'day' | 'programmeId' | 'promised'> {
  net: PromisedDay['promised']
  madeAt: number
  /** What the income had been multiplied by (a correction that the user had taken on); left out: 1. */
  factor?: number
}

/** A time that is over and of which its source says that it earned nothing. No entry: it is in no list, no sum and no export. */
export interface QuietSpan {
  /** Made of what it is: the same again is the same. */
  id: string
  /** When it was over; and when it was written here. */
  at: number
  recordedAt: number
  day: string
  covers: { from: number; to: number }
  networkId: string
  programmeId: string
  /** The receive address, shortened. */
  wallet: string
}

/** Where a reading of batches goes on. */
export interface LedgerPlace {
  day: string
  at: number
  no: number
}

export interface LedgerTables {
  /** All or none. An id that is there already is left as it is; gives the ids that were new. Nothing is ever changed or removed. */
  addEntries(entries: readonly LedgerEntry[]): string[]
  entry(id: string): LedgerEntry | null
  /** An entry with what corrections made of it. */
  row(id: string): LedgerRow | null
  /** Newest first. */
  page(filter: LedgerFilter, limit: number, offset: number): LedgerPage
  /** Of every year or one, oldest first, in pieces and with corrections in, so that whoever reads may rest in between. `next: null`: that was the end. */
  batch(year: number | null, after: LedgerPlace | null, limit: number): { rows: LedgerRow[]; next: LedgerPlace | null }
  /** Days that have an entry. */
  days(year: number | null): string[]
  /** Income entries (with their corrections) that touch these days, oldest first. A day more at each end may come along. */
  incomeOf(programmeId: string | null, fromDay: string, toDay: string): LedgerEntry[]
  /** All or none; those that are there already are left as they are. */
  addQuiet(spans: readonly QuietSpan[]): void
  /** Those that touch these days, oldest first. A day more at each end may come along. */
  quiet(programmeId: string | null, fromDay: string, toDay: string): QuietSpan[]
  /** Entries of this kind and asset within [from, to]. */
  near(kind: LedgerKind, asset: string, from: number, to: number): LedgerRow[]
  /** When the newest that was read for this address of the network was paid or, of nothing, was over; null: none was. */
  newestPaidAt(networkId: string, wallet: string): number | null
  /** Electricity that stands for these days, both in. */
  booked(fromDay: string, toDay: string): { day: string; gpuId: string | null; isMeasured: boolean }[]
  /** Entries that no USD is known of, newest first. */
  unvalued(limit: number): LedgerEntry[]
  /** The promise of a day is kept as it was first made. */
  savePromise(promise: KeptPromise): void
  promises(programmeId: string | null, fromDay: string, toDay: string): KeptPromise[]
}

const dayMs = 86_400_000
const columns = 'scope, id, at, day, kind, network_id, programme_id, gpu_id, asset, amount, usd, kwh, corrects, covers_from, covers_to, words, document'
const insert = `INSERT INTO ledger (${columns}) VALUES (${columns.replace(/\w+/g, '?')}) ON CONFLICT (scope, id) DO NOTHING`

/** In the column `kind` only: the rows beside the entries. */
const quiet = 'quiet'
const isEntry = `kind <> '${quiet}'`

/** `scope`: '' for this machine, else the name of a recorded one. */
export function createLedgerTables(database: DatabaseSync, scope: string, complain: (sentence: string) => void): LedgerTables {
  function entriesOf(rows: Iterable<Record<string, unknown>>): LedgerEntry[] {
    return [...rows].flatMap((row) => {
      const entry = parseEntry(row['document'])
      if (!entry) complain('an entry of the ledger could not be read and is left out')
      return entry ? [entry] : []
    })
  }

  function rowsOf(entries: LedgerEntry[]): LedgerRow[] {
    if (entries.length === 0) return []
    const ids = entries.filter((entry) => entry.corrects === null).map((entry) => entry.id)
    const corrections = entriesOf(database.prepare('SELECT document FROM ledger WHERE scope = ? AND corrects IN (SELECT value FROM json_each(?)) AND corrects IS NOT NULL ORDER BY no').all(scope, JSON.stringify(ids)))
    return withCorrections(entries, corrections)
  }

  function sums(filter: LedgerFilter): { total: number; rows: SumRow[] } {
    const { where, values } = conditions(filter, 'l')
    const own = database
      .prepare(`SELECT l.kind AS kind, substr(l.day, 1, 7) AS month, count(*) AS entries, total(l.usd) AS usd, total(l.kwh) AS kwh, count(*) - count(l.usd) AS unvalued FROM ledger l WHERE l.scope = ? AND l.${isEntry}${where} GROUP BY 2, 1`)
      .all(scope, ...values)
    // Counted with the entry they correct, wherever that is in the filter.
    const corrected = database
      .prepare(
        `SELECT l.kind AS kind, substr(l.day, 1, 7) AS month, 0 AS entries, total(c.usd) AS usd, total(c.kwh) AS kwh, -count(DISTINCT CASE WHEN l.usd IS NULL AND c.usd IS NOT NULL THEN l.id END) AS unvalued
         FROM ledger c CROSS JOIN ledger l ON l.scope = c.scope AND l.id = c.corrects WHERE c.scope = ? AND c.corrects IS NOT NULL${where} GROUP BY 2, 1`,
      )
      .all(scope, ...values)
    const rows = [...own, ...corrected].map((row) => ({ kind: String(row['kind']), month: String(row['month']), entries: Number(row['entries']), usd: Number(row['usd']), kwh: Number(row['kwh']), unvalued: Number(row['unvalued']) }))
    return { total: rows.reduce((sum, row) => sum + row.entries, 0), rows }
  }

  function batch(year: number | null, after: LedgerPlace | null, limit: number): { rows: LedgerRow[]; next: LedgerPlace | null } {
    const [first, last] = daysOfYear(year)
    const found = database
      .prepare(`SELECT no, day, at, document FROM ledger WHERE scope = ? AND ${isEntry} AND day >= ? AND day <= ? AND (day, at, no) > (?, ?, ?) ORDER BY day, at, no LIMIT ?`)
      // The day alone lets the index begin where the last batch ended.
      .all(scope, after?.day ?? first, last, after?.day ?? '', after?.at ?? 0, after?.no ?? 0, limit)
    const end = found.at(-1)
    const next = end === undefined || found.length < limit ? null : { day: String(end['day']), at: Number(end['at']), no: Number(end['no']) }
    return { rows: rowsOf(entriesOf(found)), next }
  }

  /** All or none. Gives the ids that were new. `values`: the columns after the scope. */
  function write(rows: readonly { id: string; values: SQLInputValue[] }[]): string[] {
    const save = database.prepare(insert)
    const added: string[] = []
    // Not BEGIN: whoever calls may be in a transaction already.
    database.exec('SAVEPOINT ledger')
    try {
      for (const { id, values } of rows) if (save.run(scope, ...values).changes > 0) added.push(id)
    } catch (error) {
      // A full disk has rolled back already; what matters is why.
      if (database.isTransaction) database.exec('ROLLBACK TO ledger; RELEASE ledger')
      throw error
    }
    database.exec('RELEASE ledger')
    return added
  }

  return {
    addEntries: (entries) =>
      write(
        entries.map((entry) => {
          const { id, at, day, kind, networkId, programmeId, gpuId, asset, amount, fair, kwh, corrects, covers } = entry
          return { id, values: [id, at, day, kind, networkId, programmeId, gpuId, asset, amount, fair.usd, kwh, corrects, covers?.from ?? null, covers?.to ?? null, wordsOf(entry), JSON.stringify(entry)] }
        }),
      ),
    entry: (id) => entriesOf(database.prepare(`SELECT document FROM ledger WHERE scope = ? AND id = ? AND ${isEntry}`).all(scope, id))[0] ?? null,
    row: (id) => rowsOf(entriesOf(database.prepare(`SELECT document FROM ledger WHERE scope = ? AND id = ? AND ${isEntry}`).all(scope, id)))[0] ?? null,
    page(filter, limit, offset) {
      const { where, values } = conditions(filter, 'l')
      // The documents of this page alone: sorted along with all the others they would cost ten times as much.
      const found = database.prepare(`SELECT document FROM ledger WHERE no IN (SELECT l.no FROM ledger l WHERE l.scope = ? AND l.${isEntry}${where} ORDER BY l.at DESC, l.no DESC LIMIT ? OFFSET ?) ORDER BY at DESC, no DESC`).all(scope, ...values, limit, offset)
      const { total, rows } = sums(filter)
      return { rows: rowsOf(entriesOf(found)), total, ...addUp(rows) }
    },
    batch,
    days(year) {
      const [first, last] = daysOfYear(year)
      return database.prepare(`SELECT DISTINCT day FROM ledger WHERE scope = ? AND day >= ? AND day <= ? AND ${isEntry} ORDER BY day`).all(scope, first, last).map((row) => String(row['day']))
    },
    incomeOf(programmeId, fromDay, toDay) {
      const of = programmeId === null ? '' : ' AND l.programme_id = ?'
      const touching = `l.scope = ?${of} AND l.kind = 'income' AND ((l.covers_from IS NULL AND l.day >= ? AND l.day <= ?) OR (l.covers_to > ? AND l.covers_from < ?))`
      // No zone is known here: a day more at each end holds them all.
      const values: SQLInputValue[] = [scope, ...(programmeId === null ? [] : [programmeId]), fromDay, toDay, Date.parse(fromDay) - dayMs, Date.parse(toDay) + 2 * dayMs]
      return entriesOf(
        database
          .prepare(
            `SELECT at, no, document FROM (SELECT l.at AS at, l.no AS no, l.document AS document FROM ledger l WHERE ${touching}
             UNION ALL SELECT c.at, c.no, c.document FROM ledger c CROSS JOIN ledger l ON l.scope = c.scope AND l.id = c.corrects WHERE c.corrects IS NOT NULL AND ${touching}) ORDER BY at, no`,
          )
          .all(...values, ...values),
      )
    },
    addQuiet: (spans) =>
      write(
        spans.map((one) => {
          const { id, at, day, covers, networkId, programmeId } = one
          return { id, values: [id, at, day, quiet, networkId, programmeId, null, '', 0, 0, null, null, covers.from, covers.to, '', JSON.stringify(one)] }
        }),
      ),
    quiet(programmeId, fromDay, toDay) {
      const of = programmeId === null ? '' : ' AND programme_id = ?'
      return database
        .prepare(`SELECT document FROM ledger WHERE scope = ?${of} AND kind = '${quiet}' AND covers_to > ? AND covers_from < ? ORDER BY at, no`)
        .all(scope, ...(programmeId === null ? [] : [programmeId]), Date.parse(fromDay) - dayMs, Date.parse(toDay) + 2 * dayMs)
        .flatMap((row) => {
          const span = parseQuiet(row['document'])
          if (!span) complain('a row of the ledger could not be read and is left out')
          return span ? [span] : []
        })
    },
    near: (kind, asset, from, to) => rowsOf(entriesOf(database.prepare('SELECT document FROM ledger WHERE scope = ? AND at >= ? AND at <= ? AND kind = ? AND asset = ? ORDER BY at, no').all(scope, from, to, kind, asset))),
    newestPaidAt(networkId, wallet) {
      const newest = database.prepare("SELECT at FROM ledger WHERE scope = ? AND network_id = ? AND kind IN ('income', 'quiet') AND json_extract(document, '$.wallet') = ? ORDER BY at DESC LIMIT 1").get(scope, networkId, wallet)?.['at']
      return typeof newest === 'number' ? newest : null
    },
    booked: (fromDay, toDay) =>
      database
        .prepare("SELECT day, gpu_id, id FROM ledger WHERE scope = ? AND day >= ? AND day <= ? AND kind = 'electricity'")
        .all(scope, fromDay, toDay)
        .map((row) => ({ day: String(row['day']), gpuId: row['gpu_id'] === null ? null : String(row['gpu_id']), isMeasured: String(row['id']).startsWith('electricity:') })),
    unvalued: (limit) =>
      entriesOf(
        database
          .prepare(
            `SELECT l.document FROM ledger l WHERE l.scope = ? AND l.usd IS NULL AND l.kind NOT IN ('correction', 'quiet')
             AND NOT EXISTS (SELECT 1 FROM ledger c WHERE c.scope = l.scope AND c.corrects = l.id AND c.corrects IS NOT NULL AND c.usd IS NOT NULL) ORDER BY l.at DESC LIMIT ?`,
          )
          .all(scope, limit),
      ),
    savePromise(promise) {
      database.prepare('INSERT OR IGNORE INTO promised (scope, day, programme_id, document) VALUES (?, ?, ?, ?)').run(scope, promise.day, promise.programmeId, JSON.stringify(promise))
    },
    promises: (programmeId, fromDay, toDay) =>
      database
        .prepare(`SELECT document FROM promised WHERE scope = ? AND day >= ? AND day <= ?${programmeId === null ? '' : ' AND programme_id = ?'} ORDER BY day, programme_id`)
        .all(scope, fromDay, toDay, ...(programmeId === null ? [] : [programmeId]))
        .flatMap((row) => {
          const promise = parsePromise(row['document'])
          if (!promise) complain('what was promised for a day could not be read and is left out')
          return promise ? [promise] : []
        }),
  }
}

function daysOfYear(year: number | null): [string, string] {
  return year === null ? ['', '9999-99-99'] : [`${year}-01-01`, `${year}-12-31`]
}

/** What a search finds, in small letters of every script. */
function wordsOf({ note, reference, asset }: LedgerEntry): string {
  return [asset, reference, note].filter((part) => part !== null).join('\n').toLowerCase()
}

function conditions(filter: LedgerFilter, table: string): { where: string; values: SQLInputValue[] } {
  const parts: string[] = []
  const values: SQLInputValue[] = []
  function also(sql: string, ...more: SQLInputValue[]): void {
    parts.push(` AND ${sql}`)
    values.push(...more)
  }
  if (filter.kinds) also(`${table}.kind IN (SELECT value FROM json_each(?))`, JSON.stringify(filter.kinds))
  const equal = { network_id: filter.networkId, programme_id: filter.programmeId, gpu_id: filter.gpuId, asset: filter.asset }
  for (const [column, value] of Object.entries(equal)) if (value !== undefined) also(`${table}.${column} = ?`, value)
  if (filter.from !== undefined) also(`${table}.day >= ?`, filter.from)
  if (filter.to !== undefined) also(`${table}.day <= ?`, filter.to)
  const text = filter.text?.trim().toLowerCase()
  if (text) also(`instr(${table}.words, ?) > 0`, text)
  return { where: parts.join(''), values }
}
