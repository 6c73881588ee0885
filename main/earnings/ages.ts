/** How old a figure is, in words, and whether that is too old. */
import { aheadMs } from '../../shared/market-data.ts'

const hour = 3_600_000
export const day = 24 * hour

/** "65 days old". Days from two days on, else hours; null: undated. A date that lies ahead has no age. */
export function ageInWords(takenAt: number | null, at: number): string {
  if (takenAt === null) return 'undated'
  const age = at - takenAt
  if (isAhead(takenAt, at)) return `dated ${new Date(takenAt).toISOString().slice(0, 10)}, after the time asked about`
  if (age < hour) return 'less than an hour old'
  if (age < 2 * day) return `${Math.floor(age / hour)} h old`
  return `${Math.floor(age / day)} days old`
}

/** What is undated, or dated ahead, counts as too old: nobody can say that it is not. */
export function isStale(takenAt: number | null, at: number, shelfLifeMs: number): boolean {
  return takenAt === null || isAhead(takenAt, at) || at - takenAt > shelfLifeMs
}

/** So far from the time asked about that a price says next to nothing of it. */
export function isFarOff(takenAt: number | null, at: number): boolean {
  return takenAt !== null && at - takenAt > 366 * day
}

/** A "market file from next year": such a date is a slip, or this machine's clock is. */
export function isAhead(takenAt: number | null, at: number): boolean {
  return takenAt !== null && takenAt - at > aheadMs
}
