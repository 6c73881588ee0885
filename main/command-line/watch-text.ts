/** What `watch` shows: as wide and as high as the terminal is, the most wanted columns first. Pure. */
import { presentGpus, type Gpu } from '../../shared/machine.ts'
import type { GpuSample, SampleTurn } from '../../shared/telemetry.ts'
import { count, memoryText, percentText, unknown } from './output.ts'
import { timeText } from './times.ts'

export interface WatchPicture {
  cards: readonly Gpu[]
  /** null: nothing was read yet. */
  turn: SampleTurn | null
  /** The reader itself does not answer: why. */
  trouble: string | null
  recorded: string | null
  now: number
}

interface Column {
  head: string
  cell(gpu: Gpu, sample: GpuSample): string
  align: 'left' | 'right'
  /** Kept longest: the lowest number. */
  rank: number
}

const least = { columns: 20, rows: 4 }

const columns: Column[] = [
  { head: 'GPU', cell: (gpu) => gpu.name, align: 'left', rank: 0 },
  { head: 'PCI', cell: (gpu) => gpu.pciAddress?.replace(/^0000:/, '') ?? unknown, align: 'left', rank: 7 },
  { head: 'Load', cell: (_gpu, sample) => percentText(sample.utilisation), align: 'right', rank: 1 },
  { head: 'Temp', cell: (_gpu, sample) => temperatureText(sample), align: 'right', rank: 2 },
  { head: 'Power', cell: (_gpu, sample) => ofText(wattsText(sample.powerW), sample.powerLimitW === null ? null : String(Math.round(sample.powerLimitW)), ' W'), align: 'right', rank: 3 },
  { head: 'Memory', cell: (gpu, sample) => memoryUseText(sample.memoryUsedBytes, sample.memoryTotalBytes ?? gpu.memoryBytes), align: 'right', rank: 4 },
  { head: 'Fan', cell: (_gpu, sample) => (sample.fan === null && sample.fanRpm !== null ? `${Math.round(sample.fanRpm)} rpm` : percentText(sample.fan)), align: 'right', rank: 6 },
  { head: 'Core', cell: (_gpu, sample) => (sample.coreClockMhz === null ? unknown : `${Math.round(sample.coreClockMhz)} MHz`), align: 'right', rank: 8 },
  { head: 'Procs', cell: (_gpu, sample) => (sample.unknown['processes'] === undefined && sample.unknown['all'] === undefined ? String(sample.processes.length) : unknown), align: 'right', rank: 9 },
  { head: 'Throttled by', cell: (_gpu, sample) => throttledBy(sample, ''), align: 'left', rank: 5 },
]

/** Never wider or higher than `size`; what does not fit is counted. */
export function screenText(picture: WatchPicture, size: { columns: number; rows: number }): string {
  const width = Math.max(least.columns, Math.min(size.columns, 240)) - 1
  const rows = Math.max(least.rows, size.rows)
  const { cards, turn, trouble, recorded } = picture
  const title = `Idlewatt  ${timeText(turn?.at ?? picture.now)}  ${count(presentGpus(cards).length, 'card')}${recorded === null ? '' : `  recording "${recorded}"`}  q ends`
  const lines = [title, ...(trouble === null ? [] : [trouble])]
  if (turn === null) return [...lines, 'Reading …'].map((line) => cut(line, width)).join('\n')
  const table = tableLines(cards, turn, width)
  const room = Math.max(1, rows - lines.length - 1)
  const shown = table.length <= room ? table : [...table.slice(0, room - 1), `… and ${table.length - room + 1} more; a higher window shows them`]
  return [...lines, ...shown].map((line) => cut(line, width)).join('\n')
}

function tableLines(cards: readonly Gpu[], turn: SampleTurn, width: number): string[] {
  const bodies = cards.map((gpu) => {
    const sample = sampleOf(gpu, turn)
    return sample === null ? null : columns.map((column) => printable(column.cell(gpu, sample)))
  })
  const names = cards.map((gpu) => printable(gpu.name))
  const widths = columns.map(({ head }, i) => Math.max(widthOf(head), ...bodies.map((cells) => widthOf(cells?.[i] ?? '')), ...(i === 0 ? names.map(widthOf) : [])))
  // The last column is cut off at the edge: a list of reasons is no ground to leave figures out.
  const wanted = widths.map((wide, i) => (i === columns.length - 1 ? Math.min(wide, 16) : wide))
  const { kept, nameWidth } = fit(wanted, width, new Set(names).size < names.length)
  const row = (cells: readonly string[]): string =>
    kept.map((i) => (i === columns.length - 1 ? (cells[i] ?? '') : pad(cells[i] ?? '', i === 0 ? nameWidth : (widths[i] ?? 0), columns[i]?.align ?? 'left'))).join('  ').trimEnd()
  return [
    row(columns.map((column) => column.head)),
    ...bodies.map((cells, at) => {
      if (cells !== null) return row(cells)
      return `${pad(names[at] ?? '', nameWidth, 'left')}  ${whyNothing(cards[at], turn)}`
    }),
  ]
}

/** null: nothing was read of it, or nothing in it is known. */
function sampleOf(gpu: Gpu, turn: SampleTurn | null): GpuSample | null {
  const sample = gpu.lostSince === null ? turn?.samples[gpu.id] : undefined
  return sample === undefined || sample.unknown['all'] !== undefined ? null : sample
}

function whyNothing(gpu: Gpu | undefined, turn: SampleTurn | null): string {
  if (gpu === undefined) return ''
  if (gpu.lostSince !== null) return `lost since ${timeText(gpu.lostSince)}`
  return printable(turn?.silent[gpu.id] ?? turn?.samples[gpu.id]?.unknown['all'] ?? 'no reading this time')
}

/** Columns that fit, by rank; the name gives way down to twelve characters before a column is left out. `isAlike`: names alone do not tell the cards apart. */
function fit(widths: readonly number[], width: number, isAlike: boolean): { kept: number[]; nameWidth: number } {
  const rankOf = (i: number): number => (isAlike && columns[i]?.head === 'PCI' ? 1 : (columns[i]?.rank ?? 0))
  const name = widths[0] ?? 0
  const shortName = Math.min(12, name)
  let kept = columns.map((_column, i) => i)
  const others = (): number => kept.reduce((sum, i) => sum + (i === 0 ? 0 : (widths[i] ?? 0) + 2), 0)
  while (others() + shortName > width && kept.length > 2) {
    const last = kept.reduce((worst, i) => (rankOf(i) > rankOf(worst) ? i : worst), 0)
    kept = kept.filter((i) => i !== last)
  }
  return { kept, nameWidth: Math.max(shortName, Math.min(name, width - others())) }
}

/** For a pipe: a line for each card, its fields apart by two blanks and named, so that each can be searched for. */
export function batchLines({ cards, turn, now }: WatchPicture): string[] {
  const at = new Date(turn?.at ?? now).toISOString()
  return cards.map((gpu) => {
    const sample = sampleOf(gpu, turn)
    const name = `${at}  ${printable(gpu.name)}  ${gpu.id}`
    if (sample === null) return `${name}  ${whyNothing(gpu, turn)}`
    const fields = [
      ['load', percentText(sample.utilisation)],
      ['temp', temperatureText(sample)],
      ['power', ofText(wattsText(sample.powerW), sample.powerLimitW === null ? null : String(Math.round(sample.powerLimitW)), ' W')],
      ['memory', memoryUseText(sample.memoryUsedBytes, sample.memoryTotalBytes ?? gpu.memoryBytes)],
      ['fan', percentText(sample.fan)],
      ['core', sample.coreClockMhz === null ? unknown : `${Math.round(sample.coreClockMhz)} MHz`],
      ['throttle', throttledBy(sample, 'none')],
    ]
    return `${name}  ${fields.map(([title, value]) => `${title} ${value ?? ''}`).join('  ')}`
  })
}

/** Idling is listed by vendors, but slows nothing down. */
function throttledBy({ throttle }: GpuSample, none: string): string {
  if (throttle === null) return unknown
  return throttle.filter((reason) => !/idle/i.test(reason)).join(', ') || none
}

function wattsText(watts: number | null): string | null {
  return watts === null ? null : String(Math.round(watts))
}

function ofText(value: string | null, most: string | null, unit: string): string {
  if (value === null) return unknown
  return most === null ? `${value}${unit}` : `${value} / ${most}${unit}`
}

function temperatureText({ temperatureC }: GpuSample): string {
  return temperatureC === null ? unknown : `${Math.round(temperatureC)} °C`
}

function memoryUseText(used: number | null, total: number | null): string {
  if (used === null) return unknown
  return total === null ? memoryText(used) : `${memoryText(used)} / ${memoryText(total)}`
}

/** A driver's words may hold anything; the terminal must not obey them. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
}

/** Characters, near enough: most terminals draw the emoji of a card's name two wide. */
function widthOf(text: string): number {
  let width = 0
  for (const letter of text) width += /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/u.test(letter) && !/[©®™]/.test(letter) ? 2 : /\p{Mark}|[\u200b-\u200f\ufe0f]/u.test(letter) ? 0 : 1
  return width
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  for (const letter of text) {
    if (widthOf(kept + letter) > width - 1) break
    kept += letter
  }
  return `${kept}…`
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const fitting = cut(text, width)
  const blanks = ' '.repeat(Math.max(0, width - widthOf(fitting)))
  return align === 'left' ? fitting + blanks : blanks + fitting
}
