/** The events in an opened history. Throws what SQLite throws. */
import type { DatabaseSync } from 'node:sqlite'
import { historyEventIds, type HistoryEvent, type HistoryEventId } from '../../shared/history.ts'

export interface EventsRange {
  /** null: those of the machine alone; left out: of every card and the machine. */
  gpuId?: string | null | undefined
  from: number
  to: number
  limit: number
  /** Left out: of every kind. */
  ids?: readonly HistoryEventId[] | undefined
  /** Left out: of every programme and none. */
  programmeId?: string | undefined
}

/** Programs that come and go fill the list; what is rare is worth keeping for good. */
const processEventsKeptMs = 90 * 86_400_000
const mostEvents = 200_000

export function addEvents(database: DatabaseSync, scope: string, events: readonly HistoryEvent[]): void {
  const insert = database.prepare('INSERT INTO events (scope, gpu_id, at, id, sentence, programme_id) VALUES (?, ?, ?, ?, ?, ?)')
  for (const event of events) insert.run(scope, event.gpuId, Math.round(event.at), event.id, event.sentence, event.programmeId ?? null)
}

/** Newest first. */
export function readEvents(database: DatabaseSync, scope: string, range: EventsRange, only: 'all' | 'processes' | 'rare' = 'all'): HistoryEvent[] {
  const ofProcesses = "(id IN ('process-came', 'process-went') OR id LIKE 'job-%')"
  const kinds = only === 'all' ? '' : only === 'processes' ? `AND ${ofProcesses}` : `AND NOT ${ofProcesses}`
  const card = range.gpuId === undefined ? '' : range.gpuId === null ? 'AND gpu_id IS NULL' : 'AND gpu_id = ?'
  const named = range.ids === undefined ? '' : `AND id IN (${range.ids.map(() => '?').join()})`
  const programme = range.programmeId === undefined ? '' : 'AND programme_id = ?'
  const values = [scope, range.from, range.to, ...(typeof range.gpuId === 'string' ? [range.gpuId] : []), ...(range.ids ?? []), ...(range.programmeId === undefined ? [] : [range.programmeId]), range.limit]
  return database
    .prepare(`SELECT gpu_id, at, id, sentence, programme_id FROM events WHERE scope = ? AND at >= ? AND at < ? ${card} ${kinds} ${named} ${programme} ORDER BY at DESC, no DESC LIMIT ?`)
    .all(...values)
    .flatMap(eventOf)
}

/** What a chart marks: the card's events and the machine's, oldest first. Where there are too many, the oldest and the programs' give way. */
export function eventsOfCard(database: DatabaseSync, scope: string, gpuId: string, from: number, to: number): HistoryEvent[] {
  return [
    ...readEvents(database, scope, { gpuId, from, to, limit: 1000 }, 'rare'),
    ...readEvents(database, scope, { gpuId: null, from, to, limit: 500 }, 'rare'),
    ...readEvents(database, scope, { gpuId, from, to, limit: 500 }, 'processes'),
  ].sort((one, other) => one.at - other.at)
}

/** `now` must be a time that is believed. */
export function dropOldEvents(database: DatabaseSync, now: number): void {
  database.prepare("DELETE FROM events WHERE at < ? AND (id IN ('process-came', 'process-went') OR id LIKE 'job-%')").run(now - processEventsKeptMs)
  database.prepare('DELETE FROM events WHERE no <= (SELECT max(no) FROM events) - ?').run(mostEvents)
}

/** Events that this version does not know are left out. */
function eventOf(row: Record<string, unknown>): HistoryEvent[] {
  const id = historyEventIds.find((known) => known === row['id'])
  if (!id) return []
  return [{ at: Number(row['at']), id, gpuId: typeof row['gpu_id'] === 'string' ? row['gpu_id'] : null, ...(typeof row['programme_id'] === 'string' ? { programmeId: row['programme_id'] } : {}), sentence: String(row['sentence']) }]
}
