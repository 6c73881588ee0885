/** Reads and writes imported runs and scores of OctaneBench in an opened history. Throws what SQLite throws. */
import type { DatabaseSync } from 'node:sqlite'
import type { ImportedRun, OctaneScore } from '../../shared/benchmark.ts'
import { parseResult } from './tables.ts'

export interface RunTables {
  /** All or none; one with the same id is replaced. */
  saveImports(runs: readonly ImportedRun[]): void
  /** Newest import first. */
  imports(): ImportedRun[]
  forgetImport(id: string): void
  /** Earlier scores of the card stay. */
  saveOctaneScore(score: OctaneScore): void
  /** The one imported last, by GPU id. */
  octaneScores(): Record<string, OctaneScore>
}

export function createRunTables(database: DatabaseSync, complain: (sentence: string) => void): RunTables {
  return {
    saveImports(runs) {
      const save = database.prepare('INSERT OR REPLACE INTO imports (id, imported_at, came_from, document) VALUES (?, ?, ?, ?)')
      // Not BEGIN: whoever calls may be in a transaction already.
      database.exec('SAVEPOINT imports')
      try {
        for (const run of runs) save.run(run.id, run.importedAt, run.from, JSON.stringify(run.result))
      } catch (error) {
        database.exec('ROLLBACK TO imports; RELEASE imports')
        throw error
      }
      database.exec('RELEASE imports')
    },
    imports: () =>
      database
        .prepare('SELECT id, imported_at, came_from, document FROM imports ORDER BY imported_at DESC, rowid DESC')
        .all()
        .flatMap((row) => {
          const result = parseResult(row['document'])
          if (!result) complain('an imported measurement could not be read and is left out')
          return result ? [{ id: String(row['id']), importedAt: Number(row['imported_at']), from: String(row['came_from']), result }] : []
        }),
    forgetImport(id) {
      database.prepare('DELETE FROM imports WHERE id = ?').run(id)
    },
    saveOctaneScore(score) {
      database.prepare('INSERT OR REPLACE INTO octane_scores (gpu_id, imported_at, document) VALUES (?, ?, ?)').run(score.gpuId, score.importedAt, JSON.stringify(score))
    },
    octaneScores() {
      const newest: Record<string, OctaneScore> = {}
      for (const row of database.prepare('SELECT document FROM octane_scores ORDER BY imported_at').all()) {
        const score = parseScore(row['document'])
        if (score) newest[score.gpuId] = score
        else complain('a score of OctaneBench could not be read and is left out')
      }
      return newest
    },
  }
}

function parseScore(document: unknown): OctaneScore | null {
  try {
    const value = JSON.parse(String(document)) as Partial<OctaneScore> | null
    const isWhole = value !== null && typeof value.gpuId === 'string' && typeof value.score === 'number' && value.score > 0 && typeof value.importedAt === 'number' && typeof value.from === 'string'
    return isWhole ? (value as OctaneScore) : null
  } catch {
    return null
  }
}
