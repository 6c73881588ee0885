/** Reads a block of the weekly schedule as people write it: "Mon-Fri 22:00-06:00 always", "Sat, Sun all day, never". */
import type { RunMode, ScheduleBlock } from '../../shared/policy.ts'
import { nearestWord, quoted, WrongWords } from './words.ts'

const dayWords: Record<string, number[]> = {
  monday: [1], tuesday: [2], wednesday: [3], thursday: [4], friday: [5], saturday: [6], sunday: [7],
  daily: [1, 2, 3, 4, 5, 6, 7], weekdays: [1, 2, 3, 4, 5], workdays: [1, 2, 3, 4, 5], weekend: [6, 7],
}
const dash = String.raw`\s*(?:-|–|—|\bto\b|\buntil\b)\s*`
const time = String.raw`(\d{1,2}(?::\d{2})?)`
const example = '"Mon-Fri 22:00-06:00 always", or "Sat,Sun all day never"'

/** A range may go over midnight, and days over Sunday. Throws WrongWords. */
export function readBlock(flag: string, text: string, gpuId: string | null): ScheduleBlock {
  const wrong = (what: string): WrongWords => new WrongWords(`${flag} ${quoted(text)}: ${what} A block is days, a time, and always, when-idle or never: ${example}.`)
  const bare = text.trim().toLowerCase().replace(/\s+/g, ' ')
  const mode = /[ ,]+(always|when[ -]idle|idle|never)$/.exec(bare)
  if (!mode) throw wrong('it does not end in always, when-idle or never.')
  const before = bare.slice(0, mode.index)
  const range = new RegExp(`(?:^|[ ,]+)(?:(all day|whole day)|${time}${dash}${time}(?: the next day)?)$`).exec(before)
  if (!range) throw wrong('it has no time such as 22:00-06:00.')
  const [, whole, typedFrom, typedTo] = range
  const from = whole === undefined ? clockOf(typedFrom ?? '') : '00:00'
  const to = whole === undefined ? clockOf(typedTo ?? '') : '00:00'
  if (from === null || from === '24:00') throw wrong(`${quoted(typedFrom ?? '')} is no time of day.`)
  if (to === null) throw wrong(`${quoted(typedTo ?? '')} is no time of day.`)
  const days = daysOf(before.slice(0, range.index), (word) => {
    const near = nearestWord(word, Object.keys(dayWords), 1)
    return wrong(`${quoted(word)} is no day.${near === null ? '' : ` Did you mean ${near}?`}`)
  })
  const may: RunMode = mode[1] === 'always' || mode[1] === 'never' ? mode[1] : 'when-idle'
  return { days, from, to: to === '24:00' ? '00:00' : to, may, gpuId }
}

/** "8" and "8:00" are 08:00; null: none. */
export function clockOf(typed: string): string | null {
  const [hour = '', minute = '00'] = typed.split(':')
  const [h, m] = [Number(hour), Number(minute)]
  if (!/^\d{1,2}$/.test(hour) || !/^\d{2}$/.test(minute) || h > 24 || m > 59 || (h === 24 && m > 0)) return null
  return `${hour.padStart(2, '0')}:${minute}`
}

function daysOf(text: string, wrong: (word: string) => WrongWords): number[] {
  const bare = text.replace(/\bevery day\b/, 'daily').replace(new RegExp(`(?<=[a-z])${dash}(?=[a-z])`, 'g'), '-')
  const days = new Set<number>()
  for (const word of bare.split(/[ ,;]+|\band\b/).filter((one) => one !== '' && one !== 'on')) {
    const [first = '', last, ...more] = word.split('-')
    const [a, b] = [lookUp(first), last === undefined ? null : lookUp(last)]
    if (a === null || more.length > 0 || (last !== undefined && (b === null || a.length > 1 || b.length > 1))) throw wrong(word)
    if (b === null) a.forEach((day) => days.add(day))
    // Over Sunday: Fri-Mon.
    else for (let day = a[0] ?? 1; ; day = (day % 7) + 1) {
      days.add(day)
      if (day === b[0]) break
    }
  }
  return days.size === 0 ? [1, 2, 3, 4, 5, 6, 7] : [...days].sort((one, other) => one - other)
}

/** Whole, or by at least three letters of its name, as "Tues" and "Thu." are; "Mondays" too. */
function lookUp(word: string): number[] | null {
  const bare = word.replace(/\.$/, '').replace(/(?<=day|end)s$/, '')
  const exact = dayWords[bare] ?? dayWords[`${bare}s`]
  if (exact) return exact
  const found = Object.entries(dayWords).filter(([name]) => bare.length >= 3 && name.endsWith('day') && name.startsWith(bare))
  return found.length === 1 ? (found[0]?.[1] ?? null) : null
}
