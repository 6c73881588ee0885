/** Each figure beside its model's range, other cards of the model, and the card's own best. Pure. */
import { lowerIsBetter, type BenchmarkResult, type Standing, type WorkloadId, type WorkloadResult } from '../../../shared/benchmark.ts'
import type { GpuFacts } from '../../../shared/gpu-facts.ts'
import { expectedOf } from '../expected.ts'
import { median } from '../spread.ts'
import { measuredResults } from './figures.ts'
import type { OtherCard } from './peers.ts'

/** Beyond the best that the model's facts allow by more than this, a figure was typed, or is of another thing. */
const mostOverExpected = 1.5
/** Where no range is known: cards of one model do not lie so far apart. */
const mostApart = 20

export function standingsOf(run: BenchmarkResult, facts: GpuFacts | null, past: BenchmarkResult[], others: OtherCard[]): Standing[] {
  // Minutes of load tire a card as seconds do not: each kind has its own past.
  const isAlike = (one: BenchmarkResult): boolean => (one.mode === 'sustained') === (run.mode === 'sustained')
  const [alikePast, alikeOthers] = [past.filter(isAlike), others.map((card) => ({ ...card, runs: card.runs.filter(isAlike) }))]
  return measuredResults(run).map((result) => {
    const range = result.expected ?? expectedOf(result.workload, facts, run.conditions ?? null)
    const found = alikeOthers.flatMap(({ isImported, runs }) => {
      const value = figureIn(runs, result, facts)
      return value === null ? [] : [{ value, isImported }]
    })
    const imported = found.filter(({ isImported }) => isImported).length
    return {
      workload: result.workload,
      value: result.value,
      unit: result.unit,
      ofExpected: range === null ? null : share(result.workload, result.value, (range.low + range.high) / 2),
      ofReference: found.length === 0 ? null : { share: share(result.workload, result.value, median(found.map(({ value }) => value))), runs: found.length, ...(imported > 0 ? { imported } : {}) },
      ofBest: bestOf(alikePast, result),
    }
  })
}

/** Above 1 always means that this figure is the better one. */
function share(workload: WorkloadId, value: number, other: number): number {
  return lowerIsBetter.has(workload) ? other / value : value / other
}

/** The newest figure of that card; runs in which several cards worked at once are no measure for one that worked alone. */
function figureIn(runs: BenchmarkResult[], result: WorkloadResult & { value: number }, facts: GpuFacts | null): number | null {
  for (const one of runs) {
    if (one.conditions?.inParallel) continue
    const found = like(one, result)
    if (found !== null && isPossible(found, one, result, facts)) return found
  }
  return null
}

/** By the facts of the model as they are known here; what a file says should be reached is no measure. */
function isPossible(value: number, run: BenchmarkResult, { workload, value: own }: WorkloadResult & { value: number }, facts: GpuFacts | null): boolean {
  const range = expectedOf(workload, facts, run.conditions ?? null)
  if (range === null) return Math.max(value / own, own / value) <= mostApart
  return lowerIsBetter.has(workload) ? value * mostOverExpected >= range.low : value <= range.high * mostOverExpected
}

function like(run: BenchmarkResult, result: WorkloadResult): number | null {
  return measuredResults(run).find((one) => one.workload === result.workload && one.unit === result.unit)?.value ?? null
}

function bestOf(past: BenchmarkResult[], result: WorkloadResult & { value: number }): Standing['ofBest'] {
  let best: { value: number; run: BenchmarkResult } | null = null
  for (const run of past) {
    if (run.conditions?.inParallel) continue
    const value = like(run, result)
    if (value !== null && (best === null || share(result.workload, value, best.value) > 1)) best = { value, run }
  }
  return best === null ? null : { share: share(result.workload, result.value, best.value), at: best.run.startedAt, driverVersion: best.run.driverVersion }
}
