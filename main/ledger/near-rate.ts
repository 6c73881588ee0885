/** What a currency was worth near a day of which no rate can be had: as it was kept, or the one in use now, which may be the bundled one. */
import { knownCurrencies } from '../../shared/ledger.ts'
import type { Source } from '../../shared/network.ts'
import type { MarketTables } from '../history/market-tables.ts'
import { isoDay } from './entries.ts'

/** Reference rates move a few per cent in such a time; beyond it an old one says too little. */
export const nearWithinMs = 120 * 86_400_000

/** One unit in USD, and when and where that was read. */
export interface NearRate {
  usdPerUnit: number
  source: Source
  takenAt: number
}

export interface NearRateParts {
  tables: Pick<MarketTables, 'priceNear'>
  /** Where the rates of a day (YYYY-MM-DD) are published. */
  urlOf(day: string): string
  /** The rate in use; null: none. */
  inUse(code: string): { usdPerUnit: number; source: Source | null; takenAt: number | null } | null
}

/** Asks nobody. null: none within 120 days of the moment, or no currency. Throws what SQLite throws. */
export function createNearRate({ tables, urlOf, inUse }: NearRateParts): (code: string, at: number) => NearRate | null {
  return (code, at) => {
    if (!knownCurrencies.some((one) => one === code)) return null
    const kept = tables.priceNear(code, at, nearWithinMs)
    const used = inUse(code)
    const known: NearRate[] = [
      ...(kept === null ? [] : [{ usdPerUnit: kept.usd, source: { url: urlOf(isoDay(kept.at)), date: isoDay(kept.at) }, takenAt: kept.at }]),
      ...(used === null || used.source === null || used.takenAt === null ? [] : [{ usdPerUnit: used.usdPerUnit, source: used.source, takenAt: used.takenAt }]),
    ]
    const away = (one: NearRate): number => Math.abs(one.takenAt - at)
    const [nearest] = known.filter((one) => away(one) <= nearWithinMs && Number.isFinite(one.usdPerUnit) && one.usdPerUnit > 0).sort((one, other) => away(one) - away(other))
    return nearest ?? null
  }
}
