/** Cards that cannot be measured at all, and what is told in place of a result. Pure. */
import type { BenchmarkMode, BenchmarkResult } from '../../shared/benchmark.ts'
import type { Gpu } from '../../shared/machine.ts'

/** null: it can be measured. */
export function whyNotMeasurable(gpu: Gpu): string | null {
  if (gpu.kind === 'virtual') return `${gpu.name} is a virtual display adapter: there is nothing to measure.`
  if (!gpu.opencl) return `${gpu.name} cannot be measured, because no driver here offers it through OpenCL. Install the maker's own graphics driver, then look for GPUs again.`
  return null
}

export function notMeasured(gpu: Gpu, mode: BenchmarkMode, reason: string, at: number): BenchmarkResult {
  return { gpuId: gpu.id, gpuName: gpu.name, startedAt: at, endedAt: at, mode, driverVersion: gpu.driverVersion, results: [], power: null, verdict: 'unknown', reasons: [reason], endedWell: false }
}
