/** Writes samples and events as they come, one transaction a second; stops where the place refuses them, and tries again. */
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { HistoryEvent, RecordingStatus } from '../../shared/history.ts'
import type { SampleTurn } from '../../shared/telemetry.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { duration, jumpSentence, watchClock, type ClockMemory } from './clock-watch.ts'
import { addEvents } from './events.ts'
import { createSampleTables, type SampleTables } from './sample-tables.ts'
import { closeQuietly, inTransaction, isDamage, isPassing, isSqliteError, messageOf, placeWords } from './sqlite-errors.ts'
import { createRowTaker, type TurnRow } from './turn-rows.ts'
import { createTidier, type Tidier } from './tidier.ts'

export interface Recorder {
  /** Never throws. */
  record(turn: SampleTurn): void
  /** Never throws. */
  addEvents(events: readonly HistoryEvent[]): void
  /** The connection for reading as well; null: the file cannot be opened for writing now. */
  connection(): { database: DatabaseSync; tables: SampleTables } | null
  /** Events that wait for the disk. */
  waitingEvents(): readonly HistoryEvent[]
  status(): RecordingStatus
  pause(sentence: string): void
  /** Lets go of the file; the next turn opens it again. */
  release(): void
  close(): void
}

export interface RecorderOptions {
  folder: string
  file: string
  scope: string
  log: Log
  onRecording(status: RecordingStatus): void
  /** null: not known but for the turns. */
  steadyMs(): number | null
  /** Makes sure that the file is there and up to date; what is in the way, or null. */
  prepare(): Error | null
  /** The content is damaged: sets it aside and begins a new file. The recorder's own connection is closed by then. */
  beginAnew(error: unknown): void
  /** The file can be written again, or is another one now. */
  onOpened(why: 'resumed' | 'replaced'): void
}

/** Kept while the disk refuses them; what is older is lost. */
const mostWaitingTurns = 60
const mostWaitingEvents = 1_000
const firstRetryMs = 5_000
const longestRetryMs = 15_000
/** Another program may hold the file for a moment: nothing is lost, since turns wait. */
const mostPassingFailures = 10
/** How much a power cut may take; `kill -9` takes nothing that was written. */
const durableEveryMs = 10_000
/** A file that is damaged again so soon is not exchanged again. */
const mendEveryMs = 3_600_000

interface WaitingTurn {
  at: number
  rows: TurnRow[]
}

export function createRecorder(options: RecorderOptions): Recorder {
  const { folder, file, scope, log } = options
  let open: { database: DatabaseSync; tables: SampleTables; inode: number | null; tidier: Tidier } | null = null
  let status: RecordingStatus = { phase: 'off', sentence: 'Nothing has been recorded yet.' }
  let turns: WaitingTurn[] = []
  let events: HistoryEvent[] = []
  let takeRows = createRowTaker()
  const cards = new Map<string, number>()
  let clockMemory: ClockMemory | null = null
  let isClockRead = false
  let retry: { atSteadyMs: number; delayMs: number } | null = null
  let passingFailures = 0
  let durableAt = Number.NEGATIVE_INFINITY
  let mendedAt: number | null = null
  let isClosed = false

  function setStatus(next: RecordingStatus): void {
    status = next
    options.onRecording(next)
  }

  /** Throws what SQLite throws. */
  function openFile(): NonNullable<typeof open> {
    if (open) return open
    const trouble = options.prepare()
    if (trouble) throw trouble
    const database = new DatabaseSync(file, { timeout: 250 })
    try {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
      const tables = createSampleTables(database)
      cards.clear()
      open = { database, tables, inode: inodeOf(file), tidier: createTidier(tables.cardsWithSamples()) }
      return open
    } catch (error) {
      closeQuietly(database)
      throw error
    }
  }

  function closeFile(): void {
    if (open) closeQuietly(open.database)
    open = null
  }

  function record(turn: SampleTurn): void {
    if (isClosed) return
    try {
      if (!Number.isFinite(turn.at) || turn.at < 0) return
      watch(turn)
      turns = [...turns, { at: turn.at, rows: takeRows(turn) }].slice(-mostWaitingTurns)
      write(turn)
    } catch (error) {
      turns = []
      log.error('a turn of samples could not be kept', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }

  function watch(turn: SampleTurn): void {
    const isSameRun = clockMemory !== null && clockMemory.steadyMs !== null
    const step = watchClock(clockMemory, turn)
    clockMemory = step.memory
    if (step.jumpMs !== null) queue([{ at: turn.at, id: 'clock-jumped', gpuId: null, sentence: jumpSentence(step.jumpMs, isSameRun) }])
  }

  function queue(more: readonly HistoryEvent[]): void {
    events = [...events, ...more].slice(-mostWaitingEvents)
  }

  function write(now: { at: number; steadyMs: number }): void {
    if (retry && now.steadyMs < retry.atSteadyMs) return
    try {
      writeWaiting(now)
      retry = null
      passingFailures = 0
      tidy(now)
    } catch (error) {
      if (!isSqliteError(error) && !(error instanceof NotPossible)) throw error
      fail(error, now)
    }
  }

  function writeWaiting(now: { at: number; steadyMs: number }): void {
    const wasStopped = status.phase === 'stopped'
    if (open && inodeOf(file) !== open.inode) replaced()
    const { database, tables, tidier } = openFile()
    if (!isClockRead) readClock(tables, now)
    const began = beganEvent(now.at)
    const isDurable = now.steadyMs - durableAt >= durableEveryMs
    if (isDurable) database.exec('PRAGMA synchronous = FULL')
    try {
      inTransaction(database, 'BEGIN IMMEDIATE', () => {
        addEvents(database, scope, [...events, ...began])
        for (const turn of turns) for (const { gpuId, row } of turn.rows) tables.addSample(numberOf(tables, gpuId), row)
      })
    } finally {
      if (isDurable) database.exec('PRAGMA synchronous = NORMAL')
    }
    if (isDurable) durableAt = now.steadyMs
    for (const turn of turns) {
      for (const { gpuId } of turn.rows) tidier.wrote(cards.get(gpuId) ?? 0, turn.at)
    }
    turns = []
    events = []
    if (status.phase !== 'on') setStatus({ phase: 'on', since: now.at })
    if (wasStopped) options.onOpened('resumed')
  }

  /** An earlier run's last words about the clock; what they say of the present is told with the first turn. */
  function readClock(tables: SampleTables, now: { at: number; steadyMs: number }): void {
    isClockRead = true
    clockMemory = tables.clock()
    watch({ ...now, samples: {}, silent: {} })
  }

  function beganEvent(at: number): HistoryEvent[] {
    if (status.phase === 'on') return []
    const sentence = status.phase === 'stopped' ? `Recording goes on; it had stopped for ${duration(Math.max(0, at - status.since))}.` : 'Recording began.'
    return [{ at, id: 'recording-began', gpuId: null, sentence }]
  }

  /** Inside a transaction that may fail: a number is only remembered for as long as the connection is. */
  function numberOf(tables: SampleTables, gpuId: string): number {
    const known = cards.get(gpuId)
    if (known !== undefined) return known
    const card = tables.addCard(scope, gpuId)
    cards.set(gpuId, card)
    return card
  }

  function tidy(now: { at: number; steadyMs: number }): void {
    const { database, tables, tidier } = openFile()
    tidier.tidy(database, tables, now, clockMemory)
  }

  /** Somebody removed or exchanged the file: what is written to the old one, nobody finds again. */
  function replaced(): void {
    closeFile()
    options.onOpened('replaced')
  }

  function fail(error: Error, now: { at: number; steadyMs: number }): void {
    cards.clear()
    if (isPassing(error) && ++passingFailures < mostPassingFailures) return
    makeRoom()
    closeFile()
    if (isDamage(error) && (mendedAt === null || now.steadyMs - mendedAt > mendEveryMs)) {
      mendedAt = now.steadyMs
      options.beginAnew(error)
      write(now)
      return
    }
    const delayMs = retry ? Math.min(retry.delayMs * 2, longestRetryMs) : firstRetryMs
    retry = { atSteadyMs: now.steadyMs + delayMs, delayMs }
    const sentence = `Samples are not recorded: ${placeWords(error, folder)}. It is tried again every few seconds.`
    if (status.phase !== 'stopped') {
      log.warn(sentence, { error: messageOf(error), file })
      queue([{ at: now.at, id: 'recording-stopped', gpuId: null, sentence: `Recording stopped: ${placeWords(error, folder)}.` }])
    }
    setStatus({ phase: 'stopped', since: status.phase === 'stopped' ? status.since : now.at, sentence, retryAt: now.at + delayMs })
  }

  /** The journal beside the file may grow to 4 MB: put into the file, it may be what was lacking. */
  function makeRoom(): void {
    try {
      open?.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // It was worth a try.
    }
  }

  function pause(sentence: string): void {
    if (status.phase === 'off' && status.sentence === sentence) return
    const last = clockMemory?.at
    if (status.phase === 'on' && last !== undefined) {
      queue([{ at: last, id: 'recording-stopped', gpuId: null, sentence: `Recording was ended: ${sentence}` }])
      writeEvents()
    }
    takeRows = createRowTaker()
    setStatus({ phase: 'off', sentence })
  }

  /** Events must not wait for a next turn that may not come; while recording, the next turn brings them along. */
  function writeEvents(): void {
    if (events.length === 0 || (retry && (options.steadyMs() ?? 0) < retry.atSteadyMs)) return
    try {
      const { database } = openFile()
      inTransaction(database, 'BEGIN IMMEDIATE', () => addEvents(database, scope, events))
      events = []
    } catch (error) {
      log.warn('events wait to be kept', { error: messageOf(error), file })
    }
  }

  return {
    record,
    addEvents(more) {
      if (isClosed || more.length === 0) return
      queue(more)
      writeEvents()
    },
    connection() {
      try {
        return openFile()
      } catch {
        return null
      }
    },
    waitingEvents: () => events,
    status: () => status,
    pause,
    release: closeFile,
    close() {
      if (isClosed) return
      if (status.phase === 'on') {
        queue([{ at: clockMemory?.at ?? 0, id: 'recording-stopped', gpuId: null, sentence: 'Recording ended with Idlewatt.' }])
        writeEvents()
      }
      isClosed = true
      if (open && clockMemory) {
        try {
          open.tables.setClock(clockMemory)
        } catch (error) {
          log.warn('the last moment could not be kept', { error: messageOf(error), file })
        }
      }
      closeFile()
    },
  }
}

function inodeOf(file: string): number | null {
  try {
    return statSync(file).ino
  } catch {
    return null
  }
}
