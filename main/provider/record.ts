/** What is kept of a programme's software over restarts of Idlewatt, and the status it is taken up with. */
import { z } from 'zod'
import type { ProviderRun } from '../../shared/provider.ts'
import { backOffMs, cameBack, failuresCountMs, isActive, isComeBack, mostFailures, mostSeenIds, newStatus, type LifecycleStatus } from './lifecycle-status.ts'

const handleSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('process'), pid: z.number().int().positive(), processStartedAt: z.number(), startTicks: z.string().nullable(), program: z.string() }),
  z.object({ kind: z.literal('containers'), ids: z.array(z.string()) }),
  z.object({ kind: z.literal('observed'), what: z.string() }),
])
const runSchema = z.object({ id: z.string(), startedAt: z.number(), handle: handleSchema, adopted: z.boolean() })
const recordSchema = z.object({
  phase: z.enum(['not-set-up', 'stopped', 'starting', 'running', 'finishing', 'stopping', 'stop-failed', 'waiting', 'failed']),
  because: z.string(),
  wanted: z.enum(['run', 'finish', 'stop']),
  run: runSchema.nullable(),
  /** Marks of starts whose end is not verified: written before anything is started. */
  marks: z.array(z.string()),
  failures: z.array(z.object({ at: z.number(), sentence: z.string() })),
  inRow: z.number(),
  endedBadly: z.string().nullable(),
  seenIds: z.array(z.string()).max(mostSeenIds).default([]),
  isStopWished: z.boolean().default(false),
})
export type ProviderRecord = z.output<typeof recordSchema>

export function recordOf(status: LifecycleStatus, marks: string[]): ProviderRecord {
  const { phase, because, wanted, run, failures, inRow, endedBadly, seenIds, isStopWished } = status
  // Of a running programme the sentence changes with every reading and is told by the next one.
  return { phase, because: phase === 'running' ? '' : because, wanted, run, marks, failures, inRow, endedBadly, seenIds, isStopWished }
}

/** null: there is none, or it is of another make. */
export function parseRecord(document: Record<string, unknown> | null): ProviderRecord | null {
  return recordSchema.safeParse(document).data ?? null
}

/** `found`: what of the recorded run was found still running; null: nothing, or there was none. Pure. */
export function takenUp(record: ProviderRecord | null, found: ProviderRun | null, isSetUp: boolean, now: number): LifecycleStatus {
  const fresh = newStatus(isSetUp, now)
  if (record === null) return found === null ? fresh : { ...fresh, phase: 'running', because: adopted, run: found }
  const failures = record.failures.filter((failure) => failure.at <= now && now - failure.at < failuresCountMs).slice(-mostFailures)
  const kept: LifecycleStatus = { ...fresh, wanted: record.wanted, failures, inRow: record.inRow, seenIds: record.seenIds, isStopWished: record.isStopWished }
  if (found !== null) {
    if (record.phase === 'finishing') return { ...kept, phase: 'finishing', because: 'It finishes its current work and then stops.', run: found }
    const isEnded = !isActive({ ...fresh, phase: record.phase }) && isComeBack(record, found)
    const isEnding = isEnded || record.phase === 'stopping' || record.phase === 'stop-failed' || (record.phase === 'starting' && record.wanted !== 'run')
    if (isEnding) return { ...kept, phase: 'stopping', because: isEnded ? cameBack : 'It is being stopped.', run: found, stopStep: 'asked', stopTries: 1, triedAt: now, endedBadly: record.endedBadly }
    return { ...kept, phase: 'running', because: adopted, run: found, isStopWished: false }
  }
  if (!isSetUp) return { ...fresh, wanted: 'stop', seenIds: record.seenIds, isStopWished: record.isStopWished }
  if (record.phase === 'failed') return { ...kept, phase: 'failed', because: record.because }
  if (record.wanted !== 'run') return { ...kept, wanted: 'stop', because: isActive({ ...fresh, phase: record.phase }) ? 'It ended while Idlewatt was not running.' : record.because || fresh.because }
  // It was wanted and is not there: the computer was restarted, or it died unseen. One pause, whatever the clock has done.
  const because = record.phase === 'waiting' ? record.because : 'It ended while Idlewatt was not running. It is started again after a pause.'
  return { ...kept, phase: 'waiting', because, retryAt: now + backOffMs(Math.max(1, record.inRow)) }
}

const adopted = 'It was running already and was taken over as it is.'
