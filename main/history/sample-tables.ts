/** Reads and writes the samples in an opened history: the newest singly, the older ones in chunks. Throws what SQLite throws. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Block, SampleRow } from './block.ts'
import { decodeChunk, encodeChunk } from './chunk.ts'
import type { ClockMemory } from './clock-watch.ts'
import { DamagedBytes } from './columns.ts'
import { metricCount } from './metrics.ts'

export interface ChunkKey {
  no: number
  fromAt: number
  /** The beginning of the last row, in ms; its end lies a step later. */
  toAt: number
}

/** What became of one level of one card. */
export interface LevelState {
  /** Chunks up to this number are in the next level already. */
  rolledNo: number
  /** Rows before this moment were thrown away because of their age. */
  droppedTo: number
}

export interface SampleTables {
  /** null: never seen. */
  cardNo(scope: string, gpuId: string): number | null
  addCard(scope: string, gpuId: string): number
  cardNos(): number[]
  addSample(card: number, row: SampleRow): void
  /** In the order they were written. */
  samples(card: number, from?: number, to?: number): (SampleRow & { no: number })[]
  /** Cards with samples that are not in a chunk yet, with the moments of the oldest and newest. */
  cardsWithSamples(): { card: number; firstAt: number }[]
  /** All up to this number. */
  dropSamples(card: number, upToNo: number): void
  addChunk(card: number, block: Block): void
  /** Those that touch the range and come after the number, in the order they were written. */
  chunks(card: number, step: number, range: { from: number; to: number; afterNo: number }): ChunkKey[]
  /** null: its bytes are damaged. */
  chunk(no: number, metrics: ReadonlySet<number>): Block | null
  countRows(card: number, step: number, from: number, to: number): number
  /** The first moment at or after this one of which something is kept. */
  nextAt(card: number, from: number): number | null
  /** From the first to the last moment of which something is kept; null: nothing is. */
  span(card: number): { from: number; to: number } | null
  level(card: number, step: number): LevelState
  setRolled(card: number, step: number, no: number): void
  /** Chunks that ended before the moment and are in the next level. */
  dropChunks(card: number, step: number, before: number): void
  clock(): ClockMemory | null
  setClock(memory: ClockMemory): void
}

type Row = Record<string, unknown>

export function createSampleTables(database: DatabaseSync): SampleTables {
  const statements = new Map<string, StatementSync>()
  function prepared(sql: string): StatementSync {
    const known = statements.get(sql)
    if (known) return known
    const made = database.prepare(sql)
    statements.set(sql, made)
    return made
  }
  const all = (sql: string, ...values: (string | number)[]): Row[] => prepared(sql).all(...values)
  const first = (sql: string, ...values: (string | number)[]): Row | undefined => prepared(sql).get(...values)
  const run = (sql: string, ...values: (string | number | Uint8Array)[]): void => void prepared(sql).run(...values)

  function cardNo(scope: string, gpuId: string): number | null {
    const row = first('SELECT no FROM cards WHERE scope = ? AND gpu_id = ?', scope, gpuId)
    return row ? Number(row['no']) : null
  }
  function level(card: number, step: number): LevelState {
    const row = first('SELECT rolled_no, dropped_to FROM levels WHERE card = ? AND step = ?', card, step)
    return { rolledNo: Number(row?.['rolled_no'] ?? 0), droppedTo: Number(row?.['dropped_to'] ?? 0) }
  }

  return {
    cardNo,
    addCard(scope, gpuId) {
      run('INSERT OR IGNORE INTO cards (scope, gpu_id) VALUES (?, ?)', scope, gpuId)
      return cardNo(scope, gpuId) ?? 0
    },
    cardNos: () => all('SELECT no FROM cards').map((row) => Number(row['no'])),
    addSample(card, row) {
      run('INSERT INTO recent (card, at, sample) VALUES (?, ?, ?)', card, row.at, JSON.stringify([row.joules, row.knownTenths, row.throttle, ...row.units]))
    },
    samples: (card, from = 0, to = Number.MAX_SAFE_INTEGER) =>
      all('SELECT no, at, sample FROM recent WHERE card = ? AND at >= ? AND at < ? ORDER BY no', card, from, to).flatMap((row) => {
        const sample = parseSample(Number(row['at']), row['sample'])
        return sample ? [{ ...sample, no: Number(row['no']) }] : []
      }),
    cardsWithSamples: () => all('SELECT card, min(at) AS first_at FROM recent GROUP BY card').map((row) => ({ card: Number(row['card']), firstAt: Number(row['first_at']) })),
    dropSamples: (card, upToNo) => run('DELETE FROM recent WHERE card = ? AND no <= ?', card, upToNo),
    addChunk(card, block) {
      if (block.length === 0) return
      const from = block.at.reduce((least, at) => Math.min(least, at))
      const to = block.at.reduce((most, at) => Math.max(most, at))
      run('INSERT INTO chunks (card, step, from_at, to_at, length, data) VALUES (?, ?, ?, ?, ?, ?)', card, block.step, from, to, block.length, encodeChunk(block))
    },
    chunks: (card, step, { from, to, afterNo }) =>
      all('SELECT no, from_at, to_at FROM chunks WHERE card = ? AND step = ? AND from_at < ? AND to_at >= ? AND no > ? ORDER BY no', card, step, to, from, afterNo).map((row) => ({
        no: Number(row['no']),
        fromAt: Number(row['from_at']),
        toAt: Number(row['to_at']),
      })),
    chunk(no, metrics) {
      const data = first('SELECT data FROM chunks WHERE no = ?', no)?.['data']
      if (!(data instanceof Uint8Array)) return null
      try {
        return decodeChunk(data, metrics)
      } catch (error) {
        if (error instanceof DamagedBytes) return null
        throw error
      }
    },
    countRows: (card, step, from, to) => Number(first('SELECT sum(length) AS total FROM chunks WHERE card = ? AND step = ? AND from_at < ? AND to_at >= ?', card, step, to, from)?.['total'] ?? 0),
    nextAt(card, from) {
      const inChunks = first('SELECT min(max(from_at, ?)) AS at FROM chunks WHERE card = ? AND to_at >= ?', from, card, from)?.['at']
      const inRecent = first('SELECT min(at) AS at FROM recent WHERE card = ? AND at >= ?', card, from)?.['at']
      const found = [inChunks, inRecent].filter((at) => typeof at === 'number')
      return found.length === 0 ? null : Math.min(...found)
    },
    span(card) {
      const inChunks = first('SELECT min(from_at) AS first, max(to_at + step * 1000) AS last FROM chunks WHERE card = ?', card)
      const inRecent = first('SELECT min(at) AS first, max(at) + 1000 AS last FROM recent WHERE card = ?', card)
      const ends = [inChunks, inRecent].flatMap((row) => (typeof row?.['first'] === 'number' && typeof row['last'] === 'number' ? [{ from: row['first'], to: row['last'] }] : []))
      return ends.length === 0 ? null : { from: Math.min(...ends.map(({ from }) => from)), to: Math.max(...ends.map(({ to }) => to)) }
    },
    level,
    setRolled: (card, step, no) => run('INSERT INTO levels (card, step, rolled_no) VALUES (?, ?, ?) ON CONFLICT (card, step) DO UPDATE SET rolled_no = excluded.rolled_no', card, step, no),
    dropChunks(card, step, before) {
      const { rolledNo } = level(card, step)
      const old = first('SELECT max(to_at) AS at FROM chunks WHERE card = ? AND step = ? AND to_at < ? AND no <= ?', card, step, before, rolledNo)?.['at']
      if (typeof old !== 'number') return
      run('DELETE FROM chunks WHERE card = ? AND step = ? AND to_at < ? AND no <= ?', card, step, before, rolledNo)
      run('INSERT INTO levels (card, step, dropped_to) VALUES (?, ?, ?) ON CONFLICT (card, step) DO UPDATE SET dropped_to = max(dropped_to, excluded.dropped_to)', card, step, old + step * 1000)
    },
    clock() {
      const row = first('SELECT at, trusted_for_ms FROM clock')
      return row ? { at: Number(row['at']), steadyMs: null, trustedForMs: Number(row['trusted_for_ms']) } : null
    },
    setClock: (memory) => run('INSERT OR REPLACE INTO clock (one, at, trusted_for_ms) VALUES (1, ?, ?)', memory.at, Math.round(memory.trustedForMs)),
  }
}

/** null: cannot be understood, and is left out. */
function parseSample(at: number, text: unknown): SampleRow | null {
  try {
    const [joules, knownTenths, throttle, ...units] = JSON.parse(String(text)) as [number, number, string[], ...(number | null)[]]
    if (!Number.isFinite(joules) || !Number.isFinite(knownTenths) || !Array.isArray(throttle)) return null
    return { at, joules, knownTenths, throttle: throttle.map(String), units: Array.from({ length: metricCount }, (_, index) => units[index] ?? Number.NaN) }
  } catch {
    return null
  }
}
