/** What a person reads in a terminal: tables of at most 100 columns, figures with units, colour only where it is wanted. */
import Table from 'cli-table3'

export const widest = 100
/** Drawn where a figure is unknown. */
export const unknown = '–'

export interface Column {
  head: string
  align?: 'left' | 'right'
  /** Gives way first when the table is too wide. */
  flexible?: boolean
  /** How narrow it may get, in characters; 14 when left out. */
  least?: number
}

/** A table without lines between its rows. Cells may hold several lines. */
export function drawTable(columns: Column[], rows: string[][]): string {
  const widths = fitWidths(columns, rows)
  const table = new Table({
    head: columns.map((column) => column.head),
    colWidths: widths,
    colAligns: columns.map((column) => column.align ?? 'left'),
    wordWrap: true,
    wrapOnWordBoundary: true,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' },
  })
  // An empty cell would let its row disappear.
  table.push(...rows.map((row) => row.map((cell, i) => (cell === '' ? ' ' : breakLongWords(cell, (widths[i] ?? widest) - 2)))))
  const [head = '', ...body] = table.toString().split('\n').map((line) => line.trimEnd())
  const rule = '─'.repeat(Math.min(widest, widths.reduce((sum, width) => sum + width, 0) - 2))
  return [head, rule, ...body.filter((line) => line !== '')].join('\n')
}

/** An id may be longer than its column; cut off it would be of no use. */
export function breakLongWords(cell: string, width: number): string {
  return cell.replace(/\S+/g, (word) => (word.length <= width ? word : (word.match(new RegExp(`.{1,${width}}`, 'gu'))?.join('\n') ?? word)))
}

function fitWidths(columns: Column[], rows: string[][]): number[] {
  const widths = columns.map((column, i) => 2 + Math.max(column.head.length, ...rows.flatMap((row) => (row[i] ?? '').split('\n').map((line) => line.length))))
  const least = columns.map((column, i) => Math.min(widths[i] ?? 0, Math.max(column.head.length, column.least ?? 14) + 2))
  let excess = widths.reduce((sum, width) => sum + width, 0) - 2 - widest
  while (excess > 0) {
    const candidates = widths.map((width, i) => ({ i, width })).filter(({ i, width }) => columns[i]?.flexible && width > (least[i] ?? 0))
    const widestOne = candidates.sort((a, b) => b.width - a.width)[0]
    if (!widestOne) break
    widths[widestOne.i] = widestOne.width - 1
    excess -= 1
  }
  return widths
}

/** Breaks a sentence into lines of at most 100 columns. */
export function wrap(sentence: string, indent = ''): string {
  const lines: string[] = []
  let line = indent
  for (const word of sentence.split(/\s+/)) {
    if (line.length > indent.length && line.length + 1 + word.length > widest) {
      lines.push(line)
      line = indent
    }
    line += line.length > indent.length ? ` ${word}` : word
  }
  return [...lines, line].join('\n')
}

/** A point and what follows, hanging: "- like this". */
export function bullet(sentence: string): string {
  return `- ${wrap(sentence, '  ').trimStart()}`
}

/** 1.48, -0.07; an amount that would round to zero keeps its sign out. */
export function money(value: number | null): string {
  if (value === null) return unknown
  const text = value.toFixed(2)
  return text === '-0.00' ? '0.00' : text
}

export function memoryText(bytes: number | null): string {
  if (bytes === null) return unknown
  const gib = bytes / 2 ** 30
  return gib >= 1 ? `${gib >= 100 ? gib.toFixed(0) : trimZero(gib.toFixed(1))} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`
}

export function percentText(share: number | null, digits = 0): string {
  return share === null ? unknown : `${trimZero((share * 100).toFixed(digits))} %`
}

export function numberText(value: number): string {
  const size = Math.abs(value)
  return trimZero(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2))
}

function trimZero(text: string): string {
  return text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
}

/** "1 card", "2 cards". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}
