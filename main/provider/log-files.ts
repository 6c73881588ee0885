/**
 * The files of one programme's log: appended to, a new one when one is full, the oldest removed.
 * No library: rotation by line number, where a file's name says its first line, is what paging needs.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LogLine } from '../../shared/provider.ts'
import { makeFolder } from '../system/data-folder.ts'

const fileCount = 5
const nameDigits = 12
const streams: ReadonlySet<string> = new Set<LogLine['stream']>(['out', 'error', 'file', 'note'])

export interface LogFiles {
  /** The number that the next line gets; lines before it were given theirs at some time. */
  nextNo(): number
  /** Lines with rising numbers. How many were kept, and why not all. Never throws. */
  append(lines: LogLine[]): { kept: number; error: unknown }
  /** Newest first: the number of a file's first line, and its lines once they are asked for. */
  newestFirst(): { firstNo: number; text(): string }[]
  bytes(): number
  close(): void
}

/** Nothing is written, and no folder made, before the first line. */
export function openLogFiles(folder: string, mostBytes: number): LogFiles {
  const mostOfFile = Math.floor(mostBytes / fileCount)
  let current: { file: number; bytes: number } | null = null
  let next: number | null = null

  function nextNo(): number {
    return (next ??= lastNo(folder) + 1)
  }

  function begin(firstNo: number): { file: number; bytes: number } {
    end()
    makeFolder(folder)
    for (const name of names(folder).slice(0, 1 - fileCount)) rmSync(join(folder, name), { force: true })
    return (current = openFile(join(folder, `${String(firstNo).padStart(nameDigits, '0')}.log`)))
  }

  /** The newest file goes on after a restart; a half line that a crash left at its end is cut off. */
  function goOn(): { file: number; bytes: number } | null {
    const name = names(folder).at(-1)
    if (name === undefined) return null
    const opened = openFile(join(folder, name))
    const text = readFileSync(join(folder, name))
    const whole = text.lastIndexOf(10) + 1
    if (whole < text.length) ftruncateSync(opened.file, whole)
    return (current = { ...opened, bytes: whole })
  }

  function write(place: { file: number; bytes: number }, bytes: Buffer): void {
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(place.file, bytes, written)
      place.bytes += bytes.length
    } catch (error) {
      ftruncateSync(place.file, place.bytes)
      throw error
    }
  }

  function end(): void {
    if (current !== null) closeSync(current.file)
    current = null
  }

  return {
    nextNo,
    append(lines) {
      let kept = 0
      try {
        let place = current !== null && fstatSync(current.file).nlink > 0 ? current : goOn()
        while (kept < lines.length) {
          const { text, count } = piece(lines, kept, mostOfFile - (place?.bytes ?? 0))
          if (place === null || (count === 0 && place.bytes > 0)) place = begin((lines[kept] as LogLine).no)
          else {
            // A line that is larger than a file has one of its own.
            write(place, Buffer.from(count === 0 ? wordsOf(lines[kept] as LogLine) : text))
            kept += Math.max(count, 1)
            next = (lines[kept - 1] as LogLine).no + 1
          }
        }
        return { kept, error: null }
      } catch (error) {
        return { kept, error }
      }
    },
    newestFirst: () =>
      names(folder)
        .reverse()
        .map((name) => ({ firstNo: Number.parseInt(name, 10), text: () => readQuietly(join(folder, name)) })),
    bytes: () => names(folder).reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0),
    close: end,
  }
}

/** As many lines as fit into so many bytes. */
function piece(lines: LogLine[], from: number, room: number): { text: string; count: number } {
  let text = ''
  let bytes = 0
  for (let at = from; at < lines.length; at += 1) {
    const words = wordsOf(lines[at] as LogLine)
    bytes += Buffer.byteLength(words)
    if (bytes > room) return { text, count: at - from }
    text += words
  }
  return { text, count: lines.length - from }
}

/** Newest first; what is no line of ours (a damaged place) is passed over. */
export function* linesOf(text: string): Generator<LogLine> {
  for (let end = text.lastIndexOf('\n'); end > 0; ) {
    const start = text.lastIndexOf('\n', end - 1) + 1
    const line = parseLine(text.slice(start, end))
    if (line !== null) yield line
    end = start - 1
  }
}

/** "4711⇥2026-11-23T16:20:00.000Z⇥out⇥the text" */
function wordsOf(line: LogLine): string {
  return `${line.no}\t${new Date(line.at).toISOString()}\t${line.stream}\t${line.text}\n`
}

function parseLine(line: string): LogLine | null {
  const [, no, at, stream, text] = /^(\d{1,15})\t([^\t]{20,30})\t(\w+)\t(.*)$/.exec(line) ?? []
  const time = Date.parse(at ?? '')
  if (stream === undefined || !streams.has(stream) || Number.isNaN(time)) return null
  return { no: Number(no), at: time, stream: stream as LogLine['stream'], text: text as string }
}

function lastNo(folder: string): number {
  for (const name of names(folder).reverse()) {
    const last = linesOf(readQuietly(join(folder, name))).next()
    if (!last.done) return Math.max(last.value.no, Number.parseInt(name, 10) - 1)
  }
  return Math.max(0, ...names(folder).map((name) => Number.parseInt(name, 10) - 1))
}

function openFile(path: string): { file: number; bytes: number } {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0), 0o600)
  return { file, bytes: fstatSync(file).size }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d{12}\.log$/.test(name)).sort()
  } catch {
    return []
  }
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
