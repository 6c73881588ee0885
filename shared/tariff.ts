/** What a kilowatt-hour costs at which hour. Prices are in the currency of the settings unless a name says USD. Pure. */

/** Hours of a week, Monday 00:00 to 01:00 first, by the wall clock of `zone`. */
export const hoursPerWeek = 168

/** A file of prices of a year in quarters of an hour has 2 MB; more than this at once holds up everything else. In characters. */
export const mostPriceText = 5_000_000

/** [from, to) in ms since epoch. Prices may be negative. */
export interface TariffInterval {
  from: number
  to: number
  perKwh: number
}

/** What was read from a file of dated prices. */
export interface TariffImport {
  intervals: number
  from: number
  to: number
  stepMinutes: number
  zone: string
  /** Days of 23 or 25 hours that were met: "2026-03-29 (23 hours)". */
  unusualDays: string[]
  /** Holes and what else a user should know. */
  remarks: string[]
  /** In `currency`, that of the settings. */
  least: number
  mean: number
  greatest: number
  currency: string
  /** The same as the file has them. */
  inFile: { currency: string; least: number; mean: number; greatest: number }
}

/** Where the tariff stands. */
export interface TariffReading {
  /** Of the weekly table, and of times in a file that name none. */
  zone: string
  /** In the currency of the settings; null: no price is set. */
  now: { perKwh: number; how: string } | null
  /** Dated prices that are kept, whether they hold or not; null: none. */
  dated: { from: number; to: number; count: number } | null
}
