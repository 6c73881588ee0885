/** What is the matter with the cards and the machine, what to do about it, and what has mended itself. */
import type { Alert } from '../../../shared/health.ts'
import { EndedAlerts, OpenAlerts } from '../../components/Alerts.tsx'
import { detectionOf } from '../../components/Looking.tsx'
import { Section } from '../../components/Page.tsx'
import { formatClock } from '../../format/time.ts'
import { gpuTitle } from '../../state/gpu-slots.ts'
import { usePart } from '../../state/window-context.ts'

export function HealthSection() {
  const { open, ended, recording, quietUntil } = usePart('health')
  const all = detectionOf(usePart('gpus'))?.gpus ?? []
  if (open.length === 0 && ended.length === 0 && recording.phase !== 'stopped') return null
  function nameOf(alert: Alert): string | null {
    const gpu = all.find((one) => one.id === alert.gpuId)
    return gpu ? gpuTitle(gpu, all) : alert.gpuName
  }
  return (
    <Section title="Health" aside={quietUntil === null ? null : `Quiet hours until ${formatClock(quietUntil)}`}>
      {recording.phase === 'stopped' && !open.some((alert) => alert.rule.includes('record')) ? <p className="tone-warning">{recording.sentence}</p> : null}
      {open.length === 0 ? <p className="muted">Nothing is the matter at the moment.</p> : <OpenAlerts alerts={open} nameOf={nameOf} />}
      <EndedAlerts alerts={ended} nameOf={nameOf} />
    </Section>
  )
}
