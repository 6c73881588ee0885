/** Hand-made events of some weeks: programmes, jobs, cards, alerts, programs; answered as the history does. */
import type { HistoryEvent, HistoryEventId } from '../../shared/history.ts'
import { now } from './parts.ts'

const shapes: [HistoryEventId, string | null, string | null, string][] = [
  ['job-started', null, 'north/provider', 'A job began: job-77.'],
  ['provider-ready', null, 'north/provider', 'It is ready for work.'],
  ['provider-started', null, 'north/provider', 'Started as process 48211.'],
  ['provider-died', null, 'north/provider', 'It ended with exit code 1: the network could not be reached. It is started again in 4 s.'],
  ['alert-began', 'GPU-00000000', null, 'Hot: its core is at 87 °C.'],
  ['throttle-began', 'GPU-00000000', null, 'Slowed down by its heat.'],
  ['process-came', 'GPU-00000000', null, '`blender` began to use it.'],
  ['job-failed', null, 'frame/rendering', 'A job failed after 40 s: the scene needs more memory than the card has.'],
  ['enrolment-step-done', null, 'ember/worker', 'Step done: Download the launcher.'],
  ['process-went', 'GPU-00000000', null, '`blender` no longer uses it.'],
  ['alert-ended', 'GPU-00000000', null, 'Hot: over after 12 minutes.'],
  ['provider-gave-up', null, 'granite/host', 'It ended five times in ten minutes and is not started again by itself.'],
  ['recording-began', null, null, 'Recording began.'],
]

const events: HistoryEvent[] = Array.from({ length: 900 }, (_, i) => {
  const [id, gpuId, programmeId, sentence] = shapes[i % shapes.length] ?? ['recording-began', null, null, '']
  return { at: now - 5 * 60_000 - Math.floor(i / 2) * 37 * 60_000, id, gpuId, ...(programmeId === null ? {} : { programmeId }), sentence }
})

export function happened({ from, to, limit, gpuId, programmeId }: { from: number; to: number; limit: number; gpuId?: string; programmeId?: string }): HistoryEvent[] {
  return events.filter((event) => event.at >= from && event.at < to && (gpuId === undefined || event.gpuId === gpuId) && (programmeId === undefined || event.programmeId === programmeId)).slice(0, limit)
}
