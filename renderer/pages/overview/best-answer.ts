/** Which programme is the best honest answer for a group of identical cards. Pure. */
import type { Estimate } from '../../../shared/earnings.ts'

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
    const key = estimate.gpuIds.join(' ') || estimate.gpuName
    groups.set(key, [...(groups.get(key) ?? []), estimate])
  }
  return [...groups.values()]
}

/** Groups with the best day for the whole group first. */
export function bestFirst(groups: readonly Estimate[][]): Estimate[][] {
  const worth = (group: Estimate[]) => {
    const answer = bestAnswer(group)
    return answer.kind === 'figure' ? (answer.estimate.net.expected ?? 0) * answer.estimate.gpuCount : answer.kind === 'unpublished' ? 0 : -1
  }
  return [...groups].sort((a, b) => worth(b) - worth(a))
}
