/** The log of one programme: 10 MB in files that are rotated, cleaned of secrets and terminal escapes, searchable. */
import type { LogLine, LogPage, LogQuery } from '../../shared/provider.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import { createBlockCleaner } from './log-blocks.ts'
import { cleanLine } from '../system/clean-line.ts'
import { linesOf, openLogFiles } from './log-files.ts'
import { secretForms } from '../system/remove-secrets.ts'

export interface ProgrammeLog {
  /** Never throws: a full disk costs lines, which are counted and told. */
  add(stream: LogLine['stream'], text: string, at: number): void
  page(query: Omit<LogQuery, 'programmeId'>): LogPage
  close(): void
}

export interface ProgrammeLogOptions {
  folder: string
  /** Texts that must never be written: what the key store holds for this programme. */
  secrets(): string[]
  mostBytes?: number
}

const defaultBytes = 10_000_000
/** Lines wait so long for others, and no more of them than this. */
const flushAfterMs = 200
const flushAtLines = 500
/** Texts of a page together; a window has to draw it. In characters. */
const mostOfPage = 1_000_000

export function openProgrammeLog({ folder, secrets, mostBytes = defaultBytes }: ProgrammeLogOptions): ProgrammeLog {
  const files = openLogFiles(folder, mostBytes)
  const blocks = new Map<string, (line: string) => string>()
  const formsNow = rememberForms(secrets)
  let waiting: LogLine[] = []
  let timer: NodeJS.Timeout | null = null
  /** Lines that the disk did not take since it last took one. */
  let lost = { lines: 0, because: '' }

  function clean(stream: string, text: string): string {
    if (!blocks.has(stream)) blocks.set(stream, createBlockCleaner())
    return blocks.get(stream)?.(cleanLine(text, formsNow())) ?? ''
  }

  function flush(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (waiting.length === 0) return
    const lines = waiting
    waiting = []
    let no = files.nextNo()
    const told: LogLine[] = lost.lines === 0 ? [] : [{ no: 0, at: (lines[0] as LogLine).at, stream: 'note', text: `${count(lost.lines)} not kept: ${lost.because}.` }]
    const { kept, error } = files.append([...told, ...lines].map((line) => ({ ...line, no: no++ })))
    const left = lines.length + told.length - kept
    // What is told counts only once it is kept itself.
    if (kept >= told.length) lost = { lines: 0, because: '' }
    if (left > 0) lost = { lines: lost.lines + Math.min(left, lines.length), because: fileErrorWords(error) }
  }

  return {
    add(stream, text, at) {
      waiting.push({ no: 0, at: Number.isFinite(at) && Math.abs(at) < 8e15 ? Math.round(at) : Date.now(), stream, text: clean(stream, text) })
      if (waiting.length >= flushAtLines) return flush()
      timer ??= setTimeout(flush, flushAfterMs).unref()
    },
    page({ search, before = Infinity, limit }) {
      flush()
      const lines: LogLine[] = []
      const wanted = plain(search ?? '')
      let size = 0
      for (const file of files.newestFirst()) {
        if (file.firstNo >= before) continue
        const text = file.text()
        // Most searches find nothing in most files.
        if (wanted !== '' && !plain(text).includes(wanted)) continue
        for (const line of linesOf(text)) {
          if (line.no >= before || (wanted !== '' && !plain(line.text).includes(wanted))) continue
          if (lines.length >= limit || (lines.length > 0 && size + line.text.length > mostOfPage)) return { lines: lines.reverse(), hasOlder: true, bytes: files.bytes() }
          lines.push(line)
          size += line.text.length
        }
      }
      return { lines: lines.reverse(), hasOlder: false, bytes: files.bytes() }
    },
    close() {
      flush()
      files.close()
    },
  }
}

/** Where the key store cannot be read now, what it last said holds. */
function rememberForms(secrets: () => string[]): () => string[] {
  let known: { of: string; forms: string[] } = { of: '', forms: [] }
  return () => {
    try {
      const now = secrets()
      const of = now.join('\0')
      if (of !== known.of) known = { of, forms: secretForms(now) }
    } catch {
      return known.forms
    }
    return known.forms
  }
}

/** Any case; one way of writing letters with accents. */
function plain(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

function count(lines: number): string {
  return lines === 1 ? 'One line was' : `${lines.toLocaleString('en-GB')} lines were`
}
