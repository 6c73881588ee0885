/** What a window shows of one step: its definition, filled with the user's answers, and how far it is. Pure. */
import type { StepState } from '../../shared/enrolment.ts'
import type { Platform } from '../../shared/machine.ts'
import type { SoftwareDefinition, StepDefinition } from '../networks/network.ts'
import { isOver, type StepRecord } from './step-record.ts'
import { addressOf, byHandOf, environmentOf, hashWords, isByHand, needsConsent, shown, todoOf, wordsOf } from './step-words.ts'

export interface StepSurroundings {
  platform: Platform
  software: SoftwareDefinition | null
  /** For templates: answers, folders. */
  values: Record<string, string>
  /** All before it are over. */
  isItsTurn: boolean
  hasConsent: boolean
  /** Something of this programme is under way. */
  isBusy: boolean
  progress: StepState['progress']
}

export function stepState(step: StepDefinition, record: StepRecord, on: StepSurroundings): StepState {
  const fill = (texts: string[]): string[] => texts.map((text) => shown(text, on.values))
  const environment = environmentOf(step, on.software, on)
  return {
    id: step.id,
    title: step.title,
    where: step.do.kind === 'website' ? 'website' : isByHand(step.do) ? 'by-hand' : 'here',
    what: shown(step.what, on.values),
    publisher: step.publisher,
    command: wordsOf(step, on.software, on),
    ...(environment.length === 0 ? {} : { environment }),
    byHand: byHandOf(step.do, on.values),
    todo: fill(todoOf(step.do)),
    url: addressOf(step.do),
    noticedBy: step.noticedBy,
    effects: {
      ...step.effects,
      files: fill(step.effects.files),
      folders: fill(step.effects.folders),
      hash: hashWords(step),
      downloadBytes: step.effects.downloadBytes ?? (step.do.kind === 'download' ? step.do.bytes : null),
    },
    traps: step.traps,
    undo: shown(step.undoWords, on.values),
    remains: fill(step.remains),
    fields: step.fields,
    answers: { ...record.answers },
    storedSince: { ...record.storedSince },
    source: step.source,
    phase: record.phase,
    because: record.because,
    remedy: record.remedy,
    progress: on.progress,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    can: canOf(step, record, on),
  }
}

function canOf(step: StepDefinition, record: StepRecord, on: StepSurroundings): StepState['can'] {
  const { phase } = record
  const isMoving = phase === 'doing' || phase === 'verifying' || phase === 'undoing'
  const mayAct = on.isItsTurn && !on.isBusy && (on.hasConsent || !needsConsent(step.do))
  const isLeftToUser = isUndoLeftToUser(record)
  const hasFailed = phase === 'failed' || phase === 'blocked'
  return {
    do: mayAct && !isLeftToUser && (phase === 'open' || phase === 'waits-for-you' || phase === 'undone'),
    retry: mayAct && (hasFailed || phase === 'undo-failed'),
    cancel: isMoving && phase !== 'undoing' && on.isBusy,
    undo: !on.isBusy && !isLeftToUser && (phase === 'done' || phase === 'undo-failed' || (hasFailed && record.wasBegun)) && step.undo.kind !== 'nothing',
    confirm: !on.isBusy && phase === 'waits-for-you' && (isLeftToUser || (on.isItsTurn && (step.do.kind === 'website' || isByHand(step.do) || step.verify.kind === 'confirmed'))),
  }
}

/** Its undoing lies with the user, on a website or by hand, and he has not said yet that it is done. */
export function isUndoLeftToUser(record: StepRecord): boolean {
  return record.phase === 'waits-for-you' && record.undoAskedAt !== null
}

/** Steps before this one that are not over; null: none. */
export function firstOpenBefore(steps: readonly StepDefinition[], stepId: string, phaseOf: (id: string) => StepRecord['phase']): StepDefinition | null {
  for (const step of steps) {
    if (step.id === stepId) return null
    if (!isOver(phaseOf(step.id))) return step
  }
  return null
}
