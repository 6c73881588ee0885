/** Reads the words of a call: numbers, dates, `id=FILE` pairs. What does not fit ends the call with exit code 2. */

/** The call's words are wrong; the message says which and what would be right. */
export class WrongWords extends Error {
  override name = 'WrongWords'
}

/** Flags every command shares. */
export interface CommonWords {
  json: boolean
  machine: string | null
  gpu: string | null
  /** `bench` takes several. */
  gpus: string[]
  network: string | null
  data: string | null
}

export interface Range {
  min: number
  max: number
  unit: string
}

/** A plain number with a point: "0.15", "-0.02", "4.5e2". */
export function readNumber(flag: string, text: string, range: Range): number {
  const bare = text.trim()
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(bare)) {
    const hint = /^[+-]?\d+,\d+$/.test(bare) ? ` Write it with a point: ${bare.replace(',', '.')}.` : ''
    throw new WrongWords(`${flag} needs a number, and ${quoted(text)} is none.${hint}`)
  }
  const value = Number(bare)
  if (!Number.isFinite(value)) throw new WrongWords(`${flag} needs a number that can be reckoned with; ${quoted(text)} is too large.`)
  if (value < range.min || value > range.max) throw new WrongWords(`${flag} must lie between ${range.min} and ${range.max}${range.unit === '' ? '' : ` ${range.unit}`}; ${quoted(text)} does not.`)
  return value
}

export function readWholeNumber(flag: string, text: string, range: Range): number {
  const value = readNumber(flag, text, range)
  if (!Number.isInteger(value)) throw new WrongWords(`${flag} needs a whole number; ${quoted(text)} is none.`)
  return value
}

const isoPattern = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/

/** ISO 8601, a day or a moment; without a zone it is UTC. ms since epoch. */
export function readMoment(flag: string, text: string): number {
  const wrong = new WrongWords(`${flag} needs a date such as 2026-11-22 or 2026-11-22T12:00Z; ${quoted(text)} is none.`)
  const match = isoPattern.exec(text.trim())
  if (!match) throw wrong
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = match
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`)
  // JavaScript turns 31 February into 3 March; the day must come back as it was typed.
  const asTyped = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  if (Number.isNaN(at) || asTyped.getUTCMonth() !== Number(month) - 1 || asTyped.getUTCDate() !== Number(day)) throw wrong
  if (Number(year) < 2015 || Number(year) > 2100) throw new WrongWords(`${flag} must lie between the years 2015 and 2100; ${quoted(text)} does not.`)
  return at
}

/** `name=value`, several times. A name that comes twice is an error: one of the two would be dropped in silence. */
export function readPair(flag: string, text: string, known: Record<string, string>, example: string): { name: string; value: string } {
  const at = text.indexOf('=')
  const name = text.slice(0, Math.max(at, 0)).trim()
  const value = text.slice(at + 1)
  if (at < 1 || name === '' || value.trim() === '') throw new WrongWords(`${flag} needs the form ${example}; ${quoted(text)} has not that form.`)
  if (Object.hasOwn(known, name)) throw new WrongWords(`${flag} names ${name} twice.`)
  return { name, value }
}

/** A value that a flag took from the next flag: `--data --json`. */
export function readText(flag: string, text: string): string {
  if (text.trim() === '' || text.startsWith('--')) throw new WrongWords(`${flag} needs a value${text.startsWith('--') ? `, and was followed by ${quoted(text)}` : ''}.`)
  return text
}

/** One of the known words, whatever its capitals. */
export function readOneOf(what: string, text: string, known: readonly string[]): string {
  const found = known.find((one) => one.toLowerCase() === text.trim().toLowerCase())
  if (found === undefined) {
    const near = nearestWord(text.trim(), known, 1)
    throw new WrongWords(`Idlewatt knows no ${what} ${quoted(text)}.${near === null ? '' : ` Did you mean ${near}?`} It knows: ${known.join(', ')}.`)
  }
  return found
}

/** For messages: short, on one line, and harmless to a terminal. */
export function quoted(text: string): string {
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
  return `"${plain.length > 60 ? `${plain.slice(0, 57)}…` : plain}"`
}

/** The one that differs least from what was typed, if it differs little enough to have been meant; `least`: letters that may differ even in a short one. */
export function nearestWord(typed: string, known: readonly string[], least = 2): string | null {
  let best: { word: string; distance: number } | null = null
  for (const word of known) {
    const distance = editDistance(typed.toLowerCase(), word.toLowerCase())
    if (distance <= Math.max(least, Math.floor(word.length / 3)) && (best === null || distance < best.distance)) best = { word, distance }
  }
  return best?.word ?? null
}

/** Levenshtein's distance, by rows. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same))
    }
    previous = row
  }
  return previous[to.length] ?? 0
}
