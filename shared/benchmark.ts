/** What measuring a GPU gives: the types behind `bench --json`, and the progress a window draws. */
export type { DerivedUse, ImportedRun, Meaning, OctaneScore, RunComparison, RunRef, Standing } from './benchmark-meaning.ts'

export const benchmarkModes = ['quick', 'full', 'sustained', 'memory'] as const
export type BenchmarkMode = (typeof benchmarkModes)[number]

export const workloadIds = [
  'fp32-compute', 'memory-bandwidth', 'tensor-fp16',
  'fp16-compute', 'fp64-compute', 'int32-compute', 'int24-compute', 'int8-dot', 'tensor-bf16', 'tensor-int8',
  'memory-read', 'memory-write', 'memory-copy', 'cache-bandwidth', 'memory-latency',
  'host-to-device', 'host-to-device-pageable', 'device-to-host', 'device-to-host-pageable', 'launch-latency',
  'matrix-multiply', 'attention-decode', 'path-tracer',
] as const
export type WorkloadId = (typeof workloadIds)[number]

/** Workloads that can be kept up: long launches of the same work. */
export const sustainableWorkloads: readonly WorkloadId[] = ['fp32-compute', 'fp16-compute', 'fp64-compute', 'int32-compute', 'tensor-fp16', 'tensor-bf16', 'tensor-int8', 'matrix-multiply', 'memory-bandwidth', 'attention-decode', 'path-tracer']

/** What a crash marker can stand for: a workload, or one of the long tests. */
export const markedSteps = [...workloadIds, 'sustained-load', 'memory-test'] as const
export type MarkedStep = (typeof markedSteps)[number]

/** Latencies: the smaller figure is the better one. */
export const lowerIsBetter: ReadonlySet<WorkloadId> = new Set<WorkloadId>(['memory-latency', 'launch-latency'])

/** Minutes of a sustained run. */
export const sustainedMinutes = { least: 5, most: 60, usual: 10 } as const

/** Seconds that one card takes at most, by mode; `spare`: what a long test may add for its beginning and its end. */
export const runSeconds = { quick: 15, full: 200, memory: 900, spare: 60 } as const

/** `chosen`: how many workloads were asked for by name, null: the mode's own. What was asked for by name needs the time it needs. */
export function secondsAtMost(mode: BenchmarkMode, minutes: number, chosen: number | null): number {
  switch (mode) {
    case 'quick':
      return chosen === null ? runSeconds.quick : Math.max(runSeconds.quick, Math.min(runSeconds.full, 6 + chosen * 6))
    case 'full':
      return runSeconds.full
    case 'sustained':
      return Math.round(minutes * 60) + runSeconds.spare
    case 'memory':
      return runSeconds.memory + runSeconds.spare
  }
}

export type WorkloadStatus =
  /** There is a figure. */
  | 'measured'
  /** It ran and did not end well, or there was no time. */
  | 'failed'
  /** It ran and computed wrong values: no figure of this device is to be believed until that is explained. */
  | 'wrong'
  /** This device or driver has no way to run it; nothing is wrong. */
  | 'not-offered'
  /** A crash marker held it back. */
  | 'held-back'

export interface WorkloadResult {
  workload: WorkloadId
  /** Left out in results of before 2026-11-23: then `value` tells measured from failed. */
  status?: WorkloadStatus
  /** Why there is no figure, as a sentence; null: there is one. */
  reason?: string | null
  /** Median of the runs; null: no figure, and `reason` says why. */
  value: number | null
  /** "GFLOP/s", "GB/s" (10^9), "GIOP/s", "ns", "µs", "Mrays/s". */
  unit: string
  /** Relative spread of the runs that counted: (max - min) / median; null with fewer than two. */
  spread: number | null
  runs: number
  /** The range this model should reach, from board facts; null: not known. */
  expected: { low: number; high: number } | null
  /** What was the fastest way here: "float4", "m16n8k16, 8 warps". */
  variant?: string | null
  /** Mean board watts while this workload ran; null: not readable, or too short to tell. */
  workW?: number | null
  /** Watts ÷ figure: "J per GFLOP" (W ÷ GFLOP/s), "J per GB"; null for latencies and where watts are unknown. */
  energyPerUnit?: { value: number; unit: string } | null
  /** Shares (0..1) of the working time in which the card named each reason for holding back; empty: none, or not readable. */
  heldBack?: HeldBack[]
  /** Its PTX has never been observed on a card by us: the figure is checked for right values, its efficiency is not. */
  neverObserved?: boolean
}

export interface HeldBack {
  /** The vendor's reason by its name, as in `GpuSample.throttle`. */
  reason: string
  /** 0..1 of the samples taken while working. */
  share: number
}

/** Everything that is needed to compare a run with another one. null: not known here. */
export interface RunConditions {
  /** `cpu-device`: a processor that offers OpenCL. Left out in results of before 2026-11-23. */
  kind?: 'gpu' | 'cpu-device'
  idlewattVersion: string
  /** Changes whenever a kernel does: figures of different sets are compared with a remark. SHA-256, first 12 hex digits. */
  kernelSet: string
  os: string | null
  cpuName: string | null
  /** Key of resources/gpus.json. */
  model: string | null
  vendor: string
  pciDeviceId: string | null
  memoryBytes: number | null
  vbiosVersion: string | null
  driverVersion: string | null
  openclPlatform: string | null
  cudaVersion: string | null
  powerLimitW: number | null
  powerLimitDefaultW: number | null
  coreClockMaxMhz: number | null
  memoryClockMaxMhz: number | null
  pcieGeneration: number | null
  pcieLanes: number | null
  eccEnabled: boolean | null
  drivesDisplay: boolean | null
  /** How the card is attached, as in Gpu.attachment. */
  attachment: string | null
  /** Several cards were measured at once. */
  inParallel: boolean
  temperatureCeilingC: number | null
}

/** One second of a sustained run. Each reading may be null: not readable. */
export interface SustainedPoint {
  /** Since work began. */
  atSeconds: number
  /** In the workload's unit; null: nothing came back within that second. */
  value: number | null
  coreClockMhz: number | null
  memoryClockMhz: number | null
  powerW: number | null
  temperatureC: number | null
  hotspotC: number | null
  memoryC: number | null
  fan: number | null
  throttle: string[]
}

export interface SustainedRun {
  workload: WorkloadId
  unit: string
  minutes: number
  /** At most 720: longer runs are thinned to means. */
  points: SustainedPoint[]
  /** Median of the first settled 30 s, and of the last 60 s; null: it did not get that far. */
  first: number | null
  last: number | null
  /** 1 - last / first; negative: it rose. */
  drop: number | null
  /** When the figure first fell lastingly more than 3 % below `first`; null: it did not. */
  dropAtSeconds: number | null
  /** What held it back, from clocks, watts, temperature and reasons; null: nothing fell. */
  cause: { id: 'temperature' | 'power' | 'clock' | 'other-load' | 'unknown'; sentence: string } | null
  heldBack: HeldBack[]
  /** Mean watts and joules over the whole run. */
  meanW: number | null
  energyJ: number | null
  /** Why it ended before its time; null: it did not. */
  stoppedBecause: string | null
}

export interface MemoryErrors {
  /** Offsets in the tested range, a range of neighbouring errors. */
  fromByte: number
  toByte: number
  count: number
  pattern: string
  /** The first wrong word there, in hex. */
  expected: string
  got: string
}

export interface MemoryTestRun {
  totalBytes: number
  freeBytes: number | null
  testedBytes: number
  /** What was left alone and why: "512 MB for the screen". */
  leftAlone: { bytes: number; why: string }
  /** Whole passes over all patterns. */
  passes: number
  patterns: string[]
  errorCount: number
  /** At most 256 ranges. */
  errors: MemoryErrors[]
  /** Bytes written and read back, over all patterns. */
  bytesChecked: number
  stoppedBecause: string | null
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
  /** false: something failed, was stopped or left out, and a reason says what. Left out in results of before 2026-11-23. */
  endedWell?: boolean
  /** Left out in results of before 2026-11-23. */
  conditions?: RunConditions
  sustained?: SustainedRun | null
  memory?: MemoryTestRun | null
}

/** One figure on the way, for the running curve. */
export interface CurvePoint {
  /** Since this workload began. */
  atSeconds: number
  value: number
}

export interface RunningCard {
  gpuId: string
  step: MarkedStep | null
  /** What it is doing in a few words: "measuring memory bandwidth, run 4". */
  words: string
  /** 0..1 over the whole run of this card. */
  progress: number
  startedAt: number
  /** Seconds it may take at most. */
  limitSeconds: number
  /** Figures of the step so far, at most 240; `unit` is theirs. */
  curve: CurvePoint[]
  unit: string | null
  /** What this run has measured already. */
  done: WorkloadResult[]
}

export type BenchmarkPhase =
  | { phase: 'idle' }
  | {
      phase: 'running'
      mode: BenchmarkMode
      startedAt: number
      /** One, or several where they run in parallel. */
      cards: RunningCard[]
      /** Cards still to come. */
      queued: string[]
    }
  | { phase: 'cancelling'; gpuIds: string[] }

/** A step that was running when the machine or the worker went down; it is not run again unasked. */
export interface CrashMarker {
  gpuId: string
  workload: MarkedStep
  startedAt: number
  driverVersion: string | null
}

/** Why a card is not to be measured now. */
export interface Hold {
  /** `hot`: at its ceiling before it does anything. `policy`: kept for main/policy (hours, prices, who comes first), which tells it through the same `holds` once it is there. */
  id: 'recorded' | 'battery' | 'listed' | 'busy' | 'hot' | 'policy'
  /** "A game is using it: eldenring.exe, 87 % of the card." */
  sentence: string
  /** When that may change; null: not known. */
  until: number | null
  /** The user may measure all the same (`evenIfBusy`). A listed card and a battery are no such case. */
  canOverride: boolean
}
