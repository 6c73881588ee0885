/** What SQLite's errors mean for the history: the place is at fault, the content is, or somebody else is writing. */
import type { DatabaseSync } from 'node:sqlite'

/** Primary result codes that mean "the place is at fault, not the content": busy, locked, read-only, I/O, full, cannot open, too big. */
const placeFaults = new Set([5, 6, 8, 10, 13, 14, 18])
/** Busy and locked. */
const passing = new Set([5, 6])
/** Corrupt and not a database. */
const damage = new Set([11, 26])

export function isSqliteError(error: unknown): error is Error & { errcode: number } {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
}

/** Extended codes carry the primary one in their lowest byte. */
function hasCode(error: unknown, codes: ReadonlySet<number>): boolean {
  return isSqliteError(error) && codes.has(error.errcode & 0xff)
}

export function isPlaceFault(error: unknown): boolean {
  return hasCode(error, placeFaults)
}
export function isPassing(error: unknown): boolean {
  return hasCode(error, passing)
}
export function isDamage(error: unknown): boolean {
  return hasCode(error, damage)
}

/** What is wrong with the place, as the end of a sentence. */
export function placeWords(error: unknown, folder: string): string {
  const code = isSqliteError(error) ? error.errcode & 0xff : 0
  if (code === 13) return `the disk that holds ${folder} is full`
  if (code === 8) return `${folder} cannot be written`
  if (code === 14) return `the history in ${folder} cannot be opened`
  if (code === 5 || code === 6) return 'another program holds the history locked'
  if (code === 10) return `the disk that holds ${folder} does not take what is written (it may be full or failing)`
  return messageOf(error)
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function closeQuietly(database: DatabaseSync): void {
  try {
    database.close()
  } catch {
    // It is being given up; there is nothing left to lose.
  }
}

/** All or nothing. Throws what SQLite throws. */
export function inTransaction<T>(database: DatabaseSync, kind: 'BEGIN' | 'BEGIN IMMEDIATE', run: () => T): T {
  database.exec(kind)
  try {
    const result = run()
    database.exec('COMMIT')
    return result
  } catch (error) {
    try {
      database.exec('ROLLBACK')
    } catch {
      // SQLite has already rolled back by itself; the first error is the one to tell.
    }
    throw error
  }
}
