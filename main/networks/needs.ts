/** What a programme needs, and what it is measured against. Part of network.ts. */
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { Gpu, GpuKind, GpuVendor, Machine } from '../../shared/machine.ts'
import type { Source } from '../../shared/network.ts'
import type { MachineReadings } from '../../shared/preflight.ts'
import type { KeptValue } from './network.ts'

/** One card model, real or asked about. */
export interface Card {
  name: string
  /** Key in `resources/gpus.json`; null: not in the table. */
  model: string | null
  facts: GpuFacts | null
  vendor: GpuVendor
  kind: GpuKind
  memoryBytes: number | null
  /** Lower case `10de:2684`. The real card's one id; in a what-if all ids known for the model (may be empty). */
  pciDeviceIds: string[]
  driverVersion: string | null
  cudaVersion: string | null
  cudaComputeCapability: string | null
  pcieLanesMax: number | null
  isIntegrated: boolean | null
  /** The whole record of the first of the identical cards; null in a what-if. */
  gpu: Gpu | null
}

/** What a need is measured against. */
export interface Subject {
  /** ms since epoch: "now" for everything that depends on a date. */
  at: number
  card: Card
  /** Identical cards in this group, and all real GPUs of the machine. */
  count: number
  gpusInMachine: number
  /** How many models those are: a lost card that tells nothing but its model is a group of its own and no model of its own. */
  modelsInMachine: number
  /** null in a what-if: then only needs `of: 'card'` are judged. */
  machine: Machine | null
  /** What was measured for preflight; null or left out: nothing yet. */
  readings?: MachineReadings | null
  /** Answers of this programme's enrolment by field id, and the ids of steps that are done; left out: none. */
  enrolled?: { answers: Record<string, string>; doneSteps: string[] }
  /** Last good value of one of the network's sources by id; null or left out: none yet. */
  value?(sourceId: string): KeptValue | null
}

export interface Measured {
  /** As text with unit; null: not known. */
  actual: string | null
  /** null: cannot be told yet; `why` should then say how it will be. */
  ok: boolean | null
  /** These replace the definition's own words where the case calls for it. */
  required?: string
  why?: string
  remedy?: string | null
  /** Of the figures in `actual` and `required`: "GB", "Mbit/s". */
  unit?: string
}

export interface NeedDefinition {
  id: string
  title: string
  of: 'card' | 'machine'
  required: string
  why: string
  /** What mends it; null: nothing does, and failing it means "not eligible". */
  remedy: string | null
  source: Source
  measure(subject: Subject): Measured
}
