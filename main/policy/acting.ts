/** Carries out what was decided: starts, finishes and stops software, once each, and waits longer after each refusal. */
import type { Because, Decision, Do, PolicyProgramme } from '../../shared/policy-state.ts'
import type { HistoryEvent } from '../../shared/history.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'

/** After each refusal in a row. */
const refusedMs = [30_000, 60_000, 120_000, 300_000]
/** What the user asked for themselves is under way meanwhile. */
const byHandMs = 3_000
/** A stop that failed, or changed nothing, is asked for again after this. */
const stopAgainMs = 2_000
/** A start that changed nothing is asked for again after this: software that finishes may not be able to go on. */
const startAgainMs = 2_000

export interface Acting {
  /** `programmes` as they stand now, with their phases. */
  carryOut(decisions: readonly Decision[], programmes: readonly PolicyProgramme[]): void
  /** Why it could not be started a moment ago, until it is tried again; null: nothing is known. */
  refusal(programmeId: string): string | null
  /** How many starts in a row were refused; 0 where the last one came about. */
  refusals(programmeId: string): number
  /** The user acts on it themselves: it is left alone for a moment, and what was refused before is forgotten. */
  byHand(programmeId: string): void
  /** Its start was kept back in the last look before it: where it waits now, it waits for us. */
  barred(programmeId: string): void
  /** In how many ms a refused start is tried again; null: none waits. */
  nextInMs(): number | null
}

export interface ActingOptions {
  clock: Pick<Clock, 'now'>
  steadyMs(): number
  log: Log
  /** Resolves with its state, where that is known: it may wait all the same. */
  start(programmeId: string): Promise<unknown>
  finish(programmeId: string): Promise<unknown>
  stop(programmeId: string, how: { isForUser: boolean }): Promise<unknown>
  onEvents(events: HistoryEvent[]): void
  /** A stop was asked for, for the user's sake, of the software on these cards. */
  onStopForUser(programme: PolicyProgramme, because: Because): void
  /** A start is about to be asked for. */
  onStart(programme: PolicyProgramme): void
  /** A call is over: phases are to be read again. */
  onSettled(): void
}

type Act = 'start' | 'finish' | 'stop'

interface Book {
  calls: Set<Act>
  refusals: number
  refused: { sentence: string; untilSteady: number } | null
  byHandUntil: number
  stopAgainAt: number
  lastStartSteady: number
  /** What was just asked for and came about; its phase may be an old one where programmes cannot be read. */
  done: { what: string; untilSteady: number } | null
  /** It was kept from being started by what was decided, so that its own next try is not waited for. */
  wasBarred: boolean
  /** It was told that somebody waits. */
  isHurried: boolean
}

const strictest: readonly Do[] = ['stop', 'finish', 'wait', 'run']
const on = new Set(['starting', 'running', 'finishing'])

/** What all its pairs come to: one that must stop stops it on every card. */
export function verdictOf(decisions: readonly Decision[]): Decision | null {
  return strictest.flatMap((wanted) => decisions.find((decision) => decision.do === wanted) ?? [])[0] ?? null
}

/** A stop that the user asked for by a pause. */
export function isPause({ do: what, because }: Decision): boolean {
  return what === 'stop' && because.some(({ rule }) => rule === 'paused')
}

/** Of a start that nothing is known of, it is taken to have. */
function hasComeAbout(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null || !('phase' in answer)) return true
  return answer.phase === 'starting' || answer.phase === 'running'
}

export function createActing(options: ActingOptions): Acting {
  const { log, steadyMs } = options
  const books = new Map<string, Book>()

  function bookOf(programmeId: string): Book {
    const book = books.get(programmeId) ?? { calls: new Set<Act>(), refusals: 0, refused: null, byHandUntil: -Infinity, stopAgainAt: -Infinity, lastStartSteady: -Infinity, done: null, wasBarred: false, isHurried: false }
    books.set(programmeId, book)
    return book
  }

  function carryOut(decisions: readonly Decision[], programmes: readonly PolicyProgramme[]): void {
    const byProgramme = Map.groupBy(decisions, ({ programmeId }) => programmeId)
    for (const programme of programmes) {
      // Software that is only looked at is never acted on.
      if (programme.kind !== 'managed') continue
      const decision = verdictOf(byProgramme.get(programme.programmeId) ?? [])
      if (decision !== null) actOn(programme, decision, bookOf(programme.programmeId))
    }
  }

  function actOn(programme: PolicyProgramme, decision: Decision, book: Book): void {
    const because = decision.because[0] as Because
    const { phase } = programme
    if (!on.has(phase)) book.done = null
    if (decision.do !== 'run') {
      if (phase === 'waiting') book.wasBarred = true
      if (decision.do !== 'wait') book.refused = null
    }
    // It is being stopped in its own time, and now somebody waits for the card.
    // The rest of a run that failed is being ended too, and that is nobody's wish: then only a reason that decides counts.
    const waiting = decision.do === 'stop' ? decision.because.find(({ isForUser }) => isForUser) : because.isForUser ? because : undefined
    if (phase === 'stopping' && waiting !== undefined && !book.isHurried) return hurry(programme, waiting, book)
    if (phase !== 'stopping') book.isHurried = false
    if (decision.do === 'stop' && on.has(phase)) {
      if (steadyMs() >= book.stopAgainAt) call('stop', programme, because, book)
    } else if (decision.do === 'finish' && (phase === 'running' || phase === 'starting')) {
      if (steadyMs() >= book.stopAgainAt) call('finish', programme, because, book)
    } else if (decision.do === 'run' && mayStart(programme, book)) call('start', programme, because, book)
    if (decision.do === 'run' && phase === 'running') Object.assign(book, { refusals: 0, wasBarred: false, lastStartSteady: -Infinity })
  }

  function hurry(programme: PolicyProgramme, because: Because, book: Book): void {
    if (book.calls.size > 0) return
    book.isHurried = true
    call('stop', programme, because, book)
  }

  /** What waits after a failure of its own is started again by itself, in its own time. */
  function mayStart({ phase }: PolicyProgramme, book: Book): boolean {
    if (book.refused !== null && steadyMs() < book.refused.untilSteady) return false
    if (steadyMs() < book.byHandUntil || steadyMs() - book.lastStartSteady < startAgainMs) return false
    return phase === 'stopped' || phase === 'finishing' || (phase === 'waiting' && book.wasBarred)
  }

  function call(act: Act, programme: PolicyProgramme, because: Because, book: Book): void {
    // A stop overtakes a start that is still under way; nothing overtakes a stop.
    if (book.calls.has(act) || book.calls.has('stop') || (act !== 'stop' && book.calls.size > 0)) return
    const isForUser = act === 'stop' && because.isForUser
    const what = `${act}${isForUser ? ' for the user' : ''}`
    if (book.done?.what === what && steadyMs() < book.done.untilSteady) return
    book.calls.add(act)
    book.wasBarred = false
    book.lastStartSteady = act === 'start' ? steadyMs() : -Infinity
    const { programmeId, title } = programme
    if (isForUser) book.isHurried = true
    if (act === 'stop' && isForUser) options.onStopForUser(programme, because)
    if (act === 'start') options.onStart(programme)
    if (act === 'stop') tell('policy-stopped', programmeId, `${title} is being stopped: ${because.sentence}`)
    if (act === 'finish') tell('policy-finishing', programmeId, `${title} finishes its work and then stops: ${because.sentence}`)
    const asked = act === 'start' ? options.start(programmeId) : act === 'finish' ? options.finish(programmeId) : options.stop(programmeId, { isForUser })
    void asked
      .then(
        (answer) => {
          if (act !== 'start') return void (book.done = { what, untilSteady: steadyMs() + stopAgainMs })
          Object.assign(book, { refused: null })
          if (hasComeAbout(answer)) tell('policy-started', programmeId, `${title} was started: ${because.sentence}`)
        },
        (error: unknown) => failed(act, programme, error, book),
      )
      .finally(() => {
        book.calls.delete(act)
        options.onSettled()
      })
  }

  function failed(act: Act, { programmeId, title }: PolicyProgramme, error: unknown, book: Book): void {
    const isRefusal = error instanceof NotPossible
    const sentence = isRefusal ? error.message : `${title} could not be ${act === 'start' ? 'started' : 'stopped'}, for a fault inside Idlewatt. The log has the details.`
    if (!isRefusal) log.error(`the policy could not ${act} ${programmeId}`, { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    if (act !== 'start') {
      book.stopAgainAt = steadyMs() + stopAgainMs
      return
    }
    const ms = refusedMs[Math.min(book.refusals, refusedMs.length - 1)] as number
    book.refusals += 1
    book.refused = { sentence: `${sentence} Idlewatt tries again within ${ms >= 60_000 ? `${ms / 60_000} min` : `${ms / 1000} s`}.`, untilSteady: steadyMs() + ms }
  }

  function tell(id: HistoryEvent['id'], programmeId: string, sentence: string): void {
    options.onEvents([{ at: options.clock.now(), id, gpuId: null, programmeId, sentence }])
  }

  return {
    carryOut,
    refusal(programmeId) {
      const refused = books.get(programmeId)?.refused ?? null
      return refused !== null && steadyMs() < refused.untilSteady ? refused.sentence : null
    },
    refusals: (programmeId) => books.get(programmeId)?.refusals ?? 0,
    byHand(programmeId) {
      const book = bookOf(programmeId)
      Object.assign(book, { refusals: 0, refused: null, lastStartSteady: -Infinity, byHandUntil: steadyMs() + byHandMs })
    },
    barred: (programmeId) => void (bookOf(programmeId).wasBarred = true),
    nextInMs() {
      const waits = [...books.values()].flatMap(({ refused }) => (refused === null ? [] : [refused.untilSteady - steadyMs()])).filter((ms) => ms > 0)
      return waits.length === 0 ? null : Math.min(...waits)
    },
  }
}
