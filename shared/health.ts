/** What is wrong and since when: alerts, and how the owner is told. */
import type { RecordingStatus } from './history.ts'

export const alertSeverities = ['info', 'warning', 'critical'] as const
export type AlertSeverity = (typeof alertSeverities)[number]

/** A reading or event that an alert stands on. */
export interface AlertEvidence {
  at: number
  /** "Core temperature". */
  label: string
  /** As a person reads it, with its unit: "91 °C". */
  value: string
}

export interface Alert {
  /** `<rule>:<gpu id or "machine">`: one alert at a time for each. */
  id: string
  rule: string
  gpuId: string | null
  gpuName: string | null
  severity: AlertSeverity
  title: string
  /** What is the matter now, with figures. */
  sentence: string
  /** What to do about it. */
  remedy: string
  since: number
  /** null: still so. */
  until: number | null
  /** Newest last, at most 20. */
  evidence: AlertEvidence[]
  /** When the owner was last told; null: not (below the chosen severity, quiet hours, no channel). */
  toldAt: number | null
}

export const channelIds = ['desktop', 'webhook', 'ntfy'] as const
export type ChannelId = (typeof channelIds)[number]

/** A way to reach the owner. Addresses may hold secrets, so that only their host is shown. */
export interface ChannelStatus {
  id: ChannelId
  isSetUp: boolean
  /** "hooks.example.org"; null: not set up, or the desktop. */
  host: string | null
  /** Why it cannot be used at all here ("this door has no desktop"); null: it can. */
  because: string | null
  last: { at: number; ok: boolean; sentence: string } | null
  /** Messages that wait to be sent again. */
  waiting: number
}

export interface HealthState {
  /** Most severe first, then oldest first. */
  open: Alert[]
  /** Ended ones, newest first, at most 50. */
  ended: Alert[]
  recording: RecordingStatus
  channels: ChannelStatus[]
  /** Quiet hours are on until then; null: they are not. */
  quietUntil: number | null
}

/** What a channel sends: one message for a change of an alert, or for several at once. Also the body of the webhook. */
export interface HealthMessage {
  /** `began`, `still` (a repeat), `ended`, or a `test`. */
  kind: 'began' | 'still' | 'ended' | 'test'
  machine: string
  at: number
  title: string
  text: string
  /** The one it is about; null: none (a test), or several. */
  alert: Alert | null
  /** All that it is about, the worst first; of several, each with its newest evidence alone. */
  alerts: Alert[]
}
