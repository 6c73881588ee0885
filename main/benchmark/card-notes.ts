/** What the run of one card gathers: rows, troubles, curves; and the result they make so far. */
import { workloadIds, type BenchmarkResult, type MemoryTestRun, type RunConditions, type SustainedPoint, type SustainedRun, type WorkloadResult } from '../../shared/benchmark.ts'
import type { Ended } from './card-steps.ts'
import { isNeverObserved, energyOf, rowWithout } from './card-steps.ts'
import { resultOf } from './card-result.ts'
import { stillGoingOn, whyEnded } from './card-words.ts'
import { expectedOf } from './expected.ts'
import type { CardOptions } from './measure-card.ts'
import type { WattsRecorder } from './watts.ts'
import type { Workload } from './workloads/workload.ts'

export interface CardNotes {
  readonly results: WorkloadResult[]
  /** What went wrong or was stopped. */
  readonly trouble: string[]
  /** What is worth knowing beside. */
  readonly remarks: string[]
  readonly points: SustainedPoint[]
  sustained: SustainedRun | null
  memory: MemoryTestRun | null
  /** Why no further card is to be measured; null: nothing of the kind. */
  driverTrouble: string | null
  /** Until then, what is written down says that there was more to come. */
  isOver: boolean
  fail(workload: Workload, status: 'failed' | 'wrong' | 'not-offered' | 'held-back', reason: string): void
  /** A figure of the work that ended last. */
  measured(workload: Workload, got: { value: number; spread: number | null; runs: number; variant: string | null }): void
  /** A step that did not come back, or not well. `workload` null: there is no row for it. */
  ended(ended: Ended, title: string, workload: Workload | null): void
  resultSoFar(): BenchmarkResult
}

export function createCardNotes(options: CardOptions, given: { startedAt: number; watts: WattsRecorder; conditions(): RunConditions; driverVersion(): string | null }): CardNotes {
  const { gpu, facts, plan, clock } = options
  const { watts, startedAt } = given

  function rangeOf(workload: Workload): WorkloadResult['expected'] {
    const range = expectedOf(workload.id, facts, given.conditions())
    return range && { low: range.low, high: range.high }
  }

  const notes: CardNotes = {
    results: [],
    trouble: [],
    remarks: [],
    points: [],
    sustained: null,
    memory: null,
    driverTrouble: null,
    isOver: false,
    fail(workload, status, reason) {
      notes.results.push(rowWithout(workload, status, reason, rangeOf(workload)))
      // What a device does not have is nothing wrong with it.
      if (status !== 'not-offered') notes.trouble.push(reason)
    },
    measured(workload, { value, spread, runs, variant }) {
      const { workW, heldBack } = watts.lastWork()
      options.log.info(`measured ${workload.title}`, { gpu: gpu.id, value, unit: workload.unit, spread, runs, variant })
      notes.results.push({
        workload: workload.id,
        status: 'measured',
        reason: null,
        value,
        unit: workload.unit,
        spread,
        runs,
        expected: rangeOf(workload),
        variant,
        workW,
        energyPerUnit: energyOf(workload, value, workW),
        heldBack,
        neverObserved: isNeverObserved(workload),
      })
    },
    ended(ended, title, workload) {
      const why = whyEnded(ended, title, Math.round(plan.limitMs / 1000))
      if (ended.kind === 'lost') notes.driverTrouble = why
      if (workload) notes.fail(workload, 'failed', why)
      else notes.trouble.push(why)
    },
    resultSoFar() {
      const { power, reasons } = watts.means()
      const { results, remarks, sustained, memory } = notes
      const trouble = notes.isOver ? notes.trouble : [stillGoingOn, ...notes.trouble]
      return resultOf({ gpu, facts, plan, startedAt, endedAt: clock.now(), driverVersion: given.driverVersion(), results: inOrder(results), power, trouble, remarks: [...remarks, ...reasons], conditions: given.conditions(), sustained, memory })
    },
  }
  return notes
}

/** What was held back or is not offered is known before the others run. */
function inOrder(results: readonly WorkloadResult[]): WorkloadResult[] {
  return [...results].sort((one, other) => workloadIds.indexOf(one.workload) - workloadIds.indexOf(other.workload))
}
