/** One programme for one group of identical cards: the verdict over its needs, and what it would pay. Pure. */
import type { BenchmarkResult, OctaneScore } from '../../shared/benchmark.ts'
import type { Estimate, EstimateInput } from '../../shared/earnings.ts'
import type { Gpu } from '../../shared/machine.ts'
import { verdictOf, type NeedResult } from '../../shared/network.ts'
import type { Settings } from '../../shared/settings.ts'
import type { AnyNetwork, EstimateSubject, NeedDefinition, ProgrammeDefinition, Subject } from '../networks/network.ts'
import { ageInWords } from './ages.ts'
import { composeEstimate } from './compose-estimate.ts'
import { planPower, type PowerOverrides } from './electricity.ts'
import type { Markets } from './markets.ts'

export interface EstimateContext {
  markets: Markets
  results: Record<string, BenchmarkResult>
  /** Imported scores of OctaneBench itself, by GPU id; left out: none. */
  octaneScores?: Record<string, OctaneScore>
  settings: Settings
  overrides: PowerOverrides
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each programme gets its own network's market back
type AnyProgramme = ProgrammeDefinition<any>

export function estimateProgramme(network: AnyNetwork, programme: AnyProgramme, subject: Subject, gpus: Gpu[], context: EstimateContext): Estimate {
  const { card, at } = subject
  const needs = measureNeeds(programme.needs, subject)
  const economics = programme.estimate({
    ...subject,
    market: context.markets.reading(network.id, at),
    tokenUsd: (symbol) => context.markets.tokenUsd(symbol, at),
    measured: (workload) => measuredHere(workload, gpus, context.results),
    octaneScore: importedScore(gpus, context.octaneScores ?? {}),
  })
  const power = planPower({ ...context, gpus, facts: card.facts, count: subject.count, takesWholeMachine: programme.takesWholeMachine, at })
  const composed = composeEstimate(economics, power)
  const inputs = composed.inputs.map((input) => withAge(input, at))
  return {
    gpuIds: gpus.map((gpu) => gpu.id),
    gpuName: card.name,
    gpuModel: card.model,
    gpuCount: subject.count,
    networkId: network.id,
    programmeId: programme.id,
    verdict: verdictOf(needs),
    needs,
    currency: 'USD',
    per: 'day',
    duties: programme.duties,
    ...composed,
    inputs,
    reasons: [...composed.reasons, ...ageReason(inputs, at)],
  }
}

/** What is past its shelf life says so beside the number. */
function withAge(input: EstimateInput, at: number): EstimateInput {
  if (!input.stale) return input
  const age = ageInWords(input.takenAt, at)
  if (input.note?.includes(age)) return input
  return { ...input, note: input.note === undefined ? age : `${input.note}; ${age}` }
}

function ageReason(inputs: EstimateInput[], at: number): string[] {
  const stale = inputs.filter((input) => input.stale)
  if (stale.length === 0) return []
  const dates = stale.flatMap((input) => (input.takenAt === null ? [] : [input.takenAt]))
  const oldest = dates.length === 0 ? 'undated' : `the oldest of them ${ageInWords(Math.min(...dates), at)}`
  return [`It stands on figures past their shelf life, ${oldest}.`]
}

/** A what-if has no machine: only the card's needs are judged. */
function measureNeeds(definitions: NeedDefinition[], subject: Subject): NeedResult[] {
  return definitions
    .filter((need) => subject.machine !== null || need.of === 'card')
    .map((need) => {
      const { actual, ok, required, why, remedy } = need.measure(subject)
      return {
        id: need.id,
        title: need.title,
        required: required ?? need.required,
        actual,
        ok,
        why: why ?? need.why,
        remedy: remedy === undefined ? need.remedy : remedy,
        source: need.source,
      }
    })
}

const measuredLabels: Record<string, string> = {
  'fp32-compute': 'Single-precision speed, measured',
  'memory-bandwidth': 'Memory bandwidth, measured',
  'tensor-fp16': 'Tensor-core speed (fp16), measured',
  'path-tracer': 'Path tracer, measured',
}

/** Mean over the group's cards that have one; the oldest dates it. Scores of different versions are not comparable: the newest import's version holds. */
function importedScore(gpus: Gpu[], scores: Record<string, OctaneScore>): EstimateSubject<unknown>['octaneScore'] {
  const all = gpus.flatMap((gpu) => scores[gpu.id] ?? []).filter(({ score }) => Number.isFinite(score) && score > 0)
  const newest = all.reduce<OctaneScore | null>((best, one) => (best === null || one.importedAt > best.importedAt ? one : best), null)
  if (newest === null) return null
  const found = all.filter((one) => one.version === newest.version)
  const version = newest.version === null ? '' : ` ${newest.version}`
  const dates = found.flatMap((one) => one.measuredAt ?? [])
  const input: EstimateInput = {
    id: 'octanebench-imported',
    label: `OctaneBench${version} score, imported`,
    value: found.reduce((sum, one) => sum + one.score, 0) / found.length,
    unit: 'OctaneBench',
    origin: 'user',
    source: null,
    takenAt: dates.length === 0 ? null : Math.min(...dates),
    confidence: 'high',
    stale: false,
    note: `${found.length > 1 ? `mean of ${found.length} cards, ` : ''}from ${newest.from}`,
  }
  return { input, version: newest.version }
}

/** Mean over the group's cards that were measured; the oldest measurement dates it. */
function measuredHere(workload: string, gpus: Gpu[], results: Record<string, BenchmarkResult>): EstimateInput | null {
  const found = gpus.flatMap((gpu) => {
    const result = results[gpu.id]
    const one = result?.results.find((entry) => entry.workload === workload)
    return result && one && one.value !== null && Number.isFinite(one.value) && one.value > 0 ? [{ value: one.value, unit: one.unit, at: result.endedAt }] : []
  })
  const first = found[0]
  if (!first) return null
  return {
    id: `measured-${workload}`,
    label: measuredLabels[workload] ?? `${workload}, measured`,
    value: found.reduce((sum, one) => sum + one.value, 0) / found.length,
    unit: first.unit,
    origin: 'measured',
    source: null,
    takenAt: Math.min(...found.map((one) => one.at)),
    confidence: 'high',
    stale: false,
    note: found.length > 1 ? `mean of ${found.length} cards` : 'measured here',
  }
}
