/** What is kept for good: benchmark results and crash markers, in history.sqlite in the data folder. */
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { BenchmarkResult, CrashMarker, WorkloadId } from '../../shared/benchmark.ts'
import type { Notice } from '../../shared/state.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { bringUpToDate, schemaVersion, versionOf } from './schema.ts'
import { createTables, type Tables } from './tables.ts'

export interface History {
  /** The same card and start again: replaced. */
  saveResult(result: BenchmarkResult): void
  /** Newest result by GPU id. */
  latestResults(): Record<string, BenchmarkResult>
  /** Newest first. */
  pastResults(gpuId: string, limit: number): BenchmarkResult[]
  /** On disk when this returns: the next thing may take the machine down. */
  setMarker(marker: CrashMarker): void
  clearMarker(gpuId: string, workload: WorkloadId): void
  markers(): CrashMarker[]
  close(): void
}

export interface HistoryOptions {
  /** Exists already. */
  folder: string
  clock: Clock
  log: Log
  onNotice(notice: Notice): void
}

/** Primary result codes of SQLite that mean "the place is at fault, not the content": busy, locked, read-only, I/O, full, cannot open, too big. */
const placeFaults = new Set([5, 6, 8, 10, 13, 14, 18])

/** Throws NotPossible where the file is from a newer Idlewatt. A broken file is set aside; where nothing can be written, memory serves. */
export function openHistory(options: HistoryOptions): History {
  const { folder, clock, log, onNotice } = options
  const file = join(folder, 'history.sqlite')
  let database: DatabaseSync
  let tables: Tables
  let isInMemory = false
  let isClosed = false

  function use(opened: DatabaseSync): void {
    database = opened
    tables = createTables(opened, (sentence) => log.warn(sentence, { file }))
  }

  /** Throws what SQLite throws. */
  function openFile(): void {
    const opened = new DatabaseSync(file, { timeout: 2000 })
    try {
      refuseNewer(opened, file)
      const found = opened.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
      if (found !== 'ok') throw new Damaged(String(found))
      bringUpToDate(opened)
      // FULL: a marker must be on the disk before a workload that may take the machine down.
      opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
      use(opened)
      // Tables of the right names but other columns show here, not in the middle of a measurement.
      tables.pastResults('', 1)
      tables.markers()
    } catch (error) {
      closeQuietly(opened)
      throw error
    }
  }

  function openOrMend(): void {
    try {
      openFile()
    } catch (error) {
      if (error instanceof NotPossible) throw error
      mend(error)
    }
  }

  /** Goes on after SQLite failed: with a new file where the content is at fault, in memory where the place is. */
  function mend(error: unknown): void {
    if (!isPlaceFault(error)) {
      try {
        const aside = setAside()
        openFile()
        tell('history-set-aside', 'warning', `The history of measurements was damaged. It was set aside as ${aside} and a new one was begun.`, error)
        return
      } catch (again) {
        log.warn('the damaged history could not be set aside', { error: messageOf(again), file })
      }
    }
    goOnInMemory(error)
  }

  function setAside(): string {
    const stamp = new Date(clock.now()).toISOString().replace(/[:.]/g, '-')
    const aside = `history.broken-${stamp}.sqlite`
    for (const end of ['', '-wal', '-shm']) {
      if (existsSync(file + end)) renameSync(file + end, join(folder, aside + end))
    }
    return aside
  }

  function goOnInMemory(error: unknown): void {
    const memory = new DatabaseSync(':memory:')
    bringUpToDate(memory)
    const kept = readWhatThereIs()
    use(memory)
    isInMemory = true
    for (const result of kept.results) tables.saveResult(result)
    for (const marker of kept.markers) tables.setMarker(marker)
    tell('history-not-kept', 'warning', `The history of measurements cannot be written in ${folder} (${messageOf(error)}). New results are kept until Idlewatt ends.`, error)
  }

  /** What the file still gives away, without writing beside it. */
  function readWhatThereIs(): { results: BenchmarkResult[]; markers: CrashMarker[] } {
    // Told that nobody changes the file, SQLite reads it even where it may not write; only what is in a journal beside it is then missed.
    for (const how of existsSync(`${file}-wal`) ? ['', '?immutable=1'] : ['?immutable=1']) {
      if (!existsSync(file)) break
      let reader: DatabaseSync | null = null
      try {
        reader = new DatabaseSync(new URL(how, pathToFileURL(file)), { readOnly: true })
        const read = createTables(reader, () => {})
        return { results: read.allResults(), markers: read.markers() }
      } catch (error) {
        log.warn('earlier measurements could not be read', { error: messageOf(error), file })
      } finally {
        if (reader) closeQuietly(reader)
      }
    }
    return { results: [], markers: [] }
  }

  function tell(id: string, level: Notice['level'], sentence: string, error: unknown): void {
    log.warn(sentence, { error: messageOf(error), file })
    onNotice({ id, level, sentence, at: clock.now() })
  }

  /** Runs on the file; where that fails, mends and runs once more. */
  function safely<T>(run: (tables: Tables) => T): T {
    if (isClosed) throw new Error('The history is closed.')
    try {
      return run(tables)
    } catch (error) {
      if (isInMemory || !isSqliteError(error)) throw error
      closeQuietly(database)
      mend(error)
      return run(tables)
    }
  }

  openOrMend()

  return {
    saveResult: (result) => safely((to) => to.saveResult(result)),
    latestResults: () => safely((from) => from.latestResults()),
    pastResults: (gpuId, limit) => safely((from) => from.pastResults(gpuId, limit)),
    setMarker: (marker) => safely((to) => to.setMarker(marker)),
    clearMarker: (gpuId, workload) => safely((to) => to.clearMarker(gpuId, workload)),
    markers: () => safely((from) => from.markers()),
    close() {
      if (isClosed) return
      isClosed = true
      closeQuietly(database)
    },
  }
}

/** The file opens, but its content is not whole. */
class Damaged extends Error {
  override name = 'Damaged'
}

function refuseNewer(database: DatabaseSync, file: string): void {
  const version = versionOf(database)
  if (version > schemaVersion) {
    throw new NotPossible(
      `The history in ${file} was written by a newer Idlewatt (format ${version}; this one knows ${schemaVersion}). Use the newer Idlewatt, or another data folder. Nothing was changed.`,
    )
  }
}

function isSqliteError(error: unknown): error is Error & { errcode: number } {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
}

/** Extended codes carry the primary one in their lowest byte. */
function isPlaceFault(error: unknown): boolean {
  return isSqliteError(error) && placeFaults.has(error.errcode & 0xff)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function closeQuietly(database: DatabaseSync): void {
  try {
    database.close()
  } catch {
    // It is being given up; there is nothing left to lose.
  }
}
