/** The contract of a workload: what it measures, what it counts, when it is worth nothing, and how it is run. */
import type { WorkloadId } from '../../../shared/benchmark.ts'
import type { GpuFacts } from '../../../shared/gpu-facts.ts'
import type { OpenCuda } from '../open-cuda.ts'
import type { DeviceFacts, OpenDevice } from '../open-device.ts'

interface Common {
  id: WorkloadId
  /** In the middle of a sentence: "memory bandwidth". */
  title: string
  unit: string
  /** `higher`: unit per second is (work / seconds) / this. `lower` (a latency): the figure is seconds × this / work. */
  perUnit: number
  better: 'higher' | 'lower'
  measures: string
  /** The arithmetic that is counted. */
  counts: string
  /** How a launch gets its size, variants and repeats. */
  calibrates: string
  invalidWhen: string[]
  /** The modes it is part of. Everything but what only repeats another workload is in `full`. */
  modes: readonly ('quick' | 'full')[]
  /** Figures of this workload may differ so much and still count as steady; left out: 3 %. */
  wantedSpread?: number
  /** What this card should reach, in `unit`, and why; null: the table does not say. */
  expected(facts: GpuFacts): { low: number; high: number; why: string } | null
}

export interface OpenClWorkload extends Common {
  api: 'opencl'
  /** File in resources/kernels; null: it runs no kernel of its own. */
  kernelFile: string | null
  /** Why this device cannot run it, as a sentence; null: it can be tried. */
  notOffered(device: DeviceFacts): string | null
  /** Ways of running it, likeliest first: the fastest of them is measured. `kernelText` is '' without a kernel file. */
  candidates(device: OpenDevice, kernelText: string): Candidate[]
}

export interface CudaWorkload extends Common {
  api: 'cuda'
  /** PTX in resources/kernels/cuda that has been seen to run on a card by us, with the right values; see main/benchmark/MEASUREMENTS.md. */
  observed: boolean
  notOffered(device: OpenCuda['facts']): string | null
  /** `readKernel('tensor-fp16.sm_80.ptx')` gives that file of resources/kernels/cuda. */
  candidates(device: OpenCuda, readKernel: (file: string) => string): Candidate[]
}

export type Workload = OpenClWorkload | CudaWorkload

export interface Candidate {
  label: string
  /**
   * A kernel that we never saw run, beside others that do the same: tried last, whatever time is left, with the figure of the best
   * other one in hand; whatever goes wrong with it is held against it alone.
   */
  isUntried?: boolean
  /**
   * `alive` is called now and then while this takes long, so that nobody thinks it hung. Throws NotOffered
   * (../not-offered.ts) where the device claims what it cannot do: then the workload is "not offered", not "failed".
   */
  prepare(alive: () => void): Promise<Prepared>
}

/** A compiled variant. A size is a whole number from 1 that the time grows with. */
export interface Prepared {
  mostSize: number
  /** Runs `size` units of work and waits for the end. */
  launch(size: number): Promise<void>
  /** Seconds of the last launch by the device's own clock; left out or null: the time that passed here counts. */
  deviceSeconds?(): number | null
  /** Operations, bytes, accesses, rays, … that `launch(size)` does. */
  work(size: number): number
  /** Makes what earlier launches left behind wrong, where another size alone would not; left out: it would. Asked before a launch that is to be checked. */
  spoil?(size: number): void
  /** Looks at what the last `launch(size)` wrote. null: right; else what is wrong. */
  check(size: number): string | null
  release(): void
}
