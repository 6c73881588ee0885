/** What measuring a GPU gives: the types behind `bench --json`, and the progress a window draws. */

export type BenchmarkMode = 'quick'
export const workloadIds = ['fp32-compute', 'memory-bandwidth'] as const
export type WorkloadId = (typeof workloadIds)[number]

export interface WorkloadResult {
  workload: WorkloadId
  /** Median of the runs; null: the workload failed, and `reasons` of the result says why. */
  value: number | null
  /** "GFLOP/s" or "GB/s" (10^9). */
  unit: string
  /** Relative spread of the runs that counted: (max - min) / median; null with fewer than two. */
  spread: number | null
  runs: number
  /** The range this model should reach, from board facts; null: model unknown. */
  expected: { low: number; high: number } | null
}

export interface BenchmarkResult {
  gpuId: string
  gpuName: string
  /** ms since epoch. */
  startedAt: number
  endedAt: number
  mode: BenchmarkMode
  driverVersion: string | null
  results: WorkloadResult[]
  /** Mean watts of the card while working and while waiting; null: not readable here. */
  power: { workW: number | null; waitW: number | null } | null
  verdict: 'as-expected' | 'low' | 'unstable' | 'unknown'
  reasons: string[]
}

export type BenchmarkPhase =
  | { phase: 'idle' }
  | {
      phase: 'running'
      gpuId: string
      workload: WorkloadId | null
      /** What it is doing in a few words: "measuring memory bandwidth, run 4". */
      step: string
      /** 0..1 over the whole run of this card. */
      progress: number
      startedAt: number
      /** Seconds it may take at most. */
      limitSeconds: number
      /** Cards still to come. */
      queued: string[]
    }
  | { phase: 'cancelling'; gpuId: string }

/** A workload that was running when the machine or the worker went down; it is not run again unasked. */
export interface CrashMarker {
  gpuId: string
  workload: WorkloadId
  startedAt: number
  driverVersion: string | null
}
