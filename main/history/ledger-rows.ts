/** Turns rows of the ledger into entries, puts corrections into the entries they correct, and adds up. Pure. */
import { ledgerKinds, type LedgerEntry, type LedgerPage, type LedgerRow, type LedgerSums } from '../../shared/ledger.ts'
import type { KeptPromise, QuietSpan } from './ledger-tables.ts'

/** What the database added up for one kind in one month. */
export interface SumRow {
  kind: string
  /** "2026-11". */
  month: string
  entries: number
  usd: number
  kwh: number
  unvalued: number
}

export function addUp(rows: readonly SumRow[]): Pick<LedgerPage, 'sums' | 'months'> {
  const of = (kind: string, month?: string): number => added(rows.filter((row) => row.kind === kind && (month === undefined || row.month === month)).map((row) => row.usd))
  const own = rows.filter((row) => row.kind !== 'correction')
  const [incomeUsd, electricityUsd, feesUsd] = [of('income'), of('electricity'), of('fee')]
  const sums: LedgerSums = {
    incomeUsd,
    electricityUsd,
    feesUsd,
    capitalInUsd: of('capital-in'),
    capitalOutUsd: of('capital-out'),
    netUsd: added([incomeUsd, -electricityUsd, -feesUsd]),
    kwh: added(own.map((row) => row.kwh)),
    unvalued: own.reduce((sum, row) => sum + row.unvalued, 0),
  }
  const months = [...new Set(own.map((row) => row.month))].sort()
  return { sums, months: months.map((month) => ({ month, incomeUsd: of('income', month), electricityUsd: of('electricity', month), feesUsd: of('fee', month) })) }
}

/** `corrections`: of these entries, oldest first. A correction itself stands as it is. */
export function withCorrections(entries: readonly LedgerEntry[], corrections: readonly LedgerEntry[]): LedgerRow[] {
  const byEntry = Map.groupBy(corrections, (one) => one.corrects)
  return entries.map((entry) => {
    const own = entry.corrects === null ? (byEntry.get(entry.id) ?? []) : []
    const valued = [entry, ...own].map((one) => one.fair.usd).filter((usd) => usd !== null)
    return {
      ...entry,
      standingAmount: own.length === 0 ? entry.amount : added([entry, ...own].map((one) => one.amount)),
      standingUsd: valued.length === 0 ? null : valued.length === 1 ? (valued[0] ?? null) : added(valued),
      correctedBy: own.map((one) => one.id),
    }
  })
}

function added(terms: readonly number[]): number {
  return tidy(terms.reduce((sum, term) => sum + term, 0), Math.max(0, ...terms.map(Math.abs)))
}

/** Takes away what doubles leave behind when things of this size are added and taken off again: 0.30000000000000004, 597.309999999999, 1e-17. */
function tidy(sum: number, scale: number): number {
  const places = 14 - Math.floor(Math.log10(Math.max(Math.abs(scale), 1e-15)))
  return places < 0 ? sum : Number(sum.toFixed(Math.min(places, 30))) + 0
}

export function parseEntry(document: unknown): LedgerEntry | null {
  try {
    const value = JSON.parse(String(document)) as Partial<LedgerEntry> | null
    const isWhole =
      value !== null &&
      typeof value.id === 'string' &&
      ledgerKinds.some((kind) => kind === value.kind) &&
      typeof value.at === 'number' &&
      typeof value.day === 'string' &&
      typeof value.asset === 'string' &&
      typeof value.amount === 'number' &&
      typeof value.fair === 'object' &&
      value.fair !== null
    return isWhole ? (value as LedgerEntry) : null
  } catch {
    return null
  }
}

export function parsePromise(document: unknown): KeptPromise | null {
  try {
    const value = JSON.parse(String(document)) as Partial<KeptPromise> | null
    const isWhole = value !== null && typeof value.day === 'string' && typeof value.programmeId === 'string' && typeof value.promised === 'object' && value.promised !== null && typeof value.madeAt === 'number'
    return isWhole ? (value as KeptPromise) : null
  } catch {
    return null
  }
}

export function parseQuiet(document: unknown): QuietSpan | null {
  try {
    const value = JSON.parse(String(document)) as Partial<QuietSpan> | null
    const isWhole = value !== null && typeof value.id === 'string' && typeof value.programmeId === 'string' && typeof value.covers?.from === 'number' && typeof value.covers.to === 'number'
    return isWhole ? (value as QuietSpan) : null
  } catch {
    return null
  }
}
