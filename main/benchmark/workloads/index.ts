/** The workloads of a quick run, in the order they run. */
import type { WorkloadId } from '../../../shared/benchmark.ts'
import { fp32Compute } from './fp32-compute.ts'
import { memoryBandwidth } from './memory-bandwidth.ts'
import type { Workload } from './workload.ts'

export const workloads: readonly Workload[] = [fp32Compute, memoryBandwidth]

export function workloadOf(id: WorkloadId): Workload {
  const workload = workloads.find((one) => one.id === id)
  if (!workload) throw new Error(`no workload "${id}"`)
  return workload
}
