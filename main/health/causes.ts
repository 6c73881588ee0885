/** Which alert says what another says already: one fault is one message, however many rules see it. Pure. */
import type { Alert } from '../../shared/health.ts'
import { rank } from './track.ts'

interface Cause {
  rule: string
  /** The rule whose alert says it better; of the same card, or of the machine. */
  by: string
  when?(cause: Alert, effect: Alert): boolean
}

/** From effect to cause, never round: fan → heat → slowed down, Xid → lost → silent. */
const causes: readonly Cause[] = [
  { rule: 'driver-silent', by: 'lost' },
  { rule: 'driver-silent', by: 'xid', when: isNear },
  // Whichever was told first speaks for the other.
  { rule: 'driver-silent', by: 'recurring-crashes', when: (cause, effect) => cause.toldAt !== null && effect.toldAt === null },
  { rule: 'recurring-crashes', by: 'driver-silent', when: (cause, effect) => cause.toldAt !== null && effect.toldAt === null },
  // 79 is "fallen off the bus"; an alert that was first told for another number does not say so.
  { rule: 'lost', by: 'xid', when: (cause, effect) => cause.evidence[0]?.label === 'Xid 79' && isNear(cause, effect) },
  { rule: 'temperature-unreadable', by: 'lost' },
  { rule: 'temperature-unreadable', by: 'driver-silent' },
  { rule: 'temperature-unreadable', by: 'xid', when: isNear },
  { rule: 'recurring-xids', by: 'xid' },
  { rule: 'throttled', by: 'hot', when: (_cause, effect) => isHeat(effect) },
  { rule: 'throttled', by: 'hot-memory', when: (_cause, effect) => isHeat(effect) },
  { rule: 'throttled', by: 'fan-stopped', when: (_cause, effect) => isHeat(effect) },
  { rule: 'hot', by: 'fan-stopped' },
  { rule: 'hot-memory', by: 'fan-stopped' },
  { rule: 'ecc-rising', by: 'xid', when: (cause, effect) => isMemoryXid(cause) && isNear(cause, effect) },
  { rule: 'memory-retired', by: 'xid', when: (cause, effect) => isMemoryXid(cause) && isNear(cause, effect) },
  { rule: 'memory-retired', by: 'ecc-rising' },
  { rule: 'recording-stopped', by: 'disk-filling', when: (cause) => cause.severity === 'critical' },
]

/** Xids about memory: errors in it, and parts of it that are taken out of use. */
const memoryXids = new Set(['Xid 48', 'Xid 63', 'Xid 64', 'Xid 92', 'Xid 94', 'Xid 95', 'Xid 140', 'Xid 171', 'Xid 172'])

/** An Xid stays a matter for hours: it explains what began about when it came. */
const nearMs = 10 * 60_000

function isNear(cause: Alert, effect: Alert): boolean {
  return [cause.since, ...cause.evidence.map(({ at }) => at)].some((at) => Math.abs(effect.since - at) <= nearMs)
}

function isMemoryXid(cause: Alert): boolean {
  return memoryXids.has(cause.evidence[0]?.label ?? '')
}

function isHeat(effect: Alert): boolean {
  return effect.title === 'Slowed down by heat'
}

/** The open alert that says it already, and at least as gravely; null: none does. */
export function explanationOf(effect: Alert, open: readonly Alert[]): Alert | null {
  const own = causes.filter((cause) => cause.rule === effect.rule)
  const isSameCard = (other: Alert): boolean => other.gpuId === null || effect.gpuId === null || other.gpuId === effect.gpuId
  return open.find((other) => isSameCard(other) && rank(other.severity) >= rank(effect.severity) && own.some(({ by, when }) => by === other.rule && (when?.(other, effect) ?? true))) ?? null
}
