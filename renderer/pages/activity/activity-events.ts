/** What happened, sorted into kinds, days and pages. Pure. */
import type { HistoryEvent, HistoryEventId } from '../../../shared/history.ts'
import { formatDay } from '../../format/time.ts'

export const eventKinds = ['software', 'policy', 'jobs', 'setting-up', 'cards', 'alerts', 'programs', 'idlewatt'] as const
export type EventKind = (typeof eventKinds)[number]

export const kindWords: Record<EventKind, string> = {
  software: 'programmes’ software',
  policy: 'when it runs: starts, stops and pauses of the policy',
  jobs: 'jobs',
  'setting-up': 'setting up and leaving',
  cards: 'cards',
  alerts: 'alerts',
  programs: 'programs that came and went on a card',
  idlewatt: 'Idlewatt itself',
}

export function kindOf(id: HistoryEventId): EventKind {
  if (id.startsWith('provider-')) return 'software'
  if (id.startsWith('policy-')) return 'policy'
  if (id.startsWith('job-')) return 'jobs'
  if (id.startsWith('enrolment-')) return 'setting-up'
  if (id.startsWith('alert-')) return 'alerts'
  if (id.startsWith('process-')) return 'programs'
  return id.startsWith('recording-') || id === 'clock-jumped' || id === 'probe-restarted' ? 'idlewatt' : 'cards'
}

const faults: ReadonlySet<HistoryEventId> = new Set<HistoryEventId>(['card-lost', 'driver-silent', 'ecc-uncorrected', 'memory-retired', 'xid', 'recording-stopped', 'alert-began', 'benchmark-wrong-result', 'benchmark-memory-errors', 'benchmark-driver-reset', 'provider-died', 'provider-stop-failed', 'provider-gave-up', 'provider-unhealthy', 'provider-duplicate', 'job-failed', 'enrolment-step-failed', 'policy-memory-held'])
export function isFault(event: Pick<HistoryEvent, 'id'>): boolean {
  return faults.has(event.id)
}

export interface ActivityFilter {
  /** null: every programme, and what concerns none. */
  programmeId: string | null
  gpuId: string | null
  /** null: all but programs that came and went, of which there are many. */
  kind: EventKind | null
}

/** What the app cannot leave out by itself. */
export function fits(event: HistoryEvent, { kind }: ActivityFilter): boolean {
  return kind === null ? kindOf(event.id) !== 'programs' : kindOf(event.id) === kind
}

function keyOf(event: HistoryEvent): string {
  return JSON.stringify([event.at, event.id, event.gpuId, event.programmeId ?? null, event.sentence])
}

/** Two lists, newest first, as one; what stands in both stands once, and what happened alike several times in one list stays so. */
export function joined(some: readonly HistoryEvent[], others: readonly HistoryEvent[]): HistoryEvent[] {
  const here = new Map<string, number>()
  for (const event of some) here.set(keyOf(event), (here.get(keyOf(event)) ?? 0) + 1)
  const rest = others.filter((event) => {
    const left = here.get(keyOf(event)) ?? 0
    if (left > 0) here.set(keyOf(event), left - 1)
    return left === 0
  })
  return [...some, ...rest].sort((a, b) => b.at - a.at)
}

/** By local day, newest first. */
export function byDay(events: readonly HistoryEvent[]): { day: string; events: HistoryEvent[] }[] {
  return [...Map.groupBy(events, (event) => formatDay(event.at))].map(([day, ofDay]) => ({ day, events: ofDay }))
}
