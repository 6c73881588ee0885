/** Rules about what measuring found: a card that computes wrong values, and memory that does not keep what was written to it. */
import type { HistoryEvent, HistoryEventId } from '../../shared/history.ts'
import { bad, clear, defineRule, isLost, unknown, type AnyRule, type CardLook, type Trouble } from './rule.ts'

interface Finding {
  at: number
  sentence: string
}
interface FoundMemory {
  /** The newest finding that no later run has put right; null: none. */
  found: Finding | null
  /** Of an alert of before the app ended: the history tells again of what it was made of, up to here (ms since epoch), at the first look. */
  knownUntil?: number
}

/** `wrong` begins an alert, `right` of a later run ends it. Nothing else does: a card does not mend by being left alone. */
function ruleOf(rule: { id: string; wrong: HistoryEventId; right: HistoryEventId; trouble(finding: Finding): Trouble }): AnyRule<CardLook> {
  return defineRule<CardLook, FoundMemory>({
    id: rule.id,
    beginAfterMs: 0,
    endAfterMs: 0,
    judge(look, memory) {
      const fresh = (look.events ?? []).filter((event) => event.at > (memory?.knownUntil ?? -Infinity))
      const next: FoundMemory = { found: fresh.reduce(take, memory?.found ?? null) }
      if (next.found === null) return { ...clear, memory: next }
      // Gone for a moment, as after a driver reset: what it computed stays in doubt.
      if (isLost(look)) return { ...unknown, memory: next }
      return { ...bad(rule.trouble(next.found)), memory: next }
    },
    resume: (alert) => ({ found: { at: alert.since, sentence: alert.sentence }, knownUntil: alert.evidence.at(-1)?.at ?? alert.since }),
  })

  function take(found: Finding | null, event: HistoryEvent): Finding | null {
    if (event.id === rule.wrong) return { at: event.at, sentence: event.sentence }
    return event.id === rule.right ? null : found
  }
}

export const wrongResults = ruleOf({
  id: 'wrong-results',
  wrong: 'benchmark-wrong-result',
  right: 'benchmark-right-result',
  trouble: ({ at, sentence }) => ({
    severity: 'critical',
    title: 'Computes wrong values',
    sentence,
    remedy:
      'Trust nothing it computes until this is explained, and take work off it. Take off any overclocking and undervolting, look at its temperature and its power cables, restart the computer, then measure again: this is over once the same work has come out right in a later run. If it stays, try another version of the driver; if that changes nothing, have the card looked at.',
    evidence: [{ label: 'Measured', value: sentence }],
    since: at,
  }),
})

export const memoryFaulty = ruleOf({
  id: 'memory-faulty',
  wrong: 'benchmark-memory-errors',
  right: 'benchmark-memory-right',
  trouble: ({ at, sentence }) => ({
    severity: 'critical',
    title: 'Memory test found errors',
    sentence,
    remedy:
      'Take off any memory overclocking, look at the temperature of the memory, restart the computer, then test again: this is over once a test of at least as much memory finds nothing. Errors that come back in the same place mean that the memory is failing; have the card replaced.',
    evidence: [{ label: 'Memory test', value: sentence }],
    since: at,
  }),
})
