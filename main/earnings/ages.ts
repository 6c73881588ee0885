/** How old a figure is, in words, and whether that is too old. */

const hour = 3_600_000
export const day = 24 * hour

/** Token prices move by the hour; reference rates are published once a working day. */
export const tokenShelfLifeMs = day
export const currencyShelfLifeMs = 7 * day

/** "65 days old". Days from two days on, else hours; null: undated. */
export function ageInWords(takenAt: number | null, at: number): string {
  if (takenAt === null) return 'undated'
  const age = at - takenAt
  if (age < 0) return 'dated after the time asked about'
  if (age < hour) return 'less than an hour old'
  if (age < 2 * day) return `${Math.floor(age / hour)} h old`
  return `${Math.floor(age / day)} days old`
}

/** What is undated counts as too old: nobody can say that it is not. */
export function isStale(takenAt: number | null, at: number, shelfLifeMs: number): boolean {
  return takenAt === null || at - takenAt > shelfLifeMs
}
