/** Finds out which column of a file of prices is what, and what its prices are in, from the words of its header. Pure. */
import { settingsSchema } from '../../shared/settings.ts'

export type PriceUnit = 'per-kwh' | 'per-mwh' | 'cent-per-kwh'

export interface Columns {
  from: number
  /** Time of day beside a column of days; null: none. */
  clock: number | null
  to: number | null
  price: number
  currency: number | null
  unit: number | null
  /** What the header says of its times. */
  zone: string | null
}

export interface PriceWords {
  unit: PriceUnit | null
  /** ISO 4217; null: it names none. */
  currency: string | null
}

const fromWords = /^(from|start|begin|valid[ _]?from|period[ _]?from|interval[ _]?start|delivery[ _]?start|von|anfang|beginn|ab|datum von|de|du|d[ée]but|depuis|mtu|mtu .*|.*\b(start|from|von|beginn|anfang|d[ée]but)\b.*|start.*)$/
const toWords = /^(to|end|until|till|bis|ende|datum bis|[àa]|au|fin|jusqu.*|.*\b(end|to|bis|ende|fin)\b.*|end_.*|valid[ _]?to|period[ _]?to)$/
const timeWords = /^(time|timestamp|date|datetime|date[ _/]?time|datum|zeit|zeitpunkt|zeitstempel|datum.*zeit|date.*heure|horodat.*|heure|hour|stunde|uhrzeit|period|zeitraum|p[ée]riode|interval|intervall|delivery period.*|utc|time .*|date .*|datum .*)$/
const clockWords = /^(time|uhrzeit|zeit|heure|hour|stunde|time of day)$/
const dayWords = /^(date|datum|day|tag|jour)$/
const priceWords = /(price|preis|prix|tarif|cost|kosten|co[ûu]t|rate\b|value|wert|valeur|total|amount|betrag|montant|spot|\/\s*[km]wh|per[ _][km]wh)/
const perMwh = /\/\s*mwh|per[ _]mwh|pro mwh|_mwh\b/
const perKwh = /\/\s*kwh|per[ _]kwh|pro kwh|_kwh\b/
/** Hundredths: cents, pence, öre, groszy, rappen. */
const hundredth = /(?:^|[^a-z])(ct|cts|cent|cents|c|p|pence|[öo]re|øre|gr|rp|rappen)\s*(?:[\s_])*(?:\/|per|pro)/
const pence = /(?:^|[^a-z])(p|pence)\s*(?:[\s_])*(?:\/|per)/

const codes: readonly string[] = settingsSchema.shape.currency.unwrap().options

/** null: these cells are no header of prices. A string: why it cannot be used, as a sentence. */
export function findColumns(cells: readonly string[]): Columns | string | null {
  const heads = cells.map((cell) => plain(cell))
  const prices = heads.flatMap((head, index) => (isPrice(head) ? [index] : []))
  const isTime = (index: number): boolean => !prices.includes(index)
  const named = (words: RegExp): number | null => {
    const index = heads.findIndex((head, at) => isTime(at) && words.test(withoutZone(head)))
    return index < 0 ? null : index
  }
  const end = heads.findIndex((head, index) => isTime(index) && toWords.test(withoutZone(head)) && !/\b(from|start|von|mtu)\b/.test(head))
  const starts = heads.findIndex((head, index) => isTime(index) && index !== end && fromWords.test(withoutZone(head)))
  const day = named(dayWords)
  const clock = day === null ? null : heads.findIndex((head, index) => index !== day && isTime(index) && (clockWords.test(withoutZone(head)) || (index === starts && !dayWords.test(head))))
  const time = starts >= 0 ? starts : named(timeWords)
  if (time === null) return null
  const price = choosePrice(heads, prices)
  if (price === null) return prices.length === 0 ? null : `The file has several columns of prices (${prices.map((index) => cells[index]?.trim() ?? '').slice(0, 6).join(', ')}). Keep the one that is yours and import it again.`
  const isSplit = day !== null && clock !== null && clock >= 0 && clock !== day
  return {
    from: isSplit ? day : time,
    clock: isSplit ? clock : null,
    to: end < 0 || (isSplit && end === clock) ? null : end,
    price,
    currency: index(heads, /^(currency|w[äa]hrung|devise|monnaie)$/),
    unit: index(heads, /^(unit|einheit|unit[ée])$/),
    zone: zoneOf(heads[isSplit ? (clock as number) : time] ?? '') ?? zoneOf(heads[time] ?? ''),
  }
}

function index(heads: readonly string[], words: RegExp): number | null {
  const found = heads.findIndex((head) => words.test(head))
  return found < 0 ? null : found
}

function plain(cell: string): string {
  return cell.replace(/^\ufeff/, '').trim().toLowerCase().replace(/[[\]]/g, (bracket) => (bracket === '[' ? '(' : ')'))
}

function withoutZone(head: string): string {
  return head.replace(/\((utc|gmt|cet|cest|cet\/cest|mez|mesz|mez\/mesz|local)\)/g, '').replace(/[_-]?utc$/, '').trim()
}

function isPrice(head: string): boolean {
  // Words end there: "total" does not begin with "to".
  const isOther = /^(start|end|from|to|valid|date|datum|time|mtu|currency|unit$|tariff[ _]code)(?![a-z])/.test(head)
  const isName = /^(area|product)(?![a-z])/.test(head) && !/price|preis|prix|\/\s*[km]wh/.test(head)
  return (priceWords.test(head) || readPriceWords(head).unit !== null) && !isOther && !isName
}

/** What is paid in the end comes before its parts; day-ahead before intraday. */
function choosePrice(heads: readonly string[], prices: readonly number[]): number | null {
  if (prices.length <= 1) return prices[0] ?? null
  for (const preferred of [/inc[l_. ]?.*(vat|tax)|brutto|ttc|inkl/, /^total\b|gesamt/, /day[- ]?ahead/]) {
    const found = prices.filter((at) => preferred.test(heads[at] ?? ''))
    if (found.length === 1) return found[0] ?? null
  }
  return null
}

function zoneOf(head: string): string | null {
  if (/\b(utc|gmt)\b|_utc$/.test(head)) return 'UTC'
  // What European exchanges call CET is the wall clock there, summer time and all.
  return /\b(cet|cest|mez|mesz)\b/.test(head) ? 'Europe/Brussels' : null
}

/** Unit and currency from words such as "Day-ahead Price [EUR/MWh]" or "ct/kWh". */
export function readPriceWords(text: string): PriceWords {
  const words = plain(text)
  const unit: PriceUnit | null = perMwh.test(words) ? 'per-mwh' : hundredth.test(words) && perKwh.test(words) ? 'cent-per-kwh' : perKwh.test(words) ? 'per-kwh' : null
  return { unit, currency: currencyIn(text, words) }
}

function currencyIn(text: string, words: string): string | null {
  const code = /\b[A-Za-z]{3}\b/g
  for (const [found] of text.matchAll(code)) {
    const upper = found.toUpperCase()
    if (codes.includes(upper)) return upper
  }
  if (/_?(eur|gbp|usd|chf|sek|nok|dkk|pln|czk)(?=_|\/)/.test(words)) return /_?(eur|gbp|usd|chf|sek|nok|dkk|pln|czk)(?=_|\/)/.exec(words)?.[1]?.toUpperCase() ?? null
  if (words.includes('€')) return 'EUR'
  if (/(^|[^a-z])\$/.test(words)) return 'USD'
  if (words.includes('£') || pence.test(words)) return 'GBP'
  return null
}
