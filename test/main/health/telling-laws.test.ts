/** Laws of what the owner is told, whatever begins and ends: tried against hours of alerts that fast-check thinks of. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explanationOf } from '../../../main/health/causes.ts'
import { cardRules, listingRules, machineRules } from '../../../main/health/rules.ts'
import { criticalMore, decideTelling, messagesAnHour, nothingTold, type EndedAlert } from '../../../main/health/telling.ts'
import type { Alert, AlertSeverity } from '../../../shared/health.ts'
import { defaultSettings } from '../../../shared/settings.ts'

const start = new Date(2026, 10, 23, 12).getTime()
const minuteMs = 60_000
const rules = [...cardRules, ...listingRules, ...machineRules].map((rule) => rule.id)

function alertOf(rule: string, gpu: number, severity: AlertSeverity, since: number): Alert {
  return { id: `${rule}:${gpu}`, rule, gpuId: String(gpu), gpuName: `Card ${gpu}`, severity, title: rule === 'throttled' ? 'Slowed down by heat' : rule, sentence: 'S.', remedy: 'R.', since, until: null, evidence: [{ at: since, label: rule === 'xid' ? 'Xid 79' : 'L', value: 'V' }], toldAt: null }
}

interface Told {
  minute: number
  id: string
  kind: 'began' | 'still' | 'ended'
  severity: AlertSeverity
}
interface Day {
  told: Told[]
  messages: number[]
  /** Alerts that were open for two hours and never told, by id. */
  unheard: string[]
}

/** Every minute, some alerts begin, get worse or end; all messages arrive. */
function live(minutes: readonly (readonly { rule: number; gpu: number; severity: AlertSeverity; does: 'begin' | 'end' }[])[]): Day {
  const open = new Map<string, Alert>()
  const day: Day = { told: [], messages: [], unheard: [] }
  const everTold = new Set<string>()
  let memory = nothingTold
  let ended: EndedAlert[] = []
  for (const [minute, changes] of [...minutes, ...Array.from({ length: 150 }, () => [])].entries()) {
    const now = start + minute * minuteMs
    for (const { rule, gpu, severity, does } of changes) {
      const fresh = alertOf(rules[rule % rules.length] ?? '', gpu, severity, now)
      const known = open.get(fresh.id)
      if (does === 'begin' && known === undefined) open.set(fresh.id, fresh)
      if (does === 'end' && known !== undefined) {
        open.delete(fresh.id)
        if (known.toldAt !== null) ended.push({ alert: { ...known, until: now }, lastedMs: now - known.since })
      }
    }
    const decision = decideTelling({ open: [...open.values()], ended, busy: new Set(), settings: defaultSettings, machine: 'rig-7', now, steadyMs: minute * minuteMs }, memory)
    memory = decision.memory
    ended = ended.filter((one) => !decision.done.has(one))
    for (const telling of decision.tellings) {
      day.messages.push(minute)
      for (const { id, kind, severity } of telling.alerts) {
        day.told.push({ minute, id, kind, severity })
        everTold.add(id)
        const alert = open.get(id)
        if (alert && kind !== 'ended') open.set(id, { ...alert, toldAt: now })
      }
    }
  }
  const last = start + (minutes.length + 149) * minuteMs
  for (const alert of open.values()) {
    if (last - alert.since >= 120 * minuteMs && alert.severity !== 'info' && !everTold.has(alert.id) && explanationOf(alert, [...open.values()]) === null) day.unheard.push(alert.id)
  }
  return day
}

const days = fc.array(fc.array(fc.record({ rule: fc.nat({ max: 40 }), gpu: fc.integer({ min: 0, max: 15 }), severity: fc.constantFrom<AlertSeverity>('info', 'warning', 'critical'), does: fc.constantFrom('begin' as const, 'begin' as const, 'end' as const) }), { maxLength: 12 }), { minLength: 1, maxLength: 90 })

describe('whatever begins and ends, the owner', () => {
  it('gets no more messages in any hour than allowed', () => {
    fc.assert(
      fc.property(days, (minutes) => {
        const { messages } = live(minutes)
        for (const first of messages) expect(messages.filter((minute) => minute >= first && minute < first + 60).length).toBeLessThanOrEqual(messagesAnHour + criticalMore)
      }),
      { numRuns: 60 },
    )
  })

  it('hears of everything that lasts, unless a graver cause of it is open', () => {
    fc.assert(fc.property(days, (minutes) => void expect(live(minutes).unheard).toEqual([])), { numRuns: 60 })
  })

  it('hears of an end only after a beginning, and of the same again only after a pause or when it is worse', () => {
    fc.assert(
      fc.property(days, (minutes) => {
        const last = new Map<string, Told>()
        const beganAt = new Map<string, Told>()
        for (const one of live(minutes).told) {
          if (one.kind === 'ended') expect(last.get(one.id)?.kind).not.toBeUndefined()
          const before = beganAt.get(one.id)
          if (one.kind === 'began') {
            if (before && ['info', 'warning', 'critical'].indexOf(one.severity) <= ['info', 'warning', 'critical'].indexOf(before.severity)) expect(one.minute - before.minute).toBeGreaterThanOrEqual(15)
            beganAt.set(one.id, one)
          }
          last.set(one.id, one)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('causes', () => {
  it('never go round: of alerts that begin together, one at least is told', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...rules), { minLength: 1 }), (some) => {
        const open = some.map((rule) => alertOf(rule, 1, 'critical', start))
        expect(open.some((alert) => explanationOf(alert, open) === null)).toBe(true)
      }),
    )
  })
})
