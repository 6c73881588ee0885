/** One programme for one group of identical cards: the verdict over its needs, and what it would pay. Pure. */
import type { BenchmarkResult, OctaneScore } from '../../shared/benchmark.ts'
import type { Economics, Estimate, EstimateInput, Factors, LeverSpan } from '../../shared/earnings.ts'
import type { Gpu } from '../../shared/machine.ts'
import { currencyShelfLifeMs } from '../../shared/market-data.ts'
import { verdictOf, type NeedResult } from '../../shared/network.ts'
import type { MachineReadings } from '../../shared/preflight.ts'
import type { Settings } from '../../shared/settings.ts'
import type { AnyNetwork, EstimateSubject, NeedDefinition, ProgrammeDefinition, Subject } from '../networks/network.ts'
import { ageInWords, isStale } from './ages.ts'
import { composeEstimate, expectedNet, type Wear } from './compose-estimate.ts'
import { planPower, type PowerOverrides } from './electricity.ts'
import { factorOf, moved } from './levers.ts'
import type { Markets } from './markets.ts'
import { currencyRateOf, moneyShown } from './money-settings.ts'
import { plainVerdict } from './plain-verdict.ts'
import { likelyLever, spansOf } from './spans.ts'
import type { Tariffs } from './tariffs.ts'

export interface EstimateContext {
  markets: Markets
  results: Record<string, BenchmarkResult>
  /** Imported scores of OctaneBench itself, by GPU id; left out: none. */
  octaneScores?: Record<string, OctaneScore>
  settings: Settings
  overrides: PowerOverrides
  /** null or left out: the settings' fixed price. */
  tariffs?: Tariffs | null
  /** The quarters of an hour in which the run policy lets cards run; null or left out: all. */
  hours?: ((at: number) => boolean) | null
  /** Money that sentences tell amounts in; left out: that of the settings. */
  currency?: string
  /** What the question moves; left out: nothing. */
  factors?: Factors
  /** All cards of the machine that could take part; left out: the subject's own. */
  sharing?: number
  /** What preflight measured and enrolment knows; left out: nothing yet. */
  prepared?: Prepared
}

export interface Prepared {
  readings: MachineReadings | null
  enrolled(programmeId: string): NonNullable<Subject['enrolled']>
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each programme gets its own network's market back
type AnyProgramme = ProgrammeDefinition<any>

export function estimateProgramme(network: AnyNetwork, programme: AnyProgramme, subject: Subject, gpus: Gpu[], context: EstimateContext): Estimate {
  return estimateWithSpans(network, programme, subject, gpus, context).estimate
}

/** The estimate, and how far each of its levers may lie off. */
export function estimateWithSpans(network: AnyNetwork, programme: AnyProgramme, subject: Subject, gpus: Gpu[], context: EstimateContext): { estimate: Estimate; spans: LeverSpan[] } {
  const { card, at } = subject
  const { settings, factors } = context
  const needs = measureNeeds(programme.needs, preparedSubject(subject, programme.id, context))
  const asked: EstimateSubject<unknown> = {
    ...subject,
    market: context.markets.reading(network.id, at),
    tokenUsd(symbol) {
      const price = context.markets.tokenUsd(symbol, at)
      return price === null ? null : moved(price, factorOf(factors, 'token-price'))
    },
    value: (sourceId) => context.markets.value?.(sourceId) ?? null,
    measured: (workload) => measuredHere(workload, gpus, context.results),
    factor: (lever) => factorOf(factors, lever),
    octaneScore: importedScore(gpus, context.octaneScores ?? {}),
  }
  const told = programme.estimate(asked)
  const correction = settings.incomeCorrections[programme.id] ?? 1
  const economics = corrected(told, correction)
  const power = planPower({ ...context, gpus, facts: card.facts, count: subject.count, takesWholeMachine: programme.takesWholeMachine, at })
  const wear = wearOf(context, at)
  const composed = composeEstimate(economics, power, wear)
  const inputs = composed.inputs.map((input) => withAge(input, at))
  const spans = spansOf(told.spans ?? [], composed)
  const verdict = verdictOf(needs)
  const row: Omit<Estimate, 'plain'> = {
    gpuIds: gpus.map((gpu) => gpu.id),
    gpuName: card.name,
    gpuModel: card.model,
    gpuCount: subject.count,
    networkId: network.id,
    programmeId: programme.id,
    verdict,
    needs,
    currency: 'USD',
    per: 'day',
    duties: programme.duties,
    ...composed,
    inputs,
    reasons: [...composed.reasons, ...ageReason(inputs, at), ...givenPriceReasons(inputs, context.markets)],
  }
  const lever = likelyLever(composed.net.expected, composed.lines, spans, economics.busy.expected, (moved, factor) => {
    const other = programme.estimate({ ...asked, factor: (one) => factorOf(factors, one) * (one === moved ? factor : 1) })
    return expectedNet(corrected(other, correction), power, wear)
  })
  return { estimate: { ...row, plain: plainVerdict(row, lever, moneyShown(settings, context.markets, context.currency)) }, spans }
}

/** Income times what the user took on from past pay; costs stay, for nothing was learnt of them. */
function corrected(economics: Economics, factor: number): Economics {
  const isPaid = economics.lines.some((line) => line.kind === 'income' && Object.values(line.usdPerDay).some((usd) => usd !== null))
  if (factor === 1 || !isPaid) return economics
  const id = 'income-correction'
  const by = (usd: number | null): number | null => (usd === null ? null : usd * factor)
  return {
    ...economics,
    lines: economics.lines.map((line) =>
      line.kind === 'cost'
        ? line
        : {
            ...line,
            usdPerDay: { cautious: by(line.usdPerDay.cautious), expected: by(line.usdPerDay.expected), hopeful: by(line.usdPerDay.hopeful) },
            formula: `(${line.formula}) × your correction`,
            inputs: [...line.inputs, id],
          },
    ),
    payWhenAlwaysBusy: by(economics.payWhenAlwaysBusy),
    payWithoutWork: by(economics.payWithoutWork),
    inputs: [...economics.inputs, { id, label: 'Your own correction from past pay', value: factor, unit: '×', origin: 'user', source: null, takenAt: null, confidence: 'medium', stale: false, note: 'from the settings; taken on, and can be taken back' }],
    reasons: [...economics.reasons, `Its income is multiplied by ${Number(factor.toPrecision(4))}: your own correction from past pay.`],
  }
}

/** null: not set, or set in a currency without a known rate. */
function wearOf({ settings, markets }: EstimateContext, at: number): Wear | null {
  if (settings.wearPerHour === null || settings.wearPerHour === 0) return null
  const rate = currencyRateOf(settings, markets)
  if (rate === null) return null
  const { currency, wearPerHour } = settings
  const base = { source: null, takenAt: null, stale: false, origin: 'user' as const, confidence: 'medium' as const }
  const note = currency === 'USD' ? 'from the settings' : `${wearPerHour} ${currency} from the settings`
  const wear: EstimateInput = { ...base, id: 'wear-per-hour', label: 'Wear of a card for an hour of work', value: wearPerHour * rate.usdPerUnit, unit: 'USD/h', note }
  if (currency === 'USD') return { usdPerHour: wearPerHour, inputs: [wear] }
  const stale = rate.origin !== 'user' && isStale(rate.takenAt, at, currencyShelfLifeMs)
  const converted: EstimateInput = { ...base, id: 'currency-rate', label: `USD for one ${currency}`, value: rate.usdPerUnit, unit: 'USD', origin: rate.origin, source: rate.source, takenAt: rate.takenAt, stale, note: ageInWords(rate.takenAt, at) }
  return { usdPerHour: wearPerHour * rate.usdPerUnit, inputs: [wear, converted] }
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

/** What is odd about a token's price that was given for this estimate. */
function givenPriceReasons(inputs: EstimateInput[], markets: Markets): string[] {
  return inputs.flatMap(({ id, origin }) => (origin === 'user' && id.startsWith('token-price-') ? (markets.givenPriceRemark?.(id.slice('token-price-'.length)) ?? []) : []))
}

/** The subject with what else needs are judged by. A what-if is about no machine of ours, so nothing that was measured here counts. */
export function preparedSubject(subject: Subject, programmeId: string, { prepared, markets }: Pick<EstimateContext, 'prepared' | 'markets'>): Subject {
  const value = (sourceId: string): ReturnType<NonNullable<Subject['value']>> => markets.value?.(sourceId) ?? null
  if (subject.machine === null || prepared === undefined) return { ...subject, value }
  return { ...subject, value, readings: prepared.readings, enrolled: prepared.enrolled(programmeId) }
}

/** A what-if has no machine: only the card's needs are judged. */
export function measureNeeds(definitions: NeedDefinition[], subject: Subject): NeedResult[] {
  return definitions
    .filter((need) => subject.machine !== null || need.of === 'card')
    .map((need) => {
      const { actual, ok, required, why, remedy, unit } = need.measure(subject)
      return {
        id: need.id,
        title: need.title,
        required: required ?? need.required,
        actual,
        ok,
        why: why ?? need.why,
        remedy: remedy === undefined ? need.remedy : remedy,
        source: need.source,
        ...(unit === undefined ? {} : { unit }),
      }
    })
}

/** Whether a need is not met and nothing mends it, without working the others out. */
export function isBarred(definitions: NeedDefinition[], subject: Subject): boolean {
  return definitions.some((need) => {
    if (subject.machine === null && need.of !== 'card') return false
    const { ok, remedy } = need.measure(subject)
    return ok === false && (remedy === undefined ? need.remedy : remedy) === null
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
