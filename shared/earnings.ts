/**
 * The estimation model's words and its arithmetic: what a programme would pay, as a band with reasons.
 * Pure: USD per day per GPU, unrounded doubles. See `shared/EARNINGS.md` of the plan and main/networks/README.md.
 */
import type { Duty, NeedResult, Source, Verdict } from './network.ts'

/** The three scenarios that are computed: cautious, expected, hopeful. */
export interface Scenarios<T = number> {
  cautious: T
  expected: T
  hopeful: T
}

/** A band as it is shown; ordered low ≤ expected ≤ high wherever the numbers are known. */
export interface Band {
  low: number | null
  expected: number | null
  high: number | null
}

export type Origin = 'measured' | 'live' | 'bundled' | 'user' | 'assumed'
export type Confidence = 'high' | 'medium' | 'low' | 'none'

/** One number that went into an estimate, with where it comes from. */
export interface EstimateInput {
  id: string
  label: string
  value: number | null
  unit: string
  origin: Origin
  source: Source | null
  /** ms since epoch of the reading or of the source; null: undated. */
  takenAt: number | null
  confidence: Confidence
  /** Past its shelf life: still used, and marked. */
  stale: boolean
  note?: string
}

/** One line of the sum, USD/day per GPU. Income is positive, cost negative; the lines add up to the three nets. */
export interface EstimateLine {
  id: string
  label: string
  kind: 'income' | 'cost'
  low: number | null
  expected: number | null
  high: number | null
  /** In words: "asking price × 24 h × utilisation". */
  formula: string
  /** Ids of `inputs`. */
  inputs: string[]
}

export interface Capital {
  asset: string
  amount: number | null
  usd: number | null
  lockDays: number | null
  slashable: boolean | null
  why: string
  source: Source | null
}

/**
 * How many days of one card's expected net the capital equals; null: either is not known, or nothing is expected to be left.
 * Some capital is for each card and some for the machine; one card's pay against all of it errs on the careful side.
 */
export function capitalDays({ net, capital }: Pick<Estimate, 'net' | 'capital'>): number | null {
  if (net.expected === null || net.expected <= 0 || capital.length === 0) return null
  let usd = 0
  for (const one of capital) {
    if (one.usd === null) return null
    usd += one.usd
  }
  return usd <= 0 ? null : usd / net.expected
}

/** "less than a day", "about a day", "about 1,024 days": `capitalDays` as every door says it. */
export function capitalDaysWords(days: number): string {
  return days < 0.95 ? 'less than a day' : days < 1.5 ? 'about a day' : `about ${Math.round(days).toLocaleString('en')} days`
}

export interface BreakEven {
  /** Share of the time it must work, 0..1, for the expected net to be 0; null: a working hour costs more than it pays, or unknown. */
  utilisation: number | null
  /** Electricity price at which the expected net is 0; null: unknown. */
  usdPerKwh: number | null
}

/** What an estimate can be moved by: each is a factor on one kind of input, 1 where nothing is asked. */
export const leverIds = ['token-price', 'utilisation', 'pay-rate', 'speed', 'power', 'usd-per-kwh'] as const
export type LeverId = (typeof leverIds)[number]
export type Factors = Partial<Record<LeverId, number>>

/** What a question does to an input, as a note beside it: "halved for this question". */
export function factorWords(factor: number): string {
  const how = factor === 0.5 ? 'halved' : factor === 2 ? 'doubled' : factor === 0 ? 'set to nothing' : `× ${Number(factor.toPrecision(4))}`
  return `${how} for this question`
}

/** How far an input may defensibly lie off, as factors on it: 0.5 is half. */
export interface LeverSpan {
  lever: LeverId
  low: number
  high: number
  why: string
}

/** The expected net with one input at each end of its span, all others as they are. Greatest swing first. */
export interface Sensitivity {
  programmeId: string
  gpuName: string
  /** USD per day per GPU; null: no expected net, and `why`. */
  expected: number | null
  why: string | null
  bars: SensitivityBar[]
}

export interface SensitivityBar extends LeverSpan {
  label: string
  /** Value at `low` and at `high` in the input's own unit; null: several inputs at once. */
  from: string | null
  to: string | null
  /** USD per day per GPU. */
  netAtLow: number
  netAtHigh: number
}

export interface Estimate {
  /** Identical cards that share this row; empty in a what-if. */
  gpuIds: string[]
  /** The card's name and, where known, its key in `resources/gpus.json`. */
  gpuName: string
  gpuModel: string | null
  gpuCount: number
  networkId: string
  programmeId: string
  verdict: Verdict
  needs: NeedResult[]
  /** USD per day per GPU. */
  net: Band
  currency: 'USD'
  per: 'day'
  lines: EstimateLine[]
  /** What its power comes to in kWh, in the three scenarios as in the lines; null: not known. Left out: by an older Idlewatt. */
  kwhPerDay?: Band
  inputs: EstimateInput[]
  capital: Capital[]
  breakEven: BreakEven
  confidence: Confidence
  notModelled: string[]
  /** Why a number is missing, what makes it weak, what to know before believing it. The first one leads. */
  reasons: string[]
  duties: Duty[]
  /** A few plain sentences: worth trying or not, on what it hangs, what must be locked for it. */
  plain: string
  /** Only where it was asked for: `estimate --json` and other callers that say so. */
  sensitivity?: Sensitivity
}

/** How a comparison lists estimates: ranked by their middle, then those whose pay rule is not published, then no figure. */
export type EstimateGroup = 'ranked' | 'pay-rule-not-published' | 'no-figure'

export function groupOf(estimate: Pick<Estimate, 'net'>): EstimateGroup {
  if (estimate.net.expected !== null) return 'ranked'
  return estimate.net.low !== null || estimate.net.high !== null ? 'pay-rule-not-published' : 'no-figure'
}

/** What a programme's `estimate.ts` works out; electricity, wear, break-even and the sum are added by `composeEstimate`. */
export interface Economics {
  /** Paid work, availability, network fees: USD/day per GPU and scenario. null: not known for that scenario. */
  lines: { id: string; label: string; kind: 'income' | 'cost'; usdPerDay: Scenarios<number | null>; formula: string; inputs: string[] }[]
  /** Share of the time the card works. null: no figure can be defended for that scenario. */
  busy: Scenarios<number | null>
  /** Ids of the inputs that `busy` comes from; the electricity lines name them. */
  busyInputs?: string[]
  /**
   * Share of the remaining (waiting) time in which the network's own checks load the card all the same:
   * an hourly proof-of-work, for one. Raises watts_wait by share × (watts_work − watts_wait).
   */
  waitingLoad?: number
  /** For break-even, expected scenario: USD/day at 24 h of work, and USD/day that is paid without any work. null: unknown. */
  payWhenAlwaysBusy: number | null
  payWithoutWork: number | null
  inputs: EstimateInput[]
  capital: Capital[]
  confidence: Confidence
  notModelled: string[]
  reasons: string[]
  /** How far the programme's own inputs may lie off; what is left out has the common span. */
  spans?: LeverSpan[]
}

/** Electricity as the composer needs it. Watts per GPU at the wall. */
export interface PowerPlan {
  wattsWork: number
  wattsWait: number
  /** Per GPU share of the rest of the machine, already divided; 0 where explicit wall figures were given or the programme leaves the machine to its owner. */
  hostWatts: number
  usdPerKwh: number
  /** Inputs behind the four numbers, in the order they should be read. */
  inputs: EstimateInput[]
}

/** Cost in USD/day of a card that works the share `busy` of the time. EARNINGS.md "Electricity". */
export function electricityPerDay(power: Pick<PowerPlan, 'usdPerKwh'>, wattsWork: number, wattsWait: number, busy: number): number {
  return (24 * power.usdPerKwh * (wattsWork * busy + wattsWait * (1 - busy))) / 1000
}
