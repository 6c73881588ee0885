/** What is kept of the past: samples rolled up in steps, events, energy, and the questions one may ask of them. */
import { z } from 'zod'

/** The readings that are kept, by their names in GpuReadings. */
export const metricIds = [
  'utilisation',
  'memoryUtilisation',
  'encoder',
  'decoder',
  'memoryUsedBytes',
  'temperatureC',
  'hotspotC',
  'memoryC',
  'powerW',
  'coreClockMhz',
  'memoryClockMhz',
  'fan',
  'pcieGeneration',
  'pcieLanes',
  'fanRpm',
  'powerLimitW',
  'eccCorrected',
  'eccUncorrected',
  'pcieReplays',
] as const
export type MetricId = (typeof metricIds)[number]

/** Steps that are kept, in seconds, and for how long, in seconds; null: for ever. */
export const historyLevels = [
  { stepSeconds: 1, keptSeconds: 86_400 },
  { stepSeconds: 10, keptSeconds: 7 * 86_400 },
  { stepSeconds: 60, keptSeconds: 90 * 86_400 },
  { stepSeconds: 900, keptSeconds: null },
] as const

/** One step of one card. A metric that was never known in it is null in all three. */
export interface HistoryPoint {
  /** Start of the step, ms since epoch. */
  takenAt: number
  /** How many seconds of the step hold a sample: 0 to stepSeconds. */
  seconds: number
  min: Partial<Record<MetricId, number | null>>
  mean: Partial<Record<MetricId, number | null>>
  max: Partial<Record<MetricId, number | null>>
  /** Every throttle reason that was on at some time in the step; idling is none. */
  throttle: string[]
}

export const historyEventIds = [
  'card-first-seen',
  'card-lost',
  'card-returned',
  'card-moved',
  'driver-changed',
  'driver-silent',
  'driver-back',
  'throttle-began',
  'throttle-ended',
  'ecc-corrected',
  'ecc-uncorrected',
  'memory-retired',
  'xid',
  'pcie-narrowed',
  'process-came',
  'process-went',
  'probe-restarted',
  'clock-jumped',
  'recording-began',
  'recording-stopped',
  'alert-began',
  'alert-ended',
  'benchmark-wrong-result',
  'benchmark-right-result',
  'benchmark-memory-errors',
  'benchmark-memory-right',
  'benchmark-driver-reset',
  'provider-started',
  'provider-ready',
  'provider-adopted',
  'provider-finishing',
  'provider-stopped',
  'provider-died',
  'provider-stop-failed',
  'provider-gave-up',
  'provider-unhealthy',
  'provider-duplicate',
  'job-started',
  'job-finished',
  'job-failed',
  'job-cancelled',
  'enrolment-consent',
  'enrolment-step-done',
  'enrolment-step-failed',
  'enrolment-set-up',
  'enrolment-undone',
  'enrolment-left',
  'policy-started',
  'policy-finishing',
  'policy-stopped',
  'policy-paused',
  'policy-run-now',
  'policy-resumed',
  'policy-changed',
  'policy-memory-freed',
  'policy-memory-held',
  'policy-keeps-awake',
  'policy-lets-sleep',
  'policy-sleeps',
] as const
export type HistoryEventId = (typeof historyEventIds)[number]

/** Those that say whether what a card computes and keeps can be believed; the newest of each pair holds. */
export const findingEventIds: readonly HistoryEventId[] = ['benchmark-wrong-result', 'benchmark-right-result', 'benchmark-memory-errors', 'benchmark-memory-right']

export interface HistoryEvent {
  /** ms since epoch. */
  at: number
  id: HistoryEventId
  /** null: the machine as a whole. */
  gpuId: string | null
  /** Whose software or enrolment it is of; left out or null: none. */
  programmeId?: string | null
  sentence: string
}

/** Energy of one card over a range. */
export interface HistoryEnergy {
  kwh: number
  /** Share of the range, 0..1, for which watts are known; the rest is not guessed. */
  coverage: number
}

/** The document behind `history --json` and the answer the charts are drawn from. */
export interface HistoryAnswer {
  gpuId: string
  gpuName: string | null
  from: number
  to: number
  stepSeconds: number
  samples: HistoryPoint[]
  events: HistoryEvent[]
  /** null: no watts are known in the range. */
  energy: HistoryEnergy | null
  /** The finest step that still exists for the beginning of the range. */
  finestStepSeconds: number
}

const moment = z.number().int().min(0).max(8.64e15)
const gpuId = z.string().min(1).max(200)

/**
 * Either a step or a number of points; the answer's step is at least the finest that is kept for the range. `to` is
 * exclusive. Steps are aligned to multiples of the step (UTC), and every step that overlaps the range is told whole.
 */
export const historyQuerySchema = z
  .object({
    gpuId,
    from: moment,
    to: moment,
    stepSeconds: z.number().int().min(1).max(31_622_400).optional(),
    /** About how many points the asker can draw; the step is chosen to fit. */
    points: z.number().int().min(10).max(5000).default(800),
    /** Left out: all. */
    metrics: z.array(z.enum(metricIds)).min(1).optional(),
  })
  .strict()
  .refine((query) => query.to > query.from, { message: 'the range must end after it begins' })
export type HistoryQuery = z.output<typeof historyQuerySchema>

/** A page of CSV, since a range may be larger than one answer should be. */
export const csvQuerySchema = z
  .object({ gpuId, from: moment, to: moment, stepSeconds: z.number().int().min(1).max(31_622_400).optional() })
  .strict()
  .refine((query) => query.to > query.from, { message: 'the range must end after it begins' })
export type CsvQuery = z.output<typeof csvQuerySchema>

export interface CsvPage {
  /** With the head line on every page that begins a file (`from` as first asked); lines end with CRLF (RFC 4180). */
  text: string
  /** Ask again with this as `from`, all else as before; null: this was the last page. */
  nextFrom: number | null
  stepSeconds: number
}

/** How recording goes. */
export type RecordingStatus =
  | { phase: 'on'; since: number }
  | { phase: 'off'; sentence: string }
  /** A full disk, a folder that cannot be written: samples are lost meanwhile; it is tried again at `retryAt`. */
  | { phase: 'stopped'; since: number; sentence: string; retryAt: number }
