/** The contract of a workload: what it measures, what it counts, when it is worth nothing, and how it is run. */
import type { WorkloadId } from '../../../shared/benchmark.ts'
import type { GpuFacts } from '../../../shared/gpu-facts.ts'
import type { OpenDevice } from '../open-device.ts'

export interface Workload {
  id: WorkloadId
  /** In the middle of a sentence: "memory bandwidth". */
  title: string
  unit: string
  /** Unit per second is (work / seconds) / this. */
  perUnit: number
  measures: string
  /** The arithmetic that is counted. */
  counts: string
  invalidWhen: string[]
  /** File in resources/kernels. */
  kernelFile: string
  /** What this card should reach, in `unit`, and why; null: the table does not say. */
  expected(facts: GpuFacts): { low: number; high: number; why: string } | null
  /** Ways of running it, likeliest first: the fastest of them is measured. */
  candidates(device: OpenDevice, kernelText: string): Candidate[]
}

export interface Candidate {
  label: string
  /** `alive` is called now and then while this takes long, so that nobody thinks it hung. */
  prepare(alive: () => void): Promise<Prepared>
}

/** A compiled variant. A size is a whole number from 1 that the time grows with. */
export interface Prepared {
  mostSize: number
  /** Runs `size` units of work and waits for the end. */
  launch(size: number): Promise<void>
  /** Operations or bytes that `launch(size)` does. */
  work(size: number): number
  /** Looks at what the last `launch(size)` wrote. null: right; else what is wrong. */
  check(size: number): string | null
  release(): void
}
