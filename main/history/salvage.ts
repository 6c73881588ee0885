/** Copies what a damaged or unwritable history still gives away into another one. */
import { DatabaseSync } from 'node:sqlite'
import { existsSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { closeQuietly } from './sqlite-errors.ts'

/** What is small and cannot be had again. */
export const smallTables = ['results', 'markers', 'cards', 'alerts', 'imports', 'octane_scores', 'answers', 'prices', 'network_figures', 'promised', 'tariff_intervals', 'providers', 'enrolments', 'downloads', 'readings'] as const
/** What else is taken along wherever the small ones are; the ledger may hold years, so it is not checked at every opening. */
const alwaysTaken = [...smallTables, 'ledger'] as const
type Table = (typeof alwaysTaken)[number] | 'events' | 'recent' | 'levels' | 'chunks'

export interface Salvaged {
  rows: number
  /** Something could not be read. */
  isPartial: boolean
}

/** Something that can never hold a history is in its place: a folder, or a pipe, which nobody may wait for. */
export function isOther(file: string): boolean {
  try {
    const about = statSync(file, { throwIfNoEntry: false })
    return about !== undefined && !about.isFile()
  } catch {
    return false
  }
}

/** Reads without writing beside the file, so far as that can be done; null: it cannot be read at all. */
export function openReadOnly(file: string): DatabaseSync | null {
  if (!existsSync(file) || isOther(file)) return null
  // Told that nobody changes the file, SQLite reads it even where it may not write; only what is in a journal beside it is then missed.
  for (const how of existsSync(`${file}-wal`) ? ['', '?immutable=1'] : ['?immutable=1']) {
    let reader: DatabaseSync | null = null
    try {
      reader = new DatabaseSync(new URL(how, pathToFileURL(file)), { readOnly: true })
      // A file that was cut off is refused whole otherwise.
      reader.exec('PRAGMA writable_schema = ON')
      reader.prepare('SELECT count(*) FROM sqlite_schema').get()
      return reader
    } catch {
      if (reader) closeQuietly(reader)
    }
  }
  return null
}

/** Everything that was measured, seen and said; the samples too where the bookkeeping of their chunks is whole. */
export function salvage(from: DatabaseSync, to: DatabaseSync, what: 'small' | 'all'): Salvaged {
  const copied = alwaysTaken.map((table) => copyTable(from, to, table))
  if (what === 'all') {
    copied.push(copyTable(from, to, 'events'), copyTable(from, to, 'recent'))
    const bookkeeping = copyTable(from, to, 'levels')
    copied.push(bookkeeping)
    // Without it nobody could tell which rows are in the next level already, and they would count twice.
    if (bookkeeping.isPartial) copied.push({ rows: 0, isPartial: true })
    else copied.push(copyTable(from, to, 'chunks'))
  }
  return { rows: copied.reduce((sum, one) => sum + one.rows, 0), isPartial: copied.some((one) => one.isPartial) }
}

/** From the beginning to the first damaged place, then from the end back to it. */
function copyTable(from: DatabaseSync, to: DatabaseSync, table: Table): Salvaged {
  const columns = sharedColumns(from, to, table)
  if (columns.length === 0) return { rows: 0, isPartial: false }
  const names = columns.join(', ')
  const insert = to.prepare(`INSERT OR IGNORE INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`)
  let rows = 0
  function copy(order: string): boolean {
    try {
      for (const row of from.prepare(`SELECT ${names} FROM ${table} ${order}`).iterate()) rows += Number(insert.run(...columns.map((column) => row[column] ?? null)).changes)
      return true
    } catch {
      return false
    }
  }
  to.exec('BEGIN')
  const isWhole = copy('')
  if (!isWhole) copy(table === 'levels' ? 'ORDER BY card DESC, step DESC' : 'ORDER BY rowid DESC')
  to.exec('COMMIT')
  return { rows, isPartial: !isWhole }
}

function sharedColumns(from: DatabaseSync, to: DatabaseSync, table: Table): string[] {
  try {
    const [there, here] = [from, to].map((database) => database.prepare(`PRAGMA table_info(${table})`).all().map((row) => String(row['name'])))
    return (here ?? []).filter((name) => there?.includes(name))
  } catch {
    return []
  }
}
