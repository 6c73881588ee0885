/** The status of software that is only looked at: what the readings say, no wishes. Pure. */
import type { SoftwareReading } from '../../shared/provider.ts'
import type { SoftwareFacts } from '../networks/network.ts'
import { notSetUp, type LifecycleStatus } from './lifecycle-status.ts'

/** Gives the same object back where nothing changes. */
export function observedStatus(before: LifecycleStatus, reading: SoftwareReading, isThere: boolean | null, now: number): LifecycleStatus {
  const isRunning = isThere === null ? before.phase === 'running' : isThere
  const phase = isRunning ? 'running' : before.isSetUp ? 'stopped' : 'not-set-up'
  return {
    ...before,
    phase,
    since: before.phase === phase ? before.since : now,
    because: phase === 'not-set-up' ? notSetUp : reading.sentence,
    run: isRunning ? (before.run ?? { id: 'observed', startedAt: now, handle: { kind: 'observed', what: reading.evidence[0] ?? reading.sentence }, adopted: true }) : null,
    reading,
  }
}

/** null: cannot be told. A reading that knows what it does outweighs every sign. */
export function isThereByFacts(facts: SoftwareFacts, reading: SoftwareReading): boolean | null {
  if (['ready', 'working', 'idle', 'starting'].includes(reading.activity)) return true
  const services = Object.values(facts.services)
  const endpoints = Object.values(facts.endpoints)
  const isRunning = facts.isProcessThere === true || services.includes('active') || services.includes('running') || endpoints.some((endpoint) => endpoint.why === null) || (facts.containers ?? []).some((container) => container.state === 'running')
  if (isRunning) return true
  const isKnownGone = services.some((state) => state !== null) || facts.isProcessThere === false || (facts.containers !== null && facts.containers.length === 0)
  return isKnownGone && services.every((state) => state !== null) ? false : null
}
