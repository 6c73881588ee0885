/** When a block of the schedule really begins and ends, through days of 23 and 25 hours: exactly once on each of its days. Pure. */
import type { ScheduleBlock } from '../../shared/policy.ts'
import { stretchAt } from '../system/wall-clock.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

/** [from, to) in ms since epoch; never empty. */
export interface Occurrence {
  from: number
  to: number
}

/**
 * Those that touch [from, to), in order. A beginning that the clock skips is at the end of what is skipped, and a block that lies
 * in it altogether keeps its length. Where an hour comes twice, what allows ends the first time and what forbids the second.
 */
export function occurrences(block: Pick<ScheduleBlock, 'days' | 'from' | 'to' | 'may'>, zone: string, from: number, to: number): Occurrence[] {
  const [start, end] = [minutesOf(block.from), minutesOf(block.to)]
  const lengthMs = ((end > start ? end : end + 1440) - start) * minuteMs
  const days = new Set(block.days)
  const found: Occurrence[] = []
  const last = Math.floor(to / dayMs) + 1
  for (let day = Math.floor(from / dayMs) - 3; day <= last; day += 1) {
    if (!days.has(weekdayOf(day))) continue
    const wall = day * dayMs + start * minuteMs
    const begins = momentOf(wall, zone, 'first')
    const ends = momentOf(wall + lengthMs, zone, block.may === 'always' ? 'first' : 'last')
    const one = { from: begins, to: ends > begins ? ends : begins + lengthMs }
    if (one.to > from && one.from < to) found.push(one)
  }
  return found
}

/** 1 Monday to 7 Sunday. `day`: since 1970-01-01, a Thursday. */
function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
}

/** `wall`: a reading of the wall clock as if it were UTC. Of one that is skipped: when what is skipped ends. */
function momentOf(wall: number, zone: string, which: 'first' | 'last'): number {
  const until = stretchAt(wall + dayMs, zone)
  let stretch = stretchAt(wall - dayMs, zone)
  let found: number | null = null
  for (;;) {
    const moment = wall - stretch.offsetMs
    if (moment < stretch.from) return found ?? stretch.from
    if (moment < stretch.to) {
      if (which === 'first') return moment
      found = moment
    }
    if (stretch.from >= until.from) return found ?? moment
    stretch = stretchAt(stretch.to, zone)
  }
}
