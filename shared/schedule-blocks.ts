/** Blocks of the weekly schedule in words, and what is odd about them together. Pure. */
import type { RunMode, ScheduleBlock } from './policy.ts'

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const minutesPerDay = 1440
const minutesPerWeek = 7 * minutesPerDay
const strictness: Record<RunMode, number> = { always: 0, 'when-idle': 1, never: 2 }
/** More than these would not be read. */
const mostProblems = 20

export const modeWords: Record<RunMode, string> = { always: 'always', 'when-idle': 'when idle', never: 'never' }

/** "Mon to Fri", "Sat, Sun", "every day". */
export function daysWords(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((one, other) => one - other)
  if (sorted.length === 7) return 'every day'
  const runs: number[][] = []
  for (const day of sorted) {
    const last = runs.at(-1)
    if (last?.at(-1) === day - 1) last.push(day)
    else runs.push([day])
  }
  const name = (day: number | undefined): string => dayNames[(day ?? 1) - 1] ?? ''
  return runs.map((run) => (run.length > 2 ? `${name(run[0])} to ${name(run.at(-1))}` : run.map(name).join(', '))).join(', ')
}

/** "Mon to Fri 22:00 to 06:00, when idle". `gpuName`: how its card is called; left out: its id. */
export function blockWords(block: ScheduleBlock, gpuName?: string): string {
  const time = block.from === block.to ? (block.from === '00:00' ? 'all day' : `${block.from} to ${block.to} the next day`) : `${block.from} to ${block.to}`
  const card = block.gpuId === null ? '' : `, only ${gpuName ?? block.gpuId}`
  return `${daysWords(block.days)} ${time}, ${modeWords[block.may]}${card}`
}

/** Overlaps with what holds in them, and blocks that never count: a sentence each. They are no faults: the strictest holds. */
export function blockProblems(blocks: readonly ScheduleBlock[]): string[] {
  const spans = blocks.map(spansOf)
  const told = (index: number): string => `Block ${index + 1} (${blocks[index] ? blockWords(blocks[index]) : ''})`
  const isHidden = blocks.map((block, index) => {
    const hiders = blocks.flatMap((other, at) => (at !== index && covers(other, block) && hides(other, at, block, index) ? (spans[at] ?? []) : []))
    return minus(spans[index] ?? [], hiders).length === 0
  })
  const found = blocks.flatMap((block, index) => {
    if (isHidden[index]) return [`${told(index)} never counts: other blocks that are as strict or stricter cover all of it.`]
    return blocks.slice(0, index).flatMap((other, at) => {
      const isApart = block.gpuId !== null && other.gpuId !== null && block.gpuId !== other.gpuId
      const first = isApart || isHidden[at] ? null : overlap(spans[at] ?? [], spans[index] ?? [])
      if (first === null) return []
      const holds = strictness[block.may] >= strictness[other.may] ? block.may : other.may
      return [`${told(at)} and block ${index + 1} (${blockWords(block)}) overlap, first on ${momentWords(first.from)} to ${momentWords(first.to)}: there "${modeWords[holds]}" holds.`]
    })
  })
  return found.length <= mostProblems ? found : [...found.slice(0, mostProblems), `${found.length - mostProblems} more overlaps are not listed.`]
}

interface Span {
  from: number
  to: number
}

/** Minutes of the week, split where the week ends; in order. */
function spansOf(block: ScheduleBlock): Span[] {
  const [start, end] = [minutesOf(block.from), minutesOf(block.to)]
  const length = (end > start ? end : end + minutesPerDay) - start
  const spans = block.days.flatMap((day) => {
    const from = (day - 1) * minutesPerDay + start
    const to = from + length
    return to <= minutesPerWeek ? [{ from, to }] : [{ from, to: minutesPerWeek }, { from: 0, to: to - minutesPerWeek }]
  })
  return spans.sort((one, other) => one.from - other.from)
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
}

/** Whether one is about every card that the other is about. */
function covers(one: ScheduleBlock, other: ScheduleBlock): boolean {
  return one.gpuId === null || one.gpuId === other.gpuId
}

/** Of two that say the same of the same cards the later one is the spare. */
function hides(one: ScheduleBlock, at: number, other: ScheduleBlock, index: number): boolean {
  const more = strictness[one.may] - strictness[other.may]
  return more > 0 || (more === 0 && (at < index || (one.gpuId === null && other.gpuId !== null)))
}

function minus(spans: readonly Span[], hiders: readonly Span[]): Span[] {
  let left = [...spans]
  for (const hider of hiders) {
    left = left.flatMap((one) => (hider.to <= one.from || hider.from >= one.to ? [one] : [{ from: one.from, to: hider.from }, { from: hider.to, to: one.to }].filter(({ from, to }) => to > from)))
  }
  return left
}

function overlap(one: readonly Span[], other: readonly Span[]): Span | null {
  for (const a of one) {
    for (const b of other) {
      const both = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }
      if (both.to > both.from) return both
    }
  }
  return null
}

function momentWords(minute: number): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  const inDay = minute % minutesPerDay
  return `${dayNames[Math.floor(minute / minutesPerDay) % 7] ?? ''} ${two(Math.floor(inDay / 60))}:${two(inDay % 60)}`
}
