/** One programme's enrolment as a window shows it: phases, what is blocked and why. Pure over the record, the definition and the surroundings. */
import type { EnrolmentPhase, EnrolmentState, StepState } from '../../shared/enrolment.ts'
import { isOver, stepOf, type EnrolmentRecord, type StepRecord } from './step-record.ts'
import { firstOpenBefore, isUndoLeftToUser, stepState } from './step-state.ts'
import type { StepTools } from './step-tools.ts'
import { needsConsent } from './step-words.ts'

export interface Viewed {
  tools: StepTools
  document: EnrolmentRecord
  /** What was agreed to is still what it says. */
  hasConsent: boolean
  /** Parts that changed since; empty: none, or nothing was agreed to. */
  changedSince: string[]
  /** Those of them that every start does. */
  startChanged: string[]
  busyStep: string | null
  progress: { stepId: string; progress: StepState['progress'] } | null
  isReporting: boolean
}

export const recordedRefusal = 'This is a recorded machine: nothing can be set up on it.'

/** A step that was not begun may not concern this machine at all. */
export function recordShown(tools: StepTools, document: EnrolmentRecord, stepId: string): StepRecord {
  const record = stepOf(document, stepId)
  const step = tools.entry.definition.steps.find((each) => each.id === stepId)
  if (step === undefined || record.wasBegun || !['open', 'blocked', 'waits-for-you', 'failed'].includes(record.phase)) return record
  const why = tools.isLeftOut(step)
  return why === null ? record : { ...record, phase: 'left-out', because: why, remedy: null }
}

/** Software may be started: every step before the first that starts it is over, and nothing is being left. */
export function mayRun({ tools, document, hasConsent }: Pick<Viewed, 'tools' | 'document' | 'hasConsent'>): boolean {
  const { steps } = tools.entry.definition
  const start = steps.findIndex((step) => step.do.kind === 'start')
  const needed = start === -1 ? steps : steps.slice(0, start)
  const isAgreed = hasConsent || document.setUpAt !== null || !steps.some((step) => needsConsent(step.do))
  return isAgreed && document.leavingSince === null && document.leftAt === null && needed.every((step) => isOver(recordShown(tools, document, step.id).phase))
}

export function isAllOver(tools: StepTools, document: EnrolmentRecord): boolean {
  return tools.entry.definition.steps.every((step) => isOver(recordShown(tools, document, step.id).phase))
}

export function enrolmentState(viewed: Viewed): EnrolmentState {
  const { tools, document } = viewed
  const { programmeId, definition, software } = tools.entry
  const values = tools.shownValues()
  const phaseOf = (id: string): StepRecord['phase'] => recordShown(tools, document, id).phase
  return {
    programmeId,
    phase: phaseOfAll(viewed),
    consent: document.consent === null ? null : { at: document.consent.at, reportHash: document.consent.reportHash },
    steps: definition.steps.map((step) =>
      stepState(step, recordShown(tools, document, step.id), {
        platform: tools.options.source.platform,
        software,
        values,
        isItsTurn: document.leavingSince === null && firstOpenBefore(definition.steps, step.id, phaseOf) === null,
        hasConsent: viewed.hasConsent,
        isBusy: viewed.busyStep !== null,
        progress: viewed.progress?.stepId === step.id ? viewed.progress.progress : null,
      }),
    ),
    blocked: blockedBy(viewed),
    startedAt: document.startedAt,
    setUpAt: document.setUpAt,
    ...(document.remains.length === 0 ? {} : { remains: document.remains }),
  }
}

function phaseOfAll({ tools, document, hasConsent, isReporting }: Viewed): EnrolmentPhase {
  if (document.leavingSince !== null) return 'leaving'
  if (document.leftAt !== null) return 'left'
  if (document.startedAt !== null && isAllOver(tools, document)) return 'set-up'
  if (isReporting) return 'checking'
  if (hasConsent) return 'setting-up'
  // Reading the report begins nothing.
  if (document.startedAt === null) return 'not-begun'
  return tools.entry.definition.steps.some((step) => needsConsent(step.do)) ? 'consent' : 'setting-up'
}

function blockedBy({ tools, document, hasConsent, changedSince, startChanged, busyStep }: Viewed): string | null {
  if (tools.options.source.recorded !== null) return recordedRefusal
  const { steps } = tools.entry.definition
  const bad = steps.map((step) => ({ step, record: recordShown(tools, document, step.id) }))
  if (document.leavingSince !== null && busyStep === null) {
    const left = bad.filter(({ record }) => record.phase === 'undo-failed').map(({ step, record }) => `“${step.title}”: ${record.because ?? 'it could not be undone.'}`)
    return left.length === 0 ? 'Leaving was interrupted. Leave again: what is undone already stays undone.' : `Not all could be undone. ${left.join(' ')} Then leave again.`
  }
  const stuck = bad.find(({ record }) => (record.phase === 'blocked' || record.phase === 'failed' || record.phase === 'undo-failed') && !isUndoLeftToUser(record))
  if (stuck) return `“${stuck.step.title}”: ${stuck.record.because ?? 'it did not work.'}`
  const next = bad.find(({ record }) => !isOver(record.phase))
  if (document.leftAt === null && !hasConsent && changedSince.length > 0 && next && bad.some(({ step, record }) => needsConsent(step.do) && !isOver(record.phase))) {
    return changedWords(changedSince)
  }
  // Set up, and what is started is another thing now.
  return document.leftAt === null && startChanged.length > 0 ? changedWords(startChanged) : null
}

export function changedWords(changed: readonly string[]): string {
  return `What you agreed to has changed since: ${changed.join(', ')}. Read it again and agree.`
}
