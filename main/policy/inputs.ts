/** What `decide` is given and what it remembers: the contract between reading, deciding, acting and simulating. */
import type { Decision, Do, PolicyCard, PolicyMachine, PolicyProgramme, PriceStep, RuleId } from '../../shared/policy-state.ts'
import type { PolicySettings } from '../../shared/policy.ts'
import type { CardStop } from './calm.ts'

export interface PolicyInputs {
  /** ms since epoch, by the machine's clock, which may jump: for schedules, prices and what a person reads. */
  at: number
  /** ms of a clock that never jumps: for every length of time. */
  steadyMs: number
  /** IANA name of the schedule's clock. */
  zone: string
  settings: PolicySettings
  machine: PolicyMachine
  cards: readonly PolicyCard[]
  programmes: readonly PolicyProgramme[]
  /** From now on, at least to the end of what is known; without holes. Empty: no price is set. */
  prices: readonly PriceStep[]
  /** The caller has not looked for more than 30 s, as after sleep: what nobody watched is no calm. Where the clocks show it `decide` notices by itself. */
  isAfterGap?: boolean
}

/** What one pair of card and programme went through; times by the steady clock. */
export interface PairMemory {
  do: Do
  rule: RuleId
  /** Steady ms since when it is so, and the same by the wall clock for sentences. */
  sinceSteady: number
  since: number
  startedSteady: number | null
  stoppedSteady: number | null
  /** Stops soon after a start that nobody asked for, and every stop at a ceiling, by the steady clock: each makes the next start wait longer. */
  shortRuns: readonly number[]
  /** Stops for heat or noise, whatever the run's length. */
  cardStops: readonly CardStop[]
  /** Since when nothing of the user's but their being there stands in the way; null: something does. */
  quietSteady: number | null
  /** Since when nobody is in the way at all. */
  awaySteady: number | null
}

/** `previous` of `decide`. Plain data; never changed in place. */
export interface PolicyMemory {
  steadyMs: number | null
  at: number | null
  pairs: Readonly<Record<string, PairMemory>>
  /** By rule and what it is about: since when something holds (steady, wall), so that hysteresis and calm can be told. */
  holds: Readonly<Record<string, { steady: number; at: number }>>
  /** Since when it has been looked without a gap. */
  watchedSteady: number | null
  /** When it was to look again at the latest; null: there was no need. */
  dueSteady: number | null
  wasGoingToSleep: boolean
}

export const noMemory: PolicyMemory = { steadyMs: null, at: null, pairs: {}, holds: {}, watchedSteady: null, dueSteady: null, wasGoingToSleep: false }

export interface Decided {
  /** One for each pair of a programme and a card it would have (a null card where it uses none), in the order of the inputs. */
  decisions: Decision[]
  memory: PolicyMemory
  /** In how many ms, by the steady clock, something may change with no new reading (a calm that is over, a block that begins); null: nothing will. */
  nextInMs: number | null
}

export function pairKey(gpuId: string | null, programmeId: string): string {
  return `${gpuId ?? ''}|${programmeId}`
}
