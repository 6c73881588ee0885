/** The contract of a health rule: a pure function from what is seen now to what is the matter. */
import type { Alert, AlertEvidence, AlertSeverity } from '../../shared/health.ts'
import type { HistoryEvent, RecordingStatus } from '../../shared/history.ts'
import type { Gpu } from '../../shared/machine.ts'
import type { ProviderState } from '../../shared/provider.ts'
import type { Settings } from '../../shared/settings.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import type { DiskSpace } from '../system/disk-space.ts'

interface Look {
  /** ms since epoch, for what a person reads; it may jump. */
  at: number
  /** ms of a clock that never jumps, for every length of time. */
  steadyMs: number
  settings: Settings
}

/** One card at one moment. */
export interface CardLook extends Look {
  gpuId: string
  /** As last detected; null: not listed (yet). */
  gpu: Gpu | null
  /** null: none this time. */
  sample: GpuSample | null
  /** Why its reader did not answer; null: it did, or it was not asked. */
  silent: string | null
  /** What happened to it since the look before; left out: nothing is told with samples. */
  events?: readonly HistoryEvent[]
}

/** The machine as a whole. */
export interface MachineLook extends Look {
  recording: RecordingStatus
  disk: DiskSpace
  /** What happened since the look before. */
  events: HistoryEvent[]
  /** How far the wall clock has just moved by itself, in ms (below 0: back); null: it did not. */
  clockJumpMs: number | null
  /** Provider software that is set up; left out: none. */
  providers?: readonly WatchedProvider[]
}

/** Provider software as far as somebody must be told of it. */
export interface WatchedProvider extends Pick<ProviderState, 'programmeId' | 'phase' | 'wanted' | 'earning' | 'cause' | 'because' | 'duplicate'> {
  title: string
  /** Within the last ten minutes. */
  failures: number
}

/** What is the matter, in words. */
export interface Trouble {
  severity: AlertSeverity
  title: string
  sentence: string
  remedy: string
  evidence: Omit<AlertEvidence, 'at'>[]
  /** When it began, where that is known better than by when it was first seen; ms since epoch. */
  since?: number
}

/**
 * `bad`: so bad that an alert may begin. `between`: better than that, but not good enough to end one. `clear`: fine.
 * `unknown`: it cannot be told now; whatever was, stays. Between `bad` and `clear` lies each rule's hysteresis.
 */
export type Judgement = { is: 'bad'; trouble: Trouble } | { is: 'between' | 'clear' | 'unknown' }

export interface Rule<SomeLook, Memory = undefined> {
  id: string
  /** It tells of moments, not of a state: it stays open for a while after the last one, is not repeated, and nothing mended it when it ends. */
  isOfMoments?: true
  /** How long it must be bad, as seen by looks that say so, before an alert begins (and before it becomes more severe). */
  beginAfterMs: number
  /** How long it must be clear before the alert ends. */
  endAfterMs: number
  /** `memory` is what the rule gave last time for this card or machine; undefined: nothing yet. */
  judge(look: SomeLook, memory: Memory | undefined): { judgement: Judgement; memory?: Memory | undefined }
  /** Memory for an alert that was open when the app ended last, `agoMs` after its newest evidence. */
  resume?(alert: Alert, agoMs: number, steadyMs: number): Memory
}

/** A rule whose memory is its own affair. */
export type AnyRule<SomeLook> = Rule<SomeLook, unknown>

export function defineRule<SomeLook, Memory = undefined>(rule: Rule<SomeLook, Memory>): AnyRule<SomeLook> {
  return rule as unknown as AnyRule<SomeLook>
}

export const clear: { judgement: Judgement } = { judgement: { is: 'clear' } }
export const unknown: { judgement: Judgement } = { judgement: { is: 'unknown' } }
export const between: { judgement: Judgement } = { judgement: { is: 'between' } }
export function bad(trouble: Trouble): { judgement: Judgement } {
  return { judgement: { is: 'bad', trouble } }
}

/** A lost card has no temperature: its own rule speaks of it, the others are over. */
export function isLost(look: CardLook): boolean {
  return look.gpu !== null && look.gpu.lostSince !== null
}
