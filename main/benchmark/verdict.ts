/** What the measured figures say about a card, in a word and in sentences. Pure. */
import { lowerIsBetter, type BenchmarkResult, type RunConditions, type WorkloadId, type WorkloadResult } from '../../shared/benchmark.ts'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import { expectedOf } from './expected.ts'
import { wantedSpread } from './spread.ts'
import { workloadOf } from './workloads/index.ts'

export interface Judged {
  verdict: BenchmarkResult['verdict']
  reasons: string[]
}

/** What a card is judged by: its maker states these figures. The others stand on proportions, compilers and our own kernels; they are told, not judged. */
const decisive: ReadonlySet<WorkloadId> = new Set<WorkloadId>(['fp32-compute', 'memory-bandwidth', 'memory-read', 'tensor-fp16'])

/** `facts` null: the model is not in the table. Reasons of workloads without a figure are the caller's. */
export function judge(results: WorkloadResult[], facts: GpuFacts | null, isCpuDevice: boolean, conditions: RunConditions | null = null): Judged {
  const reasons: string[] = []
  const verdicts = new Set<BenchmarkResult['verdict']>()
  // A wrong value takes every other figure's credit with it, so it leads.
  const wrong = results.filter((result) => result.status === 'wrong').map((result) => workloadOf(result.workload).title)
  if (wrong.length > 0) reasons.push(`This card computes wrong values (${wrong.join(', ')}): none of its figures is to be believed until that is explained. Take back any overclocking, look at heat and power supply, and run the memory test.`)
  const unsteady: WorkloadResult[] = []
  const compares: string[] = []
  for (const result of results) {
    // What a device does not offer is nothing wrong with it.
    if (result.status === 'not-offered') continue
    if (result.value === null || result.status === 'wrong') {
      verdicts.add('unknown')
      continue
    }
    const isDecisive = decisive.has(result.workload) && result.neverObserved !== true
    if (isUnsteady(result)) {
      unsteady.push(result)
      if (isDecisive || results.length === 1) verdicts.add('unstable')
    }
    const compared = compare(result.value, result, facts, conditions, isDecisive, isCpuDevice)
    if (compared.reason !== null) compares.push(compared.reason)
    if (compared.verdict !== null) verdicts.add(compared.verdict)
  }
  reasons.push(...spreadReasons(unsteady, results.filter((result) => result.value !== null).length), ...compares)
  if (isCpuDevice) reasons.push('This is a processor that offers OpenCL, not a GPU; there is no figure to compare it with.')
  else if (!facts) reasons.push('This model is not in the table of cards, so there is no figure to compare it with.')
  if (wrong.length > 0) return { verdict: 'unknown', reasons }
  const order: BenchmarkResult['verdict'][] = ['unstable', 'low', 'unknown', 'as-expected']
  // Nothing that could be compared: nobody knows.
  return { verdict: order.find((verdict) => verdicts.has(verdict)) ?? 'unknown', reasons }
}

function isUnsteady({ workload, spread }: WorkloadResult): boolean {
  return spread === null || spread >= (workloadOf(workload).wantedSpread ?? wantedSpread)
}

/** From three on one sentence: what disturbed them all is one thing. */
function spreadReasons(unsteady: WorkloadResult[], measured: number): string[] {
  if (unsteady.length < 3) return unsteady.map(spreadReason)
  const worst = unsteady.reduce((most, one) => ((one.spread ?? 0) > (most.spread ?? 0) ? one : most))
  const most = worst.spread === null ? '' : ` (${workloadOf(worst.workload).title} most, by ${(worst.spread * 100).toFixed(1)} %)`
  return [`The runs of ${unsteady.length} of ${measured} workloads differ by more than they should${most}; something else used the machine, or the clock changed.`]
}

function spreadReason({ workload, spread, runs }: WorkloadResult): string {
  const { title } = workloadOf(workload)
  return spread === null ? `There was time for one run of ${title} only, so its figure is not certain.` : `The ${runs} runs of ${title} differ by ${(spread * 100).toFixed(1)} %; something else used the machine, or the clock changed.`
}

interface Compared {
  verdict: BenchmarkResult['verdict'] | null
  reason: string | null
}

function compare(value: number, result: WorkloadResult, facts: GpuFacts | null, conditions: RunConditions | null, isDecisive: boolean, isCpuDevice: boolean): Compared {
  const { expected, unit, workload } = result
  if (!expected || isCpuDevice) return { verdict: null, reason: null }
  const { title } = workloadOf(workload)
  const why = expectedOf(workload, facts, conditions)?.why
  const range = `${number(expected.low)} to ${number(expected.high)} ${unit}${why ? ` (${why.replace(/\.$/, '')})` : ''}`
  const [isLow, isHigh] = lowerIsBetter.has(workload) ? [value > expected.high, value < expected.low] : [value < expected.low, value > expected.high]
  if (isLow) {
    const advice = isTransfer(workload) ? 'Look at the slot, the riser and the board\'s settings for the link.' : isDecisive ? 'Look at heat, the power limit, the slot and other programs.' : 'The driver\'s compiler may be the reason too.'
    return { verdict: isDecisive ? 'low' : null, reason: `${capital(title)} is low: ${number(value)} ${unit}, expected ${range}. ${advice}` }
  }
  // Links rest at a lower speed than they work at, and proportions are rules of thumb: only what a maker states can be exceeded in earnest.
  if (isHigh && isDecisive) return { verdict: 'unknown', reason: `${capital(title)} is above what this model can do: ${number(value)} ${unit}, expected ${range}. The card may be another model than its name says.` }
  return { verdict: 'as-expected', reason: null }
}

function isTransfer(workload: WorkloadId): boolean {
  return workload.startsWith('host-to-device') || workload.startsWith('device-to-host')
}

/** Three significant digits or whole numbers, grouped as English readers expect. */
export function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
