/** What the measured figures say about a card, in a word and in sentences. Pure. */
import type { BenchmarkResult, WorkloadResult } from '../../shared/benchmark.ts'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import { wantedSpread } from './spread.ts'
import { workloadOf } from './workloads/index.ts'

export interface Judged {
  verdict: BenchmarkResult['verdict']
  reasons: string[]
}

/** `facts` null: the model is not in the table. Reasons of failed workloads are the caller's. */
export function judge(results: WorkloadResult[], facts: GpuFacts | null, isCpuDevice: boolean): Judged {
  const reasons: string[] = []
  const verdicts = new Set<BenchmarkResult['verdict']>()
  for (const result of results) {
    const { title } = workloadOf(result.workload)
    if (result.value === null) {
      verdicts.add('unknown')
      continue
    }
    if (result.spread === null || result.spread >= wantedSpread) {
      verdicts.add('unstable')
      reasons.push(
        result.spread === null
          ? `There was time for one run of ${title} only, so its figure is not certain.`
          : `The ${result.runs} runs of ${title} differ by ${(result.spread * 100).toFixed(1)} %; something else used the machine, or the clock changed.`,
      )
    }
    verdicts.add(compare(result.value, result, title, facts, reasons))
  }
  if (isCpuDevice) reasons.push('This is a processor that offers OpenCL, not a GPU; there is no figure to compare it with.')
  else if (!facts) reasons.push('This model is not in the table of cards, so there is no figure to compare it with.')
  if (results.length === 0) verdicts.add('unknown')
  const order: BenchmarkResult['verdict'][] = ['unstable', 'low', 'unknown', 'as-expected']
  return { verdict: order.find((verdict) => verdicts.has(verdict)) ?? 'unknown', reasons }
}

function compare(value: number, result: WorkloadResult, title: string, facts: GpuFacts | null, reasons: string[]): BenchmarkResult['verdict'] {
  const { expected, unit } = result
  if (!expected) return 'unknown'
  const why = facts ? workloadOf(result.workload).expected(facts)?.why : undefined
  const range = `${number(expected.low)} to ${number(expected.high)} ${unit}${why ? ` (${why})` : ''}`
  if (value < expected.low) {
    reasons.push(`${capital(title)} is low: ${number(value)} ${unit}, expected ${range}. Look at heat, the power limit, the slot and other programs.`)
    return 'low'
  }
  if (value > expected.high) {
    reasons.push(`${capital(title)} is above what this model can do: ${number(value)} ${unit}, expected ${range}. The card may be another model than its name says.`)
    return 'unknown'
  }
  return 'as-expected'
}

/** Three significant digits or whole numbers, grouped as English readers expect. */
export function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
