/** The small tables of history.sqlite: they are read and written at once, and live in memory while the place refuses them. */
import { chmodSync, closeSync, existsSync, openSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Notice } from '../../shared/state.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { createCardTables, type CardTables } from './card-tables.ts'
import { createLedgerTables, type LedgerTables } from './ledger-tables.ts'
import { createMarketTables, type MarketTables } from './market-tables.ts'
import { createProviderTables, type ProviderTables } from './provider-tables.ts'
import { createRunTables, type RunTables } from './run-tables.ts'
import { isOther, openReadOnly, salvage, smallTables } from './salvage.ts'
import { bringUpToDate, schemaVersion, versionOf } from './schema.ts'
import { closeQuietly, inTransaction, isPlaceFault, isSqliteError, messageOf } from './sqlite-errors.ts'
import { createTables, type Tables } from './tables.ts'
import { createTariffTables, type TariffTables } from './tariff-tables.ts'

/** Tables that services are handed as they are, each under its name. */
export interface ServiceTables {
  market: MarketTables
  ledger: LedgerTables
  tariff: TariffTables
  provider: ProviderTables
}
export type KeptTables = Tables & CardTables & RunTables & ServiceTables

export interface Kept {
  /** Runs on the file; where that fails, mends and runs once more. */
  safely<T>(run: (tables: KeptTables) => T): T
  isInMemory(): boolean
  /** Sets the file aside because of this error and begins a new one with what can be saved. */
  beginAnew(error: unknown): void
  /** Where memory serves: tries the file again and puts everything there. What is in the way, or null. */
  goBack(): Error | null
  /** Closes and opens again: the file at that place is another one now. */
  reopen(): void
  close(): void
}

export interface KeptOptions {
  folder: string
  file: string
  /** Of the ledger: '' for this machine, else the recorded one's name. */
  scope: string
  clock: Clock
  log: Log
  onNotice(notice: Notice): void
  /** The file is about to be set aside: whoever has it open lets go of it. */
  beforeReplacing(): void
}

/** Throws NotPossible where the file is from a newer Idlewatt. */
export function openKept(options: KeptOptions): Kept {
  const { folder, file, clock, log, onNotice } = options
  let database: DatabaseSync
  let tables: KeptTables
  let isInMemory = false
  let isClosed = false
  /** What is in memory began with everything that the file held. */
  let hadAll = false

  function use(opened: DatabaseSync): void {
    const complain = (sentence: string): void => log.warn(sentence, { file })
    database = opened
    tables = {
      ...createTables(opened, complain),
      ...createCardTables(opened, complain),
      ...createRunTables(opened, complain),
      market: createMarketTables(opened, complain),
      ledger: createLedgerTables(opened, options.scope, complain),
      tariff: createTariffTables(opened),
      provider: createProviderTables(opened, options.scope, complain),
    }
  }

  /** Throws what SQLite throws. */
  function openFile(): void {
    if (isOther(file)) throw new Damaged('it is no file')
    forOwnerAlone(file)
    const opened = new DatabaseSync(file, { timeout: 2000 })
    try {
      refuseNewer(opened, file)
      bringUpToDate(opened)
      // Not the whole file: a year of samples takes seconds to check, and damage among them is met when they are read.
      for (const table of [...smallTables, 'levels', 'clock']) checkTable(opened, table)
      // FULL: a marker must be on the disk before a workload that may take the machine down.
      opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
      use(opened)
      // Tables of the right names but other columns show here, not in the middle of a measurement.
      tables.pastResults('', 1)
      tables.markers()
      tables.cards('')
      tables.openAlerts('')
      opened.prepare('SELECT gpu_id, sentence FROM events LIMIT 0').all()
      for (const [table, columns] of Object.entries(plainColumns)) opened.prepare(`SELECT ${columns} FROM ${table} LIMIT 0`).all()
      opened.prepare('SELECT card, at, sample FROM recent LIMIT 0').all()
      opened.prepare('SELECT card, step, from_at, to_at, length, data FROM chunks LIMIT 0').all()
    } catch (error) {
      closeQuietly(opened)
      throw error
    }
  }

  /** Goes on after SQLite failed: with a new file where the content is at fault, in memory where the place is. */
  function mend(error: unknown): void {
    if (!isPlaceFault(error)) {
      try {
        replaceFile(error)
        return
      } catch (again) {
        log.warn('the damaged history could not be set aside', { error: messageOf(again), file })
      }
    }
    goOnInMemory(error)
  }

  function replaceFile(error: unknown): void {
    options.beforeReplacing()
    const aside = setAside()
    openFile()
    const reader = openReadOnly(join(folder, aside))
    const saved = reader ? salvage(reader, database, 'all') : { rows: 0, isPartial: true }
    if (reader) closeQuietly(reader)
    const rest = saved.rows > 0 ? `what could still be read of it was taken over${saved.isPartial ? ' (some is missing)' : ''}` : 'nothing of it could be taken over'
    tell('history-set-aside', `The history of measurements and samples was damaged. It was set aside as ${aside} and a new one was begun; ${rest}.`, error)
  }

  function setAside(): string {
    const stamp = new Date(clock.now()).toISOString().replace(/[:.]/g, '-')
    let aside = `history.broken-${stamp}.sqlite`
    for (let n = 2; existsSync(join(folder, aside)); n++) aside = `history.broken-${stamp}-${n}.sqlite`
    for (const end of ['', '-wal', '-shm']) {
      if (existsSync(file + end)) renameSync(file + end, join(folder, aside + end))
    }
    return aside
  }

  function goOnInMemory(error: unknown): void {
    const memory = new DatabaseSync(':memory:')
    bringUpToDate(memory)
    const reader = openReadOnly(file)
    hadAll = reader ? !salvage(reader, memory, 'small').isPartial : !existsSync(file)
    if (reader) closeQuietly(reader)
    use(memory)
    isInMemory = true
    tell('history-not-kept', `The history of measurements cannot be written in ${folder} (${messageOf(error)}). New results are kept in memory until it can, or until Idlewatt ends.`, error)
  }

  function goBack(): Error | null {
    if (!isInMemory || isClosed) return null
    const memory = database
    try {
      openFile()
      inTransaction(database, 'BEGIN IMMEDIATE', () => putBack(memory, database, hadAll))
    } catch (error) {
      if (database !== memory) closeQuietly(database)
      use(memory)
      return error instanceof Error ? error : new Error(String(error))
    }
    closeQuietly(memory)
    isInMemory = false
    onNotice({ id: 'history-not-kept', level: 'info', sentence: `The history of measurements is kept in ${folder} again.`, at: clock.now() })
    return null
  }

  function tell(id: string, sentence: string, error: unknown): void {
    log.warn(sentence, { error: messageOf(error), file })
    onNotice({ id, level: 'warning', sentence, at: clock.now() })
  }

  function openOrMend(): void {
    try {
      openFile()
    } catch (error) {
      if (error instanceof NotPossible) throw error
      mend(error)
    }
  }

  openOrMend()

  return {
    isInMemory: () => isInMemory,
    goBack,
    safely(run) {
      if (isClosed) throw new Error('The history is closed.')
      try {
        return run(tables)
      } catch (error) {
        if (isInMemory || !isSqliteError(error)) throw error
        closeQuietly(database)
        mend(error)
        return run(tables)
      }
    },
    beginAnew(error) {
      if (isInMemory || isClosed) return
      closeQuietly(database)
      mend(error)
    },
    reopen() {
      if (isInMemory || isClosed) return
      closeQuietly(database)
      openOrMend()
    },
    close() {
      if (isClosed) return
      isClosed = true
      closeQuietly(database)
    },
  }
}

/** Tables that are copied as they are. */
const plainColumns = {
  results: 'gpu_id, started_at, document',
  markers: 'gpu_id, workload, started_at, driver_version',
  alerts: 'scope, id, since, until, document',
  imports: 'id, imported_at, came_from, document',
  octane_scores: 'gpu_id, imported_at, document',
  answers: 'source, fetched_at, document',
  prices: 'symbol, at, usd, document',
  network_figures: 'network, figure, day, at, value',
  promised: 'scope, day, programme_id, document',
  tariff_intervals: 'from_at, to_at, per_kwh, currency',
  providers: 'scope, programme_id, document',
  enrolments: 'scope, programme_id, document',
  downloads: 'key, document',
  readings: 'scope, document',
  ledger: 'scope, id, at, day, kind, network_id, programme_id, gpu_id, asset, amount, usd, kwh, corrects, covers_from, covers_to, words, document',
}

/** Card numbers are the file's own, so that cards go by their names. */
function putBack(memory: DatabaseSync, file: DatabaseSync, hadAll: boolean): void {
  // What was cleared meanwhile must not come back.
  if (hadAll) file.exec('DELETE FROM markers')
  const from = createCardTables(memory, () => {})
  for (const [table, columns] of Object.entries(plainColumns)) {
    // What stands in the ledger is never written over.
    const insert = file.prepare(`INSERT OR ${table === 'ledger' ? 'IGNORE' : 'REPLACE'} INTO ${table} (${columns}) VALUES (${columns.replace(/\w+/g, '?')})`)
    for (const row of memory.prepare(`SELECT ${columns} FROM ${table}`).all()) insert.run(...Object.values(row))
  }
  const to = createCardTables(file, () => {})
  for (const card of from.allCards()) {
    const { scope, isForgotten: _, ...known } = card
    to.saveCards(scope ?? '', [known])
  }
  for (const row of memory.prepare('SELECT scope, gpu_id FROM cards WHERE forgotten = 1').all()) to.forgetCard(String(row['scope']), String(row['gpu_id']))
}

/** It holds addresses and answers, and its folder may be anybody's. What SQLite makes beside it takes its rights over. */
function forOwnerAlone(file: string): void {
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    try {
      if (path === file && !existsSync(path)) closeSync(openSync(path, 'a', 0o600))
      else if (existsSync(path)) chmodSync(path, 0o600)
    } catch {
      // Another user's, or a place without rights: opening says so where it matters.
    }
  }
}

/** The file opens, but its content is not whole. */
class Damaged extends Error {
  override name = 'Damaged'
}

function checkTable(database: DatabaseSync, table: string): void {
  const found = database.prepare(`PRAGMA quick_check(${table})`).get()?.['quick_check']
  if (found !== 'ok') throw new Damaged(String(found))
}

function refuseNewer(database: DatabaseSync, file: string): void {
  const version = versionOf(database)
  if (version > schemaVersion) {
    throw new NotPossible(
      `The history in ${file} was written by a newer Idlewatt (format ${version}; this one knows ${schemaVersion}). Use the newer Idlewatt, or another data folder. Nothing was changed.`,
    )
  }
}
