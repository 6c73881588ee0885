/** Writes the ledger as CSV or JSON, for one year or all, with worth in one currency; README.md says what every column is. */
import { setImmediate as rest } from 'node:timers/promises'
import { stringify } from 'csv-stringify/sync'
import type { LedgerExport, LedgerRow } from '../../shared/ledger.ts'
import type { Priced } from '../../shared/market-data.ts'
import type { LedgerPlace, LedgerTables } from '../history/ledger-tables.ts'
import { NotPossible } from '../system/not-possible.ts'
import { mapLimited } from './limited.ts'
import type { NearRate } from './near-rate.ts'

/** Rows between which whoever else waits gets a turn. */
const rowsAtOnce = 1000
const askedAtOnce = 4

/** What a day's rate is: one unit in USD, and where that was read. */
interface Rate {
  usdPerUnit: number
  source: string
  takenAt: number | null
  /** Not of the day itself. */
  isNear?: boolean
}

export interface ExportParts {
  tables: Pick<LedgerTables, 'batch' | 'days'>
  priceAt(symbol: string, at: number): Promise<Priced | null>
  /** A rate near a moment, without asking; left out: none. */
  nearRate?(code: string, at: number): NearRate | null
  now: number
  /** ISO 4217. */
  currency: string
  /** What is to be said beside what shows here. */
  remarks: readonly string[]
  /** How long rates are asked for before the rest is left out; 2 min. */
  patienceMs?: number
}

export interface Exported {
  fileName: string
  text: string
  entries: number
  remarks: string[]
}

type Cell = string | number | null

/** In this order. */
export const fullColumns = [
  'date_time_utc', 'day', 'kind', 'network', 'programme', 'gpu', 'asset', 'amount', 'usd_at_receipt', 'price_source', 'price_time', 'fiat_currency', 'fiat_amount',
  'fx_rate', 'fx_date', 'fx_source', 'kwh', 'covers_from', 'covers_to', 'origin', 'reference', 'note', 'id', 'corrects', 'recorded_at_utc',
] as const
/** Of the universal template: https://support.koinly.io/en/articles/9489976-how-to-create-a-custom-csv-file-with-your-data */
export const koinlyColumns = ['Date', 'Sent Amount', 'Sent Currency', 'Received Amount', 'Received Currency', 'Fee Amount', 'Fee Currency', 'Net Worth Amount', 'Net Worth Currency', 'Label', 'Description', 'TxHash'] as const

/** Throws NotPossible for a preset that has no such format. */
export async function exportLedger(parts: ExportParts, { format, preset, year }: Pick<LedgerExport, 'format' | 'preset' | 'year'>): Promise<Exported> {
  if (preset === 'koinly' && format === 'json') throw new NotPossible('Tax tools import CSV: leave the format out, or export everything as JSON without the preset.')
  const { tables, currency } = parts
  const rates = await ratesOf(parts, tables.days(year))
  const lacking: Lacking = { rates: new Set(), near: new Map(), values: 0, moved: 0 }
  const pieces: string[] = []
  let entries = 0
  let after: LedgerPlace | null = null
  do {
    const { rows, next }: { rows: LedgerRow[]; next: LedgerPlace | null } = tables.batch(year, after, rowsAtOnce)
    const cells = rows.flatMap((row) => {
      const usd = preset === 'full' ? row.fair.usd : row.standingUsd
      const fiat = fiatOf(row, preset === 'full' ? row.amount : row.standingAmount, usd, currency, rates)
      const made = preset === 'full' ? fullCells(row, currency, fiat) : koinlyCells(row, currency, fiat)
      if (preset !== 'full' && isMoved(row) && row.standingAmount !== 0) lacking.moved++
      if (made === null) return []
      // A correction of an amount without a worth is told with its entry.
      if (row.kind !== 'correction' && row.standingUsd === null) lacking.values++
      else if (fiat === null && usd !== null) lacking.rates.add(row.day)
      if (fiat?.isNear === true && fiat.takenAt !== null) lacking.near.set(row.day, iso(fiat.takenAt).slice(0, 10))
      return [made]
    })
    entries += cells.length
    if (cells.length > 0) pieces.push(format === 'csv' ? csv(cells) : json(cells))
    after = next
    if (after !== null) await rest()
  } while (after !== null)
  const remarks = [...remarksOf(lacking, currency), ...parts.remarks]
  const columns = preset === 'full' ? fullColumns : koinlyColumns
  const text = format === 'csv' ? csv([[...columns]]) + pieces.join('') : `${head({ madeAt: new Date(parts.now).toISOString(), year, currency, remarks })},\n"entries": [\n${pieces.join(',\n')}\n]}\n`
  return { fileName: `idlewatt-${preset === 'full' ? 'ledger' : preset}-${year ?? 'all'}-${currency}.${format}`, text, entries, remarks }
}

/** One question a day. What was answered is kept by whoever answers, so that another export goes on from there. */
async function ratesOf({ priceAt, nearRate, currency, now, patienceMs = 120_000 }: ExportParts, days: readonly string[]): Promise<Map<string, Rate>> {
  if (currency === 'USD') return new Map()
  const began = performance.now()
  const found = await mapLimited(days, askedAtOnce, async (day): Promise<[string, Rate] | null> => {
    const at = Math.min(Date.parse(`${day}T12:00:00Z`), now)
    const priced = performance.now() - began > patienceMs ? null : await priceAt(currency, at).catch(() => null)
    if (priced !== null && Number.isFinite(priced.usd) && priced.usd > 0) return [day, { usdPerUnit: priced.usd, source: priced.source.url, takenAt: priced.takenAt }]
    const near = nearRate?.(currency, at) ?? null
    return near === null ? null : [day, { usdPerUnit: near.usdPerUnit, source: near.source.url, takenAt: near.takenAt, isNear: true }]
  })
  return new Map(found.filter((one) => one !== null))
}

/** What it was worth in the currency asked for. */
interface Fiat {
  amount: number
  /** Units of the currency for one USD; null: it was in that currency anyway. */
  perUsd: number | null
  takenAt: number | null
  source: string
  isNear?: boolean
}

function fiatOf(row: LedgerRow, amount: number, usd: number | null, currency: string, rates: ReadonlyMap<string, Rate>): Fiat | null {
  // Paid in that very currency: nothing is converted, unless its owner said what it was worth.
  if (row.asset === currency && amount !== 0) return { amount, perUsd: null, takenAt: null, source: 'the amount itself' }
  if (usd === null) return null
  if (currency === 'USD') return { amount: usd, perUsd: 1, takenAt: null, source: '' }
  const rate = rates.get(row.day)
  return rate === undefined ? null : { amount: usd / rate.usdPerUnit, perUsd: 1 / rate.usdPerUnit, takenAt: rate.takenAt, source: rate.source, isNear: rate.isNear === true }
}

function fullCells(row: LedgerRow, currency: string, fiat: Fiat | null): Cell[] {
  return [
    iso(row.at), row.day, row.kind, text(row.networkId), text(row.programmeId), text(row.gpuId), text(row.asset), row.amount, row.fair.usd, text(priceSource(row)), iso(row.fair.takenAt), fiat === null ? '' : currency, fiat?.amount ?? null,
    fiat?.perUsd ?? null, iso(fiat?.takenAt ?? null).slice(0, 10), text(fiat?.source ?? ''), row.kwh, iso(row.covers?.from ?? null), iso(row.covers?.to ?? null), row.origin, text(row.reference), text(row.note), text(row.id), text(row.corrects), iso(row.recordedAt),
  ]
}

function priceSource({ asset, fair }: LedgerRow): string {
  if (fair.source !== null) return fair.source.url
  if (fair.usd === null) return ''
  return asset === 'USD' ? 'the amount itself' : fair.takenAt === null ? 'entered by hand' : 'rate of the settings'
}

/** null: struck out, or a correction, which stands in the entry that it corrects. */
function koinlyCells(row: LedgerRow, currency: string, fiat: Fiat | null): Cell[] | null {
  if (row.kind === 'correction' || row.standingAmount === 0 || isMoved(row)) return null
  // Electricity whose price was below zero brought something.
  const isReceived = row.kind === 'income' ? row.standingAmount > 0 : row.standingAmount < 0
  const amount = Math.abs(row.standingAmount)
  const worth = fiat ? { amount: Math.abs(fiat.amount), currency } : row.standingUsd === null ? null : { amount: Math.abs(row.standingUsd), currency: 'USD' }
  const label = row.kind === 'income' ? 'reward' : (row.kind === 'electricity' || row.kind === 'fee') && !isReceived ? 'cost' : ''
  const about = [row.kind, row.programmeId ?? row.networkId, row.gpuId, row.note].filter((part) => part !== null && part !== undefined).join('; ')
  return [
    `${iso(row.at).replace('T', ' ').slice(0, 19)} UTC`,
    isReceived ? null : amount, isReceived ? '' : text(row.asset),
    isReceived ? amount : null, isReceived ? text(row.asset) : '',
    null, '',
    worth?.amount ?? null, worth?.currency ?? '',
    label, text(about), txHashOf(row.reference),
  ]
}

/** Capital that was locked or freed is neither sold nor bought, and an untagged withdrawal would be taken for a sale. */
function isMoved(row: Pick<LedgerRow, 'kind'>): boolean {
  return row.kind === 'capital-in' || row.kind === 'capital-out'
}

/** Only what is the id of a transaction: a reference may also be an address with a day, or an invoice. */
function txHashOf(reference: string | null): string {
  const [first = ''] = (reference ?? '').split(':')
  return /^(0x)?[0-9a-fA-F]{64}$/.test(first) || /^[1-9A-HJ-NP-Za-km-z]{86,90}$/.test(first) ? first : ''
}

function iso(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString().replace('.000Z', 'Z')
}

/** A spreadsheet would run a text that begins like a formula. */
function text(value: string | null | undefined): string {
  if (value === null || value === undefined) return ''
  return /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value
}

function csv(rows: readonly Cell[][]): string {
  return stringify(rows as Cell[][], { record_delimiter: 'windows', quoted_match: /[\r\n]/, cast: { number: plain } })
}

/** Without an exponent, which few tables read: 0.0000001. */
export function plain(value: number): string {
  const short = String(value)
  return short.includes('e') ? (Math.abs(value) >= 1 ? BigInt(value).toString() : value.toFixed(20).replace(/0+$/, '')) : short
}

function json(rows: readonly Cell[][]): string {
  return rows.map((row) => JSON.stringify(Object.fromEntries(fullColumns.map((name, i) => [name, bare(row[i] ?? null)])))).join(',\n')
}

/** JSON knows "nothing", and runs no formulas. */
function bare(cell: Cell): Cell {
  if (cell === '') return null
  return typeof cell === 'string' && /^'[=+\-@\t\r\n]/.test(cell) ? cell.slice(1) : cell
}

function head(facts: Record<string, unknown>): string {
  return JSON.stringify(facts, null, 1).replace(/\n\}$/, '')
}

/** What is to be said of the rows that were written. */
interface Lacking {
  /** Days without any rate; and days that another day's rate stands for, with that day. */
  rates: Set<string>
  near: Map<string, string>
  values: number
  moved: number
}

function remarksOf(lacking: Lacking, currency: string): string[] {
  const remarks: string[] = []
  if (lacking.moved > 0) remarks.push(`${lacking.moved} ${lacking.moved === 1 ? 'entry' : 'entries'} of capital locked or freed ${lacking.moved === 1 ? 'is' : 'are'} left out: a tax program would take ${lacking.moved === 1 ? 'it' : 'them'} for a sale or a purchase.`)
  if (lacking.values > 0) remarks.push(`${lacking.values} ${lacking.values === 1 ? 'entry has' : 'entries have'} no known worth: the amount is there, the money columns are empty. A correction can give one.`)
  const days = [...lacking.rates]
  if (days.length > 0) remarks.push(`No rate of ${currency} is known for ${days.length === 1 ? `${days[0] ?? ''}` : `${days.length} days (${days[0] ?? ''} the first)`}: what is worth something on ${days.length === 1 ? 'it' : 'them'} is in USD alone. Rates that were read are kept: exported again, more may be known.`)
  const near = [...lacking.near]
  const [first] = near
  if (first !== undefined) {
    const used = [...new Set(near.map(([, of]) => of))].sort()
    const they = near.length === 1 ? 'it' : 'them'
    remarks.push(`The rate of ${currency} of ${near.length === 1 ? first[0] : `${near.length} days (${first[0]} the first)`} is not known here: the nearest that is known stands for ${they}, ${used.length === 1 ? `that of ${used[0] ?? ''}` : `of days from ${used[0] ?? ''} to ${used.at(-1) ?? ''}`}. Exported again where rates can be asked for, it may be the day's own.`)
  }
  return remarks
}
