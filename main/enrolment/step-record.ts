/** What is kept of one programme's enrolment: a document that is on disk before and after each move. */
import { z } from 'zod'
import type { StepPhase } from '../../shared/enrolment.ts'
import type { ProviderTables } from '../history/provider-tables.ts'

const phases = ['open', 'waits-for-you', 'doing', 'verifying', 'done', 'found-done', 'failed', 'blocked', 'left-out', 'undoing', 'undone', 'undo-failed'] as const satisfies readonly StepPhase[]

const stepSchema = z.object({
  phase: z.enum(phases),
  because: z.string().nullable(),
  remedy: z.string().nullable(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  answers: z.record(z.string(), z.string()),
  storedSince: z.record(z.string(), z.number()),
  /** When the user said that it is done. */
  confirmedAt: z.number().nullable(),
  /** Since when its undoing waits for the user. */
  undoAskedAt: z.number().nullable(),
  /** Its action was begun at least once: then there may be something to undo. */
  wasBegun: z.boolean(),
  /** Paths, images and containers that were there before it was begun: never removed. */
  before: z.array(z.string()),
  /** `before` has been looked at: what comes later is not from before. */
  isBeforeKnown: z.boolean().default(false),
})

const documentSchema = z.object({
  consent: z.object({ at: z.number(), reportHash: z.string(), parts: z.record(z.string(), z.string()) }).nullable(),
  steps: z.record(z.string(), stepSchema),
  startedAt: z.number().nullable(),
  setUpAt: z.number().nullable(),
  leavingSince: z.number().nullable(),
  leftAt: z.number().nullable(),
  /** What stays after leaving, for the user to know. */
  remains: z.array(z.string()),
})

export type StepRecord = z.output<typeof stepSchema>
export type EnrolmentRecord = z.output<typeof documentSchema>

export function newRecord(): EnrolmentRecord {
  return { consent: null, steps: {}, startedAt: null, setUpAt: null, leavingSince: null, leftAt: null, remains: [] }
}

export function newStep(): StepRecord {
  return { phase: 'open', because: null, remedy: null, startedAt: null, endedAt: null, answers: {}, storedSince: {}, confirmedAt: null, undoAskedAt: null, wasBegun: false, before: [], isBeforeKnown: false }
}

/** A document of another shape (a newer Idlewatt's, a damaged one) counts as none: `null`. */
export function readRecord(tables: ProviderTables, programmeId: string): EnrolmentRecord | null {
  const kept = tables.enrolment(programmeId)
  if (kept === null) return null
  const read = documentSchema.safeParse(kept)
  return read.success ? read.data : null
}

/** Of one step; makes it where there is none yet. */
export function stepOf(record: EnrolmentRecord, stepId: string): StepRecord {
  const known = Object.hasOwn(record.steps, stepId) ? record.steps[stepId] : undefined
  if (known) return known
  const fresh = newStep()
  record.steps[stepId] = fresh
  return fresh
}

/** Answers of all steps together; a later step's value of the same name wins. */
export function answersOf(record: EnrolmentRecord): Record<string, string> {
  return Object.assign({}, ...Object.values(record.steps).map((step) => step.answers)) as Record<string, string>
}

/** Nothing more is to be done about it. */
export function isOver(phase: StepPhase): boolean {
  return phase === 'done' || phase === 'found-done' || phase === 'left-out'
}
