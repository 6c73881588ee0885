/** What a reader of a back-test should know of the weeks behind it: which were left out, which are weak, and why. */
import type { PaidByEpoch } from './paid-file.ts'
import { isOdd } from './rate-clusters.ts'
import type { PaidRate, ReadWeek } from './rate-of-week.ts'

/** Fewer predictions than these tell a lucky rule from a good one only when they differ much. */
const manyPredictions = 20
/** Pool and pay by wallet are said to disagree beyond this. */
const agreeWithin = 0.1

/** `rates`: what was made of `weeks`. */
export function remarksOn(weeks: readonly ReadWeek[], payouts: PaidByEpoch, rates: readonly PaidRate[], predicted: number): string[] {
  const ids = new Set(weeks.map((week) => week.epochId))
  const rateOf = new Map(rates.map((each) => [each.epochId, each]))
  const untold = weeks.filter((week) => !rateOf.has(week.epochId))
  const unused = [...payouts.keys()].filter((id) => !ids.has(id)).sort((a, b) => a - b)
  const gaps = rates.slice(1).filter((each, index) => each.epochId - (rates[index]?.epochId ?? each.epochId) > 1)
  const how = (kind: PaidRate['how']): PaidRate[] => rates.filter((each) => each.how === kind)
  const byWallet = weeks.filter((week) => (rateOf.get(week.epochId)?.how ?? 'totals') !== 'totals')
  const oddly = weeks.filter((week) => week.absurd.length > 0 || hasOddPay(week, rateOf.get(week.epochId)))
  return [
    ...(predicted < manyPredictions ? [`${predicted === 1 ? 'One week was' : `${predicted} weeks were`} predicted, which are few: one week more or less inside its band moves the share by ${Math.round(100 / predicted)} %.`] : []),
    ...remark(how('totals'), 'no clear pay by wallet; the rate follows from pool and hours, with tier 3\'s usual share of the hours.'),
    ...remark(how('weeks'), 'the pay by wallet fits more than one rate; the tiers of the same wallets in other weeks decide.'),
    ...remark(how('pool'), 'the pay by wallet fits more than one rate; what is left of pool and hours for the other wallets decides.'),
    ...remark(how('guessed'), 'the pay by wallet fits more than one rate and nothing tells which it is; the smallest is taken, so the best paid count as tier 2.'),
    ...remark(byWallet.filter((week) => !poolAllows(week, rateOf.get(week.epochId)?.rate ?? NaN)), 'pool and hours disagree by more than 10 % with the pay by wallet, as when wallets are missing or units differ; the pay by wallet is taken.'),
    ...remark(byWallet.filter((week) => (week.paidOfPool ?? 1) < 1 - agreeWithin), 'the pay by wallet adds up to less than 90 % of the pool; the rate is that of the wallets that are known.'),
    ...remark(byWallet.filter((week) => (week.paidOfPool ?? 1) > 1 + agreeWithin), 'the pay by wallet adds up to more than 110 % of the pool, so one of them is wrong or in other units; the pay by wallet is taken.'),
    ...remark(oddly, 'hours or pay of at least one wallet are out of all proportion; such wallets count for nothing.'),
    ...remark(untold, 'left out, since nothing was paid or nobody knows for how many hours.'),
    ...remark(unused.map((epochId) => ({ epochId })), 'only among the paid amounts, so not used.'),
    ...remark(gaps, 'the week before is not known; the band reaches over the gap and is the wider for it.'),
  ]
}

/** Pool over hours lies between half the rate, when all is tier 3, and the rate, when all is tier 2. */
function poolAllows({ poolPerThousand }: ReadWeek, rate: number): boolean {
  return poolPerThousand === null || (rate >= poolPerThousand / (1 + agreeWithin) && rate <= 2 * poolPerThousand * (1 + agreeWithin))
}

function hasOddPay({ wallets }: ReadWeek, found: PaidRate | undefined): boolean {
  return found !== undefined && found.how !== 'totals' && wallets.some((each) => isOdd(each, found.rate))
}

function remark(weeks: readonly { epochId: number }[], sentence: string): string[] {
  return weeks.length === 0 ? [] : [`${weeks.length === 1 ? 'Epoch' : 'Epochs'} ${list(weeks.map((each) => each.epochId))}: ${sentence}`]
}

/** "76, 78 to 87". */
function list(epochs: readonly number[]): string {
  const runs: { first: number; last: number }[] = []
  for (const epoch of epochs) {
    const run = runs.at(-1)
    if (run && epoch === run.last + 1) run.last = epoch
    else runs.push({ first: epoch, last: epoch })
  }
  return runs.map(({ first, last }) => (first === last ? String(first) : last === first + 1 ? `${first}, ${last}` : `${first} to ${last}`)).join(', ')
}

/** "epochs 76 to 87". */
export function span(epochs: readonly number[]): string {
  const least = epochs.reduce((a, b) => Math.min(a, b), Infinity)
  const greatest = epochs.reduce((a, b) => Math.max(a, b), -Infinity)
  return epochs.length === 0 ? 'none' : least === greatest ? `epoch ${least}` : `epochs ${least} to ${greatest}`
}
