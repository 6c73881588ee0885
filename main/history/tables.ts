/** Reads and writes the tables of an opened history. Throws what SQLite throws. */
import type { DatabaseSync } from 'node:sqlite'
import { markedSteps, type BenchmarkResult, type CrashMarker, type MarkedStep } from '../../shared/benchmark.ts'

export interface Tables {
  saveResult(result: BenchmarkResult): void
  latestResults(): Record<string, BenchmarkResult>
  pastResults(gpuId: string, limit: number): BenchmarkResult[]
  /** Of every card, newest first. */
  allResults(limit: number): BenchmarkResult[]
  /** The run of that card and beginning; null: none is kept. */
  result(gpuId: string, startedAt: number): BenchmarkResult | null
  setMarker(marker: CrashMarker): void
  clearMarker(gpuId: string, workload: MarkedStep): void
  markers(): CrashMarker[]
}

type Row = Record<string, unknown>

/** A row that cannot be understood is left out and `complain` hears of it. */
export function createTables(database: DatabaseSync, complain: (sentence: string) => void): Tables {
  function documents(rows: Row[]): BenchmarkResult[] {
    return rows.flatMap((row) => {
      const result = parseResult(row['document'])
      if (!result) complain('a stored measurement could not be read and is left out')
      return result ?? []
    })
  }

  return {
    saveResult(result) {
      database
        .prepare('INSERT OR REPLACE INTO results (gpu_id, started_at, document) VALUES (?, ?, ?)')
        .run(result.gpuId, result.startedAt, JSON.stringify(result))
    },
    latestResults() {
      const rows = database.prepare('SELECT document FROM results r WHERE started_at = (SELECT max(started_at) FROM results WHERE gpu_id = r.gpu_id)').all()
      return Object.fromEntries(documents(rows).map((result) => [result.gpuId, result]))
    },
    pastResults: (gpuId, limit) =>
      documents(database.prepare('SELECT document FROM results WHERE gpu_id = ? ORDER BY started_at DESC LIMIT ?').all(gpuId, limit)),
    allResults: (limit) => documents(database.prepare('SELECT document FROM results ORDER BY started_at DESC, rowid DESC LIMIT ?').all(limit)),
    result: (gpuId, startedAt) => documents(database.prepare('SELECT document FROM results WHERE gpu_id = ? AND started_at = ?').all(gpuId, startedAt))[0] ?? null,
    setMarker(marker) {
      database
        .prepare('INSERT OR REPLACE INTO markers (gpu_id, workload, started_at, driver_version) VALUES (?, ?, ?, ?)')
        .run(marker.gpuId, marker.workload, marker.startedAt, marker.driverVersion)
    },
    clearMarker(gpuId, workload) {
      database.prepare('DELETE FROM markers WHERE gpu_id = ? AND workload = ?').run(gpuId, workload)
    },
    markers: () => database.prepare('SELECT gpu_id, workload, started_at, driver_version FROM markers ORDER BY started_at').all().flatMap(markerOf),
  }
}

/** null: it is none. */
export function parseResult(document: unknown): BenchmarkResult | null {
  if (typeof document !== 'string') return null
  try {
    const value = JSON.parse(document) as Partial<BenchmarkResult> | null
    const isWhole = value !== null && typeof value.gpuId === 'string' && typeof value.startedAt === 'number' && Array.isArray(value.results) && Array.isArray(value.reasons)
    return isWhole ? (value as BenchmarkResult) : null
  } catch {
    return null
  }
}

/** Markers of workloads that this version does not have hold nothing back. */
function markerOf(row: Row): CrashMarker[] {
  const workload = markedSteps.find((id) => id === row['workload'])
  if (!workload) return []
  const driverVersion = row['driver_version']
  return [{ gpuId: String(row['gpu_id']), workload, startedAt: Number(row['started_at']), driverVersion: typeof driverVersion === 'string' ? driverVersion : null }]
}
