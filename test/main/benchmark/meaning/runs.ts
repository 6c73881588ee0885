/** Makes runs to ask the meaning of: a card that was measured, with conditions, on a day. */
import { join } from 'node:path'
import type { BenchmarkResult, Meaning, RunConditions, WorkloadId, WorkloadResult } from '../../../../shared/benchmark.ts'
import { loadGpuTable } from '../../../../main/earnings/gpu-table.ts'
import { languageModels, meaningOf, type MeaningInput } from '../../../../main/benchmark/meaning/index.ts'
import { workloadOf } from '../../../../main/benchmark/workloads/index.ts'

export const table = loadGpuTable(join(import.meta.dirname, '../../../../resources'))
export const now = Date.parse('2026-11-23T12:00:00Z')

export function conditionsOf(change: Partial<RunConditions> = {}): RunConditions {
  return {
    idlewattVersion: '1.0.0', kernelSet: 'aaaaaaaaaaaa', os: 'Ubuntu 24.04', cpuName: null, model: 'GeForce RTX 3090', vendor: 'nvidia', pciDeviceId: '10de:2204', memoryBytes: 24 * 2 ** 30,
    vbiosVersion: null, driverVersion: '570.86', openclPlatform: 'NVIDIA CUDA', cudaVersion: '12.8', powerLimitW: 350, powerLimitDefaultW: 350, coreClockMaxMhz: 2100, memoryClockMaxMhz: 9751,
    pcieGeneration: 4, pcieLanes: 16, eccEnabled: null, drivesDisplay: false, attachment: 'internal', inParallel: false, temperatureCeilingC: 90, ...change,
  }
}

export function resultOf(workload: WorkloadId, value: number | null, change: Partial<WorkloadResult> = {}): WorkloadResult {
  return { workload, status: value === null ? 'failed' : 'measured', reason: null, value, unit: workloadOf(workload).unit, spread: value === null ? null : 0.01, runs: 8, expected: null, ...change }
}

export function runOf(figures: Partial<Record<WorkloadId, number>>, change: Partial<BenchmarkResult> = {}): BenchmarkResult {
  const startedAt = change.startedAt ?? now
  return {
    gpuId: 'GPU-1', gpuName: 'NVIDIA GeForce RTX 3090', startedAt, endedAt: startedAt + 15_000, mode: 'quick', driverVersion: '570.86', power: null, verdict: 'as-expected', reasons: [],
    results: Object.entries(figures).map(([workload, value]) => resultOf(workload as WorkloadId, value)),
    conditions: conditionsOf(), ...change,
  }
}

export function ask(run: BenchmarkResult, change: Partial<MeaningInput> = {}): Meaning {
  return meaningOf({
    ref: { importId: null, gpuId: run.gpuId, startedAt: run.startedAt }, run, facts: table.byModel(run.conditions?.model ?? ''), ownRuns: [run], imports: [], octane: null,
    models: languageModels, paysFor: (kind) => [`pays for ${kind}`], at: now, ...change,
  })
}
