/** Reads and writes what is remembered of cards and alerts in an opened history. Throws what SQLite throws. */
import type { DatabaseSync } from 'node:sqlite'
import type { Alert } from '../../shared/health.ts'
import type { KnownCard } from '../../shared/machine.ts'

/** A card of this machine (scope null) or of a recorded one. */
export type ScopedCard = KnownCard & { scope: string | null; isForgotten: boolean }

export interface CardTables {
  /** Without forgotten ones. */
  cards(scope: string): KnownCard[]
  /** With forgotten ones: what was recorded of them is still there. */
  allCards(): ScopedCard[]
  /** Whether samples or facts of the card were ever kept, also of a forgotten one. */
  card(scope: string, gpuId: string): { name: string | null } | null
  saveCards(scope: string, cards: readonly KnownCard[]): void
  forgetCard(scope: string, gpuId: string): void
  saveAlerts(scope: string, alerts: readonly Alert[]): void
  openAlerts(scope: string): Alert[]
  /** Newest first. */
  endedAlerts(scope: string, limit: number): Alert[]
}

const mostEndedAlerts = 1000

export function createCardTables(database: DatabaseSync, complain: (sentence: string) => void): CardTables {
  function parsed<T>(text: unknown, isWhole: (value: Record<string, unknown>) => boolean, what: string): T[] {
    try {
      const value = JSON.parse(String(text)) as Record<string, unknown> | null
      if (typeof value === 'object' && value !== null && isWhole(value)) return [value as T]
    } catch {
      // Complained of below.
    }
    complain(`${what} that was kept could not be read and is left out`)
    return []
  }
  const cardOf = (row: Record<string, unknown>): KnownCard[] => parsed(row['document'], isCard, 'a card')
  const alertOf = (row: Record<string, unknown>): Alert[] => parsed(row['document'], isAlert, 'an alert')

  return {
    cards: (scope) => database.prepare('SELECT document FROM cards WHERE scope = ? AND forgotten = 0 AND document IS NOT NULL ORDER BY no').all(scope).flatMap(cardOf),
    allCards: () =>
      database
        .prepare('SELECT scope, document, forgotten FROM cards WHERE document IS NOT NULL ORDER BY scope, no')
        .all()
        .flatMap((row) => cardOf(row).map((card) => ({ ...card, scope: row['scope'] === '' ? null : String(row['scope']), isForgotten: row['forgotten'] !== 0 }))),
    card(scope, gpuId) {
      const row = database.prepare('SELECT document FROM cards WHERE scope = ? AND gpu_id = ?').get(scope, gpuId)
      if (!row) return null
      return { name: row['document'] === null ? null : (cardOf(row)[0]?.gpu.name ?? null) }
    },
    saveCards(scope, cards) {
      const save = database.prepare('INSERT INTO cards (scope, gpu_id, document) VALUES (?, ?, ?) ON CONFLICT (scope, gpu_id) DO UPDATE SET document = excluded.document, forgotten = 0')
      for (const card of cards) save.run(scope, card.gpuId, JSON.stringify(card))
    },
    forgetCard(scope, gpuId) {
      database.prepare('UPDATE cards SET forgotten = 1 WHERE scope = ? AND gpu_id = ?').run(scope, gpuId)
    },
    saveAlerts(scope, alerts) {
      const save = database.prepare('INSERT OR REPLACE INTO alerts (scope, id, since, until, document) VALUES (?, ?, ?, ?, ?)')
      for (const alert of alerts) save.run(scope, alert.id, Math.round(alert.since), alert.until === null ? null : Math.round(alert.until), JSON.stringify(alert))
      if (alerts.some((alert) => alert.until !== null)) {
        database
          .prepare('DELETE FROM alerts WHERE scope = ? AND until < (SELECT until FROM alerts WHERE scope = ? AND until IS NOT NULL ORDER BY until DESC LIMIT 1 OFFSET ?)')
          .run(scope, scope, mostEndedAlerts)
      }
    },
    openAlerts: (scope) => database.prepare('SELECT document FROM alerts WHERE scope = ? AND until IS NULL ORDER BY since').all(scope).flatMap(alertOf),
    endedAlerts: (scope, limit) => database.prepare('SELECT document FROM alerts WHERE scope = ? AND until IS NOT NULL ORDER BY until DESC LIMIT ?').all(scope, limit).flatMap(alertOf),
  }
}

function isCard(value: Record<string, unknown>): boolean {
  const gpu = value['gpu'] as { name?: unknown } | null | undefined
  return typeof value['gpuId'] === 'string' && typeof value['firstSeenAt'] === 'number' && typeof gpu === 'object' && gpu !== null && typeof gpu.name === 'string'
}

function isAlert(value: Record<string, unknown>): boolean {
  return typeof value['id'] === 'string' && typeof value['since'] === 'number' && Array.isArray(value['evidence'])
}
