/** The newest figure of each workload, whichever run it is from: a sustained run or a memory test measures few of them. Pure. */
import type { BenchmarkResult, WorkloadId, WorkloadResult } from '../../shared/benchmark.ts'

/** `runs` of one card, newest first; null: there are none. What is dated is the newest run. */
export function knownFigures(runs: readonly BenchmarkResult[]): BenchmarkResult | null {
  const [newest] = runs
  if (!newest) return null
  const known = new Map<WorkloadId, { row: WorkloadResult; isPlain: boolean }>()
  /** A figure that came out wrong takes the earlier ones with it: they are no longer believed. */
  const isOver = new Set<WorkloadId>()
  let power = newest.power
  for (const run of runs) {
    power = { workW: power?.workW ?? run.power?.workW ?? null, waitW: power?.waitW ?? run.power?.waitW ?? null }
    for (const row of run.results) {
      if (isOver.has(row.workload)) continue
      const before = known.get(row.workload)
      if (row.status === 'wrong') isOver.add(row.workload)
      // What a card does beside others, or hot, is less than what it can do: it stands in only where there is nothing else.
      const isPlain = row.value !== null && run.mode !== 'sustained' && run.conditions?.inParallel !== true
      const isBetter = row.value !== null && (before === undefined || before.row.value === null || (isPlain && !before.isPlain))
      const isAllThereIs = before === undefined && (run === newest || row.status === 'wrong')
      if (isBetter || isAllThereIs) known.set(row.workload, { row, isPlain })
    }
    // Nor is anything that memory which forgets has given before.
    if ((run.memory?.errorCount ?? 0) > 0) break
  }
  if (power !== null && power.workW === null && power.waitW === null) power = newest.power
  return { ...newest, results: [...known.values()].map(({ row }) => row), power }
}
