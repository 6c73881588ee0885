/** Runs as cards give them, whole and small, and a library over a real history. */
import { createRunLibrary, type MeaningRuns, type RunLibrary, type RunLibraryOptions } from '../../../main/benchmark/library.ts'
import type { History } from '../../../main/history/index.ts'
import { workloadOf } from '../../../main/benchmark/workloads/index.ts'
import type { BenchmarkResult, Meaning, MemoryTestRun, RunConditions, SustainedRun, WorkloadId, WorkloadResult } from '../../../shared/benchmark.ts'
import { open } from '../history/support.ts'

export const noon = Date.UTC(2026, 10, 23, 12)
export const uuid = 'GPU-5c1f2d3e-1111-2222-3333-444455556666'

export function figure(workload: WorkloadId, value: number | null, more: Partial<WorkloadResult> = {}): WorkloadResult {
  return { workload, status: value === null ? 'failed' : 'measured', reason: value === null ? 'It did not end.' : null, value, unit: workloadOf(workload).unit, spread: value === null ? null : 0.01, runs: value === null ? 0 : 8, expected: null, ...more }
}

export const conditions: RunConditions = {
  idlewattVersion: '0.3.0', kernelSet: '0a1b2c3d4e5f', os: 'Ubuntu 24.04', cpuName: 'AMD Ryzen 9 7950X', model: 'GeForce RTX 3090', vendor: 'nvidia', pciDeviceId: '10de:2204',
  memoryBytes: 24 * 2 ** 30, vbiosVersion: '94.02.26', driverVersion: '565.57', openclPlatform: 'NVIDIA CUDA', cudaVersion: '12.7', powerLimitW: 350, powerLimitDefaultW: 350,
  coreClockMaxMhz: 2100, memoryClockMaxMhz: 9751, pcieGeneration: 4, pcieLanes: 16, eccEnabled: null, drivesDisplay: false, attachment: 'internal', inParallel: false, temperatureCeilingC: 90,
}

export function run(more: Partial<BenchmarkResult> = {}): BenchmarkResult {
  return {
    gpuId: uuid, gpuName: 'NVIDIA GeForce RTX 3090', startedAt: noon, endedAt: noon + 14_000, mode: 'quick', driverVersion: '565.57',
    results: [
      figure('fp32-compute', 33_200, { expected: { low: 30_000, high: 38_000 }, workW: 338, energyPerUnit: { value: 0.0102, unit: 'J per GFLOP' } }),
      figure('memory-bandwidth', 861, { expected: { low: 840, high: 950 }, workW: 290 }),
    ],
    power: { workW: 338, waitW: 24 }, verdict: 'as-expected', reasons: [], conditions, ...more,
  }
}

export function sustained(more: Partial<SustainedRun> = {}): SustainedRun {
  return {
    workload: 'fp32-compute', unit: 'GFLOP/s', minutes: 5,
    points: Array.from({ length: 300 }, (_, n) => ({ atSeconds: n, value: n < 120 ? 33_000 : 30_000, coreClockMhz: n < 120 ? 1900 : 1700, memoryClockMhz: 9501, powerW: 345, temperatureC: Math.min(83, 50 + n / 4), hotspotC: null, memoryC: null, fan: 0.7, throttle: n < 120 ? [] : ['sw_thermal_slowdown'] })),
    first: 33_000, last: 30_000, drop: 0.0909, dropAtSeconds: 120, cause: { id: 'temperature', sentence: 'It fell when the core reached 80 °C.' },
    heldBack: [{ reason: 'sw_thermal_slowdown', share: 0.6 }], meanW: 345, energyJ: 103_500, stoppedBecause: null, ...more,
  }
}

export const memory: MemoryTestRun = {
  totalBytes: 24 * 2 ** 30, freeBytes: 23 * 2 ** 30, testedBytes: 22 * 2 ** 30, leftAlone: { bytes: 512 * 2 ** 20, why: '512 MB for the screen' }, passes: 2, patterns: ['walking ones', 'address in address'],
  errorCount: 3, errors: [{ fromByte: 4096, toByte: 8191, count: 3, pattern: 'walking ones', expected: '0x00000001', got: '0x00000003' }], bytesChecked: 88 * 2 ** 30, stoppedBecause: null,
}

export interface Opened {
  library: RunLibrary
  history: History
  /** What the meaning was made of, newest last. */
  asked: MeaningRuns[]
  folder: string
}

export function openLibrary(options: Partial<RunLibraryOptions> = {}): Opened {
  const { history, folder } = open()
  const asked: MeaningRuns[] = []
  const library = createRunLibrary({
    history,
    clock: { now: () => noon + 3_600_000, after: () => () => {} },
    factsOf: () => null,
    meaning(runs) {
      asked.push(runs)
      return meaning(runs)
    },
    readOctane: (text) => (/score (\d+)/.test(text) ? { ok: true, score: Number(/score (\d+)/.exec(text)?.[1]), version: '2020.1.5', measuredAt: null } : { ok: false, sentence: 'There is no score in that log.' }),
    version: '0.3.0',
    hostName: 'rig-in-the-cellar',
    ...options,
  })
  return { library, history, asked, folder }
}

function meaning({ ref, run: result }: MeaningRuns): Meaning {
  return {
    ref,
    sentences: [`92 % of a ${result.gpuName}.`],
    standings: result.results.flatMap((one) => (one.value === null ? [] : [{ workload: one.workload, value: one.value, unit: one.unit, ofExpected: 0.92, ofReference: null, ofBest: null }])),
    heldBack: [],
    uses: [
      { id: 'a', kind: 'inference', title: 'A model of 8B, 4-bit', fits: true, fitSentence: null, value: { low: 80, expected: 100, high: 120 }, unit: 'tokens/s', formula: 'bandwidth over bytes', source: null, paidBy: ['One', 'Two'] },
      { id: 'b', kind: 'inference', title: 'A model of 70B, 8-bit', fits: false, fitSentence: 'needs 74 of 24 GB', value: null, unit: 'tokens/s', formula: '', source: null, paidBy: [] },
    ],
    remarks: ['Measured with another driver.'],
  }
}
