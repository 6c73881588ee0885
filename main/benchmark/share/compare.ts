/** Two runs side by side: what differs, by how much, and what in their conditions may be why. Pure. */
import { lowerIsBetter, workloadIds, type BenchmarkResult, type RunComparison, type RunConditions, type RunRef, type WorkloadResult } from '../../../shared/benchmark.ts'
import { workloadOf } from '../workloads/index.ts'
import { figureText } from './figures.ts'

export interface ComparedRun {
  ref: RunRef
  result: BenchmarkResult
}

/** Differences below this are within what one card shows from run to run, whatever the spread inside a run. */
const leastDifference = 0.01
/** Two steady runs of one card lie no further apart. */
const mostSame = 0.05
/** Assumed where a run has no spread of its own. */
const assumedSpread = 0.03

export function compareRuns(a: ComparedRun, b: ComparedRun): RunComparison {
  const rows = workloadIds.flatMap((id) => rowOf(find(a.result, id), find(b.result, id)))
  const differs = differences(a.result, b.result)
  return {
    a: headOf(a),
    b: headOf(b),
    rows,
    power: { a: a.result.power, b: b.result.power },
    differs,
    sentences: sentencesOf(rows, a.result, b.result, differs),
  }
}

function headOf({ ref, result }: ComparedRun): RunComparison['a'] {
  return { ref, gpuName: result.gpuName, startedAt: result.startedAt, mode: result.mode }
}

function find(result: BenchmarkResult, id: string): WorkloadResult | undefined {
  return result.results.find((one) => one.workload === id)
}

/** What neither of the two has a figure for is no row. */
function rowOf(a: WorkloadResult | undefined, b: WorkloadResult | undefined): RunComparison['rows'] {
  const known = a ?? b
  const [one, other] = [a?.value ?? null, b?.value ?? null]
  if (!known || (one === null && other === null)) return []
  const { workload } = known
  // A unit that changed between versions: the figures are not of one kind.
  const isAlike = one !== null && other !== null && a?.unit === b?.unit
  const ratio = !isAlike ? null : lowerIsBetter.has(workload) ? one / other : other / one
  const noise = Math.max(leastDifference, a?.spread ?? assumedSpread, b?.spread ?? assumedSpread)
  return [{ workload, unit: known.unit, a: one, b: other, ratio, isSame: ratio === null ? null : Math.abs(ratio - 1) <= noise }]
}

export const conditionLabels: { [Field in keyof RunConditions]-?: string } = {
  kind: 'Kind of device',
  idlewattVersion: 'Idlewatt',
  kernelSet: 'Kernels',
  os: 'System',
  cpuName: 'Processor',
  model: 'Model',
  vendor: 'Maker',
  pciDeviceId: 'PCI device',
  memoryBytes: 'Memory',
  vbiosVersion: 'VBIOS',
  driverVersion: 'Driver',
  openclPlatform: 'OpenCL platform',
  cudaVersion: 'CUDA',
  powerLimitW: 'Power limit',
  powerLimitDefaultW: 'Power limit as delivered',
  coreClockMaxMhz: 'Highest core clock',
  memoryClockMaxMhz: 'Highest memory clock',
  pcieGeneration: 'PCIe generation',
  pcieLanes: 'PCIe lanes',
  eccEnabled: 'ECC',
  drivesDisplay: 'Drives a display',
  attachment: 'Attached',
  inParallel: 'With other cards at once',
  temperatureCeilingC: 'Temperature ceiling',
}

function differences(a: BenchmarkResult, b: BenchmarkResult): RunComparison['differs'] {
  const rows: RunComparison['differs'] = []
  const add = (label: string, one: string, other: string): void => void (one !== other && rows.push({ label, a: one, b: other }))
  add('Mode', a.mode, b.mode)
  if (!a.conditions || !b.conditions) {
    add('Driver', a.driverVersion ?? 'unknown', b.driverVersion ?? 'unknown')
    return rows
  }
  for (const field of Object.keys(conditionLabels) as (keyof RunConditions)[]) if (a.conditions[field] !== undefined && b.conditions[field] !== undefined) add(conditionLabels[field], conditionText(field, a.conditions[field]), conditionText(field, b.conditions[field]))
  return rows
}

export function conditionText(field: keyof RunConditions, value: RunConditions[keyof RunConditions]): string {
  if (value == null) return 'unknown'
  if (field === 'kind') return value === 'cpu-device' ? 'a processor' : 'a graphics card'
  if (typeof value === 'boolean') return field === 'eccEnabled' ? (value ? 'on' : 'off') : value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  if (field === 'memoryBytes') return `${figureText(value / 2 ** 30)} GiB`
  if (field.endsWith('W')) return `${figureText(value)} W`
  if (field.endsWith('Mhz')) return `${Math.round(value)} MHz`
  return field === 'temperatureCeilingC' ? `${figureText(value)} °C` : String(value)
}

function sentencesOf(rows: RunComparison['rows'], a: BenchmarkResult, b: BenchmarkResult, differs: RunComparison['differs']): string[] {
  const compared = rows.flatMap((row) => (row.ratio === null ? [] : [{ ...row, ratio: row.ratio }]))
  if (compared.length === 0) return ['The two runs have no workload in common, so there is nothing to compare.', ...remarksOn(a, b, differs)]
  const better = compared.filter((row) => row.isSame === false && row.ratio > 1).sort((one, other) => other.ratio - one.ratio)
  const worse = compared.filter((row) => row.isSame === false && row.ratio < 1).sort((one, other) => one.ratio - other.ratio)
  // As far apart as this, but no further than their own runs: that is not the same, it is not known.
  const unsure = compared.filter((row) => row.isSame === true && Math.abs(row.ratio - 1) > mostSame)
  const same = compared.length - better.length - worse.length - unsure.length
  const sentences: string[] = []
  if (better.length > 0) sentences.push(`B is better in ${listOf(better)}.`)
  if (worse.length > 0) sentences.push(`B is worse in ${listOf(worse)}.`)
  if (unsure.length > 0) sentences.push(`Which is better in ${listOf(unsure)} cannot be told: the runs of one differ as much from each other. Measure again while nothing else runs.`)
  if (same > 0) sentences.push(same === compared.length ? `All ${same === 1 ? 'that can be compared is' : `${same} figures are`} the same within their spread.` : `${same} of ${compared.length} figures are the same within their spread.`)
  return [...sentences, ...remarksOn(a, b, differs)]
}

function listOf(rows: { workload: WorkloadResult['workload']; ratio: number }[]): string {
  const words = rows.slice(0, 4).map((row) => `${workloadOf(row.workload).title} (${percent(row.ratio)})`)
  const more = rows.length - words.length
  return words.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** "+6 %", "-12 %"; a tenth of a percent where it is less than ten. */
function percent(ratio: number): string {
  const change = (ratio - 1) * 100
  return `${change > 0 ? '+' : ''}${change.toFixed(Math.abs(change) < 10 ? 1 : 0)} %`
}

/** Only like is compared with like: what is not alike is said. */
function remarksOn(a: BenchmarkResult, b: BenchmarkResult, differs: RunComparison['differs']): string[] {
  const has = (label: string): boolean => differs.some((row) => row.label === label)
  const remarks: string[] = []
  if (a.conditions && b.conditions) {
    if (has('Model')) remarks.push('These are cards of different models.')
    if (has('Kernels')) remarks.push('They were measured with different kernels: small differences may be the kernels\'.')
    if (has('Power limit')) remarks.push(`Their power limits differ (${differs.find((row) => row.label === 'Power limit')?.a} and ${differs.find((row) => row.label === 'Power limit')?.b}).`)
    if (has('With other cards at once')) remarks.push('One of them ran beside other cards at once, which may cost it power and memory traffic.')
    if (has('ECC')) remarks.push('ECC is on in one and off in the other, which costs memory bandwidth on some cards.')
  } else {
    if (a.gpuName !== b.gpuName) remarks.push('These are cards of different names.')
    remarks.push('One of them is of a version that kept no conditions, so that power limits and kernels cannot be compared.')
  }
  if (has('Driver')) remarks.push(`Their drivers differ (${differs.find((row) => row.label === 'Driver')?.a} and ${differs.find((row) => row.label === 'Driver')?.b}).`)
  for (const [name, run] of [['A', a], ['B', b]] as const) {
    const wrong = run.results.filter((one) => one.status === 'wrong')
    if (wrong.length > 0) remarks.push(`${name} computed wrong values in ${wrong.map((one) => workloadOf(one.workload).title).join(', ')}: no figure of it is to be believed until that is explained.`)
  }
  return remarks
}
