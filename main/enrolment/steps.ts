/** The steps of one programme, and what may be asked of them when: one move at a time, in order, after consent. */
import type { EnrolmentState } from '../../shared/enrolment.ts'
import type { StepDefinition } from '../networks/network.ts'
import { DockerFault } from '../system/docker-engine.ts'
import { NotPossible } from '../system/not-possible.ts'
import type { EnrolmentOptions, ProgrammeEntry } from './index.ts'
import type { Preflight } from './preflight/index.ts'
import { changedParts, reportHash, reportParts, startParts, type ReportParts } from './report-hash.ts'
import { platformRefusal } from './report.ts'
import { missingFields, takeAnswers } from './step-answers.ts'
import { readyToStart } from './step-do.ts'
import { asFault } from './step-fault.ts'
import { isOver, newRecord, readRecord, stepOf, type EnrolmentRecord } from './step-record.ts'
import { firstOpenBefore, isUndoLeftToUser } from './step-state.ts'
import { createTools, type StepTools } from './step-tools.ts'
import { isByHand, needsConsent } from './step-words.ts'
import { createMoves } from './steps-moves.ts'
import { changedWords, enrolmentState, mayRun, recordedRefusal, recordShown } from './steps-view.ts'

export interface Steps {
  tools: StepTools
  state(): EnrolmentState
  document(): EnrolmentRecord
  mayRun(): boolean
  doneSteps(): string[]
  /** What the report says now. */
  parts(): ReportParts
  reporting(isReporting: boolean): void
  /** `read`: the parts of the report with that hash, where they are still known. */
  consent(reportHash: string, read: ReportParts | null): EnrolmentState
  answer(stepId: string, values: Record<string, string>): EnrolmentState
  doStep(stepId: string): Promise<EnrolmentState>
  confirm(stepId: string): Promise<EnrolmentState>
  cancel(stepId: string): void
  undo(stepId: string): Promise<EnrolmentState>
  leave(): Promise<EnrolmentState>
  beforeStart(): Promise<string | null>
  begin(): Promise<void>
  close(): Promise<void>
}

export interface StepsOptions {
  entry: ProgrammeEntry
  options: EnrolmentOptions
  preflight: Preflight
  /** The state has changed. */
  onChange(): void
}

/** Of a download. */
const tellEveryMs = 250

export function createSteps({ entry, options, preflight, onChange }: StepsOptions): Steps {
  const { clock, tables, source, software } = options
  const { programmeId } = entry
  const { steps } = entry.definition
  const closing = new AbortController()
  let document = readRecord(tables, programmeId) ?? newRecord()
  let busy: { stepId: string; controller: AbortController; over: Promise<void> } | null = null
  let progress: { stepId: string; progress: EnrolmentState['steps'][number]['progress'] } | null = null
  let toldAt = 0
  let isReporting = false
  const tools = createTools({
    entry,
    options,
    preflight,
    document: () => document,
    closing: closing.signal,
    onProgress(doneBytes, totalBytes) {
      if (busy === null) return
      const isOver = totalBytes !== null && doneBytes >= totalBytes
      if (!isOver && Math.abs(clock.now() - toldAt) < tellEveryMs) return
      toldAt = clock.now()
      progress = { stepId: busy.stepId, progress: { doneBytes, totalBytes } }
      onChange()
    },
  })
  const moves = createMoves({ tools, document: () => document, save, tell, closing: closing.signal })

  function save(): void {
    tables.saveEnrolment(programmeId, document)
    onChange()
  }
  function tell(id: Parameters<EnrolmentOptions['onEvents']>[0][number]['id'], sentence: string): void {
    options.onEvents([{ at: clock.now(), id, gpuId: null, programmeId, sentence: `${entry.title}: ${sentence}` }])
  }

  /** Of the definition alone but for what is staked: made anew only when that changes. */
  let known: { capital: string; parts: ReportParts } | null = null
  function parts(): ReportParts {
    const capital = options.capital(programmeId)
    const key = JSON.stringify(capital)
    if (known?.capital !== key) known = { capital: key, parts: reportParts(entry, source.platform, capital) }
    return known.parts
  }
  const hasConsent = (now = parts()): boolean => document.consent?.reportHash === reportHash(now)

  function startChanged(changed: string[]): string[] {
    const ofStart = startParts(entry)
    return changed.filter((part) => ofStart.includes(part))
  }

  function state(): EnrolmentState {
    const now = parts()
    const changedSince = document.consent === null ? [] : changedParts(document.consent.parts, now)
    return enrolmentState({ tools, document, hasConsent: hasConsent(now), changedSince, startChanged: startChanged(changedSince), busyStep: busy?.stepId ?? null, progress, isReporting })
  }

  function definitionOf(stepId: string): StepDefinition {
    const step = steps.find((each) => each.id === stepId)
    if (!step) throw new NotPossible(`${entry.title} has no step of that name. Its steps are: ${steps.map((each) => each.id).join(', ')}.`)
    return step
  }

  function refuseUnlessIdle(): void {
    if (source.recorded !== null) throw new NotPossible(recordedRefusal)
    if (closing.signal.aborted) throw new NotPossible('Idlewatt is closing. Start it again, then try once more.')
    if (busy !== null) throw new NotPossible(`“${definitionOf(busy.stepId).title}” is under way. Wait until it is over, or cancel it.`)
  }

  /** A programme that was left begins anew. */
  function refuseWhileLeaving(): void {
    if (document.leavingSince !== null) throw new NotPossible(`${entry.title} is being left. Leave again to finish that; then it can be set up anew.`)
  }
  function begun(): void {
    if (document.leftAt !== null) document = newRecord()
    document.startedAt ??= clock.now()
  }

  function refuseOutOfTurn(step: StepDefinition): void {
    const now = document.leftAt === null ? document : newRecord()
    const next = firstOpenBefore(steps, step.id, (id) => recordShown(tools, now, id).phase)
    if (next !== null) throw new NotPossible(`First comes “${next.title}”.`)
    const own = recordShown(tools, now, step.id)
    if (own.phase === 'left-out') throw new NotPossible(`“${step.title}” does not concern this machine. ${own.because ?? ''}`.trim())
  }

  async function move(stepId: string, work: (signal: AbortSignal) => Promise<void>): Promise<EnrolmentState> {
    const controller = new AbortController()
    let done = (): void => {}
    busy = { stepId, controller, over: new Promise((resolve) => (done = resolve)) }
    try {
      await work(AbortSignal.any([controller.signal, closing.signal]))
    } finally {
      busy = null
      progress = null
      done()
      onChange()
    }
    return state()
  }

  return {
    tools,
    state,
    document: () => document,
    mayRun: () => mayRun({ tools, document, hasConsent: hasConsent() }),
    doneSteps: () => steps.filter((step) => ['done', 'found-done'].includes(recordShown(tools, document, step.id).phase)).map((step) => step.id),
    parts,
    reporting(now) {
      isReporting = now
      onChange()
    },
    consent(hash, read) {
      refuseUnlessIdle()
      refuseWhileLeaving()
      const elsewhere = platformRefusal(tools)
      if (elsewhere !== null) throw new NotPossible(elsewhere)
      const now = parts()
      if (hash !== reportHash(now)) {
        const changed = read === null ? [] : changedParts(read, now)
        throw new NotPossible(changed.length === 0 ? 'That is not the report as it is now. Read it again, then agree.' : `The report has changed since you read it: ${changed.join(', ')}. Read it again, then agree.`)
      }
      begun()
      document.consent = { at: clock.now(), reportHash: hash, parts: now }
      save()
      tell('enrolment-consent', `you agreed to what setting up does (report ${hash.slice(0, 12)}).`)
      software.enrolmentChanged(programmeId)
      return state()
    },
    answer(stepId, values) {
      const step = definitionOf(stepId)
      refuseUnlessIdle()
      refuseWhileLeaving()
      const now = document.leftAt === null ? document : newRecord()
      const record = stepOf(now, stepId)
      takeAnswers(step, record, values, { store: options.secrets, programmeId, at: clock.now() })
      document = now
      begun()
      if (step.verify.kind === 'answered' && record.phase === 'done' && missingFields(step, record, step.verify.fields).length > 0) moves.put(record, 'open', 'Something that was entered is gone.')
      else save()
      moves.advance()
      return state()
    },
    async doStep(stepId) {
      const step = definitionOf(stepId)
      refuseUnlessIdle()
      refuseWhileLeaving()
      refuseOutOfTurn(step)
      if (needsConsent(step.do) && !hasConsent()) throw new NotPossible(document.consent === null ? 'Read first what setting up does, and agree to it.' : (state().blocked ?? 'Read again what setting up does, and agree to it.'))
      begun()
      return move(stepId, (signal) => moves.run(step, signal))
    },
    async confirm(stepId) {
      const step = definitionOf(stepId)
      refuseUnlessIdle()
      const record = stepOf(document, stepId)
      if (isUndoLeftToUser(record)) {
        document.remains = document.remains.filter((line) => line !== record.because)
        Object.assign(record, { undoAskedAt: null, confirmedAt: null, wasBegun: false })
        moves.put(record, 'undone', 'You said that it is done.')
        return state()
      }
      refuseWhileLeaving()
      if (!(step.do.kind === 'website' || isByHand(step.do) || step.verify.kind === 'confirmed')) throw new NotPossible(`Idlewatt finds out itself whether “${step.title}” is done. Do the step.`)
      refuseOutOfTurn(step)
      begun()
      if (isOver(stepOf(document, stepId).phase)) return state()
      return move(stepId, (signal) => moves.confirmed(step, signal))
    },
    cancel(stepId) {
      if (busy?.stepId === stepId) busy.controller.abort()
    },
    async undo(stepId) {
      const step = definitionOf(stepId)
      refuseUnlessIdle()
      const record = stepOf(document, stepId)
      if (record.phase === 'found-done') throw new NotPossible(`“${step.title}” was so before Idlewatt began, so Idlewatt does not undo it.`)
      if (!record.wasBegun && record.phase !== 'done' && record.phase !== 'undo-failed') throw new NotPossible(`“${step.title}” has not been done, so there is nothing to undo.`)
      return move(stepId, () => moves.undoOne(step))
    },
    async leave() {
      if (busy !== null) {
        busy.controller.abort()
        await busy.over
      }
      refuseUnlessIdle()
      if (document.startedAt === null || document.leftAt !== null) throw new NotPossible(`${entry.title} is not set up here, so there is nothing to leave.`)
      document.leavingSince ??= clock.now()
      save()
      software.enrolmentChanged(programmeId)
      return move(steps[steps.length - 1]?.id ?? '', moves.leaveAll)
    },
    async beforeStart() {
      const changed = document.consent === null ? [] : startChanged(changedParts(document.consent.parts, parts()))
      if (changed.length > 0) return changedWords(changed)
      try {
        await readyToStart(tools)
        return null
      } catch (error) {
        // It is waited for; nothing here stands in the way.
        if (error instanceof DockerFault) throw error
        const fault = asFault(error)
        return fault.remedy === null ? fault.message : `${fault.message} ${fault.remedy}`
      }
    },
    async begin() {
      if (source.recorded !== null) return
      for (const step of steps) await moves.lookAgain(step)
      if (document.startedAt !== null) moves.advance()
    },
    async close() {
      closing.abort()
      await busy?.over
    },
  }
}
