/** Looks figures up in a run: only what was measured, and only in the unit that is asked for. Pure. */
import type { BenchmarkResult, WorkloadId, WorkloadResult } from '../../../shared/benchmark.ts'

/** Results of before statuses were kept have none: there the value tells. */
export function isMeasured(result: WorkloadResult): result is WorkloadResult & { value: number } {
  return result.value !== null && Number.isFinite(result.value) && result.value > 0 && (result.status ?? 'measured') === 'measured'
}

/** Wrong values or wrong memory: none of its figures is to be believed. */
export function isSound(run: BenchmarkResult): boolean {
  return !run.results.some((result) => result.status === 'wrong') && (run.memory?.errorCount ?? 0) === 0
}

export function measuredResults(run: BenchmarkResult): (WorkloadResult & { value: number })[] {
  return run.results.filter(isMeasured)
}

/** The first of these workloads that was measured. */
export function firstFigure(run: BenchmarkResult, workloads: WorkloadId[]): { workload: WorkloadId; value: number; unit: string } | null {
  for (const workload of workloads) {
    const found = measuredResults(run).find((result) => result.workload === workload)
    if (found) return { workload, value: found.value, unit: found.unit }
  }
  return null
}

/** Three significant digits, grouped as English readers expect. */
export function words(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: value >= 1000 ? 4 : 3 })
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** "14 March", with the year where it is another one than that of `at`. UTC, like every date in a sentence. */
export function day(time: number, at: number): string {
  const [date, now] = [new Date(time), new Date(at)]
  const isSameYear = date.getUTCFullYear() === now.getUTCFullYear()
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC', ...(isSameYear ? {} : { year: 'numeric' }) })
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
