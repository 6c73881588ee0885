/** Puts the rows of a file of prices in order: repeated hours of autumn, duplicates, holes, contradictions. Pure. */
import type { TariffInterval } from '../../shared/tariff.ts'
import { NotPossible } from '../system/not-possible.ts'

export interface ReadRow {
  line: number
  perKwh: number
  /** Moments that its beginning may stand for: none in an hour that the clock skips, two in one that it repeats. */
  starts: number[]
  /** The wall clock's reading as if it were UTC, to tell the first from the second of a repeated hour; null: the row names its own offset. */
  wall: number | null
  /** The same of its end; null: it says none. */
  ends: number[] | null
}

interface Placed extends TariffInterval {
  line: number
  /** Begins in the first of two hours of one name. */
  isFirstOfTwo: boolean
}

const minute = 60_000
const longestMs = 31 * 24 * 60 * minute

/** Throws NotPossible where two rows contradict each other. */
export function settleRows(rows: readonly ReadRow[], file: string, wordsOf: (at: number) => string): { intervals: TariffInterval[]; stepMinutes: number; isWhole: boolean; remarks: string[] } {
  const skipped = rows.filter((row) => row.starts.length === 0).length
  const placed = withEnds(place(rows), file)
  const { kept, dropped } = withoutDoubles(placed, file, wordsOf)
  const step = usual(kept.map(({ from, to }) => to - from))
  const holes = kept.flatMap((one, index) => {
    const next = kept[index + 1]
    return next && next.from > one.to ? [{ from: one.to, to: next.from }] : []
  })
  const odd = kept.filter(({ from, to }) => to - from !== step).length
  const remarks = [
    ...(skipped > 0 ? [`${count(skipped, 'row names a time', 'rows name times')} that the clock skipped when it was put forward, and ${skipped === 1 ? 'was' : 'were'} left out.`] : []),
    ...(dropped > 0 ? [`${count(dropped, 'row stands', 'rows stand')} in it twice and ${dropped === 1 ? 'was' : 'were'} taken once.`] : []),
    ...holes.slice(0, 3).map((hole) => `No price from ${wordsOf(hole.from)} to ${wordsOf(hole.to)}.`),
    ...(holes.length > 3 ? [`${holes.length - 3} more holes.`] : []),
    ...(odd > 0 && ![15, 30, 60].includes(step / minute) ? [`${count(odd, 'row is', 'rows are')} of another length.`] : []),
  ]
  return { intervals: kept.map(({ from, to, perKwh }) => ({ from, to, perKwh })), stepMinutes: step / minute, isWhole: holes.length === 0 && skipped === 0, remarks }
}

interface Start {
  row: ReadRow
  from: number
  isFirstOfTwo: boolean
}

/** Of two hours of one name the first in the file is the earlier one; a third row of that name is the first again. */
function place(rows: readonly ReadRow[]): Start[] {
  const seen = new Map<number, number>()
  return rows.flatMap((row) => {
    const [first, second] = row.starts
    if (first === undefined) return []
    if (second === undefined || row.wall === null) return [{ row, from: first, isFirstOfTwo: false }]
    const before = seen.get(row.wall) ?? 0
    seen.set(row.wall, before + 1)
    const isSecond = before % 2 === 1
    return [{ row, from: isSecond ? second : first, isFirstOfTwo: !isSecond }]
  })
}

/** A row without an end lasts as long as most do, and to the next one at the latest. */
function withEnds(starts: Start[], file: string): Placed[] {
  const sorted = [...starts].sort((one, other) => one.from - other.from || one.row.line - other.row.line)
  const gaps = sorted.flatMap(({ from }, index) => {
    const next = sorted[index + 1]
    return next && next.from > from ? [next.from - from] : []
  })
  const step = gaps.length === 0 ? 60 * minute : usual(gaps)
  let nextFrom = Infinity
  const placed: Placed[] = []
  for (let index = sorted.length - 1; index >= 0; index -= 1) {
    const { row, from, isFirstOfTwo } = sorted[index] as Start
    const later = sorted[index + 1]
    if (later && later.from > from) nextFrom = later.from
    const said = row.ends?.find((end) => end > from)
    if (row.ends !== null && said === undefined) throw new NotPossible(`Line ${row.line} of ${file} ends before it begins.`)
    // "02:45 to 03:00" of the first 02:45 means the clock's going back, not an hour and a quarter later.
    const to = said === undefined ? Math.min(from + step, nextFrom) : isFirstOfTwo ? Math.min(said, Math.max(nextFrom, from + minute)) : said
    if (to - from > longestMs) throw new NotPossible(`Line ${row.line} of ${file} has one price for more than a month.`)
    placed.push({ from, to, perKwh: row.perKwh, line: row.line, isFirstOfTwo })
  }
  return placed.reverse()
}

function withoutDoubles(placed: Placed[], file: string, wordsOf: (at: number) => string): { kept: Placed[]; dropped: number } {
  const kept: Placed[] = []
  let dropped = 0
  for (const one of placed) {
    const before = kept.at(-1)
    if (!before || one.from >= before.to) kept.push(one)
    else if (one.from === before.from && one.to === before.to && one.perKwh === before.perKwh) dropped += 1
    else {
      const [first, second] = [before.line, one.line].sort((a, b) => a - b)
      throw new NotPossible(`Lines ${first} and ${second} of ${file} contradict each other: both have a price for ${wordsOf(one.from)}. Nothing was imported.`)
    }
  }
  return { kept, dropped }
}

/** The length that comes most often; of several the shortest. */
function usual(lengths: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1)
  return [...counts].sort((one, other) => other[1] - one[1] || one[0] - other[0])[0]?.[0] ?? 60 * minute
}

function count(n: number, one: string, many: string): string {
  return n === 1 ? `One ${one}` : `${n} ${many}`
}
