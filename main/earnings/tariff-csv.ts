/** Reads a CSV of dated electricity prices, as exchanges and suppliers export them, into intervals. Pure; refuses with a sentence. */
import { parse } from 'csv-parse/sync'
import { numberWords } from '../../shared/sentence-numbers.ts'
import type { TariffInterval } from '../../shared/tariff.ts'
import { NotPossible } from '../system/not-possible.ts'
import { dayOrderOf, decimalMarkOf, farYear, isMissing, momentsOf, readPrice, readTime, splitRange, utcOf, type CellTime, type DayOrder } from './tariff-csv-cells.ts'
import type { RateReader } from './money-settings.ts'
import { findColumns, readPriceWords, type Columns, type PriceUnit } from './tariff-csv-columns.ts'
import { settleRows, type ReadRow } from './tariff-csv-rows.ts'
import { wallText } from './tariff-week.ts'

export interface PriceFile {
  text: string
  /** Its name, for sentences. */
  from: string
  /** Zone of times that name none, where the file does not say. */
  zone: string
  /** The user named that zone for this file. */
  isZoneGiven: boolean
  unit: 'auto' | PriceUnit
  /** The settings' currency: of prices that name none. */
  currency: string
  /** What the user said its prices are in; left out: as it says itself. */
  givenCurrency?: string | undefined
  /** USD for one unit; null: no rate is known. Limits are judged in USD. */
  usdPerUnit: RateReader
}

export interface PricesRead {
  /** Sorted, not overlapping. Prices of one kilowatt-hour in `currency`. */
  intervals: TariffInterval[]
  currency: string
  /** Zone that its times were read in. */
  zone: string
  stepMinutes: number
  remarks: string[]
}

const perUnit: Record<PriceUnit, number> = { 'per-kwh': 1, 'per-mwh': 1000, 'cent-per-kwh': 100 }
const unitWords: Record<PriceUnit, string> = { 'per-kwh': 'per kWh', 'per-mwh': 'per MWh', 'cent-per-kwh': 'in cents per kWh' }
/** Beyond these a wrong unit is likelier than the truth; USD. */
const usdRange = { least: -5, most: 10 }
/** Where no rate is known, as wide as the settings take a price: 40 JPY is common. */
const unjudged = { least: -1000, most: 1000 }
/** What stands above the header in some exports. */
const mostPreamble = 30
const mostRows = 600_000

interface Line {
  no: number
  cells: string[]
}

/** Throws NotPossible with a sentence that names the line. */
export function readPriceFile(file: PriceFile): PricesRead {
  const lines = readLines(file)
  const { columns, header, rows } = findHeader(file, lines)
  const dates = dayOrderOf(rows.map((row) => row.cells[columns.from] ?? ''))
  if (dates === null) throw new NotPossible(`The dates in ${file.from} contradict each other: in some the day comes first, in some the month.`)
  const mark = decimalMarkOf(rows.map((row) => row.cells[columns.price] ?? ''))
  const { unit, currency, saidUnit, saidCurrency } = moneyOf(file, columns, header, rows[0])
  const rate = file.usdPerUnit(currency)
  if (rate === null && currency !== file.currency) throw new NotPossible(`The prices in ${file.from} are in ${currency}, and no exchange rate is known for it. Nothing was imported.`)
  const zone = columns.zone === 'UTC' ? 'UTC' : file.isZoneGiven ? file.zone : (columns.zone ?? file.zone)

  const prices: Priced[] = []
  let missing = 0
  for (const row of rows) {
    const cell = row.cells[columns.price] ?? ''
    if (isMissing(cell)) {
      missing += 1
      continue
    }
    const price = readPrice(cell, mark)
    if (price === null) throw new NotPossible(`Line ${row.no} of ${file.from}: ${quoted(cell)} is no price.`)
    const perKwh = price / perUnit[unit]
    const usd = perKwh * (rate ?? 1)
    const range = rate === null ? unjudged : usdRange
    if (usd < range.least || usd > range.most) throw new NotPossible(tooFar(row, file, perKwh, currency, unit))
    prices.push({ row, perKwh })
  }
  if (prices.length === 0) throw new NotPossible(`${file.from} holds no prices: ${missing > 0 ? 'every price in it is left open' : 'there is nothing under its header'}.`)
  const settle = (order: DayOrder): ReturnType<typeof settleRows> => settleRows(prices.map(({ row, perKwh }): ReadRow => ({ line: row.no, perKwh, ...timesOf(row, columns, order, zone, file) })), file.from, (at) => wallText(at, zone))
  const likely = dates.isSure ? dates.order : writesMonthFirst(header[columns.price] ?? '', zone) ? 'month-first' : 'day-first'
  const { order, settled } = dates.isSure ? { order: dates.order, settled: settle(dates.order) } : likelierOrder(likely, settle)
  const zoneWords = readsLocal(rows, columns, order) ? zone : null
  const remarks = [
    ...(missing > 0 ? [`${missing === 1 ? 'One row has' : `${missing} rows have`} no price and ${missing === 1 ? 'was' : 'were'} left out.`] : []),
    ...(saidUnit === null || saidUnit === unit ? [] : [`It says that its prices are ${unitWords[saidUnit]}; they were read as ${unitWords[unit]}, as you chose.`]),
    ...(dates.isSure ? [] : [`Dates such as 03/04/2026 were read with the ${order === 'day-first' ? 'day' : 'month'} first.`]),
    ...(zoneWords === null || file.isZoneGiven || columns.zone !== null ? [] : [`Its times name no zone; they were read as ${zone}.`]),
    ...(saidCurrency !== null && saidCurrency !== currency ? [`It says that its prices are in ${saidCurrency}; they were read as ${currency}, as you chose.`] : []),
    ...(saidCurrency === null && file.givenCurrency === undefined ? [`It names no currency; its prices were read as ${currency}.`] : []),
    ...(currency === file.currency ? [] : [keptWords(currency, file)]),
    ...settled.remarks,
  ]
  return { intervals: settled.intervals, currency, zone: zoneWords ?? 'UTC', stepMinutes: settled.stepMinutes, remarks }
}

interface Priced {
  row: Line
  perKwh: number
}

/** American exports: prices in "$", or the wall clock of a place there. */
function writesMonthFirst(head: string, zone: string): boolean {
  return /\$|\busd\b/i.test(head) || /^(America|US)\//.test(zone)
}

/** Where no day above 12 tells: as is likely, unless that leaves holes or contradictions and the other way round leaves none. */
function likelierOrder(likely: DayOrder, settle: (order: DayOrder) => ReturnType<typeof settleRows>): { order: DayOrder; settled: ReturnType<typeof settleRows> } {
  const other = likely === 'day-first' ? 'month-first' : 'day-first'
  const attempt = (order: DayOrder): ReturnType<typeof settleRows> | NotPossible => {
    try {
      return settle(order)
    } catch (error) {
      if (error instanceof NotPossible) return error
      throw error
    }
  }
  const first = attempt(likely)
  if (!(first instanceof NotPossible) && first.isWhole) return { order: likely, settled: first }
  const second = attempt(other)
  if (!(second instanceof NotPossible) && (second.isWhole || first instanceof NotPossible)) return { order: other, settled: second }
  if (first instanceof NotPossible) throw first
  return { order: likely, settled: first }
}

/** "… now at 1 EUR = 1.1225 USD, the rate of 2026-10-02." */
function keptWords(currency: string, { currency: own, usdPerUnit }: PriceFile): string {
  const [rate, ownRate] = [usdPerUnit(currency), usdPerUnit(own)]
  const dates = [currency, own].flatMap((code) => (code === 'USD' ? [] : (usdPerUnit.takenAt?.(code) ?? [])))
  const now = rate === null || ownRate === null ? '' : `, now at 1 ${currency} = ${numberWords(rate / ownRate, 5)} ${own}${dates.length === 0 ? '' : `, the rate of ${new Date(Math.min(...dates)).toISOString().slice(0, 10)}`}`
  return `Its prices are in ${currency} and are kept so; they are converted whenever they are used${now}.`
}

function readLines(file: PriceFile): Line[] {
  const text = file.text.replace(/^\ufeff/, '')
  if (text.trim() === '') throw new NotPossible(`${file.from} is empty.`)
  if (text.includes('\u0000')) throw new NotPossible(`${file.from} was not read as text: it looks like UTF-16 or no text at all. Save it as CSV in UTF-8 and import it again.`)
  if (text.includes('\ufffd')) throw new NotPossible(`${file.from} is not in UTF-8: some letters could not be read (it may be in Windows-1252). Save it as CSV in UTF-8 and import it again.`)
  if (/^\s*<(!doctype|html|\?xml|!--)/i.test(text)) throw new NotPossible(`${file.from} is a web page or XML, no CSV of prices.`)
  if (/^\s*[[{]/.test(text)) throw new NotPossible(`${file.from} is JSON, no CSV of prices.`)
  const delimiter = delimiterOf(text)
  const lines = text.includes('"') ? parsed(file, text, delimiter) : text.split(/\r\n|\r|\n/).map((line, index) => ({ no: index + 1, cells: line.split(delimiter).map((cell) => cell.trim()) }))
  const filled = lines.filter(({ cells }) => cells.some((cell) => cell !== ''))
  if (filled.length > mostRows) throw new NotPossible(`${file.from} has ${filled.length} lines, more than can be meant (${mostRows}).`)
  return filled
}

/** A tenth of the speed of splitting lines, and only needed where cells are quoted. */
function parsed(file: PriceFile, text: string, delimiter: string): Line[] {
  try {
    const records = parse(text, { delimiter, info: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true, trim: true, max_record_size: 20_000 }) as unknown as { record: string[]; info: { lines: number } }[]
    return records.map(({ record, info }) => ({ no: info.lines, cells: record }))
  } catch (error) {
    throw new NotPossible(`${file.from} is no CSV that could be read: ${error instanceof Error ? error.message.replace(/\.$/, '') : String(error)}.`)
  }
}

/** The mark that parts most of the first lines into the same number of cells. */
function delimiterOf(text: string): string {
  const lines = text.slice(0, 20_000).split(/\r\n|\r|\n/).slice(0, 40)
  const counts = (mark: string): number => lines.filter((line) => line.replace(/"[^"]*"/g, '').includes(mark)).length
  const [best] = ([';', '\t', ','] as const).map((mark) => ({ mark, lines: counts(mark) })).sort((one, other) => other.lines - one.lines)
  return best && best.lines > 0 ? best.mark : ','
}

function findHeader(file: PriceFile, lines: Line[]): { columns: Columns; header: string[]; rows: Line[] } {
  for (const [index, line] of lines.slice(0, mostPreamble).entries()) {
    const columns = findColumns(line.cells)
    if (typeof columns === 'string') throw new NotPossible(columns)
    if (columns !== null) return { columns, header: line.cells, rows: lines.slice(index + 1) }
  }
  // Without a header: moment(s) first, the price last.
  const first = lines[0]
  const last = (first?.cells.length ?? 0) - 1
  if (first && last >= 1 && timeIn(first.cells[0] ?? '', 'day-first') !== null && readPrice(first.cells[last] ?? '', decimalMarkOf([first.cells[last] ?? ''])) !== null) {
    const to = last >= 2 && timeIn(first.cells[1] ?? '', 'day-first') !== null ? 1 : null
    return { columns: { from: 0, clock: null, to, price: last, currency: null, unit: null, zone: null }, header: [], rows: lines }
  }
  throw new NotPossible(`${file.from} was not understood: no header with a column of times ("from", "start", "Date") and one of prices ("price", "EUR/MWh", "ct/kWh") was found.`)
}

function moneyOf(file: PriceFile, columns: Columns, header: string[], first: Line | undefined): { unit: PriceUnit; currency: string; saidUnit: PriceUnit | null; saidCurrency: string | null } {
  const said = readPriceWords(header[columns.price] ?? '')
  const beside = readPriceWords(columns.unit === null ? '' : (first?.cells[columns.unit] ?? ''))
  const apart = readPriceWords(columns.currency === null ? '' : (first?.cells[columns.currency] ?? ''))
  const saidUnit = said.unit ?? beside.unit
  const unit = file.unit === 'auto' ? saidUnit : file.unit
  if (unit === null) throw new NotPossible(`${file.from} does not say what its prices are of. Choose the unit: per kWh, per MWh, or cents per kWh.`)
  const saidCurrency = said.currency ?? beside.currency ?? apart.currency
  return { unit, saidUnit, currency: file.givenCurrency ?? saidCurrency ?? file.currency, saidCurrency }
}

function timeIn(cell: string, order: DayOrder): { from: CellTime; to: CellTime | null } | null {
  const range = splitRange(cell)
  const from = readTime(range ? range[0] : cell, order)
  if (from === null) return null
  if (range === null) return { from, to: null }
  const to = readTime(range[1], order)
  return to === null ? null : { from, to }
}

function timesOf(row: Line, columns: Columns, order: DayOrder, zone: string, file: PriceFile): Omit<ReadRow, 'line' | 'perKwh'> {
  const cell = `${row.cells[columns.from] ?? ''}${columns.clock === null ? '' : ` ${row.cells[columns.clock] ?? ''}`}`
  const found = timeIn(cell, order)
  if (found === null) throw noTime(row, file, cell)
  const own = columns.to === null ? null : (row.cells[columns.to] ?? '')
  const clockAlone = own !== null && /^\d{1,2}[:.]\d{2}([:.]\d{2})?$/.test(own)
  const ending = own === null || own === '' ? found.to : readTime(clockAlone ? `${/^\S+?(?=[T\s]|$)/.exec(cell)?.[0] ?? ''} ${own}` : own, order)
  if (own !== null && own !== '' && ending === null) throw noTime(row, file, own)
  const starts = momentsOf(found.from, zone)
  return { starts, wall: found.from.kind === 'wall' ? utcOf(found.from.wall) : null, ends: ending === null ? null : endsOf(found.from, ending, starts, zone, clockAlone) }
}

function noTime(row: Line, file: PriceFile, cell: string): NotPossible {
  const far = farYear(cell)
  return new NotPossible(`Line ${row.no} of ${file.from}: ${quoted(cell)} ${far === null ? 'is no date with a time' : `lies ${far}, where no prices are looked for`}.`)
}

/** Moments at which a row may end. A clock that is put forward skips some readings: then its length is told by the two walls. */
function endsOf(from: CellTime, to: CellTime, starts: number[], zone: string, clockAlone: boolean): number[] {
  const ends = momentsOf(to, zone)
  const dayLater = clockAlone && from.kind === 'wall' && to.kind === 'wall' && utcOf(to.wall) <= utcOf(from.wall) ? 86_400_000 : 0
  if (ends.length > 0 && dayLater === 0) return ends
  if (from.kind !== 'wall' || to.kind !== 'wall') return ends.map((end) => end + dayLater)
  const length = utcOf(to.wall) + dayLater - utcOf(from.wall)
  return starts.map((start) => start + length)
}

function readsLocal(rows: Line[], columns: Columns, order: DayOrder): boolean {
  const first = rows[0]
  if (!first) return false
  const cell = `${first.cells[columns.from] ?? ''}${columns.clock === null ? '' : ` ${first.cells[columns.clock] ?? ''}`}`
  return timeIn(cell, order)?.from.kind === 'wall'
}

function tooFar(row: Line, file: PriceFile, perKwh: number, currency: string, unit: PriceUnit): string {
  const hint = unit === 'per-kwh' ? ' If its prices are per MWh or in cents, choose that unit.' : ''
  return `Line ${row.no} of ${file.from}: ${Number(perKwh.toPrecision(4))} ${currency} a kilowatt-hour, which no tariff charges.${hint} Nothing was imported.`
}

/** Short, on one line, and harmless to a terminal. */
function quoted(text: string): string {
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
  return `"${plain.length > 40 ? `${plain.slice(0, 37)}…` : plain}"`
}
