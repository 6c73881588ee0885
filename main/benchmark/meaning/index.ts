/** What a run means: beside its model, beside its own past, and what the card is good for. Pure. */
import type { BenchmarkResult, DerivedUse, HeldBack, ImportedRun, Meaning, OctaneScore, RunRef } from '../../../shared/benchmark.ts'
import type { GpuFacts } from '../../../shared/gpu-facts.ts'
import { throttleKind } from '../../../shared/throttle.ts'
import { firstFigure, isSound, measuredResults } from './figures.ts'
import { inferenceUses } from './inference.ts'
import { languageModels, type LanguageModel } from './language-models.ts'
import { encoderSource, octaneTable, renderingUse, trainingUses, transcodingUse } from './other-uses.ts'
import { otherCards, pastRuns } from './peers.ts'
import { remarksOf } from './remarks.ts'
import { sentencesOf } from './sentences.ts'
import { standingsOf } from './standings.ts'

export { languageModels, type LanguageModel } from './language-models.ts'
export { readOctaneLog, type OctaneReading, type ReadClientScore } from './octane-log.ts'

export interface MeaningInput {
  ref: RunRef
  run: BenchmarkResult
  /** null: the model is not in the table. */
  facts: GpuFacts | null
  /** Of this machine, every card; `run` itself may be among them. */
  ownRuns: BenchmarkResult[]
  imports: ImportedRun[]
  /** A score of OctaneBench itself for this card. */
  octane: OctaneScore | null
  models: LanguageModel[]
  /** Titles of the programmes that pay for such work on a graphics card. */
  paysFor(kind: DerivedUse['kind']): string[]
  /** Now, in ms since epoch. */
  at: number
}

export function meaningOf(input: MeaningInput): Meaning {
  const { ref, run, facts, at } = input
  const past = pastRuns(ref, run, input.ownRuns, input.imports)
  const others = otherCards(ref, run, input.ownRuns, input.imports)
  const standings = standingsOf(run, facts, past, others)
  const heldBack = heldBackOver(run)
  return {
    ref,
    sentences: sentencesOf(run, facts?.model ?? run.conditions?.model ?? null, standings, heldBack, at),
    standings,
    heldBack,
    uses: usesOf(input),
    remarks: remarksOf(run, past, others, standings, at),
  }
}

/** Addresses that derived uses cite, which may be opened in a browser. */
export function usesUrls(): Set<string> {
  return new Set([...languageModels.map((model) => model.source.url), octaneTable.url, encoderSource.url])
}

/** Mean over the workloads of the run that tell; of a sustained run its own. Idle and told clocks are no reasons. */
function heldBackOver(run: BenchmarkResult): HeldBack[] {
  if (run.sustained) return run.sustained.heldBack.filter(({ reason }) => throttleKind(reason) !== 'none')
  const told = run.results.flatMap((result) => (result.heldBack && result.value !== null ? [result.heldBack] : []))
  const sums = new Map<string, number>()
  for (const { reason, share } of told.flat()) if (throttleKind(reason) !== 'none') sums.set(reason, (sums.get(reason) ?? 0) + share)
  return [...sums].map(([reason, sum]) => ({ reason, share: sum / told.length })).sort((one, other) => other.share - one.share || one.reason.localeCompare(other.reason))
}

/** A card that computes wrong values is good for nothing until that is explained, and a run without figures says nothing. */
function usesOf({ run, facts, octane, models, paysFor: paidFor, at }: MeaningInput): DerivedUse[] {
  if (!isSound(run)) return []
  if (measuredResults(run).length === 0) return []
  const memoryBytes = run.conditions?.memoryBytes ?? facts?.memoryBytes ?? null
  const vendor = run.conditions?.vendor ?? facts?.vendor ?? 'other'
  // No programme takes a processor that offers OpenCL.
  const paysFor = run.conditions?.kind === 'cpu-device' ? (): string[] => [] : paidFor
  const isCompute = firstFigure(run, ['fp32-compute', 'tensor-fp16', 'matrix-multiply']) !== null
  return [
    ...inferenceUses(run, memoryBytes, models, paysFor('inference')),
    ...(isCompute || octane !== null ? [renderingUse(run, vendor, octane, paysFor('rendering'), at)] : []),
    ...trainingUses(run, memoryBytes, models, paysFor('training')),
    ...(facts?.vendor === 'nvidia' ? [transcodingUse(facts)] : []),
  ]
}
