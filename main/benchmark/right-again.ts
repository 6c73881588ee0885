/** Whether what was wrong with a card has been shown to be right again: the very same work, or as much memory. Pure. */
import type { BenchmarkResult, MemoryTestRun, WorkloadId } from '../../shared/benchmark.ts'

/** How much memory is free differs a little from run to run, and so does the last second of a load. */
const asMuch = 0.95

/**
 * `runs` of one card, oldest first: workloads whose last word is a wrong one. What went wrong only after minutes of load
 * is right again after a load of as many minutes; a short run proves nothing of it.
 */
export function stillWrong(runs: readonly BenchmarkResult[]): WorkloadId[] {
  /** Seconds of load under which it came out wrong; 0: in a usual run. */
  const open = new Map<WorkloadId, number>()
  for (const run of runs) {
    const seconds = run.sustained?.points.at(-1)?.atSeconds ?? 0
    for (const one of run.results) {
      const wrongAfter = open.get(one.workload) ?? 0
      if (one.status === 'wrong') open.set(one.workload, Math.max(wrongAfter, seconds))
      else if (one.value !== null && seconds >= wrongAfter * asMuch) open.delete(one.workload)
    }
  }
  return [...open.keys()]
}

/** `runs`: those since the card's memory was last right. Every one that found errors must have been covered. */
export function isMemoryRightAgain(memory: MemoryTestRun, runs: readonly BenchmarkResult[]): boolean {
  const faulty = runs.flatMap((run) => (run.memory && run.memory.errorCount > 0 ? [run.memory] : []))
  return faulty.every(({ testedBytes, passes }) => memory.testedBytes >= testedBytes * asMuch && memory.passes >= passes)
}
