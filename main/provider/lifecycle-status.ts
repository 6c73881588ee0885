/** The status that the lifecycle turns, its rules, and what can happen to it. */
import type { ProviderRun, ProviderStatus, SoftwareReading } from '../../shared/provider.ts'
import type { SoftwareDefinition } from '../networks/network.ts'

export interface LifecycleStatus extends ProviderStatus {
  isSetUp: boolean
  /** Failures without ten healthy minutes between them: sets the length of the wait. */
  inRow: number
  /** Docker does not answer, so nothing can be told of its containers; null: it answers, or is not needed. */
  engineLost: { since: number; why: string } | null
  /** In stopping and stop-failed: every ask and every kill is one more. */
  stopTries: number
  /** When the last of them was; null: there is nothing to end yet (a start is under way). */
  triedAt: number | null
  /** Set while the rest of a failed run is being ended: why it failed. It was counted then. */
  endedBadly: string | null
  /** In waiting: what keeps it from being started may pass by itself, so that is looked at again instead of a start. */
  isBarred: boolean
  /** Ids of containers that stood in this run or those before, oldest first. */
  seenIds: string[]
  /** Its rest is the user's wish, and not only that nobody started it. */
  isStopWished: boolean
}

export interface LifecycleRules {
  readyWithinMs: number
  graceMs: number
  finish: { how: 'watch-until-idle' | 'signal'; mostMs: number }
}

export type LifecycleEvent =
  | { kind: 'asked-start' }
  | { kind: 'asked-finish' }
  | { kind: 'asked-stop' }
  | { kind: 'spawned'; run: ProviderRun }
  /** `isFinal`: trying again would end the same way. `counts`: as a failure of the provider. */
  | { kind: 'could-not-start'; sentence: string; isFinal: boolean; counts: boolean }
  /** Not started, and not for a fault of its own: something stands in the way that may pass. Said again whenever it was looked at again. */
  | { kind: 'barred'; sentence: string }
  | { kind: 'unbarred' }
  /** It was running already. Not said while a start is under way. */
  | { kind: 'adopted'; run: ProviderRun }
  /** Containers of this run. */
  | { kind: 'stood'; ids: string[] }
  /** The run's process has ended and its containers stand. */
  | { kind: 'handed-over'; ids: string[] }
  | { kind: 'reading'; reading: SoftwareReading }
  /** `counts`: as a failure of the provider. `isGone`: it was looked, and nothing of it runs any more. */
  | { kind: 'ended'; sentence: string; counts: boolean; isGone: boolean }
  /** What ended just now was taken away by somebody: no failure of the provider. */
  | { kind: 'removed-by-others' }
  | { kind: 'engine-lost'; why: string }
  | { kind: 'engine-back' }
  /** What is left after a kill, in words. */
  | { kind: 'kill-failed'; sentence: string }
  | { kind: 'duplicate'; sentence: string | null }
  | { kind: 'tick' }
  /** The wall clock moved by itself by so much. */
  | { kind: 'clock-jumped'; ms: number }
  | { kind: 'enrolment-changed'; isSetUp: boolean }

/** Only what it started is left of it. */
export const endedUnseen: LifecycleEvent = { kind: 'ended', sentence: 'It ended while Idlewatt was not running.', counts: false, isGone: false }

export const failuresCountMs = 600_000
export const healthyForgetsMs = 600_000
export const mostFailures = 5
/** A kill that has not been answered by then has failed. */
export const killAnswersMs = 15_000
export const killAgainMs = 30_000
/** Docker that is stopped ends its containers first; it gives each of them ten seconds. */
export const engineTookItMs = 20_000
/** So often what stands in the way of a start is looked at. */
export const barredLookMs = 30_000
export const mostSeenIds = 50
/** Docker that came back starts containers again by itself; they are waited for. */
export const engineSettlesMs = 5_000

/** 2, 4, 8, 16, 32 s. */
export function backOffMs(inRow: number): number {
  return 1000 * 2 ** Math.min(5, Math.max(1, inRow))
}

export function newStatus(isSetUp: boolean, at: number): LifecycleStatus {
  return {
    phase: isSetUp ? 'stopped' : 'not-set-up',
    since: at,
    because: isSetUp ? 'It is set up and was not started yet.' : notSetUp,
    run: null,
    reading: null,
    retryAt: null,
    failures: [],
    wanted: 'stop',
    healthySince: null,
    stopStep: null,
    duplicate: null,
    isSetUp,
    inRow: 0,
    engineLost: null,
    stopTries: 0,
    triedAt: null,
    endedBadly: null,
    isBarred: false,
    seenIds: [],
    isStopWished: false,
  }
}

export const notSetUp = 'It is not set up on this computer yet.'

/** Every container of the run was one of a run that the user stopped: Docker started them again by itself. */
export function isComeBack({ isStopWished, wanted, seenIds }: Pick<LifecycleStatus, 'isStopWished' | 'wanted' | 'seenIds'>, { handle }: ProviderRun): boolean {
  return isStopWished && wanted === 'stop' && handle.kind === 'containers' && handle.ids.length > 0 && handle.ids.every((id) => seenIds.includes(id))
}

export const cameBack = 'It was stopped, and Docker started it again by itself. It is being stopped again, as you wished.'

/** Something of it runs or may run. */
export function isActive(status: LifecycleStatus): boolean {
  return ['starting', 'running', 'finishing', 'stopping', 'stop-failed'].includes(status.phase)
}

export function isReady(reading: SoftwareReading | null): boolean {
  return reading !== null && ['ready', 'working', 'idle'].includes(reading.activity)
}

/** Certainly without work: what cannot be told is not idle. */
export function isIdle(reading: SoftwareReading | null): boolean {
  return reading !== null && reading.job === null && (reading.activity === 'idle' || reading.activity === 'ready')
}

/** What is in somebody's way is seen within a second, and is to be gone within three. */
const hurriedGraceMs = 1500

/** How long software may take to end once it was asked to. `isForUser`: somebody waits for the card. */
export function graceOf({ stop }: Pick<SoftwareDefinition, 'stop'>, how?: { isForUser: boolean }): number {
  return how?.isForUser === true ? Math.min(stop.graceMs, hurriedGraceMs) : stop.graceMs
}
