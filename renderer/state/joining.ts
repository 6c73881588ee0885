/** Whether cards can join, more carefully than the verdict: what is still to check is no yes. Pure. */
import type { Estimate } from '../../shared/earnings.ts'
import { count } from '../format/numbers.ts'

/**
 * `can`: every requirement is met. `may`: none failed, and some could not be measured here.
 * `takes-card`: a what-if, where the machine around the card is not known.
 */
export type Joining = 'can' | 'takes-card' | 'may' | 'fixable' | 'unknown' | 'cannot'

type Judged = Pick<Estimate, 'verdict' | 'needs' | 'gpuIds'>

export function joiningOf(estimate: Judged): Joining {
  if (estimate.verdict === 'not-eligible') return 'cannot'
  if (estimate.verdict !== 'eligible') return estimate.verdict
  if (estimate.needs.length === 0 || toCheck(estimate) > 0) return 'may'
  return estimate.gpuIds.length === 0 ? 'takes-card' : 'can'
}

export function toCheck(estimate: Pick<Estimate, 'needs'>): number {
  return estimate.needs.filter((need) => need.ok === null).length
}

export function notMet(estimate: Pick<Estimate, 'needs'>): number {
  return estimate.needs.filter((need) => need.ok === false).length
}

/** What a figure still hangs on, for the same breath: "once 1 thing is fixed, if it is admitted (2 things to check)"; empty where nothing is open. */
export function conditionsOf(estimate: Judged & Pick<Estimate, 'gpuCount'>): string {
  const failed = estimate.verdict === 'fixable' ? notMet(estimate) : 0
  const open = toCheck(estimate)
  const fixed = failed > 0 ? `once ${count(failed, 'thing')} ${failed === 1 ? 'is' : 'are'} fixed` : null
  const many = estimate.gpuCount > 1
  const admitted = estimate.needs.some((need) => need.ok === null && isAdmission(`${need.id} ${need.title} ${need.required}`))
  const checked = open === 0 ? null : admitted ? `if ${many ? 'they are' : 'it is'} admitted (${count(open, 'thing')} to check)` : `if ${count(open, 'thing')} still to check ${open === 1 ? 'turns' : 'turn'} out well`
  return [fixed, checked].filter((part) => part !== null).join(', ')
}

/** Somebody else decides who gets in, so the user cannot force it. */
function isAdmission(words: string): boolean {
  return /admission|admitted|wait(ing)? ?list|invitation|whitelist/i.test(words)
}
