/** Made-up runs for the gallery and the page's tests: a full one, a sustained one, memory tests, imports, and what the app says of them. */
import { workloadIds, type BenchmarkResult, type DerivedUse, type ImportedRun, type Meaning, type MemoryTestRun, type RunComparison, type RunConditions, type RunningCard, type RunRef, type SustainedPoint, type SustainedRun, type WorkloadId, type WorkloadResult } from '../../shared/benchmark.ts'
import { requests, type Reply, type RequestName } from '../../shared/requests.ts'
import { now, result } from './parts.ts'
import type { GalleryState } from './states.ts'

const day = 86_400_000
const gib = 1024 ** 3

export const conditions: RunConditions = {
  idlewattVersion: '0.1.0', kernelSet: '3f9a0c11d2e4', os: 'Ubuntu 24.04', cpuName: 'AMD Ryzen 9 7950X', model: 'GeForce RTX 4090', vendor: 'nvidia', pciDeviceId: '10de:2684', memoryBytes: 24 * gib, vbiosVersion: '95.02.18.80.5E',
  driverVersion: '570.86', openclPlatform: 'NVIDIA CUDA', cudaVersion: '12.8', powerLimitW: 450, powerLimitDefaultW: 450, coreClockMaxMhz: 3105, memoryClockMaxMhz: 10_501, pcieGeneration: 4, pcieLanes: 16, eccEnabled: false,
  drivesDisplay: true, attachment: 'internal', inParallel: false, temperatureCeilingC: 85,
}

/** value, unit, low, high, variant, watts */
const figures: Record<WorkloadId, [number, string, number | null, number | null, string, number | null]> = {
  'fp32-compute': [79_120, 'GFLOP/s', 66_100, 86_700, 'float, 8 chains', 431],
  'memory-bandwidth': [931.4, 'GB/s', 857, 1018, 'read, float4', 372],
  'tensor-fp16': [158_400, 'GFLOP/s', 132_000, 168_000, 'm16n8k16, 8 warps', 438],
  'fp16-compute': [80_420, 'GFLOP/s', 66_100, 86_700, 'half2, 8 chains', 402],
  'fp64-compute': [1252, 'GFLOP/s', 1032, 1360, 'double, 4 chains', 181],
  'int32-compute': [39_870, 'GIOP/s', 33_000, 43_400, 'int2, 8 chains', 377],
  'int24-compute': [39_120, 'GIOP/s', 33_000, 43_400, 'int2, 8 chains', 371],
  'int8-dot': [310_200, 'GIOP/s', 264_000, 346_000, 'dp4a', 390],
  'tensor-bf16': [157_900, 'GFLOP/s', 132_000, 168_000, 'm16n8k16, 8 warps', 437],
  'tensor-int8': [602_000, 'GIOP/s', 528_000, 670_000, 'm16n8k32, 8 warps', 429],
  'memory-read': [931.4, 'GB/s', 857, 1018, 'float4', 372],
  'memory-write': [902.8, 'GB/s', 857, 1018, 'float4', 361],
  'memory-copy': [871.2, 'GB/s', 806, 998, 'float4', 366],
  'cache-bandwidth': [4980, 'GB/s', null, null, 'float4', 341],
  'memory-latency': [412, 'ns', 350, 620, 'one work-item', null],
  'host-to-device': [25.1, 'GB/s', 20, 28, 'mapped', null],
  'host-to-device-pageable': [14.2, 'GB/s', null, null, 'enqueued', null],
  'device-to-host': [26.3, 'GB/s', 20, 28, 'mapped', null],
  'device-to-host-pageable': [12.9, 'GB/s', null, null, 'enqueued', null],
  'launch-latency': [5.2, 'µs', null, null, '', null],
  'matrix-multiply': [58_300, 'GFLOP/s', 46_000, 78_000, '128 × 128 tiles', 420],
  'attention-decode': [884, 'GB/s', 700, 1000, 'half, 32 heads', 369],
  'path-tracer': [1843, 'Mrays/s', null, null, '', 398],
}

export function workload(id: WorkloadId, over: Partial<WorkloadResult> = {}, factor = 1): WorkloadResult {
  const [value, unit, low, high, variant, workW] = figures[id]
  return {
    workload: id, status: 'measured', reason: null, value: value * factor, unit, spread: 0.006, runs: 9, expected: low === null || high === null ? null : { low, high }, variant: variant || null, workW,
    energyPerUnit: workW === null ? null : { value: workW / (value * factor), unit: unit === 'GB/s' ? 'J per GB' : unit === 'Mrays/s' ? 'J per Mray' : unit === 'GIOP/s' ? 'J per GIOP' : 'J per GFLOP' }, heldBack: [], ...over,
  }
}

/** Every workload in every shape a row can have: measured, not offered, wrong, failed, left out, never observed. */
export function fullResult(gpuId: string, over: Partial<BenchmarkResult> = {}): BenchmarkResult {
  const shapes: Partial<Record<WorkloadId, Partial<WorkloadResult>>> = {
    'tensor-fp16': { neverObserved: true },
    'tensor-bf16': { neverObserved: true },
    'fp32-compute': { heldBack: [{ reason: 'sw_power_cap', share: 0.41 }] },
    'int24-compute': { status: 'not-offered', value: null, spread: null, runs: 0, expected: null, workW: null, energyPerUnit: null, reason: 'This driver compiles 24-bit arithmetic to 32-bit one, so there is nothing of its own to measure.' },
    'tensor-int8': { status: 'not-offered', value: null, spread: null, runs: 0, workW: null, energyPerUnit: null, reason: 'The driver is too old for this kernel: it wants PTX 7.0.' },
    'fp16-compute': { status: 'wrong', value: null, spread: null, runs: 0, energyPerUnit: null, reason: '3 of 4,096 values were not what the arithmetic gives; the first differs by 0.25.' },
    'cache-bandwidth': { status: 'failed', value: null, spread: null, runs: 2, energyPerUnit: null, reason: 'The driver gave no answer for 8 seconds.' },
    'path-tracer': { status: 'held-back', value: null, spread: null, runs: 0, workW: null, energyPerUnit: null, reason: 'It was running when the machine went down on 20 November.' },
    'memory-copy': { value: 671.8 },
  }
  return result(gpuId, { mode: 'full', endedAt: (over.startedAt ?? now - 3 * 3_600_000) + 172_000, results: workloadIds.map((id) => workload(id, shapes[id])), verdict: 'low', reasons: ['Memory copy is 17 % below what this model reaches.'], conditions, ...over })
}

export function sustainedRun(over: Partial<SustainedRun> = {}): SustainedRun {
  const points = Array.from({ length: 300 }, (_, i): SustainedPoint => {
    const atSeconds = (i + 1) * 2
    const heat = 1 - Math.exp(-atSeconds / 110)
    const isHot = atSeconds > 204
    const wave = Math.sin(i / 3) * 0.004 + Math.sin(i / 1.3) * 0.003
    return {
      atSeconds, value: i === 120 ? null : 79_000 * ((isHot ? 0.921 : 1) + wave), coreClockMhz: (isHot ? 2475 : 2700) + Math.round(wave * 900), memoryClockMhz: 10_501, powerW: (isHot ? 398 : 447) + wave * 300,
      temperatureC: Math.round(46 + heat * 40 + wave * 40), hotspotC: Math.round(55 + heat * 45 + wave * 40), memoryC: null, fan: 0.3 + heat * 0.6, throttle: isHot && i % 9 !== 0 ? ['sw_thermal_slowdown'] : ['gpu_idle'],
    }
  })
  return {
    workload: 'fp32-compute', unit: 'GFLOP/s', minutes: 10, points, first: 79_010, last: 72_780, drop: 0.079, dropAtSeconds: 206,
    cause: { id: 'temperature', sentence: 'from 3 min 26 s on the core was at 84 to 86 °C and the driver named heat as its reason, while the clock fell from 2,700 to 2,475 MHz.' },
    heldBack: [{ reason: 'sw_thermal_slowdown', share: 0.58 }], meanW: 414, energyJ: 414 * 600, stoppedBecause: null, ...over,
  }
}

export function memoryTest(over: Partial<MemoryTestRun> = {}): MemoryTestRun {
  return {
    totalBytes: 24 * gib, freeBytes: 22.9 * gib, testedBytes: 22.4 * gib, leftAlone: { bytes: 0.5 * gib, why: 'for the screen' }, passes: 3, patterns: ['walking ones', 'walking zeros', 'checkerboard', 'addresses', 'random numbers', 'moving inversions', 'block moves'],
    errorCount: 0, errors: [], bytesChecked: 941 * gib, stoppedBecause: null, ...over,
  }
}

export const memoryErrors: Partial<MemoryTestRun> = {
  errorCount: 133,
  errors: [
    { fromByte: 0x1_4a00_0000, toByte: 0x1_4a00_03ff, count: 129, pattern: 'moving inversions', expected: '0xaaaaaaaa', got: '0xaaaabaaa' },
    { fromByte: 0x4_2000_1000, toByte: 0x4_2000_100f, count: 4, pattern: 'addresses', expected: '0x08400004', got: '0x08400044' },
  ],
}

export function runningCard(gpuId: string, over: Partial<RunningCard> = {}): RunningCard {
  return {
    gpuId, step: 'memory-bandwidth', words: 'measuring memory bandwidth, run 4', progress: 0.62, startedAt: now - 9_300, limitSeconds: 15, unit: 'GB/s',
    curve: Array.from({ length: 24 }, (_, i) => ({ atSeconds: i * 0.12, value: 931 * (1 - Math.exp(-(i + 1) / 3) * 0.3) + Math.sin(i) * 4 })), done: [workload('fp32-compute')], ...over,
  }
}

const source = { url: 'https://example.org/models/card', date: '2026-10-04' }
export const uses: DerivedUse[] = [
  { id: 'llama-8b-q4', kind: 'inference', title: 'Llama 3.1 8B, 4-bit', fits: true, fitSentence: 'needs 5.6 of 24 GB with 8,192 tokens of context', value: { low: 92, expected: 118, high: 141 }, unit: 'tokens/s', formula: 'memory bandwidth × 0.60 to 0.90 ÷ 4.9 GB read for each token', source, paidBy: ['Northcloud Provider', 'Ember Worker'] },
  { id: 'llama-70b-q4', kind: 'inference', title: 'Llama 3.1 70B, 4-bit', fits: false, fitSentence: 'needs 42.5 of 24 GB', value: null, unit: 'tokens/s', formula: 'memory bandwidth × 0.60 to 0.90 ÷ 42.5 GB read for each token', source, paidBy: [] },
  { id: 'octane', kind: 'rendering', title: 'OctaneBench, inferred', fits: null, fitSentence: null, value: { low: 980, expected: 1240, high: 1420 }, unit: 'points', formula: 'single precision × points per TFLOP/s of cards of this generation', source: { ...source, note: 'public results' }, paidBy: ['Framefarm Rendering node'] },
  { id: 'nvenc', kind: 'transcoding', title: '1080p H.264', fits: null, fitSentence: 'The number of its encoders is not known.', value: null, unit: 'streams', formula: 'encoders × streams each', source: null, paidBy: [] },
]

export function meaning(ref: RunRef, run: BenchmarkResult): Meaning {
  const isFigure = run.results.some((one) => one.value !== null)
  return {
    ref, sentences: isFigure ? ['92 % of a GeForce RTX 4090.', '6 % below its best of 14 March.', 'Held back by its power limit for 41 % of the time.'] : [],
    standings: run.results.flatMap((one) => (one.value === null ? [] : [{ workload: one.workload, value: one.value, unit: one.unit, ofExpected: one.expected ? one.value / ((one.expected.low + one.expected.high) / 2) : null, ofReference: one.workload === 'fp32-compute' ? { share: 0.97, runs: 4 } : null, ofBest: one.workload === 'fp32-compute' ? { share: 0.94, at: now - 254 * day, driverVersion: '566.36' } : null }])),
    heldBack: [], uses: isFigure ? uses : [], remarks: isFigure ? ['Its best was measured with driver 566.36; this run with 570.86.'] : [],
  }
}

export const imports: ImportedRun[] = [
  { id: 'run-1', importedAt: now - 2 * day, from: 'friend-4090.json', result: fullResult('a91f22c0', { startedAt: now - 5 * day, driverVersion: '572.16' }) },
  { id: 'run-2', importedAt: now - day, from: 'pasted', result: result('77be0911', { gpuName: 'H200 SXM', startedAt: now - 6 * day, results: [workload('fp32-compute', { value: 58_210, expected: { low: 54_000, high: 67_000 } }), workload('memory-bandwidth', { value: 4312, expected: { low: 3840, high: 4800 } })] }) },
]

export function comparison(a: BenchmarkResult, b: BenchmarkResult, refs: { a: RunRef; b: RunRef }): RunComparison {
  const rows = [...new Set([...a.results, ...b.results].map((one) => one.workload))].map((id) => {
    const [left, right] = [a, b].map((run) => run.results.find((one) => one.workload === id))
    const ratio = left?.value != null && right?.value != null ? right.value / left.value : null
    return { workload: id, unit: left?.unit ?? right?.unit ?? '', a: left?.value ?? null, b: right?.value ?? null, ratio, isSame: ratio === null ? null : Math.abs(ratio - 1) < 0.012 }
  })
  const head = (run: BenchmarkResult, ref: RunRef) => ({ ref, gpuName: run.gpuName, startedAt: run.startedAt, mode: run.mode })
  return { a: head(a, refs.a), b: head(b, refs.b), rows, power: { a: a.power, b: b.power }, differs: a.driverVersion === b.driverVersion ? [] : [{ label: 'Driver', a: a.driverVersion ?? 'unknown', b: b.driverVersion ?? 'unknown' }], sentences: ['The second run is 2 % slower in single precision and the same in memory bandwidth.'] }
}

const refusal = (message: string): Reply<unknown> => ({ ok: false, failure: { code: 'not-possible', message } })

/** What the app answers about runs, with the real schemas; null: it is no such question. */
export function answerRuns(shown: GalleryState, name: string, input: unknown): Reply<unknown> | null {
  if (!(name in requests) || !name.startsWith('benchmark.')) return null
  const parsed = requests[name as RequestName].input.safeParse(input)
  if (!parsed.success) return { ok: false, failure: { code: 'bad-input', message: parsed.error.issues[0]?.message ?? 'bad input' } }
  const asked = parsed.data as Record<string, unknown>
  const own = [...(shown.past ?? []), ...Object.values(shown.state.benchmark.latest)]
  const known = shown.imports ?? []
  const find = (ref: RunRef) => (ref.importId === null ? own : known.filter((run) => run.id === ref.importId).map((run) => run.result)).find((run) => run.gpuId === ref.gpuId && run.startedAt === ref.startedAt)
  const ok = (value: unknown): Reply<unknown> => ({ ok: true, value })
  switch (name) {
    case 'benchmark.past':
      return ok((shown.past ?? []).filter((run) => run.gpuId === asked.gpuId))
    case 'benchmark.imports':
      return ok(known)
    case 'benchmark.meaning': {
      const run = find(asked as unknown as RunRef)
      return run ? ok(meaning(asked as unknown as RunRef, run)) : refusal('This run is not kept any more.')
    }
    case 'benchmark.compare': {
      const refs = asked as unknown as { a: RunRef; b: RunRef }
      const [a, b] = [find(refs.a), find(refs.b)]
      return a && b ? ok(comparison(a, b, refs)) : refusal('One of these runs is not kept any more.')
    }
    case 'benchmark.export':
      return ok({ fileName: 'idlewatt-run-2026-11-23.json', text: '{"idlewatt":"benchmark"}' })
    case 'benchmark.report':
      return ok({ fileName: 'idlewatt-report-2026-11-23.html', html: '<!doctype html><title>Report</title>' })
    case 'benchmark.import':
      return String(asked.text).includes('{') ? ok({ added: imports.slice(0, 1), known: 1 }) : refusal('This is no run of Idlewatt: it is not JSON. Export one with “Export the run”, or take what `idlewatt bench --json` prints.')
    case 'benchmark.import-octane':
      return String(asked.text).includes('score') ? ok({ gpuId: asked.gpuId, score: 1271.4, version: '2020.1.5', measuredAt: now - day, importedAt: now, from: asked.from }) : refusal('No score was found in it.')
    default:
      return ok(null)
  }
}
