/** Puts what a run has gathered so far into a result. Pure but for the clock it is handed. */
import type { BenchmarkResult, MemoryTestRun, RunConditions, SustainedRun, WorkloadResult } from '../../shared/benchmark.ts'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { Gpu } from '../../shared/machine.ts'
import { powerLimitReason } from './card-words.ts'
import type { RunPlan } from './run-plan.ts'
import { judge, type Judged } from './verdict.ts'

export function resultOf(given: {
  gpu: Gpu
  facts: GpuFacts | null
  plan: RunPlan
  startedAt: number
  endedAt: number
  driverVersion: string | null
  results: readonly WorkloadResult[]
  power: BenchmarkResult['power']
  /** What went wrong or was stopped: it keeps a good verdict from being given. */
  trouble: readonly string[]
  /** What is worth knowing beside. */
  remarks: readonly string[]
  conditions: RunConditions
  sustained: SustainedRun | null
  memory: MemoryTestRun | null
}): BenchmarkResult {
  const { gpu, plan, trouble } = given
  const judged = plan.mode === 'memory' ? judgeMemory(given.memory) : judge([...given.results], given.facts, gpu.kind === 'cpu-device', given.conditions)
  return {
    gpuId: gpu.id,
    gpuName: gpu.name,
    startedAt: given.startedAt,
    endedAt: given.endedAt,
    mode: plan.mode,
    driverVersion: given.driverVersion,
    results: [...given.results],
    power: given.power,
    endedWell: trouble.length === 0,
    verdict: trouble.length > 0 && judged.verdict === 'as-expected' ? 'unknown' : judged.verdict,
    reasons: [...trouble, ...judged.reasons, ...powerLimitReason(judged.verdict, gpu), ...given.remarks],
    conditions: given.conditions,
    sustained: given.sustained,
    memory: given.memory,
  }
}

/** A run that told nothing must not hide the last good one. */
export function hasFigures(result: BenchmarkResult): boolean {
  if (result.results.some((one) => one.value !== null)) return true
  return (result.sustained?.points.length ?? 0) > 0 || (result.memory?.bytesChecked ?? 0) > 0
}

/** Wrong values are kept, too: a later run must show that the very same work comes out right. */
export function isWorthKeeping(result: BenchmarkResult): boolean {
  return hasFigures(result) || result.results.some((one) => one.status === 'wrong')
}

function judgeMemory(memory: MemoryTestRun | null): Judged {
  if (memory === null) return { verdict: 'unknown', reasons: [] }
  const gigabytes = (memory.testedBytes / 1e9).toLocaleString('en-US', { maximumFractionDigits: 1 })
  if (memory.errorCount > 0) {
    const words = memory.errorCount === 1 ? 'One word' : `${memory.errorCount.toLocaleString('en-US')} words`
    return { verdict: 'unknown', reasons: [`${words} of the card’s memory came back wrong: no figure of this card is to be believed. Take back any overclocking of its memory; if it stays so, the card is broken.`] }
  }
  if (memory.passes > 0) return { verdict: 'as-expected', reasons: [`${gigabytes} GB of memory gave back what was written, in ${memory.passes === 1 ? 'one whole pass' : `${memory.passes} whole passes`} over all patterns.`] }
  const checked = (memory.bytesChecked / 1e9).toLocaleString('en-US', { maximumFractionDigits: 1 })
  return { verdict: 'unknown', reasons: [`It did not come to a whole pass over all patterns; nothing was wrong in the ${checked} GB that were read back by then.`] }
}
