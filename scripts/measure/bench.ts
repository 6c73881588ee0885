/** The benchmark's budgets: how long runs take, how well they agree, and how they stand beside clpeak, the processor's limit, and a card's specification. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import type { BenchmarkResult, WorkloadId } from '../../shared/benchmark.ts'
import { spreadOf } from '../../main/benchmark/spread.ts'
import { listOpenClDevices } from '../../main/system/opencl.ts'
import type { OpenClDevice } from '../../main/system/opencl-device.ts'
import { factsOf, runBenchmark, runWorkloads, type Single } from './bench-runs.ts'
import { compared, readClpeak, runClpeak, type Compared } from './clpeak.ts'
import { openCudaReference } from './cuda-reference.ts'
import { limitOf, openProcessorLimit } from './processor-limit.ts'
import { median, notMeasured, type Budgets, type Row } from './row.ts'

const clpeakIds = compared.map(({ id }) => `bench.vs-clpeak.${id}`)
const specIds = ['bench.of-spec.bandwidth', 'bench.of-spec.fp32', 'bench.of-spec.tensor-fp16', 'bench.agrees.copy', 'bench.agrees.product']
const ids = ['bench.quick', 'bench.spread', 'bench.compute-limit', ...clpeakIds, 'bench.full', ...specIds]
const budgetOf: Record<string, [budget: number, unit: string]> = {
  'bench.quick': [15, 's'],
  'bench.full': [200, 's'],
  'bench.spread': [3, '%'],
  'bench.compute-limit': [0.9, 'ratio'],
  'bench.of-spec.bandwidth': [0.9, 'ratio'],
  'bench.of-spec.fp32': [0.9, 'ratio'],
  'bench.of-spec.tensor-fp16': [0.6, 'ratio'],
  'bench.agrees.copy': [5, '%'],
  'bench.agrees.product': [5, '%'],
}

/** Interleaved rounds of us and clpeak; medians are compared, since other programs' load comes and goes. One metric alone gets more of them. */
const rounds = { all: 3, one: 5 }
const quickRuns = 3

export const budgets: Budgets = { ids, measure }

async function measure(only: string | null): Promise<Row[]> {
  const wanted = ids.filter((id) => only === null || id === only || id.startsWith(`${only}.`))
  const listing = listOpenClDevices()
  const device = listing.ok ? (listing.devices.find((one) => one.type === 'gpu') ?? listing.devices[0]) : undefined
  if (!device) return wanted.map((id) => missing(id, listing.ok ? 'There is no OpenCL device on this machine.' : listing.reason))
  const folder = mkdtempSync(join(os.tmpdir(), 'idlewatt-measure-'))
  try {
    const asked = (list: readonly string[]): string[] => list.filter((id) => wanted.includes(id))
    const rows = [
      ...(await quickRows(device, folder, asked(['bench.quick', 'bench.spread', 'bench.compute-limit']))),
      ...(await clpeakRows(device, asked(clpeakIds))),
      ...(await fullRows(device, folder, asked(['bench.full', ...specIds]))),
    ]
    return wanted.flatMap((id) => rows.find((row) => row.id === id) ?? [])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function missing(id: string, note: string): Row {
  const [budget, unit] = budgetOf[id] ?? [1, 'ratio']
  return notMeasured(id, unit, budget, note)
}

function row(id: string, value: number, ok: boolean, note: string, peer: Row['peer'] = null): Row {
  const [budget, unit] = budgetOf[id] ?? [1, 'ratio']
  return { id, value, unit, budget, ok, peer, note }
}

const secondsOf = (result: BenchmarkResult): number => (result.endedAt - result.startedAt) / 1000
const figureOf = (result: BenchmarkResult, workload: WorkloadId): number | null => result.results.find((one) => one.workload === workload)?.value ?? null

async function quickRows(device: OpenClDevice, folder: string, wanted: readonly string[]): Promise<Row[]> {
  if (wanted.length === 0) return []
  const limit = wanted.includes('bench.compute-limit') && device.type === 'cpu' ? await openProcessorLimit().catch((error: unknown) => words(error)) : 'The limit is worked out for processors only; this device is none.'
  const clocksGhz: number[] = []
  const results: BenchmarkResult[] = []
  try {
    for (let i = 0; i < quickRuns; i++) {
      results.push(await runBenchmark(device, 'quick', folder))
      if (typeof limit !== 'string') clocksGhz.push(await limit.readClock())
    }
  } finally {
    if (typeof limit !== 'string') limit.remove()
  }
  const failed = results.flatMap((result) => (result.results.length > 0 && result.results.every((one) => one.value !== null) ? [] : [`${device.name}: ${result.reasons.join(' ')}`]))
  return wanted.map((id) => {
    if (failed.length > 0) return { ...missing(id, failed.join(' ')), ok: false }
    if (id === 'bench.quick') {
      const longest = Math.max(...results.map(secondsOf))
      return row(id, median(results.map(secondsOf)), longest <= 15, `${device.name}; longest of ${results.length}: ${longest.toFixed(1)} s`)
    }
    if (id === 'bench.spread') {
      const value = median(results.map((result) => Math.max(...result.results.map((one) => one.spread ?? Infinity)) * 100))
      const between = (results[0]?.results ?? []).map(({ workload }) => `${workload} ${((spreadOf(results.map((result) => figureOf(result, workload) ?? 0)) ?? 0) * 100).toFixed(1)} %`)
      return row(id, value, value <= 3, `within a measurement, worst of its workloads, median of ${results.length}; between the ${results.length} measurements: ${between.join(', ')}`)
    }
    if (typeof limit === 'string') return missing(id, limit)
    const cores = device.computeUnits ?? os.availableParallelism()
    const most = limitOf(cores, clocksGhz, limit.lanes)
    const mine = median(results.map((result) => figureOf(result, 'fp32-compute') ?? 0))
    return row(id, mine / most, mine / most >= 0.9, `ours ${mine.toFixed(1)} GFLOP/s; limit: ${cores} cores × ${median(clocksGhz).toFixed(2)} GHz (measured) × ${limit.lanes} lanes × 2 FMA units × 2`, { name: 'arithmetic limit (GFLOP/s)', value: most })
  })
}

/** Part by part, so that what is compared ran within the same half minute. */
async function clpeakRows(device: OpenClDevice, wanted: readonly string[]): Promise<Row[]> {
  const metrics = compared.filter(({ id }) => wanted.includes(`bench.vs-clpeak.${id}`))
  const readings = new Map(metrics.map((metric) => [metric.id, { theirs: [] as number[], ours: [] as Single[], failure: '' }]))
  for (let round = 0; round < (metrics.length === 1 ? rounds.one : rounds.all); round++) {
    for (const part of new Set(metrics.map((metric) => metric.part))) {
      const together = metrics.filter((metric) => metric.part === part)
      try {
        const mine = await runWorkloads(device, together.map((metric) => metric.workload))
        // What the device does not offer needs none of clpeak's time either.
        const isOffered = [...mine.values()].some((one) => one.ok || one.isOffered)
        const printed = isOffered ? await runClpeak(device, part) : ''
        for (const metric of together) {
          const reading = readings.get(metric.id)
          const their = readClpeak(printed, metric)
          if (their !== null) reading?.theirs.push(their)
          const my = mine.get(metric.workload)
          if (my) reading?.ours.push(my)
        }
      } catch (error) {
        for (const metric of together) (readings.get(metric.id) as { failure: string }).failure = words(error)
      }
    }
  }
  return metrics.map((metric) => {
    const reading = readings.get(metric.id)
    return comparisonRow(metric, device, reading?.theirs ?? [], reading?.ours ?? [], reading?.failure ?? '')
  })
}

/** Ours beside theirs; below 0.97 is too little. */
export function comparisonRow(metric: Compared, device: OpenClDevice, theirs: readonly number[], ours: readonly Single[], failure: string): Row {
  const id = `bench.vs-clpeak.${metric.id}`
  if (failure !== '') return missing(id, failure)
  const figures = ours.flatMap((one) => (one.ok ? [one.value] : []))
  const refused = ours.find((one) => !one.ok)
  if (refused && !refused.ok) return refused.isOffered ? { ...missing(id, refused.reason), ok: false } : missing(id, `Not offered by ${device.name}: ${refused.reason}`)
  if (theirs.length === 0 || figures.length === 0) return missing(id, `clpeak printed no such figure for ${device.name}.`)
  const [mine, their] = [median(figures), median(theirs)]
  const value = metric.workload === 'launch-latency' ? their / mine : mine / their
  const variants = [...new Set(ours.flatMap((one) => (one.ok ? [one.variant] : [])))].join(' or ')
  const note = `ours ${mine.toFixed(1)} ${metric.unit} (${variants}), medians of ${figures.length} interleaved runs on ${device.name}${metric.note === '' ? '' : `; ${metric.note}`}; ok from 0.97`
  return row(id, value, value >= 0.97, note, { name: `clpeak (${metric.unit})`, value: their })
}

async function fullRows(device: OpenClDevice, folder: string, wanted: readonly string[]): Promise<Row[]> {
  if (wanted.length === 0) return []
  const facts = factsOf(device)
  const isCard = device.type === 'gpu' && /nvidia/i.test(device.vendor)
  if (!isCard && !wanted.includes('bench.full')) return wanted.map((id) => missing(id, 'There is no NVIDIA GPU here.'))
  const result = await runBenchmark(device, 'full', folder)
  const bad = result.results.filter((one) => one.status === 'failed' || one.status === 'wrong')
  const reference = isCard && device.pciAddress !== null && wanted.some((id) => id.startsWith('bench.agrees.')) ? openCudaReference(device.pciAddress) : 'There is no NVIDIA GPU here.'
  try {
    return wanted.map((id) => {
      if (id === 'bench.full') {
        const measured = result.results.filter((one) => one.value !== null)
        const note = `${device.name}: ${measured.length} workloads measured, ${result.results.filter((one) => one.status === 'not-offered').length} not offered${bad.length === 0 ? '' : `; not measured: ${bad.map((one) => `${one.workload} (${one.reason ?? 'no reason'})`).join(', ')}`}; ${measured.map((one) => `${one.workload} ${(one.value ?? 0).toPrecision(4)} ${one.unit}`).join(', ')}`
        return row(id, secondsOf(result), secondsOf(result) <= 200 && bad.length === 0 && measured.length > 0, note)
      }
      if (!isCard) return missing(id, 'There is no NVIDIA GPU here.')
      if (id === 'bench.of-spec.bandwidth') return ofSpec(id, Math.max(...(['memory-bandwidth', 'memory-read', 'memory-write', 'memory-copy'] as const).map((one) => figureOf(result, one) ?? 0)), facts?.memoryBandwidthGBs ?? null, 'GB/s', 'best of read, write and copy')
      if (id === 'bench.of-spec.fp32') return ofSpec(id, (figureOf(result, 'fp32-compute') ?? 0) / 1000, facts?.fp32Tflops ?? null, 'TFLOP/s', '')
      if (id === 'bench.of-spec.tensor-fp16') return ofSpec(id, (figureOf(result, 'tensor-fp16') ?? 0) / 1000, tensorSpecOf(facts?.model ?? ''), 'TFLOP/s', result.results.find((one) => one.workload === 'tensor-fp16')?.variant ?? '')
      if (typeof reference === 'string') return missing(id, reference)
      const mine = id === 'bench.agrees.copy' ? figureOf(result, 'memory-copy') : (figureOf(result, 'tensor-fp16') ?? Number.NaN) / 1000
      return agreement(id, mine, id === 'bench.agrees.copy' ? reference.copyGBs() : reference.productTflops(), id === 'bench.agrees.copy' ? 'GB/s' : 'TFLOP/s')
    })
  } finally {
    if (typeof reference !== 'string') reference.close()
  }
}

function ofSpec(id: string, mine: number, spec: number | null, unit: string, what: string): Row {
  if (spec === null) return missing(id, `The specification of this card is not known here; ours: ${mine.toFixed(1)} ${unit}.`)
  const value = mine / spec
  return row(id, value, value >= (budgetOf[id]?.[0] ?? 1), `ours ${mine.toFixed(1)} ${unit}${what === '' ? '' : ` (${what})`}`, { name: `specification (${unit})`, value: spec })
}

function agreement(id: string, mine: number | null, theirs: { value: number | null; what: string }, unit: string): Row {
  if (theirs.value === null) return missing(id, theirs.what)
  if (mine === null || !(mine > 0)) return { ...missing(id, 'our own figure is missing'), ok: false }
  const value = Math.abs(mine / theirs.value - 1) * 100
  return row(id, value, value <= 5, `ours ${mine.toFixed(1)} ${unit}, ${mine > theirs.value ? 'above' : 'below'} it; ${theirs.what}`, { name: `NVIDIA's own (${unit})`, value: theirs.value })
}

function tensorSpecOf(model: string): number | null {
  const { rows } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'resources', 'tensor-specs.json'), 'utf8')) as { rows: { model: string; fp16Tflops: number | null }[] }
  return rows.find((one) => one.model === model)?.fp16Tflops ?? null
}

function words(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}
