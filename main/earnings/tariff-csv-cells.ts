/** Reads single cells of a file of prices: moments in the ways exports write them, and numbers with a point or a comma. Pure. */
import { momentsOfWall } from './tariff-week.ts'

/** A reading of a clock as it stands in a cell. `offsetMs`: said in the cell; null: by the file's zone. */
export interface WallTime {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  offsetMs: number | null
}

export type CellTime = { kind: 'moment'; at: number } | { kind: 'wall'; wall: WallTime }
/** Which comes first in 03/04/2026. */
export type DayOrder = 'day-first' | 'month-first'

const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?)?\s*(.*)$/
const european = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[T ,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?)?\s*(.*)$/
const namedZones: Record<string, number> = { z: 0, utc: 0, gmt: 0, cet: 1, cest: 2, mez: 1, mesz: 2 }

/** null: no moment that could be read. 24:00 is the next day's 0:00. */
export function readTime(text: string, order: DayOrder): CellTime | null {
  const bare = text.trim()
  if (/^\d{10}(\.\d+)?$/.test(bare)) return { kind: 'moment', at: Math.round(Number(bare) * 1000) }
  if (/^\d{13}$/.test(bare)) return { kind: 'moment', at: Number(bare) }
  const standard = iso.exec(bare)
  if (standard) return made(standard[1], standard[2], standard[3], standard.slice(4))
  const other = european.exec(bare)
  if (!other) return null
  // With a point or a dash the day comes first everywhere.
  const isMonthFirst = order === 'month-first' && other[2] === '/'
  return made(other[4], isMonthFirst ? other[1] : other[3], isMonthFirst ? other[3] : other[1], other.slice(5))
}

/** "before the year 2000": why a date that is one cannot be meant; null: it is none, or could be. */
export function farYear(text: string): string | null {
  const year = Number(iso.exec(text.trim())?.[1] ?? european.exec(text.trim())?.[4] ?? 2000)
  return year < 2000 ? 'before the year 2000' : year > 2100 ? 'after the year 2100' : null
}

function made(year: string | undefined, month: string | undefined, day: string | undefined, rest: (string | undefined)[]): CellTime | null {
  const [hour = '0', minute = '0', second = '0', end = ''] = rest
  const tail = readTail(end)
  if (tail === null) return null
  const wall: WallTime = { year: Number(year), month: Number(month), day: Number(day), hour: Number(hour), minute: Number(minute), second: Number(second), offsetMs: tail.offsetMs }
  if (tail.half !== null) {
    if (wall.hour < 1 || wall.hour > 12) return null
    wall.hour = (wall.hour % 12) + (tail.half === 'pm' ? 12 : 0)
  }
  const isMidnight = wall.hour === 24 && wall.minute === 0 && wall.second === 0
  if ((wall.hour > 23 && !isMidnight) || wall.minute > 59 || wall.second > 59) return null
  const utc = new Date(Date.UTC(wall.year, wall.month - 1, wall.day))
  // JavaScript turns 31 February into 3 March.
  if (utc.getUTCMonth() !== wall.month - 1 || utc.getUTCDate() !== wall.day || wall.year < 2000 || wall.year > 2100) return null
  if (isMidnight) {
    const next = new Date(utc.getTime() + 86_400_000)
    Object.assign(wall, { year: next.getUTCFullYear(), month: next.getUTCMonth() + 1, day: next.getUTCDate(), hour: 0 })
  }
  return wall.offsetMs === null ? { kind: 'wall', wall } : { kind: 'moment', at: utcOf(wall) - wall.offsetMs }
}

/** "Z", "+01:00", "(CEST)", "PM" after the clock's reading; null: something else. */
function readTail(text: string): { offsetMs: number | null; half: 'am' | 'pm' | null } | null {
  let rest = text.trim().toLowerCase()
  let half: 'am' | 'pm' | null = null
  const halves = /^([ap])\.?m\.?\s*/.exec(rest)
  if (halves) {
    half = halves[1] === 'p' ? 'pm' : 'am'
    rest = rest.slice(halves[0].length)
  }
  if (rest === '') return { offsetMs: null, half }
  const named = namedZones[rest.replace(/[()]/g, '')]
  if (named !== undefined) return { offsetMs: named * 3_600_000, half }
  const offset = /^(?:utc|gmt)?([+-])(\d{2}):?(\d{2})?$/.exec(rest)
  if (!offset) return null
  const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0)
  return { offsetMs: (offset[1] === '-' ? -1 : 1) * minutes * 60_000, half }
}

export function utcOf(wall: WallTime): number {
  return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second)
}

/** All moments a reading may stand for, in order: none where the clock skipped it, two where it was put back. */
export function momentsOf(time: CellTime, zone: string): number[] {
  if (time.kind === 'moment') return [time.at]
  const { year, month, day, hour, minute, second } = time.wall
  return momentsOfWall({ year, month, day, hour, minute, second }, zone)
}

/** "29/03/2026 01:00 - 29/03/2026 02:00", also with a time alone at its end; null: one moment only. */
export function splitRange(text: string): [string, string] | null {
  // Most cells are no range, and looking for one takes as long as all the rest.
  if (!/\s[-–—]\s|\dT.*\//.test(text)) return null
  const bare = text.trim()
  const parts = /^(.*\d(?:\s*\([^)]*\)|\s*[ap]m|Z)?)\s+[-–—]\s+(.*\d.*)$/i.exec(bare) ?? /^(\d{4}-\d{2}-\d{2}T[^/]+)\/(.+)$/.exec(bare)
  const [, from, to] = parts ?? []
  if (from === undefined || to === undefined) return null
  const isTimeAlone = /^\d{1,2}[:.]\d{2}([:.]\d{2})?$/.test(to)
  const day = /^\S+(?=[T ])/.exec(from)?.[0].split('T')[0] ?? ''
  return [from, isTimeAlone ? `${day} ${to}` : to]
}

/** Day or month first in dates with slashes. null: they contradict each other. `isSure`: some day above 12 tells. */
export function dayOrderOf(cells: Iterable<string>): { order: DayOrder; isSure: boolean } | null {
  let dayFirst = false
  let monthFirst = false
  let any = false
  for (const cell of cells) {
    const [, first, second] = /^\s*(\d{1,2})\/(\d{1,2})\/\d{4}/.exec(cell) ?? []
    if (first === undefined || second === undefined) continue
    any = true
    dayFirst ||= Number(first) > 12
    monthFirst ||= Number(second) > 12
  }
  if (dayFirst && monthFirst) return null
  return { order: monthFirst ? 'month-first' : 'day-first', isSure: !any || dayFirst || monthFirst }
}

export type DecimalMark = '.' | ','

/** Of a whole column: where a value has both marks the later one is the decimal one, else the one there is. */
export function decimalMarkOf(cells: Iterable<string>): DecimalMark {
  let hasComma = false
  for (const cell of cells) {
    const comma = cell.lastIndexOf(',')
    const point = cell.lastIndexOf('.')
    if (comma >= 0 && point >= 0) return comma > point ? ',' : '.'
    hasComma ||= comma >= 0
  }
  return hasComma ? ',' : '.'
}

/** Signs of money and units may stand around it. null: no number. */
export function readPrice(text: string, mark: DecimalMark): number | null {
  if (/^-?\d{1,9}$/.test(text) || (mark === '.' ? /^-?\d+\.\d+$/ : /^-?\d+,\d+$/).test(text)) return Number(text.replace(',', '.'))
  const bare = text
    .replace(/[\s\u00a0\u202f']/g, '')
    .replace(/^[−–]/, '-')
    .replace(/^([+-]?)(?:[€£$]|[A-Z]{3})/i, '$1')
    .replace(/(?:[€£$]|ct|kr|c|p|[A-Z]{3})?(?:\/[km]wh)?$/i, '')
  const plain = mark === ',' ? bare.replaceAll('.', '').replace(',', '.') : bare.replaceAll(',', '')
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return null
  const value = Number(plain)
  return Number.isFinite(value) ? value : null
}

/** What exports write where there is no price. */
export function isMissing(text: string): boolean {
  if (/^-?\d/.test(text)) return false
  return /^\s*(|-|–|n\/?[ae]|null|nan|k\.? ?a\.?)\s*$/i.test(text)
}
