/** How pages of a log are put together, and where searched words stand in a line. Pure. */
import type { LogLine } from '../../../../shared/provider.ts'

/** As many lines as a page draws without a wait. */
export const mostLines = 2000

export interface LogPart {
  lines: readonly LogLine[] | null
  hasOlder: boolean
}

/** The newest page joins what is shown; where a gap lies between, what was before it gives way, since a log with a hole would mislead. */
export function withFresh(before: LogPart, fresh: { lines: readonly LogLine[]; hasOlder: boolean }): { lines: readonly LogLine[]; hasOlder: boolean } {
  const firstFresh = fresh.lines[0]?.no
  const last = before.lines?.at(-1)?.no
  if (before.lines === null || last === undefined || firstFresh === undefined || (firstFresh > last + 1 && fresh.hasOlder)) return fresh
  const old = before.lines.filter((line) => line.no < firstFresh)
  const lines = [...old, ...fresh.lines]
  const cut = lines.slice(-mostLines)
  return { lines: cut, hasOlder: cut.length < lines.length || (old.length > 0 ? before.hasOlder : fresh.hasOlder) }
}

/** Older lines go in front. Beyond what is drawn, the newest give way: whoever reads back is not interested in them. */
export function olderBefore(lines: readonly LogLine[], older: { lines: readonly LogLine[]; hasOlder: boolean }): { lines: readonly LogLine[]; hasOlder: boolean } {
  const first = lines[0]?.no ?? Infinity
  return { lines: [...older.lines.filter((line) => line.no < first), ...lines].slice(0, mostLines), hasOlder: older.hasOlder }
}

/** The text in pieces, every second one being what was searched for; any case. */
export function piecesOf(text: string, search: string): string[] {
  if (search === '') return [text]
  const pieces: string[] = []
  const lower = text.toLowerCase()
  const wanted = search.toLowerCase()
  // Letters whose small form is longer would shift every place behind them.
  if (lower.length !== text.length) return [text]
  let from = 0
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    pieces.push(text.slice(from, at), text.slice(at, at + wanted.length))
    from = at + wanted.length
  }
  return [...pieces, text.slice(from)]
}
