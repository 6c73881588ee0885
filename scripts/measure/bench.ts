/** The benchmark's budgets: how long a quick run takes, how well its runs agree, and how it stands beside clpeak and the processor's limit. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { BenchmarkResult, WorkloadId } from '../../shared/benchmark.ts'
import { blankCard } from '../../main/gpu/vendor.ts'
import { presentCard, type Gpu } from '../../shared/machine.ts'
import { createBenchmark, type Benchmark } from '../../main/benchmark/index.ts'
import { median, spreadOf } from '../../main/benchmark/spread.ts'
import { openHistory } from '../../main/history/index.ts'
import { systemClock } from '../../main/system/clock.ts'
import { createLog } from '../../main/system/log.ts'
import { startNodeWorker } from '../../main/system/node-worker.ts'
import { listOpenClDevices } from '../../main/system/opencl.ts'
import type { OpenClDevice } from '../../main/system/opencl-device.ts'
import { notMeasured, type Budgets, type Row } from './row.ts'

const ids = ['bench.quick', 'bench.spread', 'bench.vs-clpeak.fp32', 'bench.vs-clpeak.bandwidth', 'bench.compute-limit']

/** Interleaved rounds of us and clpeak; medians are compared, since other programs' load comes and goes. */
const rounds = 5
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const run = promisify(execFile)

export const budgets: Budgets = { ids, measure }

async function measure(only: string | null): Promise<Row[]> {
  const wanted = ids.filter((id) => only === null || id === only || id.startsWith(`${only}.`))
  if (wanted.length === 0) return []
  const listing = listOpenClDevices()
  const device = listing.ok ? (listing.devices.find((one) => one.type === 'gpu') ?? listing.devices[0]) : undefined
  if (!device) return wanted.map((id) => missing(id, listing.ok ? 'There is no OpenCL device on this machine.' : listing.reason))

  const vsClpeak = wanted.some((id) => id.startsWith('bench.vs-clpeak.'))
  const folder = mkdtempSync(join(os.tmpdir(), 'idlewatt-measure-'))
  try {
    const ours: BenchmarkResult[] = []
    const clpeak: ClpeakFigures[] = []
    const clocksGhz: number[] = []
    let clpeakFailure = ''
    let clockFailure = ''
    const clockProgram = wanted.includes('bench.compute-limit') && device.type === 'cpu' ? await buildClock(folder).catch((error: unknown) => void (clockFailure = words(error))) : undefined
    for (let round = 0; round < (vsClpeak || wanted.length > 1 ? rounds : 3); round++) {
      if (vsClpeak && clpeakFailure === '') await runClpeak(device).then((figures) => clpeak.push(figures), (error: unknown) => (clpeakFailure = words(error)))
      ours.push(await quickRun(device, folder))
      if (clockProgram) clocksGhz.push(await readClock(clockProgram))
    }
    return wanted.map((id) => rowOf(id, { device, ours, clpeak, clpeakFailure, clocksGhz, clockFailure }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Readings {
  device: OpenClDevice
  ours: BenchmarkResult[]
  clpeak: ClpeakFigures[]
  clpeakFailure: string
  clocksGhz: number[]
  clockFailure: string
}

function rowOf(id: string, readings: Readings): Row {
  const { device, ours } = readings
  const failed = ours.flatMap((result) => (result.results.length === 2 && result.results.every((one) => one.value !== null) ? [] : result.reasons))
  if (failed.length > 0) return missing(id, failed.join(' '))
  if (id === 'bench.quick') {
    const seconds = ours.map((result) => (result.endedAt - result.startedAt) / 1000)
    return { id, value: median(seconds), unit: 's', budget: 15, ok: Math.max(...seconds) <= 15, peer: null, note: `${device.name}; longest of ${seconds.length}: ${Math.max(...seconds).toFixed(1)} s` }
  }
  if (id === 'bench.spread') {
    const worst = ours.map((result) => Math.max(...result.results.map((one) => one.spread ?? Infinity)) * 100)
    const between = (['fp32-compute', 'memory-bandwidth'] as const).map((workload) => `${workload} ${((spreadOf(valuesOf(ours, workload)) ?? 0) * 100).toFixed(1)} %`)
    const value = median(worst)
    return { id, value, unit: '%', budget: 3, ok: value <= 3, peer: null, note: `within a measurement, worse of its workloads, median of ${ours.length}; between the ${ours.length} measurements: ${between.join(', ')}` }
  }
  if (id === 'bench.compute-limit') return computeLimitRow(id, readings)
  const [workload, figure] = id === 'bench.vs-clpeak.fp32' ? (['fp32-compute', 'computeGflops'] as const) : (['memory-bandwidth', 'bandwidthGBs'] as const)
  if (readings.clpeak.length === 0) return missing(id, `clpeak did not run: ${readings.clpeakFailure}`)
  const mine = median(valuesOf(ours, workload))
  const theirs = median(readings.clpeak.map((figures) => figures[figure]))
  const value = mine / theirs
  const unit = workload === 'fp32-compute' ? 'GFLOP/s' : 'GB/s'
  return { id, value, unit: 'ratio', budget: 1, ok: value >= 0.97, peer: { name: `clpeak (${unit})`, value: theirs }, note: `ours ${mine.toFixed(1)} ${unit}, medians of ${ours.length} interleaved runs on ${device.name}; ok from 0.97` }
}

function computeLimitRow(id: string, { device, ours, clocksGhz, clockFailure }: Readings): Row {
  if (device.type !== 'cpu') return missing(id, 'The limit is worked out for processors only; this device is none.')
  const lanes = lanesOf(readText('/proc/cpuinfo'))
  if (lanes === null) return missing(id, 'The processor does not say how wide its vectors are.')
  if (clocksGhz.length === 0) return missing(id, `The clock could not be measured: ${clockFailure}`)
  const cores = device.computeUnits ?? os.availableParallelism()
  const clock = median(clocksGhz)
  const limit = cores * clock * lanes * 2 * 2
  const mine = median(valuesOf(ours, 'fp32-compute'))
  const value = mine / limit
  return { id, value, unit: 'ratio', budget: 0.9, ok: value >= 0.9, peer: { name: 'arithmetic limit (GFLOP/s)', value: limit }, note: `ours ${mine.toFixed(1)} GFLOP/s; limit: ${cores} cores × ${clock.toFixed(2)} GHz (measured) × ${lanes} lanes × 2 FMA units × 2` }
}

function valuesOf(results: BenchmarkResult[], workload: WorkloadId): number[] {
  return results.map((result) => result.results.find((one) => one.workload === workload)?.value ?? 0)
}

function missing(id: string, note: string): Row {
  const budget = { 'bench.quick': 15, 'bench.spread': 3, 'bench.compute-limit': 0.9 }[id] ?? 1
  const unit = { 'bench.quick': 's', 'bench.spread': '%' }[id] ?? 'ratio'
  return notMeasured(id, unit, budget, note)
}

async function quickRun(device: OpenClDevice, folder: string): Promise<BenchmarkResult> {
  const log = createLog('warn', (line) => process.stderr.write(line))
  const history = openHistory({ folder, clock: systemClock, log, onNotice: (notice) => log.warn(notice.sentence) })
  const gpu = gpuOf(device)
  const benchmark: Benchmark = createBenchmark({
    startWorker: () => startNodeWorker(join(root, 'main', 'benchmark', 'bench-worker.ts')),
    resourcesFolder: join(root, 'resources'),
    clock: systemClock,
    log: createLog('error', (line) => process.stderr.write(line)),
    history,
    gpuOf: (id) => (id === gpu.id ? gpu : null),
    factsOf: () => null,
    follow: () => () => {},
    blocked: () => null,
    onState: () => {},
  })
  try {
    const [result] = await benchmark.run({ gpuIds: [gpu.id], mode: 'quick', evenAfterCrash: true })
    return result as BenchmarkResult
  } finally {
    await benchmark.stop()
    history.close()
  }
}

/** As detection would list it, without the layers that measuring does not need. */
function gpuOf(device: OpenClDevice): Gpu {
  const { layer: _layer, pciRevision: _revision, ...blank } = blankCard('opencl')
  return {
    ...blank,
    ...presentCard,
    id: `opencl:${device.platform}:${device.device}`,
    name: device.name,
    driverName: null,
    vendor: 'other',
    model: null,
    kind: device.type === 'cpu' ? 'cpu-device' : 'gpu',
    memoryBytes: device.memoryBytes,
    driverVersion: device.driverVersion,
    pciAddress: device.pciAddress,
    seenBy: ['opencl'],
    views: [],
    disagreements: [],
    opencl: { platform: device.platform, device: device.device, name: device.name, driverVersion: device.driverVersion },
  }
}

interface ClpeakFigures {
  computeGflops: number
  bandwidthGBs: number
}

async function runClpeak(device: OpenClDevice): Promise<ClpeakFigures> {
  const { stdout } = await run('clpeak', ['-p', String(device.platform), '-d', String(device.device), '--compute-sp', '--global-bandwidth'], { timeout: 120_000 })
  return readClpeak(stdout)
}

/** The best of each metric over the vector widths. Throws where clpeak printed something else. */
export function readClpeak(printed: string): ClpeakFigures {
  const best = (heading: RegExp): number => {
    const after = printed.split(heading)[1]?.split(/\n\s*\n/)[0] ?? ''
    const figures = [...after.matchAll(/^\s*float\d*\s*:\s*([\d.]+)/gm)].map((match) => Number(match[1]))
    if (figures.length === 0) throw new Error(`clpeak printed no figure under "${heading.source}"`)
    return Math.max(...figures)
  }
  return { computeGflops: best(/Single-precision compute \(GFLOPS\)/), bandwidthGBs: best(/Global memory bandwidth \(GBPS\)/) }
}

/** Single-precision lanes of the widest vectors, from the flags of /proc/cpuinfo; null: not told. */
export function lanesOf(cpuinfo: string): number | null {
  const flags = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1]?.split(/\s+/) ?? [])
  if (flags.has('avx512f')) return 16
  if (flags.has('fma')) return 8
  return flags.has('asimd') ? 4 : null
}

async function buildClock(folder: string): Promise<string> {
  const program = join(folder, 'clock')
  await run('gcc', ['-O2', '-o', program, join(root, 'scripts', 'measure', 'clock.c')], { timeout: 60_000 })
  return program
}

/** One chain per core at the same time: a clock that only one busy core reaches is not the limit of all. */
async function readClock(program: string): Promise<number> {
  const outputs = await Promise.all(Array.from({ length: os.availableParallelism() }, () => run(program, [], { timeout: 60_000 })))
  return Math.max(...outputs.map(({ stdout }) => Number(stdout.trim())))
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0] ?? '' : String(error)
}
