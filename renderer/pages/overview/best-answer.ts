/** Which programme is the best honest answer for a group of identical cards. Pure. */
import type { Estimate } from '../../../shared/earnings.ts'
import type { Gpu } from '../../../shared/machine.ts'
import { isBuiltIn, isWorthComparing } from '../../state/gpu-slots.ts'
import { cardsKey } from '../../state/programmes.ts'

export type BestAnswer =
  /** A published pay rule, and the hopeful case does not lose. */
  | { kind: 'figure'; estimate: Estimate }
  /** Joinable, but only a band without a middle can be defended. */
  | { kind: 'unpublished'; estimate: Estimate }
  /** Whatever has a figure loses even in the hopeful case. */
  | { kind: 'not-worth'; estimate: Estimate }
  /** Joinable, and nobody can say what it pays. */
  | { kind: 'no-figure'; estimate: Estimate }
  /** Nothing takes these cards; the estimate is the best of "if it could join", when there is one. */
  | { kind: 'none'; estimate: Estimate | null }

/** `estimates`: all programmes of one group of cards. */
export function bestAnswer(estimates: readonly Estimate[]): BestAnswer {
  const joinable = estimates.filter((estimate) => estimate.verdict !== 'not-eligible')
  const ranked = joinable.filter((estimate) => estimate.net.expected !== null).sort((a, b) => (b.net.expected ?? 0) - (a.net.expected ?? 0))
  const figure = ranked.find((estimate) => (estimate.net.high ?? -1) >= 0)
  if (figure) return { kind: 'figure', estimate: figure }

  const banded = joinable.filter((estimate) => estimate.net.expected === null && estimate.net.high !== null).sort((a, b) => (b.net.high ?? 0) - (a.net.high ?? 0))
  const open = banded.find((estimate) => (estimate.net.high ?? -1) >= 0)
  if (open) return { kind: 'unpublished', estimate: open }

  const losing = ranked[0] ?? banded[0]
  if (losing) return { kind: 'not-worth', estimate: losing }
  const first = joinable[0]
  if (first) return { kind: 'no-figure', estimate: first }
  const wouldBe = estimates.filter((estimate) => estimate.net.expected !== null).sort((a, b) => (b.net.expected ?? 0) - (a.net.expected ?? 0))[0]
  return { kind: 'none', estimate: wouldBe ?? null }
}

/** The comparison by group of identical cards, in its own order. */
export function byCards(estimates: readonly Estimate[]): Estimate[][] {
  const groups = new Map<string, Estimate[]>()
  for (const estimate of estimates) {
    const key = cardsKey(estimate)
    groups.set(key, [...(groups.get(key) ?? []), estimate])
  }
  return [...groups.values()]
}

/**
 * The groups to say a sentence about, best first. Graphics built into the processor get none (`quiet`),
 * unless there is no other card and a network has a figure for them; a lost card has a problem of its own to say.
 */
export function answeredGroups(estimates: readonly Estimate[], gpus: readonly Gpu[]): { answered: Estimate[][]; quiet: Estimate[][] } {
  const groups = bestFirst(byCards(estimates))
  const cardsOf = (group: Estimate[]) => gpus.filter((gpu) => group[0]?.gpuIds.includes(gpu.id))
  const isQuiet = (group: Estimate[]) => cardsOf(group).length > 0 && cardsOf(group).every(isBuiltIn)
  const worth = groups.filter((group) => cardsOf(group).length === 0 || cardsOf(group).some(isWorthComparing))
  const builtIn = groups.filter(isQuiet)
  if (worth.length > 0) return { answered: worth, quiet: builtIn }
  const wanted = builtIn.filter((group) => ['figure', 'unpublished', 'not-worth'].includes(bestAnswer(group).kind))
  return { answered: wanted, quiet: builtIn.filter((group) => !wanted.includes(group)) }
}

/** Groups with the best day for the whole group first. */
export function bestFirst(groups: readonly Estimate[][]): Estimate[][] {
  const worth = (group: Estimate[]) => {
    const answer = bestAnswer(group)
    return answer.kind === 'figure' ? (answer.estimate.net.expected ?? 0) * answer.estimate.gpuCount : answer.kind === 'unpublished' ? 0 : -1
  }
  return [...groups].sort((a, b) => worth(b) - worth(a))
}
