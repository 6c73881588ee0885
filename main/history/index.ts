/** What is kept for good, in history.sqlite in the data folder: measurements, imported runs, crash markers, cards, samples, events and alerts. */
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { BenchmarkResult, CrashMarker, ImportedRun, MarkedStep, OctaneScore } from '../../shared/benchmark.ts'
import type { Alert } from '../../shared/health.ts'
import type { CsvPage, CsvQuery, HistoryAnswer, HistoryEvent, HistoryEventId, HistoryQuery, RecordingStatus } from '../../shared/history.ts'
import type { KnownCard } from '../../shared/machine.ts'
import type { Notice } from '../../shared/state.ts'
import type { SampleTurn } from '../../shared/telemetry.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import type { ScopedCard } from './card-tables.ts'
import { eventsOfCard, readEvents } from './events.ts'
import { openKept, type ServiceTables } from './kept.ts'
import { answerOf, csvPage, readPast } from './query.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { createSampleTables, type SampleTables } from './sample-tables.ts'
import { openReadOnly } from './salvage.ts'
import { closeQuietly, inTransaction, isSqliteError, messageOf } from './sqlite-errors.ts'

export interface History extends ServiceTables {
  /** The same card and start again: replaced. */
  saveResult(result: BenchmarkResult): void
  /** Newest result by GPU id. */
  latestResults(): Record<string, BenchmarkResult>
  /** Newest first. */
  pastResults(gpuId: string, limit: number): BenchmarkResult[]
  /** Of every card, newest first. */
  allResults(limit: number): BenchmarkResult[]
  /** null: none is kept. */
  result(gpuId: string, startedAt: number): BenchmarkResult | null
  /** All or none. The same id again: replaced. */
  saveImports(runs: readonly ImportedRun[]): void
  /** Newest import first. */
  imports(): ImportedRun[]
  forgetImport(id: string): void
  saveOctaneScore(score: OctaneScore): void
  /** The one imported last, by GPU id. */
  octaneScores(): Record<string, OctaneScore>
  /** On disk when this returns: the next thing may take the machine down. */
  setMarker(marker: CrashMarker): void
  clearMarker(gpuId: string, workload: MarkedStep): void
  markers(): CrashMarker[]
  /** The cards of this history's own scope. */
  book: CardBook
  /** Of every scope: this machine (null) and each recorded machine that was sampled here; also forgotten ones, whose samples stay. */
  allCards(): ScopedCard[]
  /** Keeps one turn of samples. Never throws: what goes wrong shows in `recording()`. */
  record(turn: SampleTurn): void
  /** Never throws. */
  addEvents(events: HistoryEvent[]): void
  /** `scope` left out: the history's own. Throws NotPossible for a card that was never seen, naming those that were. */
  read(query: HistoryQuery, scope?: string | null): HistoryAnswer
  csv(query: CsvQuery, scope?: string | null): CsvPage
  /** From the first to the last moment of which samples of the card are kept; null: none are. */
  span(gpuId: string, scope?: string | null): { from: number; to: number } | null
  /** Newest first. */
  events(query: EventsQuery, scope?: string | null): HistoryEvent[]
  /** An alert with the same id and beginning is replaced; one with an end is ended. Others stay as they are. */
  saveAlerts(alerts: Alert[]): void
  /** `ended`: newest first, at most 50. */
  alerts(scope?: string | null): { open: Alert[]; ended: Alert[] }
  recording(): RecordingStatus
  /** Nothing is to be recorded from now on, and why; the next `record` begins again. */
  pauseRecording(sentence: string): void
  close(): void
}

export interface CardBook {
  known(): KnownCard[]
  save(cards: KnownCard[]): void
  /** No longer known; its samples stay. */
  forget(gpuId: string): void
}

export interface EventsQuery {
  gpuId?: string | undefined
  from: number
  to: number
  /** Left out: 200. */
  limit?: number | undefined
  /** Left out: of every kind. */
  ids?: readonly HistoryEventId[] | undefined
  /** Left out: of every programme and none. */
  programmeId?: string | undefined
}

export interface HistoryOptions {
  /** Exists already. */
  folder: string
  clock: Clock
  log: Log
  onNotice(notice: Notice): void
  /** Name of the recorded machine whose cards are meant; null or left out: this machine. */
  scope?: string | null
  onRecording?(status: RecordingStatus): void
  /** The clock that the turns' `steadyMs` are of; left out: only turns tell how time passes. */
  steadyMs?(): number
}

const shownEndedAlerts = 50
/** Pages of CSV that were promised and may still be asked for. */
const mostPromisedPages = 200

/** Throws NotPossible where the file is from a newer Idlewatt. A broken file is set aside; where nothing can be written, memory serves. */
export function openHistory(options: HistoryOptions): History {
  const { folder, clock, log, onNotice } = options
  const file = join(folder, 'history.sqlite')
  const ownScope = options.scope ?? ''
  let recorder: Recorder | null = null
  const kept = openKept({ folder, file, scope: ownScope, clock, log, onNotice, beforeReplacing: () => recorder?.release() })
  const writing = createRecorder({
    folder,
    file,
    scope: ownScope,
    log,
    onRecording: (status) => options.onRecording?.(status),
    steadyMs: () => options.steadyMs?.() ?? null,
    prepare: () => kept.goBack(),
    beginAnew(error) {
      kept.beginAnew(error)
      tellCardsAgain()
    },
    onOpened(why) {
      if (why === 'replaced') kept.reopen()
      else kept.goBack()
      tellCardsAgain()
    },
  })
  recorder = writing
  /** As this process was told of them: a file that was begun anew meanwhile does not know them. */
  const toldCards = new Map<string, KnownCard>()
  const promisedPages = new Set<string>()
  let hasToldOfDamage = false

  function tellCardsAgain(): void {
    kept.safely((tables) => tables.saveCards(ownScope, [...toldCards.values()].filter(({ gpuId }) => tables.card(ownScope, gpuId)?.name == null)))
  }

  /** One state of the file for several reads, although another process may be writing. null: the file gives nothing. */
  function reading<T>(run: (database: DatabaseSync, tables: SampleTables) => T): T | null {
    const writable = writing.connection()
    if (writable) return inTransaction(writable.database, 'BEGIN', () => run(writable.database, writable.tables))
    const reader = openReadOnly(file)
    if (!reader) return null
    try {
      // A full disk leaves a file without a table: nothing was ever kept in it.
      if (reader.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables'] === 0) return null
      return run(reader, createSampleTables(reader))
    } finally {
      closeQuietly(reader)
    }
  }

  /** Damage in the middle of the file takes this answer, not the app: recording meets it too and then begins a new file. */
  function readingSafely<T>(run: (database: DatabaseSync, tables: SampleTables) => T): T | null {
    try {
      return reading(run)
    } catch (error) {
      if (!isSqliteError(error)) throw error
      log.warn('a part of the history could not be read', { error: messageOf(error), file })
      throw new NotPossible(`This part of the history could not be read from ${file} (${error.message}).`)
    }
  }

  function scopeOf(scope: string | null | undefined): string {
    return scope === undefined ? ownScope : (scope ?? '')
  }

  /** Throws NotPossible for a card that was never seen. */
  function seenCard(scope: string, gpuId: string): { name: string | null } {
    const card = kept.safely((tables) => tables.card(scope, gpuId))
    if (card) return card
    const known = kept.safely((tables) => tables.cards(scope)).map((one) => `${one.gpu.name} (${one.gpuId})`)
    const where = scope === '' ? 'this machine' : `the recorded machine "${scope}"`
    throw new NotPossible(known.length === 0 ? `No card of ${where} has been seen yet, so "${gpuId}" has no history.` : `No card "${gpuId}" is known on ${where}. Known are: ${known.slice(0, 16).join(', ')}.`)
  }

  function tellOfDamage(chunks: number): void {
    if (chunks === 0 || hasToldOfDamage) return
    hasToldOfDamage = true
    const sentence = 'A part of the recorded samples is damaged and cannot be read. It shows as a gap; the rest is whole.'
    log.warn(sentence, { file, chunks })
    onNotice({ id: 'history-part-damaged', level: 'warning', sentence, at: clock.now() })
  }

  function read(query: HistoryQuery, scope?: string | null): HistoryAnswer {
    const of = scopeOf(scope)
    const { name } = seenCard(of, query.gpuId)
    const found = readingSafely((database, tables) => {
      const card = tables.cardNo(of, query.gpuId)
      return card === null ? null : { past: readPast(tables, card, query), events: eventsOfCard(database, of, query.gpuId, query.from, query.to) }
    })
    if (!found) return { gpuId: query.gpuId, gpuName: name, from: query.from, to: query.to, stepSeconds: query.stepSeconds ?? 1, samples: [], events: [], energy: null, finestStepSeconds: 1 }
    tellOfDamage(found.past.damagedChunks)
    return answerOf(found.past, query, name, found.events)
  }

  function csv(query: CsvQuery, scope?: string | null): CsvPage {
    const of = scopeOf(scope)
    seenCard(of, query.gpuId)
    const nameOf = (from: number): string => JSON.stringify([of, query.gpuId, from, query.to])
    const page = readingSafely((_, tables) => {
      const card = tables.cardNo(of, query.gpuId)
      return card === null ? null : csvPage(tables, card, query, !promisedPages.has(nameOf(query.from)))
    })
    if (!page) return { text: '', nextFrom: null, stepSeconds: query.stepSeconds ?? 1 }
    if (page.nextFrom !== null) {
      promisedPages.add(nameOf(page.nextFrom))
      const [oldest] = promisedPages
      if (promisedPages.size > mostPromisedPages && oldest !== undefined) promisedPages.delete(oldest)
    }
    return page
  }

  function events(query: EventsQuery, scope?: string | null): HistoryEvent[] {
    const of = scopeOf(scope)
    const limit = query.limit ?? 200
    const waiting = of === ownScope ? writing.waitingEvents().filter((event) => event.at >= query.from && event.at < query.to && (query.gpuId === undefined || event.gpuId === query.gpuId) && (query.ids?.includes(event.id) ?? true) && (query.programmeId === undefined || event.programmeId === query.programmeId)) : []
    const written = readingSafely((database) => readEvents(database, of, { ...query, limit })) ?? []
    return [...waiting].reverse().concat(written).sort((one, other) => other.at - one.at).slice(0, limit)
  }

  /** Each call goes to the tables as they are open by then, and mends what it meets. */
  function through<Name extends keyof ServiceTables>(name: Name): ServiceTables[Name] {
    const run = (method: string) => (...args: unknown[]) => kept.safely((tables) => (tables[name] as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args))
    return new Proxy({} as ServiceTables[Name], { get: (_, method) => run(String(method)) })
  }

  return {
    market: through('market'),
    ledger: through('ledger'),
    tariff: through('tariff'),
    provider: through('provider'),
    saveResult: (result) => kept.safely((to) => to.saveResult(result)),
    latestResults: () => kept.safely((from) => from.latestResults()),
    pastResults: (gpuId, limit) => kept.safely((from) => from.pastResults(gpuId, limit)),
    allResults: (limit) => kept.safely((from) => from.allResults(limit)),
    result: (gpuId, startedAt) => kept.safely((from) => from.result(gpuId, startedAt)),
    saveImports: (runs) => kept.safely((to) => to.saveImports(runs)),
    imports: () => kept.safely((from) => from.imports()),
    forgetImport: (id) => kept.safely((to) => to.forgetImport(id)),
    saveOctaneScore: (score) => kept.safely((to) => to.saveOctaneScore(score)),
    octaneScores: () => kept.safely((from) => from.octaneScores()),
    setMarker: (marker) => kept.safely((to) => to.setMarker(marker)),
    clearMarker: (gpuId, workload) => kept.safely((to) => to.clearMarker(gpuId, workload)),
    markers: () => kept.safely((from) => from.markers()),
    book: {
      known: () => kept.safely((from) => from.cards(ownScope)),
      save(cards) {
        for (const card of cards) toldCards.set(card.gpuId, card)
        kept.safely((to) => to.saveCards(ownScope, cards))
      },
      forget(gpuId) {
        toldCards.delete(gpuId)
        kept.safely((to) => to.forgetCard(ownScope, gpuId))
      },
    },
    allCards: () => kept.safely((from) => from.allCards()),
    record: (turn) => writing.record(turn),
    addEvents: (more) => writing.addEvents(more),
    read,
    csv,
    span: (gpuId, scope) =>
      readingSafely((_, tables) => {
        const card = tables.cardNo(scopeOf(scope), gpuId)
        return card === null ? null : tables.span(card)
      }),
    events,
    saveAlerts: (alerts) => kept.safely((to) => to.saveAlerts(ownScope, alerts)),
    alerts: (scope) => kept.safely((from) => ({ open: from.openAlerts(scopeOf(scope)), ended: from.endedAlerts(scopeOf(scope), shownEndedAlerts) })),
    recording: () => writing.status(),
    pauseRecording: (sentence) => writing.pause(sentence),
    close() {
      writing.close()
      kept.close()
    },
  }
}
