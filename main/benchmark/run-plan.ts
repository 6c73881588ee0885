/** What a mode runs, how long each part may take, and how long the whole. Pure. */
import { runSeconds, secondsAtMost, sustainableWorkloads, workloadIds, type BenchmarkMode, type WorkloadId } from '../../shared/benchmark.ts'
import type { BenchmarkStart } from '../../shared/requests.ts'
import { workloadOf, workloads, workloadsOfMode } from './workloads/index.ts'
import type { Workload } from './workloads/workload.ts'

export type BenchmarkInput = BenchmarkStart

/** A quick run of one card takes no longer. */
export const quickLimitMs = runSeconds.quick * 1000
/** Nor a full one. */
export const fullLimitMs = runSeconds.full * 1000
/** A memory test ends after so many passes or so much time. */
export const memoryPasses = 4
export const memorySeconds = runSeconds.memory

export interface RunPlan {
  mode: BenchmarkMode
  /** Measured one after another; empty in the other modes. */
  workloads: Workload[]
  /** Kept up for `seconds`; null: not a sustained run. */
  sustained: { workload: Workload; seconds: number } | null
  memory: { passes: number; secondsAtMost: number } | null
  /** Of the whole run of one card. */
  limitMs: number
  /** No workload may take longer, though others took less. */
  workloadLimitMs: number
  /** A workload is repeated at least so long. */
  leastMs: { withWatts: number; without: number }
  /** What this device does not offer is a row, or left out. */
  tellsNotOffered: boolean
}

export function planOf(input: Pick<BenchmarkInput, 'mode' | 'workloads' | 'minutes'>): RunPlan {
  const chosen = input.workloads && [...new Set(input.workloads)].sort((one, other) => workloadIds.indexOf(one) - workloadIds.indexOf(other))
  const common = { mode: input.mode, workloads: [], sustained: null, memory: null, leastMs: { withWatts: 3_000, without: 2_000 }, tellsNotOffered: true }
  const limitMs = secondsAtMost(input.mode, input.minutes, chosen?.length ?? null) * 1000
  switch (input.mode) {
    case 'quick': {
      const wanted = chosen ? offered(chosen) : workloadsOfMode('quick')
      return { ...common, workloads: wanted, limitMs, workloadLimitMs: limitMs, tellsNotOffered: chosen !== undefined }
    }
    case 'full':
      return { ...common, workloads: chosen ? offered(chosen) : workloadsOfMode('full'), limitMs, workloadLimitMs: 12_000, leastMs: { withWatts: 5_000, without: 4_000 } }
    case 'sustained': {
      const seconds = Math.round(input.minutes * 60)
      return { ...common, sustained: { workload: workloadOf(chosen?.[0] ?? 'fp32-compute'), seconds }, limitMs, workloadLimitMs: limitMs }
    }
    case 'memory':
      return { ...common, memory: { passes: memoryPasses, secondsAtMost: memorySeconds }, limitMs, workloadLimitMs: limitMs }
  }
}

/** Why these words of a call cannot be done; null: they can. */
export function whyNotPlanned(input: Pick<BenchmarkInput, 'mode' | 'workloads'>): string | null {
  if (!input.workloads) return null
  if (input.mode === 'memory') return 'A memory test runs its own patterns: it takes no workloads.'
  const unknown = input.workloads.find((id) => !workloads.some((workload) => workload.id === id))
  if (unknown !== undefined) return `This Idlewatt has no workload "${unknown}".`
  if (input.mode !== 'sustained') return null
  if (new Set(input.workloads).size > 1) return 'A sustained run keeps one workload up: name one.'
  const unfit = input.workloads.find((id) => !sustainableWorkloads.includes(id))
  return unfit === undefined ? null : `"${unfit}" cannot be kept up for minutes. Choose one of ${sustainableWorkloads.join(', ')}.`
}

function offered(ids: WorkloadId[]): Workload[] {
  return ids.map(workloadOf)
}
