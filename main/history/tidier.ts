/** Keeps the file small while it is written: after each turn one card's worth of rolling up or throwing away, so that no turn takes long. */
import type { DatabaseSync } from 'node:sqlite'
import { trustAfterMs, type ClockMemory } from './clock-watch.ts'
import { dropOldEvents } from './events.ts'
import { dropOld, seal, stretchOf } from './rolling.ts'
import type { SampleTables } from './sample-tables.ts'
import { inTransaction } from './sqlite-errors.ts'

export interface Tidier {
  /** A sample of the card was written. */
  wrote(card: number, at: number): void
  /** Throws what SQLite throws. */
  tidy(database: DatabaseSync, tables: SampleTables, now: { at: number; steadyMs: number }, clock: ClockMemory | null): void
}

const tidyEveryMs = 3_600_000

export function createTidier(unsealedCards: { card: number; firstAt: number }[]): Tidier {
  /** The stretch of each card's oldest sample that is not in a chunk. */
  const unsealed = new Map(unsealedCards.map(({ card, firstAt }) => [card, stretchOf(firstAt)]))
  let tidiedAt: number | null = null
  let untidied: number[] = []

  return {
    wrote(card, at) {
      if (!unsealed.has(card)) unsealed.set(card, stretchOf(at))
    },
    tidy(database, tables, now, clock) {
      const stretch = stretchOf(now.at)
      const due = [...unsealed].find(([, oldest]) => oldest !== stretch)?.[0]
      if (due !== undefined) {
        inTransaction(database, 'BEGIN IMMEDIATE', () => {
          seal(tables, due, stretch)
          if (clock) tables.setClock(clock)
        })
        if (tables.samples(due).length > 0) unsealed.set(due, stretch)
        else unsealed.delete(due)
      }
      // A clock that jumped a year ahead must not throw a year away.
      if (clock === null || clock.trustedForMs < trustAfterMs) return
      if (tidiedAt === null || now.steadyMs - tidiedAt >= tidyEveryMs) {
        tidiedAt = now.steadyMs
        untidied = tables.cardNos()
        inTransaction(database, 'BEGIN IMMEDIATE', () => dropOldEvents(database, now.at))
        return
      }
      const card = untidied.shift()
      if (card !== undefined) inTransaction(database, 'BEGIN IMMEDIATE', () => dropOld(tables, card, now.at))
    },
  }
}
