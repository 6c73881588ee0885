/** What the policy reads, what it decides and why: as a window, `policy show --json` and a simulation show it. */
import type { Source } from './network.ts'
import type { PolicySettings, RunMode } from './policy.ts'
import type { ProviderPhase } from './provider.ts'

/** Something that was read, or why it could not be. Unknown is never 0 and never "for ever". */
export type Sensed<T> = { value: T; how: string; at: number } | { value: null; why: string; at: number }

/** The machine and whoever sits at it. */
export interface PolicyMachine {
  /** ms since the last key or pointer movement. */
  idleMs: Sensed<number>
  /** Whether somebody is logged in at a screen; false on a machine without one: then nobody can be disturbed. */
  isAttended: Sensed<boolean>
  isLocked: Sensed<boolean>
  /** A program fills the screen; "" where its name is not told. `false`: none does. */
  fullScreen: Sensed<string | false>
  gameMode: Sensed<boolean>
  onBattery: Sensed<boolean>
  /** 0..1. */
  charge: Sensed<number>
  isLidClosed: Sensed<boolean>
  isMetered: Sensed<boolean>
  /** All interfaces but loopback, since local midnight. */
  trafficTodayBytes: Sensed<number>
  diskFreeBytes: Sensed<number>
  /** 0..1 of all processor threads. */
  processorLoad: Sensed<number>
  /** The system has said that it goes to sleep. */
  isGoingToSleep: boolean
}

/** `ours`: started by Idlewatt, or a child of it. `desktop`: what every desktop draws with. `ignored`: the user said so. */
export type Whose = 'ours' | 'desktop' | 'ignored' | 'listed' | 'stranger'

/** A program on a card. The same pid with another start is another program. */
export interface ProgramOnCard {
  pid: number
  name: string
  /** ms since epoch; null: not told. */
  startedAt: number | null
  memoryBytes: number | null
  utilisation: number | null
  whose: Whose
  confidence: 'high' | 'medium' | 'low'
  /** How that was told: "its parent is our launcher (4711)". */
  why: string
}

export interface PolicyCard {
  gpuId: string
  name: string
  /** As in resources/gpus.json; null: not told. */
  model: string | null
  isHere: boolean
  /** Why its driver does not answer; null: it does. */
  silent: string | null
  drivesDisplay: Sensed<boolean>
  temperatureC: number | null
  /** The card's own slow-down point. */
  slowdownC: number | null
  /** 0..1. */
  fan: number | null
  utilisation: number | null
  memoryUsedBytes: number | null
  programs: ProgramOnCard[]
  /** The programmes that other software on it belongs to, found by its processes. */
  listedBy: string[]
  /** Idlewatt measures it now. */
  isMeasured: boolean
  /** When these readings were taken; null: never. */
  at: number | null
}

/** What a programme demands of whoever runs its software: data of its adapter. */
export interface ProgrammeDemands {
  /** `none`: it uses no card. `all`: it takes every card of the machine that it can use. */
  cards: 'none' | 'all'
  /** What must not run beside it: nothing on its cards, nothing on any card of the machine, or it does not matter. */
  exclusive: 'free' | 'card' | 'machine'
  exclusiveWhy: string
  exclusiveSource: Source
  /** Share of a listed card (and of the processor) that may be in use while it has no job; models as in resources/gpus.json, null: every card. Breaking it is punished. */
  ceilings: { models: string[] | null; gpu: number; processor: number | null; source: Source }[]
  /** null: no duty is published. */
  uptime: { share: number | null; offlineMinutesADay: number | null; rewardsAfterHours: number | null; sentence: string; source: Source } | null
  /** `free`: it is made to be interrupted. `costly`: pay or uptime is lost. `punished`: a deposit or the standing is cut. */
  interruption: 'free' | 'costly' | 'punished'
  /** From start to ready, in minutes, where it is known or assumed (`startWhy`). */
  startMinutes: number
  startWhy: string
}

/** What an hour of a programme on this machine is worth before power, and what power it takes. All its cards together. */
export interface ProgrammeWorth {
  grossUsdPerHour: { low: number | null; expected: number | null; high: number | null }
  kwhPerHour: { low: number; expected: number; high: number }
}

export interface PolicyProgramme {
  programmeId: string
  title: string
  isPractice: boolean
  kind: 'managed' | 'observed'
  isSetUp: boolean
  /** Why it cannot be started at all; null: it can, or runs. */
  cannotStart: string | null
  phase: ProviderPhase
  since: number
  /** A job in progress. */
  job: { since: number } | null
  earning: boolean | null
  /** Cards it would have; empty: it uses none. */
  gpuIds: string[]
  demands: ProgrammeDemands
  /** null: no figure is known. */
  worth: ProgrammeWorth | null
  stopPrice: { sentence: string; usd: number | null; finishMinutes: number | null }
  /** Starts of it that were refused in a row; 0: the last one was not, or there was none. */
  refusals: number
}

/** What a kilowatt-hour costs, in steps that follow each other without holes; empty: no price is set. */
export interface PriceStep {
  from: number
  to: number
  usdPerKwh: number
  /** "dated price", "weekly table; no dated price covers this hour". */
  how: string
}

/** In this order; the first that holds decides. Those before `paused` cannot be overridden by the user. */
export const ruleIds = [
  'not-set-up',
  'observed',
  'not-armed',
  'policy-off',
  'cannot-start',
  'card-gone',
  'driver-silent',
  'going-to-sleep',
  'benchmark',
  'too-hot',
  'disk-full',
  'listed-elsewhere',
  'exclusive',
  'ceiling',
  'paused',
  'card-never',
  'run-now',
  'busy',
  'full-screen',
  'game-mode',
  'user-here',
  'idle-unknown',
  'battery',
  'lid',
  'metered',
  'traffic',
  'quiet-hours',
  'too-loud',
  'schedule',
  'at-a-loss',
  'calm',
  'dwell',
  'other-card',
  'free',
] as const
export type RuleId = (typeof ruleIds)[number]

/** `run`: start it or let it run. `finish`: no new work, stop when the present one is done. `wait`: it does not run and is not started. */
export type Do = 'run' | 'finish' | 'stop' | 'wait'

export interface Because {
  rule: RuleId
  /** One sentence for the user. */
  sentence: string
  /** Since when this holds, ms since epoch. */
  since: number
  /** "Blender: 43 % of the card, 6.1 GB", "keyboard and mouse: 12 s ago (GNOME)". */
  evidence: string[]
  /** The program that it is about: a window offers "ignore this program" beside it. */
  program?: { pid: number; name: string }
  /** It is for the user's own work: then software stops at once, whatever that costs. */
  isForUser: boolean
}

export interface Decision {
  /** null: a programme that uses no card. */
  gpuId: string | null
  programmeId: string
  do: Do
  /** The first decides; more follow where several hold. Never empty. */
  because: Because[]
  /** When it may change by itself, ms since epoch; null: nothing that is known in advance. */
  until: number | null
  /** The same in words: "in 2 min, if the mouse stays still", "when the game ends". */
  untilWords: string
}

/** One rule of one pair, whether it decides or not: for `policy explain`. */
export interface RuleVerdict {
  rule: RuleId
  title: string
  /** `decides`: the first that holds. `holds`: it would too. `clear`: it does not. `overridden`: it holds, and the user said otherwise. `unknown`: what it needs is not known. */
  outcome: 'decides' | 'holds' | 'clear' | 'overridden' | 'unknown'
  sentence: string
}
export interface Explanation {
  gpuId: string | null
  programmeId: string
  decision: Decision
  rules: RuleVerdict[]
}

/** Whether a card's memory was free again after a stop for the user's sake. */
export interface Freed {
  programmeId: string
  gpuId: string
  at: number
  /** null: not yet, or it never was. */
  afterMs: number | null
  isOver: boolean
  sentence: string
}

export interface PolicyState {
  settings: PolicySettings
  /** Why nothing is started or stopped by itself now: a recorded machine, a command that ends at once, switched off. null: it is. */
  notActing: string | null
  /** The machine in one sentence, with why and until when it may change. */
  sentence: string
  why: string | null
  until: number | null
  decisions: Decision[]
  machine: PolicyMachine
  cards: PolicyCard[]
  programmes: Pick<PolicyProgramme, 'programmeId' | 'title' | 'gpuIds' | 'demands' | 'worth' | 'stopPrice'>[]
  /** Of the coming 48 h. */
  prices: PriceStep[]
  zone: string
  keepsAwake: { since: number; sentence: string } | null
  freed: Freed[]
  shortcut: { keys: string | null; isTaken: boolean | null; sentence: string }
  /** Whether the machine can be put to sleep and woken from here, in words. */
  canSleep: { sleeps: boolean | null; wakes: boolean | null; sentence: string }
  madeAt: number
}

/** What a simulated stretch of time came to. The document behind `policy simulate --json`. */
export interface Simulation {
  from: number
  to: number
  zone: string
  hours: { total: number; earning: number; hindsightBest: number }
  /** Seconds in which software was in the user's way after the cause could be seen. */
  userDelayedSeconds: { max: number; total: number }
  /** Stops that were not asked for by the programme's own end. */
  interruptions: number
  starts: number
  earnedUsd: number | null
  spentUsd: number | null
  /** Sentences on what was assumed, and on prices that had to stand in. */
  remarks: string[]
  decisions: { at: number; gpuId: string | null; programmeId: string; do: Do; because: string; rule: RuleId }[]
}

/** The coming week by schedule and tariff, for one card or all: an hour of the wall clock each. */
export interface WeekHour {
  from: number
  to: number
  /** Strictest of all cards that have a programme. */
  may: RunMode
  usdPerKwh: number | null
  how: string | null
  /** Of the best programme that is set up (or that the machine could join), after power; null: not known. */
  netUsd: number | null
  /** It would stand still for the price. */
  isAtLoss: boolean
  isQuiet: boolean
}

export interface WeekOutlook {
  zone: string
  hours: WeekHour[]
  simulation: Simulation
  /** What would happen this second. */
  now: string
  remarks: string[]
}
