/** The tables of history.sqlite and how an empty or older file gets them. */
import type { DatabaseSync } from 'node:sqlite'

/** Stored in PRAGMA user_version. */
export const schemaVersion = 5

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
  // scope: '' for this machine, else the name of a recorded one. "at": ms since epoch.
  `CREATE TABLE cards (
     no INTEGER PRIMARY KEY,
     scope TEXT NOT NULL,
     gpu_id TEXT NOT NULL,
     document TEXT,
     forgotten INTEGER NOT NULL DEFAULT 0,
     UNIQUE (scope, gpu_id)
   );
   CREATE TABLE alerts (
     scope TEXT NOT NULL,
     id TEXT NOT NULL,
     since INTEGER NOT NULL,
     until INTEGER,
     document TEXT NOT NULL,
     PRIMARY KEY (scope, id, since)
   );
   CREATE TABLE events (
     no INTEGER PRIMARY KEY,
     scope TEXT NOT NULL,
     gpu_id TEXT,
     at INTEGER NOT NULL,
     id TEXT NOT NULL,
     sentence TEXT NOT NULL
   );
   CREATE INDEX events_of ON events (scope, at);
   CREATE TABLE recent (
     no INTEGER PRIMARY KEY,
     card INTEGER NOT NULL,
     at INTEGER NOT NULL,
     sample TEXT NOT NULL
   );
   CREATE TABLE chunks (
     no INTEGER PRIMARY KEY AUTOINCREMENT,
     card INTEGER NOT NULL,
     step INTEGER NOT NULL,
     from_at INTEGER NOT NULL,
     to_at INTEGER NOT NULL,
     length INTEGER NOT NULL,
     data BLOB NOT NULL
   );
   CREATE INDEX chunks_of ON chunks (card, step, from_at, to_at);
   CREATE TABLE levels (
     card INTEGER NOT NULL,
     step INTEGER NOT NULL,
     rolled_no INTEGER NOT NULL DEFAULT 0,
     dropped_to INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (card, step)
   ) WITHOUT ROWID;
   CREATE TABLE clock (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     at INTEGER NOT NULL,
     trusted_for_ms INTEGER NOT NULL
   );`,
  `CREATE TABLE imports (
     id TEXT NOT NULL PRIMARY KEY,
     imported_at INTEGER NOT NULL,
     came_from TEXT NOT NULL,
     document TEXT NOT NULL
   );
   CREATE TABLE octane_scores (
     gpu_id TEXT NOT NULL,
     imported_at INTEGER NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (gpu_id, imported_at)
   );`,
  // Times in ms since epoch; days as YYYY-MM-DD by the machine's wall clock. prices: of one token, or one unit of a currency, in USD.
  `CREATE TABLE answers (
     source TEXT NOT NULL PRIMARY KEY,
     fetched_at INTEGER NOT NULL,
     document TEXT NOT NULL
   );
   CREATE TABLE requests (
     no INTEGER PRIMARY KEY AUTOINCREMENT,
     at INTEGER NOT NULL,
     source TEXT,
     document TEXT NOT NULL
   );
   CREATE TABLE prices (
     symbol TEXT NOT NULL,
     at INTEGER NOT NULL,
     usd REAL NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (symbol, at)
   );
   CREATE TABLE network_figures (
     network TEXT NOT NULL,
     figure TEXT NOT NULL,
     day TEXT NOT NULL,
     at INTEGER NOT NULL,
     value REAL NOT NULL,
     PRIMARY KEY (network, figure, day)
   );
   CREATE TABLE ledger (
     no INTEGER PRIMARY KEY AUTOINCREMENT,
     scope TEXT NOT NULL,
     id TEXT NOT NULL,
     at INTEGER NOT NULL,
     day TEXT NOT NULL,
     kind TEXT NOT NULL,
     network_id TEXT,
     programme_id TEXT,
     gpu_id TEXT,
     asset TEXT NOT NULL,
     amount REAL NOT NULL,
     usd REAL,
     kwh REAL,
     corrects TEXT,
     covers_from INTEGER,
     covers_to INTEGER,
     words TEXT NOT NULL DEFAULT '',
     document TEXT NOT NULL,
     UNIQUE (scope, id)
   );
   CREATE INDEX ledger_by_time ON ledger (scope, at, day, kind, network_id, programme_id, gpu_id, asset, words);
   CREATE INDEX ledger_by_day ON ledger (scope, day, at);
   CREATE INDEX ledger_sums ON ledger (scope, day, kind, network_id, programme_id, gpu_id, asset, usd, kwh, words);
   CREATE INDEX ledger_by_programme ON ledger (scope, programme_id, kind, day);
   CREATE INDEX ledger_by_network ON ledger (scope, network_id, at);
   CREATE INDEX ledger_corrections ON ledger (scope, corrects) WHERE corrects IS NOT NULL;
   CREATE TABLE promised (
     scope TEXT NOT NULL,
     day TEXT NOT NULL,
     programme_id TEXT NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (scope, day, programme_id)
   );
   CREATE TABLE tariff_intervals (
     from_at INTEGER NOT NULL PRIMARY KEY,
     to_at INTEGER NOT NULL,
     per_kwh REAL NOT NULL,
     currency TEXT NOT NULL
   );`,
  // What is wanted of provider software and how it was last known; what was agreed to and done; what was downloaded; readings.
  `ALTER TABLE events ADD COLUMN programme_id TEXT;
   CREATE TABLE providers (
     scope TEXT NOT NULL,
     programme_id TEXT NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (scope, programme_id)
   );
   CREATE TABLE enrolments (
     scope TEXT NOT NULL,
     programme_id TEXT NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (scope, programme_id)
   );
   CREATE TABLE downloads (
     key TEXT NOT NULL PRIMARY KEY,
     document TEXT NOT NULL
   );
   CREATE TABLE readings (
     scope TEXT NOT NULL PRIMARY KEY,
     document TEXT NOT NULL
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
