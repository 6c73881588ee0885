/** The schedule as a plan of the week, minute by minute: painted over, and written as blocks again. Pure. */
import { runModes, type RunMode, type ScheduleBlock } from '../../../shared/policy.ts'
import { modeWords } from '../../state/policy.ts'

export const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const
const dayMinutes = 1440
const weekMinutes = 7 * dayMinutes
/** As many as the settings take. */
export const mostBlocks = 100

/** What blocks say of each minute from Monday 00:00 on; null: none does. */
export type WeekPlan = readonly (RunMode | null)[]

const strictness: Record<RunMode, number> = { always: 0, 'when-idle': 1, never: 2 }
function stricter(one: RunMode | null, other: RunMode | null): RunMode | null {
  if (one === null || other === null) return one ?? other
  return strictness[one] >= strictness[other] ? one : other
}

function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
}
export function clockOf(minute: number): string {
  const ofDay = ((minute % dayMinutes) + dayMinutes) % dayMinutes
  return `${String(Math.floor(ofDay / 60)).padStart(2, '0')}:${String(ofDay % 60).padStart(2, '0')}`
}

/** A block that ends before it begins ends on the day after; one that ends when it begins lasts a whole day. */
export function blockMinutes({ from, to }: Pick<ScheduleBlock, 'from' | 'to'>): number {
  const length = minuteOf(to) - minuteOf(from)
  return length > 0 ? length : length + dayMinutes
}

function minutesOf(block: ScheduleBlock): number[] {
  const length = blockMinutes(block)
  return [...new Set(block.days)].flatMap((day) => Array.from({ length }, (_, i) => ((day - 1) * dayMinutes + minuteOf(block.from) + i) % weekMinutes))
}

/** Of the blocks that hold for that card: those of every card and its own. null: those of every card alone. */
export function planOf(blocks: readonly ScheduleBlock[], gpuId: string | null): WeekPlan {
  return planned(blocks.filter((block) => block.gpuId === null || block.gpuId === gpuId))
}

function planned(blocks: readonly ScheduleBlock[]): (RunMode | null)[] {
  const plan = new Array<RunMode | null>(weekMinutes).fill(null)
  for (const block of blocks) for (const minute of minutesOf(block)) plan[minute] = stricter(plan[minute] ?? null, block.may)
  return plan
}

export interface Part {
  /** Minutes of the hour. */
  length: number
  may: RunMode | null
}

/** One hour of the plan: mostly one part. */
export function hourParts(plan: WeekPlan, day: number, hour: number): Part[] {
  const parts: Part[] = []
  const begin = day * dayMinutes + hour * 60
  for (let minute = begin; minute < begin + 60; minute += 1) {
    const may = plan[minute] ?? null
    const last = parts.at(-1)
    if (last?.may === may) last.length += 1
    else parts.push({ length: 1, may })
  }
  return parts
}

/** Cells between two corners, both in: days 0 Monday to 6, hours 0 to 23. */
export interface Range {
  fromDay: number
  toDay: number
  fromHour: number
  toHour: number
}

/** Sets these hours in the blocks of that card (null: in those of every card); `may` null: no block holds there. Other cards' blocks stay as they are. */
export function paint(blocks: readonly ScheduleBlock[], gpuId: string | null, range: Range, may: RunMode | null): ScheduleBlock[] {
  const plan = planned(blocks.filter((block) => block.gpuId === gpuId))
  for (let day = range.fromDay; day <= range.toDay; day += 1) plan.fill(may, day * dayMinutes + range.fromHour * 60, day * dayMinutes + (range.toHour + 1) * 60)
  return [...blocks.filter((block) => block.gpuId !== gpuId), ...blocksOf(plan, gpuId)]
}

interface Run {
  day: number
  /** Minutes since that day's midnight. */
  from: number
  length: number
  may: RunMode
}

/** As few blocks as say the same: over midnight in one piece, days that are alike together. */
export function blocksOf(plan: WeekPlan, gpuId: string | null): ScheduleBlock[] {
  const runs = dayNames.flatMap((_, day) => runsOf(plan, day))
  const joined = runs.filter((run) => !isTail(run, runs)).map((run) => ({ ...run, length: run.length + (tailOf(run, runs)?.length ?? 0) }))
  const alike = Map.groupBy(joined, ({ from, length, may }) => JSON.stringify([from, length, may]))
  const blocks = [...alike.values()].map((group): ScheduleBlock => {
    const { from, length, may } = group[0] as Run
    return { days: group.map(({ day }) => day + 1), from: clockOf(from), to: clockOf(from + length), may, gpuId }
  })
  return blocks.sort((a, b) => (a.days[0] ?? 0) - (b.days[0] ?? 0) || a.from.localeCompare(b.from))
}

/** Stretches of one mode within a day. */
function runsOf(plan: WeekPlan, day: number): Run[] {
  const runs: Run[] = []
  for (let minute = 0; minute < dayMinutes; minute += 1) {
    const may = plan[day * dayMinutes + minute] ?? null
    const last = runs.at(-1)
    if (may !== null && last?.may === may && last.from + last.length === minute) last.length += 1
    else if (may !== null) runs.push({ day, from: minute, length: 1, may })
  }
  return runs
}

/** What goes on after midnight where a stretch reaches it; whole days stay whole, and nothing becomes longer than a day. */
function tailOf(run: Run, runs: readonly Run[]): Run | undefined {
  if (run.from === 0 || run.from + run.length !== dayMinutes) return undefined
  return runs.find((next) => next.day === (run.day + 1) % 7 && next.from === 0 && next.may === run.may && next.length <= run.from && next.length < dayMinutes)
}

function isTail(run: Run, runs: readonly Run[]): boolean {
  return runs.some((before) => tailOf(before, runs) === run)
}

/** "Mon to Fri", "Sat, Sun", "every day". */
export function daysWords(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b)
  if (sorted.length === 7) return 'every day'
  const short = (day: number | undefined): string => dayNames[(day ?? 1) - 1]?.slice(0, 3) ?? ''
  const isRow = sorted.every((day, i) => day === (sorted[0] ?? 0) + i)
  return isRow && sorted.length > 2 ? `${short(sorted[0])} to ${short(sorted.at(-1))}` : sorted.map(short).join(', ')
}

/** "Mon to Fri, 22:00 to 06:00 on the day after: always". */
export function blockWords(block: Pick<ScheduleBlock, 'days' | 'from' | 'to' | 'may'>): string {
  const minutes = minuteOf(block.from) + blockMinutes(block)
  const times = block.from === '00:00' && block.to === '00:00' ? 'all day' : `${block.from} to ${block.to === '00:00' ? '24:00' : block.to}${minutes > dayMinutes ? ' on the day after' : ''}`
  return `${daysWords(block.days)}, ${times}: ${modeWords[block.may]}`
}

export interface Overlap {
  one: ScheduleBlock
  other: ScheduleBlock
  holds: RunMode
}

/** Blocks that say different things of the same minutes of the same card, and which of them holds. */
export function overlaps(blocks: readonly ScheduleBlock[]): Overlap[] {
  const maps = blocks.map((block) => {
    const map = new Uint8Array(weekMinutes)
    for (const minute of minutesOf(block)) map[minute] = 1
    return map
  })
  return blocks.flatMap((one, i) =>
    blocks.slice(i + 1).flatMap((other, k): Overlap[] => {
      if (one.may === other.may || (one.gpuId !== null && other.gpuId !== null && one.gpuId !== other.gpuId)) return []
      const isShared = maps[i]?.some((has, minute) => has === 1 && maps[i + 1 + k]?.[minute] === 1) ?? false
      return isShared ? [{ one, other, holds: stricter(one.may, other.may) as RunMode }] : []
    }),
  )
}

/** Hours of the week in each mode. */
export function hoursIn(plan: WeekPlan, otherwise: RunMode): Record<RunMode, number> {
  const minutes = Object.fromEntries(runModes.map((mode) => [mode, 0])) as Record<RunMode, number>
  for (const may of plan) minutes[may ?? otherwise] += 1
  return { always: minutes.always / 60, 'when-idle': minutes['when-idle'] / 60, never: minutes.never / 60 }
}
