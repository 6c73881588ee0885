/** What the app and its measuring worker say to each other. The app leads: it writes the crash marker before it asks. */
import { z } from 'zod'
import { workloadIds, type WorkloadId } from '../../shared/benchmark.ts'

/** How a card is found again. Positions may have changed since detection, so name and PCI address decide. */
export interface WantedDevice {
  platform: number
  device: number
  name: string
  pciAddress: string | null
}

export type ToWorker =
  | { ask: 'open'; wanted: WantedDevice; kernelsFolder: string }
  | { ask: 'measure'; workload: WorkloadId; limitMs: number; leastMs: number }

const measuredSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.number().positive(), spread: z.number().min(0).nullable(), runs: z.number().int().min(1), variant: z.string() }),
  z.object({ ok: z.literal(false), reason: z.string() }),
])

export const fromWorkerSchema = z.discriminatedUnion('tell', [
  z.object({ tell: z.literal('opened'), name: z.string(), driverVersion: z.string().nullable() }),
  z.object({ tell: z.literal('failed'), reason: z.string() }),
  z.object({ tell: z.literal('progress'), workload: z.enum(workloadIds), step: z.string(), share: z.number() }),
  z.object({ tell: z.literal('measured'), workload: z.enum(workloadIds), measured: measuredSchema }),
])
export type FromWorker = z.infer<typeof fromWorkerSchema>
