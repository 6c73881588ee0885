/** All workloads, in the order they run. */
import { workloadIds, type WorkloadId } from '../../../shared/benchmark.ts'
import { cudaWorkloads } from './cuda-list.ts'
import { openClComputeWorkloads } from './opencl-compute-list.ts'
import { openClMemoryWorkloads } from './opencl-memory-list.ts'
import type { Workload } from './workload.ts'

const known: readonly Workload[] = [...openClComputeWorkloads, ...openClMemoryWorkloads, ...cudaWorkloads]

export const workloads: readonly Workload[] = [...known].sort((one, other) => workloadIds.indexOf(one.id) - workloadIds.indexOf(other.id))

export function workloadOf(id: WorkloadId): Workload {
  const workload = workloads.find((one) => one.id === id)
  if (!workload) throw new Error(`no workload "${id}"`)
  return workload
}

export function workloadsOfMode(mode: 'quick' | 'full'): Workload[] {
  return workloads.filter((workload) => workload.modes.includes(mode))
}
