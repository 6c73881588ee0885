/** The tables of history.sqlite and how an empty or older file gets them. */
import type { DatabaseSync } from 'node:sqlite'

/** Stored in PRAGMA user_version. */
export const schemaVersion = 1

/** One entry per version: what turns the version before it into this one. */
const steps: string[] = [
  `CREATE TABLE results (
     gpu_id TEXT NOT NULL,
     started_at INTEGER NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (gpu_id, started_at)
   );
   CREATE TABLE markers (
     gpu_id TEXT NOT NULL,
     workload TEXT NOT NULL,
     started_at INTEGER NOT NULL,
     driver_version TEXT,
     PRIMARY KEY (gpu_id, workload)
   );`,
]

export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
}

/** All steps or none; a file that is up to date is not written to. */
export function bringUpToDate(database: DatabaseSync): void {
  if (versionOf(database) === schemaVersion) return
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const step of steps.slice(versionOf(database))) database.exec(step)
    database.exec(`PRAGMA user_version = ${schemaVersion}`)
    database.exec('COMMIT')
  } catch (error) {
    try {
      database.exec('ROLLBACK')
    } catch {
      // SQLite has already rolled back by itself; the first error is the one to tell.
    }
    throw error
  }
}
