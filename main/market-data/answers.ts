/** The last good answer of every source: asked for, parsed, judged, kept over restarts. One bad answer changes nothing but what is said of it. */
import { aheadMs } from '../../shared/market-data.ts'
import { MarketMisfit, RequestFailed, type KeptValue, type MarketRequest } from '../networks/network.ts'
import type { MarketTables } from '../history/market-tables.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { afterFailed, afterGood, firstTurn } from './schedule.ts'
import type { AnySource, Asks } from './sources.ts'

export interface Kept {
  value: unknown
  /** ms since epoch, by this machine's clock. */
  fetchedAt: number
  takenAt: number
}

export interface SourceState {
  kept: Kept | null
  lastTriedAt: number | null
  /** What went wrong with the last try; null: nothing. */
  fault: string | null
  failures: number
  /** ms since epoch; null: not by itself. */
  nextAt: number | null
  asking: Promise<void> | null
}

export interface Answers {
  state(sourceId: string): SourceState
  /** Asks now; while that goes on, the same promise. Never rejects. `until`: ms since epoch at which it is given up; left out: when all tries are over. */
  ask(source: AnySource, until?: number): Promise<void>
  /** Takes over what another process (the command line, say) was answered meanwhile and kept. */
  catchUp(): void
  /** What a request for something of the user's came to. */
  note(sourceId: string, fault: string | null): void
  /** The last good value; null: none. */
  value(source: AnySource): KeptValue | null
  isStale(kept: Kept, shelfLifeMs: number): boolean
  /** What of a kept answer's age cannot be believed, as a sentence; null: nothing. */
  doubt(kept: Kept | null): string | null
}

export interface AnswersOptions {
  sources: readonly AnySource[]
  tables: MarketTables
  clock: Clock
  log: Log
  random(): number
  requestFor(source: AnySource, until?: number): MarketRequest
  clockOffMs(): number | null
  isStopped(): boolean
  /** A source's state changed; `taken`: it has a new value. */
  onState(source: AnySource, taken: boolean): void
}

const hour = 3_600_000
/** Figures are dated by the day, and somewhere it is tomorrow already. */
const datedAheadMs = 36 * hour
/** Beyond this an answer is used but not kept over restarts. */
const mostDocument = 16_000_000
/** Requests that tell at the start how each source fared last: several rounds of all of them. */
const lookedBackOn = 400

export function createAnswers(options: AnswersOptions): Answers {
  const { sources, tables, clock, log, random } = options
  const states = new Map<string, SourceState>()
  load()

  function state(sourceId: string): SourceState {
    let found = states.get(sourceId)
    if (!found) states.set(sourceId, (found = { kept: null, lastTriedAt: null, fault: null, failures: 0, nextAt: null, asking: null }))
    return found
  }

  function load(): void {
    const kept = new Map(tryTo('the kept answers of public sources cannot be read', () => tables.answers().map((row) => [row.source, row] as const)) ?? [])
    const requests = tryTo('the record of requests cannot be read', () => tables.requests({ limit: lookedBackOn })) ?? []
    for (const source of sources) {
      const { asks } = source
      const own = state(source.id)
      const row = kept.get(source.id)
      if (row && asks) own.kept = parseKept(source, asks, row)
      // Newest first.
      const tries = requests.filter((record) => record.sourceId === source.id)
      const last = tries[0]
      const taken = tries.find((record) => record.outcome === 'taken' || record.outcome === 'not-modified')
      if (!asks && taken) own.kept = { value: null, fetchedAt: taken.at, takenAt: taken.at }
      own.lastTriedAt = last?.at ?? own.kept?.fetchedAt ?? null
      if (last && (last.outcome === 'failed' || last.outcome === 'refused') && last.at >= (own.kept?.fetchedAt ?? 0)) {
        own.fault = sentence(`The last try failed: ${last.host} ${last.sentence}`)
        own.failures = 1
      }
      if (asks) own.nextAt = firstTurn({ lastGoodAt: own.kept?.fetchedAt ?? null, lastTriedAt: own.lastTriedAt, failures: own.failures }, asks.everyMs, clock.now(), random())
    }
  }

  function parseKept(source: AnySource, asks: Asks, row: { fetchedAt: number; document: string }): Kept | null {
    try {
      const value = asks.parse(JSON.parse(row.document))
      return { value, fetchedAt: row.fetchedAt, takenAt: takenAtOf(asks, value, row.fetchedAt) }
    } catch (error) {
      log.warn(`the kept answer of ${source.id} does not fit any more and is dropped`, { error: messageOf(error) })
      return null
    }
  }

  function catchUp(): void {
    const newer = tryTo('the kept answers of public sources cannot be read', () => tables.answerTimes()) ?? []
    for (const { source: sourceId, fetchedAt } of newer) {
      const source = sources.find((one) => one.id === sourceId)
      const own = source && state(source.id)
      // What lies ahead was noted by another clock, or this one was put back.
      if (!source?.asks || !own || own.asking !== null || fetchedAt <= (own.kept?.fetchedAt ?? 0) || fetchedAt > clock.now()) continue
      const row = tryTo('a kept answer of a public source cannot be read', () => tables.answer(sourceId))
      const kept = row && parseKept(source, source.asks, row)
      // Judged by the process that was answered; what it refused is not here.
      if (!kept || kept.fetchedAt <= (own.kept?.fetchedAt ?? 0)) continue
      Object.assign(own, { kept, fault: null, failures: 0, lastTriedAt: kept.fetchedAt, nextAt: kept.fetchedAt + afterGood(source.asks.everyMs, random()) })
      options.onState(source, true)
    }
  }

  function ask(source: AnySource, until?: number): Promise<void> {
    const own = state(source.id)
    const { asks } = source
    if (!asks) return Promise.resolve()
    own.asking ??= askOnce(source, asks, own, until).finally(() => {
      own.asking = null
      if (!options.isStopped()) options.onState(source, own.fault === null)
    })
    return own.asking
  }

  async function askOnce(source: AnySource, asks: Asks, own: SourceState, until?: number): Promise<void> {
    own.lastTriedAt = clock.now()
    options.onState(source, false)
    try {
      const raw = await asks.read(options.requestFor(source, until))
      if (options.isStopped()) return
      const kept = judge(asks, raw, own.kept)
      own.kept = kept
      own.fault = null
      own.failures = 0
      own.nextAt = clock.now() + afterGood(asks.everyMs, random())
      keep(source, raw, kept.fetchedAt)
    } catch (error) {
      own.failures += 1
      own.fault = faultOf(source, error)
      own.nextAt = clock.now() + afterFailed(own.failures, asks.everyMs, random())
    }
  }

  /** Throws `MarketMisfit` for what parses and still cannot be. */
  function judge(asks: Asks, raw: unknown, before: Kept | null): Kept {
    const value = asks.parse(raw)
    const fetchedAt = clock.now()
    const trueNow = fetchedAt - (options.clockOffMs() ?? 0)
    const takenAt = takenAtOf(asks, value, fetchedAt)
    if (takenAt - Math.max(fetchedAt, trueNow) > datedAheadMs) throw new MarketMisfit(`it is dated ${utcDay(takenAt)}, which lies ahead of this machine's clock`)
    const whyNot = (now: number): string | null => asks.whyNot(value, before?.value ?? null, now)
    const why = whyNot(trueNow)
    // Which of two clocks is right, a Date header alone does not settle: what is fresh by either is taken.
    if (why !== null && (trueNow === fetchedAt || whyNot(fetchedAt) !== null)) throw new MarketMisfit(why)
    return { value, fetchedAt, takenAt }
  }

  function keep(source: AnySource, raw: unknown, fetchedAt: number): void {
    const document = JSON.stringify(raw) as string | undefined
    if (document === undefined || document.length > mostDocument) return
    tryTo(`the answer of ${source.id} cannot be kept`, () => tables.saveAnswer(source.id, fetchedAt, document))
  }

  function faultOf(source: AnySource, error: unknown): string {
    if (error instanceof RequestFailed) return sentence(error.message)
    if (error instanceof MarketMisfit) return `The answer does not fit and was not taken: ${sentence(error.message)}`
    // An adapter that trips over an answer it did not expect: the answer's fault as far as the user is concerned, and ours.
    log.error(`reading ${source.id} failed`, { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    return `The answer could not be read: ${sentence(messageOf(error))}`
  }

  function tryTo<T>(failure: string, run: () => T): T | null {
    try {
      return run()
    } catch (error) {
      log.warn(failure, { error: messageOf(error) })
      return null
    }
  }

  function isStale(kept: Kept, shelfLifeMs: number): boolean {
    return doubt(kept) !== null || clock.now() - kept.takenAt > shelfLifeMs
  }

  function doubt(kept: Kept | null): string | null {
    if (!kept) return null
    const offMs = options.clockOffMs()
    if (offMs !== null) return `This machine's clock is ${daysText(offMs)} ${offMs > 0 ? 'ahead of' : 'behind'} that of the hosts which answered, so no age can be told.`
    if (kept.fetchedAt > clock.now() + aheadMs) return `The answer in use was noted as read on ${utcDay(kept.fetchedAt)}, which lies ahead of this machine's clock, so its age cannot be told.`
    if (kept.takenAt > clock.now() + datedAheadMs) return `The answer in use is dated ${utcDay(kept.takenAt)}, which lies ahead of this machine's clock, so its age cannot be told.`
    return null
  }

  return {
    state,
    ask,
    catchUp,
    note(sourceId, fault) {
      const own = state(sourceId)
      own.lastTriedAt = clock.now()
      own.fault = fault
      if (fault === null) own.kept = { value: null, fetchedAt: clock.now(), takenAt: clock.now() }
    },
    value(source) {
      const { kept } = state(source.id)
      if (!kept || !source.asks) return null
      return { value: kept.value, origin: 'live', source: { ...source.source, date: utcDay(kept.takenAt) }, takenAt: kept.takenAt, isStale: isStale(kept, source.shelfLifeMs) }
    },
    isStale,
    doubt,
  }
}

function takenAtOf(asks: Asks, value: unknown, fetchedAt: number): number {
  const at = asks.takenAt(value)
  return at !== null && Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? at : fetchedAt
}

/** YYYY-MM-DD, UTC. */
export function utcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

function daysText(ms: number): string {
  const days = Math.round(Math.abs(ms) / (24 * hour))
  return `${days} ${days === 1 ? 'day' : 'days'}`
}

function sentence(text: string): string {
  const trimmed = text.trim()
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
