/** What io.net's explorer says of one device. The shapes are undocumented or of 2024: read loosely, and what is not found is not known. */
import type { SoftwareFacts } from '../network.ts'

/** As io.net's pages name the states. */
const states = ['up', 'running', 'idle', 'paused', 'down', 'failed', 'blocked', 'unsupported', 'inactive', 'terminated'] as const
export type DeviceState = (typeof states)[number]

export interface Device {
  /** null: the answer names none that is known; `said` is what it names. */
  state: DeviceState | null
  said: string | null
  /** On a hire; null: the answer does not tell. */
  isHired: boolean | null
  jobId: string | null
}

export interface Readiness {
  isReady: boolean | null
  /** Reasons of the rules that are not met. */
  unmet: string[]
}

/** A record below "data", or the answer itself; null: neither. */
function recordOf(value: unknown): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const inner = (value as { data?: unknown }).data
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Record<string, unknown>) : (value as Record<string, unknown>)
}

/** Words from outside, for a sentence: one line, short. */
function words(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const clean = value.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim().slice(0, 120)
  return clean === '' ? null : clean
}

export function readDevice(answer: SoftwareFacts['endpoints'][string] | undefined): Device | null {
  const record = answer === undefined || answer.why !== null ? null : recordOf(answer.value)
  if (record === null) return null
  const said = words(record['status'])?.toLowerCase() ?? null
  const state = states.find((one) => one === said) ?? null
  const running = Array.isArray(record['jobs']) ? record['jobs'].filter(isUnderWay) : null
  const isHired = said === 'hired' || said === 'busy' ? true : running === null ? null : running.length > 0
  const first = running?.[0]
  const jobId = typeof first === 'object' && first !== null ? words((first as Record<string, unknown>)['id'] ?? (first as Record<string, unknown>)['job_id']) : null
  if (said === null && isHired === null) return null
  return { state: state ?? (said === 'hired' || said === 'busy' ? 'running' : null), said, isHired, jobId }
}

/** Past jobs may be listed too: those with an end, or that say they are over, are none. */
function isUnderWay(job: unknown): boolean {
  if (typeof job !== 'object' || job === null) return false
  const { status, end_date: endDate, ended_at: endedAt } = job as Record<string, unknown>
  if (typeof status === 'string' && /complet|finish|fail|cancel|ended|terminat|destroy/i.test(status)) return false
  return (endDate ?? null) === null && (endedAt ?? null) === null
}

export function readReadiness(answer: SoftwareFacts['endpoints'][string] | undefined): Readiness | null {
  const record = answer === undefined || answer.why !== null ? null : recordOf(answer.value)
  if (record === null) return null
  const ready = record['block_rewards_ready']
  const rules = Array.isArray(record['rules']) ? record['rules'] : []
  const unmet = rules.flatMap((rule) => {
    const { check, reason } = (typeof rule === 'object' && rule !== null ? rule : {}) as { check?: unknown; reason?: unknown }
    return check === false ? [words(reason) ?? 'a rule without a reason'] : []
  })
  if (typeof ready !== 'boolean' && unmet.length === 0) return null
  return { isReady: typeof ready === 'boolean' ? ready : false, unmet: unmet.slice(0, 8) }
}
