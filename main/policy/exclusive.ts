/** Which of several programmes has a card where they must not share it, settled before any of them is started. Pure. */
import type { PolicyProgramme } from '../../shared/policy-state.ts'
import { leastRunMs } from './calm.ts'

export interface Contender {
  programme: PolicyProgramme
  priority: number
  netNow: number | null
  isUp: boolean
  isLeaving: boolean
  /** By the steady clock; null: it does not run. */
  ranMs: number | null
  /** Nothing else stands in its way. */
  wants: boolean
}

export interface Yield {
  to: PolicyProgramme
  /** `has`: it is on the card now. `refused`: it runs there, and the other's last start was refused. */
  because: 'has' | 'refused' | 'priority' | 'pays-more' | 'first'
  /** When it may change by itself, in ms; null: not known. */
  inMs: number | null
}

export function mustNotMeet(one: PolicyProgramme, other: PolicyProgramme): boolean {
  const [a, b] = [one.demands.exclusive, other.demands.exclusive]
  if (a === 'free' && b === 'free') return false
  if (a === 'machine' && other.gpuIds.length > 0) return true
  if (b === 'machine' && one.gpuIds.length > 0) return true
  return one.gpuIds.some((id) => other.gpuIds.includes(id))
}

/** Who has to yield, and to whom; by programme id. */
export function settle(given: readonly Contender[]): Map<string, Yield> {
  const contenders = given.map((one) => ({ ...one, isUp: holdsCard(one) }))
  const yields = new Map<string, Yield>()
  const wanting = contenders.filter(({ wants }) => wants).map((one, order) => ({ one, order }))
  if (wanting.length === 0) return yields
  wanting.sort((a, b) => pinned(b.one) - pinned(a.one) || b.one.priority - a.one.priority || Number(b.one.isUp) - Number(a.one.isUp) || worthOf(b.one) - worthOf(a.one) || a.order - b.order)
  const chosen: Contender[] = []
  for (const { one } of wanting) {
    const holder = holderBefore(one, wanting)
    if (holder !== null) {
      yields.set(one.programme.programmeId, { to: holder.programme, because: 'refused', inMs: null })
      continue
    }
    const winner = chosen.find((other) => mustNotMeet(one.programme, other.programme))
    if (winner === undefined) chosen.push(one)
    else yields.set(one.programme.programmeId, { to: winner.programme, because: whyBefore(winner, one), inMs: null })
  }
  // What still runs there must be gone first, even where it has lost the card.
  for (const one of chosen) {
    if (one.isUp) continue
    const occupant = contenders.find((other) => other !== one && (other.isUp || other.isLeaving) && mustNotMeet(one.programme, other.programme))
    if (occupant) yields.set(one.programme.programmeId, { to: occupant.programme, because: 'has', inMs: null })
  }
  return yields
}

/** What waits holds no card: it may wait for ever, as for a Docker that is gone. */
function holdsCard({ programme, isUp }: Contender): boolean {
  return isUp && !(programme.kind === 'managed' && programme.phase === 'waiting')
}

/** Whoever was refused takes no card from one that runs: it would be refused again, and both would stand still. */
function holderBefore(one: Contender, wanting: readonly { one: Contender }[]): Contender | null {
  if (one.isUp || !(one.programme.refusals > 0)) return null
  return wanting.find(({ one: other }) => other.isUp && mustNotMeet(one.programme, other.programme))?.one ?? null
}

/** What cannot be stopped from here, and what has only just started, keeps its card. */
function pinned(one: Contender): number {
  const { programme, ranMs } = one
  if (!holdsCard(one)) return 0
  if (programme.kind === 'observed') return 2
  return ranMs !== null && ranMs < leastRunMs && programme.phase !== 'finishing' ? 1 : 0
}

/** In ms: when the first of those that have only just started can be asked to yield; null: there is none. */
export function nextUnpinned(contenders: readonly Contender[]): number | null {
  const lefts = contenders.flatMap((one) => (pinned(one) === 1 && one.ranMs !== null ? [leastRunMs - one.ranMs] : []))
  return lefts.length === 0 ? null : Math.min(...lefts)
}

function worthOf({ netNow }: Contender): number {
  return netNow === null || Number.isNaN(netNow) ? -1e9 : netNow
}

function whyBefore(winner: Contender, loser: Contender): Yield['because'] {
  if (pinned(winner) > pinned(loser)) return 'has'
  if (winner.priority !== loser.priority) return 'priority'
  if (winner.isUp && !loser.isUp) return 'has'
  return worthOf(winner) !== worthOf(loser) ? 'pays-more' : 'first'
}
