/** Alerts as pages need them: which concern a card, how bad it is, in words beside the colour. Pure. */
import type { Alert, AlertSeverity } from '../../shared/health.ts'
import type { Gpu } from '../../shared/machine.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import { realReasons, reasonWords } from '../../shared/throttle.ts'
import { pressingProblems } from './gpu-slots.ts'

export const severityWords: Record<AlertSeverity, string> = { info: 'For your information', warning: 'Warning', critical: 'Critical' }

const weight: Record<AlertSeverity, number> = { info: 1, warning: 2, critical: 3 }

export function alertsOf(alerts: readonly Alert[], gpuId: string): Alert[] {
  return alerts.filter((alert) => alert.gpuId === gpuId)
}

/** Alerts that say the same of several cards, together; in the order of the first of each. */
export function alertGroups(alerts: readonly Alert[]): [Alert, ...Alert[]][] {
  const groups = new Map<string, [Alert, ...Alert[]]>()
  for (const alert of alerts) {
    const key = JSON.stringify(alert.gpuId === null ? alert.id : [alert.rule, alert.severity, alert.title, alert.remedy])
    const group = groups.get(key)
    if (group) group.push(alert)
    else groups.set(key, [alert])
  }
  return [...groups.values()]
}

export function criticalOf(alerts: readonly Alert[]): Alert[] {
  return alerts.filter((alert) => alert.severity === 'critical' && alert.until === null)
}

export function worstOf(alerts: readonly Alert[]): AlertSeverity | null {
  return alerts.reduce<AlertSeverity | null>((worst, alert) => (worst === null || weight[alert.severity] > weight[worst] ? alert.severity : worst), null)
}

/** How a card is, in one or two words, and the tone they are drawn in. */
export interface CardHealth {
  tone: 'good' | 'info' | 'warning' | 'critical' | 'unknown'
  words: string
}

export function cardHealth(gpu: Gpu, sample: GpuSample | null, open: readonly Alert[]): CardHealth {
  if (gpu.lostSince !== null) return { tone: 'critical', words: 'lost' }
  const own = alertsOf(open, gpu.id)
  const worst = worstOf(own)
  const title = own.find((alert) => alert.severity === worst)?.title ?? ''
  const more = own.length > 1 ? ` +${own.length - 1}` : ''
  if (worst === 'critical' || worst === 'warning') return { tone: worst, words: `${title}${more}` }
  const problems = pressingProblems(gpu).length
  if (problems > 0) return { tone: 'warning', words: problems === 1 ? '1 problem' : `${problems} problems` }
  if (sample?.unknown.all) return { tone: 'unknown', words: 'no readings' }
  if (worst === 'info') return { tone: 'info', words: `${title}${more}` }
  return sample === null ? { tone: 'unknown', words: 'no reading yet' } : { tone: 'good', words: 'fine' }
}

/** The reasons that slow a card down, in words: being idle is none, though drivers list it. */
export function slowingReasons(throttle: readonly string[] | null | undefined): string[] {
  return realReasons(throttle ?? []).map(reasonWords)
}
