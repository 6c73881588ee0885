/** Which runs a run may stand beside: the same card's earlier ones, and other cards of the same model. Pure. */
import type { BenchmarkResult, ImportedRun, RunRef } from '../../../shared/benchmark.ts'
import { isSlice, readGpuName } from '../../../shared/gpu-names.ts'
import { isSound } from './figures.ts'

/** Another card of the same model. */
export interface OtherCard {
  /** Its runs come from files: whoever gave them could have changed them. */
  isImported: boolean
  /** Newest first. */
  runs: BenchmarkResult[]
}

/** Earlier runs of this very card, newest first, without those that computed wrong. */
export function pastRuns(ref: RunRef, run: BenchmarkResult, ownRuns: BenchmarkResult[], imports: ImportedRun[]): BenchmarkResult[] {
  const runs = ref.importId === null ? ownRuns : imports.map((one) => one.result)
  return newestFirst(runs.filter((one) => one.gpuId === run.gpuId && one.startedAt < run.startedAt && isSound(one)))
}

/** Runs of other cards of the same model, by card, newest first. A card that was measured often counts once per workload. */
export function otherCards(ref: RunRef, run: BenchmarkResult, ownRuns: BenchmarkResult[], imports: ImportedRun[]): OtherCard[] {
  const byCard = new Map<string, OtherCard>()
  const add = (card: string, one: BenchmarkResult, isImported: boolean): void => {
    if (isSameModel(one, run) && isSound(one)) byCard.set(card, { isImported, runs: [...(byCard.get(card)?.runs ?? []), one] })
  }
  const isOwn = ref.importId === null
  for (const one of ownRuns) if (!isOwn || one.gpuId !== run.gpuId) add(`own ${one.gpuId}`, one, false)
  for (const one of imports) if (isOwn || one.result.gpuId !== run.gpuId) add(`import ${one.result.gpuId}`, one.result, true)
  return [...byCard.values()].map((card) => ({ ...card, runs: newestFirst(card.runs) }))
}

/** By the table's key where both have one; else by the name the driver gave. A slice of a card is no card of its model. */
export function isSameModel(one: BenchmarkResult, other: BenchmarkResult): boolean {
  if (isSlice(one.gpuName) || isSlice(other.gpuName)) return false
  const [model, otherModel] = [one.conditions?.model ?? null, other.conditions?.model ?? null]
  if (model !== null && otherModel !== null) return model === otherModel
  const [name, otherName] = [readGpuName(one.gpuName), readGpuName(other.gpuName)]
  return name.core !== '' && name.core === otherName.core && (name.memoryGb === null || otherName.memoryGb === null || name.memoryGb === otherName.memoryGb)
}

function newestFirst(runs: BenchmarkResult[]): BenchmarkResult[] {
  return [...runs].sort((one, other) => other.startedAt - one.startedAt)
}
