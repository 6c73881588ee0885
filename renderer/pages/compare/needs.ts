/** How one requirement came out, and in which order they are read. Pure. */
import type { NeedResult } from '../../../shared/network.ts'

export type Outcome = 'met' | 'fixable' | 'no' | 'to-check'

/** What decides comes first. */
const order: Record<Outcome, number> = { no: 0, fixable: 1, 'to-check': 2, met: 3 }

export function outcomeOf(need: NeedResult): Outcome {
  if (need.ok === null) return 'to-check'
  if (need.ok) return 'met'
  return need.remedy === null ? 'no' : 'fixable'
}

/** Failed without a remedy, failed, to check, met. */
export function needsInOrder(needs: readonly NeedResult[]): NeedResult[] {
  return [...needs].sort((a, b) => order[outcomeOf(a)] - order[outcomeOf(b)])
}
