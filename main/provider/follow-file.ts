/** Follows a file that a program writes: lines as they come, through rotation, truncation and deletion, and at a bounded pace. */
import { watch, type FSWatcher } from 'node:fs'
import { systemClock, type Clock } from '../system/clock.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import { cleanLine } from '../system/clean-line.ts'
import { openReader, type FileReader } from './follow-reader.ts'

export interface FollowOptions {
  path: string
  /** Where a file that is there already is begun; one that comes later is read from its start. */
  from: 'start' | 'end'
  /** Cleaned: see clean-line.ts. */
  onLine(line: string): void
  /** A sentence for the log: what was left out, or why nothing can be read. The same one only once in a row. */
  onTrouble(sentence: string): void
  /** The raw output of a program of ours: what was read is blotted out in it, which also tells after a restart where to go on; it is emptied once it is large. */
  isOwn?: boolean
  clock?: Clock
}

export interface FollowedFile {
  /** Reads on now, to the end of what is there. */
  look(): Promise<void>
  /** The same, and takes the half line at the end for a line: when the program has ended. */
  drain(): Promise<void>
  close(): void
}

/** After a hint that something was written; what comes within it is read together. */
const soonMs = 250
/** Without a hint; the first where the system watches the file, the second where it cannot. */
const watchedMs = 1000
const unwatchedMs = 250
/** After a turn that read all that a turn may: a storm takes a part of a processor and no more. */
const stormMs = 1000
/** A half line of our own that has stood so long is handed out as it is: it may be a question, and no secret stays in the raw file for longer. */
const halfLineMs = 60_000

export function followFile({ path, from, onLine, onTrouble, isOwn = false, clock = systemClock }: FollowOptions): FollowedFile {
  let reader: FileReader | null = null
  let watcher: FSWatcher | null = null
  let cancel: (() => void) | null = null
  let dueAt = Infinity
  let restsUntil = 0
  let turns: Promise<unknown> = Promise.resolve()
  /** Whether the path may lead to another file now, and when that was last looked at. */
  let wasMoved = false
  let comparedAt = -Infinity
  let half = { bytes: 0, since: 0 }
  let isFirst = true
  let isClosed = false
  let lastTrouble: string | null = null

  const handLine = (line: string, bytes: number): void => {
    half.bytes = -1
    if (!isClosed) onLine(cleanLine(line, [], bytes))
  }
  function trouble(sentence: string): void {
    if (isClosed || sentence === lastTrouble) return
    lastTrouble = sentence
    onTrouble(sentence)
  }

  /** Whether there is more to read than one turn takes. */
  async function turn(isAsked: boolean): Promise<boolean> {
    if (isClosed) return false
    try {
      const isDue = isAsked || wasMoved || Math.abs(clock.now() - comparedAt) >= watchedMs
      if (isDue) [wasMoved, comparedAt] = [false, clock.now()]
      if (isDue && reader !== null && !(await reader.isSame())) leave(await finishOld(reader))
      if (reader === null) {
        reader = await openReader({ path, from: isFirst ? from : 'start', isOwn, onLine: handLine, onTrouble: trouble })
        if (isClosed) leave(reader)
        else if (reader !== null) startWatching()
        isFirst = false
      }
      const hasMore = (await reader?.readOn()) ?? false
      if (isOwn && reader !== null) finishHalf(reader)
      if (reader !== null) lastTrouble = null
      return hasMore
    } catch (error) {
      trouble(`${path} cannot be read: ${fileErrorWords(error)}.`)
      leave(reader)
      return false
    }
  }

  function finishHalf(of: FileReader): void {
    const bytes = of.pending()
    // A clock that was put back begins anew.
    if (bytes === 0 || bytes !== half.bytes || clock.now() < half.since) half = { bytes, since: clock.now() }
    else if (clock.now() - half.since >= halfLineMs) of.finish()
  }

  /** Moved away or removed: what was still written to it counts. */
  async function finishOld(old: FileReader): Promise<FileReader> {
    while (await old.readOn()) if (isClosed) break
    old.finish()
    return old
  }

  function leave(old: FileReader | null): void {
    watcher?.close()
    watcher = null
    reader = null
    old?.close()
  }

  function startWatching(): void {
    try {
      watcher = watch(path, { persistent: false }, (event) => {
        wasMoved ||= event === 'rename'
        schedule(soonMs)
      })
      watcher.on('error', () => {
        watcher?.close()
        watcher = null
      })
    } catch {
      // Too many files are watched, or this disk tells nothing: it is looked at more often.
      watcher = null
    }
  }

  function schedule(wantedMs: number): void {
    const now = clock.now()
    const ms = Math.max(wantedMs, Math.min(stormMs, restsUntil - now))
    if (isClosed || now + ms >= dueAt) return
    cancel?.()
    dueAt = now + ms
    cancel = clock.after(ms, () => {
      dueAt = Infinity
      void inTurn(() => turn(false)).then((hasMore) => {
        if (hasMore) restsUntil = clock.now() + stormMs
        schedule(watcher === null ? unwatchedMs : watchedMs)
      })
    })
  }

  /** One after another: two readers of one place would hand lines out twice. */
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = turns.then(act)
    turns = done.catch(() => {})
    return done
  }

  async function readAll(): Promise<void> {
    while (await turn(true)) if (isClosed) return
  }

  schedule(0)
  return {
    look: () => inTurn(readAll),
    drain: () =>
      inTurn(async () => {
        await readAll()
        reader?.finish()
      }),
    close() {
      isClosed = true
      cancel?.()
      leave(reader)
    },
  }
}
