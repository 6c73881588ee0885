/** What a rule of the run policy is, and what it may look at. */
import type { Because, Do, PolicyCard, PolicyProgramme, RuleId } from '../../shared/policy-state.ts'
import type { CardPolicy, Override, ProgrammePolicy, RunMode } from '../../shared/policy.ts'
import type { CardStop } from './calm.ts'
import type { PairMemory, PolicyInputs } from './inputs.ts'
import type { InTheWay } from './rule-busy.ts'
import type { Presence } from './rule-presence.ts'
import type { Money } from './rule-worth.ts'

/** It does not stand in the way, or what it needs is not known: then it decides nothing. */
export interface Aside {
  is: 'clear' | 'unknown'
  sentence: string
}

export interface Holding {
  is: 'holds'
  do: Do
  sentence: string
  evidence: string[]
  isForUser: boolean
  program?: Because['program']
  /** ms since epoch; left out: nothing that is known in advance. */
  untilMs?: number | null
  untilWords: string
  /** It leaves running software as it is, unless something stops it for the user's sake or for the card's. */
  isWeak?: boolean
  /** What else holds is of no interest. */
  isFinal?: boolean
  /** It decides nothing and is told beside what does. */
  isBeside?: boolean
  /** It began after the user asked for it to run now, or is never to be overridden: the newest wish wins. */
  beatsRunNow?: boolean
}

export type Verdict = Aside | Holding

export interface Rule {
  id: RuleId
  title: string
  /** Whether "run now" goes before it. */
  canOverride: boolean
  /** While it holds, no calm begins: something of the user's is in the way (`quiet`), or they are only there (`away`). */
  breaks?: 'quiet' | 'away'
  judge(look: Look): Verdict
}

/** Everything that is the same for all pairs in one call of `decide`, and what is kept for the next. */
export interface Scene {
  inputs: PolicyInputs
  at: number
  /** Never less than at the call before. */
  steadyMs: number
  watchedSteady: number
  /** Also what is clear is told with its figures. */
  isExplaining: boolean
  presence: Presence
  /** Of a quiet hour; null: it is none. */
  quietUntil: number | null
  isQuietNow: boolean
  /** When the next quiet hours begin; null: they are now, or there are none. */
  quietFrom: number | null
  /** Something may change in so many ms by itself. */
  wakeIn(ms: number): void
  wakeAt(at: number): void
  /** Since when this holds without a break; null: it does not. */
  heldSince(key: string, holds: boolean): { steady: number; at: number } | null
  /** What was kept under this key, or from now on `first`. */
  remember(key: string, first: { steady: number; at: number }): { steady: number; at: number }
  /** Begins to hold at once and ends when `isOff` has been true for `offMs` on end. */
  holdsOn(key: string, isOn: boolean, isOff: boolean, offMs: number): boolean
}

export interface Loud {
  sentence: string
  evidence: string[]
  untilMs: number | null
  untilWords: string
  /** By the steady clock: since when what runs there is to end; null: it only keeps others from starting. */
  stopsSince: number | null
}

export interface CardLook {
  card: PolicyCard
  policy: CardPolicy | null
  isOursActive: boolean
  inTheWay: InTheWay | null
  /** Nothing of it can be told while our own software works there. */
  isBusyUnknown: boolean
  isHot: Holding | null
  isLoud: Loud | null
  isSpare: boolean
}

/** One pair of a programme and a card. */
export interface Look {
  scene: Scene
  programme: PolicyProgramme
  policy: ProgrammePolicy
  money: Money
  gpuId: string | null
  /** null: it uses none, or this one is not known. */
  card: CardLook | null
  key: string
  before: PairMemory | null
  isUp: boolean
  isLeaving: boolean
  startedSteady: number | null
  stoppedSteady: number | null
  /** Worked out once the rules that break calm were judged. */
  quietSteady: number | null
  awaySteady: number | null
  shortRuns: readonly number[]
  /** Of every programme on this card. */
  cardStops: readonly CardStop[]
  override: Override | null
  mode: RunMode
  /** What set the mode, as the end of a sentence. */
  modeBy: string
  modeUntil: { at: number; may: RunMode } | null
}
