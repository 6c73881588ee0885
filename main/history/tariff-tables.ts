/** Reads and writes dated electricity prices in an opened history. Throws what SQLite throws. */
import type { DatabaseSync } from 'node:sqlite'
import type { TariffInterval } from '../../shared/tariff.ts'

/** A price stays in the money it was told in: a later change of the currency must not turn 0.30 EUR into 0.30 JPY. */
export interface KeptInterval extends TariffInterval {
  /** ISO 4217. */
  currency: string
}

export interface TariffTables {
  /** All or none; intervals that overlap new ones make way for them, what sticks out of the new ones stays. */
  saveIntervals(intervals: readonly TariffInterval[], currency: string): void
  /** Those that touch [from, to), sorted. */
  intervals(from: number, to: number): KeptInterval[]
  /** Where the last one ends; null: none are kept. */
  end(): number | null
  /** Counts them all. null: none are kept. */
  span(): { from: number; to: number; count: number } | null
  clear(): void
}

/** Further than any clock goes; SQLite's integers take it. */
const latestMs = 8.64e15
/** No interval is longer, so that what touches a moment begins near it. */
const longestMs = 31 * 86_400_000

export function createTariffTables(database: DatabaseSync): TariffTables {
  function saveIntervals(intervals: readonly TariffInterval[], currency: string): void {
    const first = intervals[0]
    const last = intervals.at(-1)
    if (!first || !last) return
    const insert = database.prepare('INSERT OR REPLACE INTO tariff_intervals (from_at, to_at, per_kwh, currency) VALUES (?, ?, ?, ?)')
    // Not BEGIN: whoever calls may be in a transaction already.
    database.exec('SAVEPOINT tariff')
    try {
      const old = read(first.from, last.to)
      if (old.length > 0) database.prepare('DELETE FROM tariff_intervals WHERE from_at >= ? AND from_at < ? AND to_at > ?').run(first.from - longestMs, last.to, first.from)
      for (const left of withoutCovered(old, intervals)) insert.run(left.from, left.to, left.perKwh, left.currency)
      for (const { from, to, perKwh } of intervals) insert.run(from, to, perKwh, currency)
    } catch (error) {
      database.exec('ROLLBACK TO tariff; RELEASE tariff')
      throw error
    }
    database.exec('RELEASE tariff')
  }

  function read(from: number, to: number): KeptInterval[] {
    return database
      .prepare('SELECT from_at, to_at, per_kwh, currency FROM tariff_intervals WHERE from_at >= ? AND from_at < ? AND to_at > ? ORDER BY from_at')
      .all(Math.floor(Math.max(from, -latestMs)) - longestMs, Math.ceil(Math.min(to, latestMs)), Math.floor(Math.max(from, -latestMs)))
      .map((row) => ({ from: Number(row['from_at']), to: Number(row['to_at']), perKwh: Number(row['per_kwh']), currency: String(row['currency']) }))
  }

  return {
    saveIntervals,
    intervals: read,
    end() {
      // They do not overlap: the last to begin is the last to end.
      const row = database.prepare('SELECT to_at FROM tariff_intervals ORDER BY from_at DESC LIMIT 1').get()
      return row === undefined ? null : Number(row['to_at'])
    },
    span() {
      const row = database.prepare('SELECT min(from_at) AS first, max(to_at) AS last, count(*) AS count FROM tariff_intervals').get()
      const count = Number(row?.['count'] ?? 0)
      return count === 0 ? null : { from: Number(row?.['first']), to: Number(row?.['last']), count }
    },
    clear() {
      database.exec('DELETE FROM tariff_intervals')
    },
  }
}

/** What of the old intervals no new one covers. Both sorted; the new ones may have holes, and there the old ones hold on. */
function withoutCovered(old: readonly KeptInterval[], fresh: readonly TariffInterval[]): KeptInterval[] {
  const left: KeptInterval[] = []
  let next = 0
  for (const one of old) {
    while ((fresh[next]?.to ?? Infinity) <= one.from) next += 1
    let from = one.from
    for (let i = next; i < fresh.length && from < one.to; i += 1) {
      const cover = fresh[i] as TariffInterval
      if (cover.from >= one.to) break
      if (cover.from > from) left.push({ ...one, from, to: cover.from })
      from = Math.max(from, cover.to)
    }
    if (from < one.to) left.push({ ...one, from })
  }
  return left
}
