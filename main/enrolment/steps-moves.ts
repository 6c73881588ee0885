/** The moves of one programme's steps: done, looked at, undone, left. Each is on disk before it is made and after it was. */
import type { HistoryEventId } from '../../shared/history.ts'
import type { StepDefinition, StepProbe } from '../networks/network.ts'
import { NotPossible } from '../system/not-possible.ts'
import { stakesAfter } from './leave.ts'
import { probe, strangersRemedy, type Found } from './probe-step.ts'
import { missingFields, secretStoredAt } from './step-answers.ts'
import { alreadyThere, perform } from './step-do.ts'
import { asFault, StepFault } from './step-fault.ts'
import { isOver, stepOf, type EnrolmentRecord, type StepRecord } from './step-record.ts'
import { isUndoLeftToUser } from './step-state.ts'
import type { StepTools } from './step-tools.ts'
import { isByHand, shown } from './step-words.ts'
import { isAllOver, recordShown } from './steps-view.ts'
import { forgetAnswers, stopSoftware, undoStep } from './undo.ts'

export interface Core {
  tools: StepTools
  document(): EnrolmentRecord
  /** Kept first, told afterwards. */
  save(): void
  tell(id: HistoryEventId, sentence: string): void
  /** Idlewatt is ending. */
  closing: AbortSignal
}

export interface Moves {
  /** Checks, does and verifies; what goes wrong stands in the step's record. */
  run(step: StepDefinition, signal: AbortSignal): Promise<void>
  /** The user says that it is done. */
  confirmed(step: StepDefinition, signal: AbortSignal): Promise<void>
  /** What was entered before its turn is over once its turn has come; with the last step it is set up. */
  advance(): void
  put(record: StepRecord, phase: StepRecord['phase'], because?: string | null, remedy?: string | null): void
  /** Throws NotPossible where it cannot even be begun: then the step stays as it was. */
  undoOne(step: StepDefinition): Promise<void>
  leaveAll(): Promise<void>
  /** After a start of Idlewatt: what was under way when it ended. */
  lookAgain(step: StepDefinition): Promise<void>
}

const startPollMs = 500

export function createMoves(core: Core): Moves {
  const { tools, document, save, tell, closing } = core
  const { entry, options } = tools
  const { clock, log, software } = options
  const { programmeId } = entry
  const { steps } = entry.definition
  const recordOf = (step: StepDefinition): StepRecord => stepOf(document(), step.id)

  function put(record: StepRecord, phase: StepRecord['phase'], because: string | null = null, remedy: string | null = null): void {
    Object.assign(record, { phase, because, remedy, endedAt: ['doing', 'verifying', 'undoing'].includes(phase) ? null : clock.now() })
    save()
  }

  function look(what: StepProbe, step: StepDefinition, signal: AbortSignal): Promise<Found> {
    return probe(what, tools.probing(step, signal))
  }

  async function run(step: StepDefinition, signal: AbortSignal): Promise<void> {
    const record = recordOf(step)
    const isUndoBroken = record.phase === 'undo-failed'
    const wasDone = record.phase === 'done' || isUndoBroken
    record.startedAt = clock.now()
    record.undoAskedAt = null
    try {
      put(record, 'verifying')
      // What was not undone may stand as it did: then only its end can tell.
      const what = step.check.kind === 'none' && isUndoBroken ? step.verify : step.check
      if (step.do.kind !== 'check' && what.kind !== 'none') {
        const isOurs = wasDone || isByUs(step, record)
        const found = await look(what, step, signal)
        if (found.ok === true) return finish(step, isOurs ? 'done' : 'found-done', found.because, wasDone)
      }
      if (!record.wasBegun && !record.isBeforeKnown) Object.assign(record, { before: await alreadyThere(step, tools), isBeforeKnown: true })
      record.wasBegun = step.do.kind !== 'check'
      put(record, 'doing')
      await perform(step, tools, signal)
      put(record, 'verifying')
      settle(step, step.do.kind === 'start' ? await untilRunning(step, signal) : await look(step.verify, step, signal), wasDone)
    } catch (error) {
      const fault = asFault(error)
      if (closing.aborted) return put(record, 'failed', 'Idlewatt ended while this was under way.', 'Try again: what is there already is taken up.')
      if (signal.aborted) return put(record, 'open', /cancelled/i.test(fault.message) ? fault.message : `Cancelled. ${fault.message}`)
      log.info('a step did not get done', { programmeId, step: step.id, why: fault.message })
      put(record, fault.phase, fault.message, fault.remedy)
      tell('enrolment-step-failed', `“${step.title}” did not get done. ${fault.message}`)
    }
  }

  function settle(step: StepDefinition, found: Found, wasDone: boolean): void {
    const { verify, do: action } = step
    const isUsers = action.kind === 'website' || action.kind === 'ask' || isByHand(action)
    if (found.ok === true) return finish(step, 'done', found.because, wasDone)
    if (isUsers) return put(recordOf(step), 'waits-for-you', verify.kind === 'confirmed' || verify.kind === 'none' ? step.noticedBy : `${found.because} ${step.noticedBy}`, found.remedy)
    if (verify.kind === 'none') return finish(step, 'done', 'It was done.', wasDone)
    if (action.kind === 'check') throw new StepFault('blocked', found.ok === null ? `It cannot be told: ${found.because}` : found.because, found.remedy ?? (verify.kind === 'no-strangers' ? strangersRemedy : null))
    throw new StepFault('failed', found.ok === null ? `It was done, but whether it worked cannot be told: ${found.because}` : `It was done, but it did not work: ${found.because}`, found.remedy ?? 'Try again.')
  }

  function finish(step: StepDefinition, phase: 'done' | 'found-done', because: string, wasDone = false): void {
    put(recordOf(step), phase, because)
    if (!wasDone) tell('enrolment-step-done', phase === 'done' ? `“${step.title}” is done.` : `“${step.title}” was so already.`)
    advance()
  }

  function advance(): void {
    for (const step of document().leavingSince === null && document().leftAt === null ? steps : []) {
      if (isOver(recordShown(tools, document(), step.id).phase)) continue
      const record = recordOf(step)
      const isEntered = ['ask', 'website', 'by-hand'].includes(step.do.kind) && step.verify.kind === 'answered' && missingFields(step, record, step.verify.fields).length === 0
      if (!isEntered || isUndoLeftToUser(record) || record.phase === 'undoing' || record.phase === 'undo-failed') break
      record.wasBegun = true
      put(record, 'done', 'All that is asked for is entered.')
      tell('enrolment-step-done', `“${step.title}” is done.`)
    }
    if (document().setUpAt === null && isAllOver(tools, document())) {
      document().setUpAt = clock.now()
      save()
      tell('enrolment-set-up', 'set up.')
    }
    software.enrolmentChanged(programmeId)
  }

  /** What Idlewatt or the user did for this enrolment is undone with it; what was so before is not. */
  function isByUs(step: StepDefinition, record: StepRecord): boolean {
    return record.wasBegun || ['ask', 'download'].includes(step.do.kind) || ['answered', 'confirmed'].includes(step.check.kind)
  }

  async function untilRunning(step: StepDefinition, signal: AbortSignal): Promise<Found> {
    const until = clock.now() + (entry.software?.readyWithinMs ?? 60_000)
    for (;;) {
      await software.look?.(programmeId)
      const found = await look(step.verify, step, signal)
      if (found.ok === true || step.verify.kind !== 'software' || clock.now() >= until) return found
      if (!software.isRunning(programmeId)) return { ok: false, because: software.reading(programmeId)?.sentence ?? 'The software does not run.', remedy: 'Look at its log, then try again.' }
      await tools.pause(startPollMs, signal)
      if (signal.aborted) throw new StepFault('failed', 'The software goes on; stop it if it should not.', null)
    }
  }

  async function confirmed(step: StepDefinition, signal: AbortSignal): Promise<void> {
    const record = recordOf(step)
    Object.assign(record, { confirmedAt: clock.now(), wasBegun: true })
    put(record, 'verifying')
    if (step.verify.kind === 'none') return finish(step, 'done', 'You said that it is done.')
    const found = await look(step.verify, step, signal)
    if (found.ok === false) put(record, 'waits-for-you', `It does not show yet. ${found.because}`, found.remedy)
    else finish(step, 'done', found.ok === null ? `You said that it is done; it could not be looked at: ${found.because}` : found.because)
  }

  async function undoOne(step: StepDefinition, isLeaving = false): Promise<void> {
    const record = recordOf(step)
    let isBegun = false
    const begins = (): void => {
      isBegun = true
      put(record, 'undoing')
    }
    try {
      const undone = await undoStep(step, tools, begins)
      document().setUpAt = null
      if (undone.kind === 'left-to-user') {
        record.undoAskedAt = clock.now()
        put(record, 'waits-for-you', undone.because)
      } else {
        Object.assign(record, { confirmedAt: null, undoAskedAt: null, wasBegun: false, before: [], isBeforeKnown: false })
        put(record, 'undone', undone.because)
        if (undone.kind === 'undone') tell('enrolment-undone', `“${step.title}” is undone. ${undone.because}`)
      }
    } catch (error) {
      const fault = asFault(error)
      if (!isBegun && !isLeaving) throw new NotPossible(fault.remedy === null ? fault.message : `${fault.message} ${fault.remedy}`)
      put(record, 'undo-failed', fault.message, fault.remedy)
    }
    software.enrolmentChanged(programmeId)
  }

  /** What runs as ours is ended first, whatever started it; where it does not end, nothing under it is taken away. */
  async function endedFirst(): Promise<boolean> {
    const start = steps.find((step) => step.do.kind === 'start')
    if (start === undefined || entry.software?.kind === 'observed') return true
    try {
      await stopSoftware(tools)
      return true
    } catch (error) {
      const fault = asFault(error)
      put(recordOf(start), 'undo-failed', fault.message, fault.remedy)
      return false
    }
  }

  /** Last first; a fault is said and the rest goes on. */
  async function leaveAll(): Promise<void> {
    // The answers they name are forgotten on the way.
    const values = tools.shownValues()
    if (!(await endedFirst())) return
    for (const step of [...steps].reverse()) {
      const record = recordOf(step)
      if (record.phase === 'found-done') {
        record.because = 'It was so before Idlewatt began, and stays so.'
        save()
      } else if ((record.wasBegun || ['done', 'undoing', 'undo-failed', 'waits-for-you'].includes(record.phase)) && !isUndoLeftToUser(record)) await undoOne(step, true)
      // Entered and never used: it goes all the same, the secrets above all.
      if (record.phase !== 'undo-failed') forgetQuietly(step, record)
    }
    save()
    if (steps.some((step) => recordOf(step).phase === 'undo-failed')) return
    // Again: it may have come back by itself.
    if (!(await endedFirst())) return
    const goesOn = software.isRunning(programmeId)
    if (!goesOn) await software.forget(programmeId)
    document().remains = [
      ...steps.filter((step) => isUndoLeftToUser(recordOf(step))).map((step) => recordOf(step).because ?? step.undoWords),
      ...(goesOn ? ['Its software still runs: Idlewatt only looked at it. Stop it yourself if it should not.'] : []),
      ...steps.filter((step) => ['undone', 'waits-for-you', 'found-done'].includes(recordOf(step).phase)).flatMap((step) => step.remains.map((line) => shown(line, values))),
      ...stakesAfter(options.capital(programmeId), clock.now()),
    ]
    Object.assign(document(), { leavingSince: null, leftAt: clock.now(), consent: null, setUpAt: null })
    save()
    tell('enrolment-left', document().remains.length === 0 ? 'left; nothing remains.' : `left. ${document().remains.join(' ')}`)
    software.enrolmentChanged(programmeId)
  }

  function forgetQuietly(step: StepDefinition, record: StepRecord): void {
    try {
      forgetAnswers(step, tools)
    } catch (error) {
      const fault = asFault(error)
      put(record, 'undo-failed', fault.message, fault.remedy)
    }
  }

  async function lookAgain(step: StepDefinition): Promise<void> {
    const record = recordOf(step)
    forgetLostSecrets(step, record)
    if (record.phase === 'undoing') put(record, 'undo-failed', 'Idlewatt ended while this was being undone.', 'Undo it again: what is gone already stays gone.')
    if (record.phase !== 'doing' && record.phase !== 'verifying') return
    const found = await look(step.verify, step, closing)
    if (found.ok === true) finish(step, isByUs(step, record) || step.do.kind === 'check' ? 'done' : 'found-done', found.because)
    else put(record, 'failed', 'Idlewatt ended while this was under way.', 'Try again: what is there already is taken up.')
  }

  /** The key store may have lost what the record says is in it. */
  function forgetLostSecrets(step: StepDefinition, record: StepRecord): void {
    for (const field of Object.keys(record.storedSince)) {
      try {
        if (secretStoredAt(options.secrets, programmeId, field) !== null) continue
      } catch (error) {
        log.warn('a stored secret cannot be read', { programmeId, field, why: error instanceof NotPossible ? error.message : 'unknown' })
        continue
      }
      delete record.storedSince[field]
      if (record.phase === 'done' && step.verify.kind === 'answered') put(record, 'open', 'What was stored for it is gone from the key store. Enter it again.')
      else save()
    }
  }

  return { run, confirmed, advance, put, undoOne, leaveAll, lookAgain }
}
