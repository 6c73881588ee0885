/** What the app and its measuring worker say to each other. The app leads: it writes the crash marker before it asks. */
import { z } from 'zod'
import { markedSteps, workloadIds, type WorkloadId } from '../../shared/benchmark.ts'

/** How a card is found again. Positions may have changed since detection, so name and PCI address decide. */
export interface WantedDevice {
  platform: number
  device: number
  name: string
  pciAddress: string | null
  /** Lower-case hex without dashes; null or left out: not known. */
  uuid?: string | null
}

export type ToWorker =
  | { ask: 'open'; wanted: WantedDevice; kernelsFolder: string }
  | { ask: 'measure'; workload: WorkloadId; limitMs: number; leastMs: number }
  /** Keeps one workload up for so long; tells a `rate` a second. */
  | { ask: 'sustain'; workload: WorkloadId; seconds: number }
  | { ask: 'test-memory'; totalBytes: number | null; freeBytes: number | null; leaveBytes: number; leaveWhy: string; passes: number; secondsAtMost: number }
  /** Computes something tiny and checks it: whether the card is still in its right mind. */
  | { ask: 'probe' }

const notMeasuredSchema = z.object({
  ok: z.literal(false),
  status: z.enum(['failed', 'wrong', 'not-offered']),
  reason: z.string(),
  /** The driver reset the card, or lost it: nothing more may be asked of it. */
  lost: z.boolean().default(false),
})

const measuredSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.number().positive(), spread: z.number().min(0).nullable(), runs: z.number().int().min(1), variant: z.string() }),
  notMeasuredSchema,
])

const bytes = z.number().int().min(0)

const memorySchema = z.object({
  totalBytes: bytes,
  freeBytes: bytes.nullable(),
  testedBytes: bytes,
  leftAlone: z.object({ bytes, why: z.string() }),
  passes: z.number().int().min(0),
  patterns: z.array(z.string()),
  errorCount: z.number().int().min(0),
  errors: z.array(z.object({ fromByte: bytes, toByte: bytes, count: z.number().int().min(1), pattern: z.string(), expected: z.string(), got: z.string() })).max(256),
  bytesChecked: z.number().min(0),
  stoppedBecause: z.string().nullable(),
})

export const fromWorkerSchema = z.discriminatedUnion('tell', [
  z.object({ tell: z.literal('opened'), name: z.string(), driverVersion: z.string().nullable(), platformName: z.string().nullable().default(null) }),
  /** `isAbsent`: the driver does not offer the card at all. */
  z.object({ tell: z.literal('failed'), reason: z.string(), lost: z.boolean().default(false), isAbsent: z.boolean().default(false) }),
  /** `rate`: what the last launch gave, in the workload's unit; null: it gave no figure. `memory`: of a memory test so far. */
  z.object({ tell: z.literal('progress'), workload: z.enum(markedSteps), step: z.string(), share: z.number(), rate: z.number().nullable().default(null), memory: z.object({ bytesChecked: z.number(), errors: z.number() }).nullable().default(null) }),
  z.object({ tell: z.literal('measured'), workload: z.enum(workloadIds), measured: measuredSchema }),
  /** Of the second that ended `atSeconds` after work began; null: no launch ended in it. */
  z.object({ tell: z.literal('rate'), atSeconds: z.number(), value: z.number().nullable() }),
  z.object({ tell: z.literal('sustained'), outcome: z.union([z.object({ ok: z.literal(true), variant: z.string(), checks: z.number() }), notMeasuredSchema]) }),
  /** A memory test that goes on: what it has found by now. */
  z.object({ tell: z.literal('memory-so-far'), run: memorySchema }),
  z.object({ tell: z.literal('memory'), run: memorySchema }),
  /** `why` null: all is well. */
  z.object({ tell: z.literal('probed'), why: z.string().nullable() }),
])
export type FromWorker = z.output<typeof fromWorkerSchema>
/** What a worker may say: fields with a default may be left out. */
export type WorkerSays = z.input<typeof fromWorkerSchema>
export type Measured = z.output<typeof measuredSchema>
export type NotMeasured = z.output<typeof notMeasuredSchema>
