/** Says in a few plain sentences whether a programme is worth trying for a card, and on what that hangs. Pure; never praises. */
import { capitalDays, capitalDaysWords, type Capital, type Estimate, type LeverId } from '../../shared/earnings.ts'
import { amountWords, numberWords, shownInUsd, type MoneyShown } from '../../shared/sentence-numbers.ts'
import { leverWords } from './levers.ts'

export { capitalDays }

/** `lever`: what the expected net hangs on most; null: nothing stands out or nothing is expected. `shown`: the money that its amounts are told in. */
export function plainVerdict(estimate: Omit<Estimate, 'plain'>, lever: LeverId | null, shown: MoneyShown = shownInUsd): string {
  const doubt = estimate.confidence === 'none' && hasFigure(estimate) ? 'Nobody can vouch for the figures behind it.' : null
  const hangs = lever === null || estimate.net.expected === null || isHopeless(estimate) ? null : `It hangs most on ${leverWords[lever].hangsOn}.`
  return [joined(estimate, shown), doubt, hangs, lockedSentence(estimate, shown)].filter((sentence) => sentence !== null).join(' ')
}

function isHopeless({ net }: Pick<Estimate, 'net'>): boolean {
  return net.high !== null && net.high < 0
}

/** What stands in the way comes first, since nothing is earned before it is out of it. */
function joined(estimate: Omit<Estimate, 'plain'>, shown: MoneyShown): string {
  const money = moneySentence(estimate, shown)
  const failed = estimate.needs.filter((need) => need.ok === false)
  const decisive = estimate.verdict === 'not-eligible' ? failed.filter((need) => need.remedy === null) : failed
  const titles = decisive.slice(0, 2).map((need) => lowered(need.title)).join(' and ') + (decisive.length > 2 ? `, and ${decisive.length - 2} more` : '')
  const why = titles === '' ? '' : ` (${titles})`
  if (estimate.verdict === 'not-eligible') return hasFigure(estimate) && !isHopeless(estimate) ? `It could not join as it is${why}. If it could: ${lowered(money)}` : `It could not join as it is${why}. ${money}`
  if (estimate.verdict === 'fixable') return `Something must be mended first${why}. ${money}`
  return money
}

function hasFigure({ net }: Pick<Estimate, 'net'>): boolean {
  return net.low !== null || net.expected !== null || net.high !== null
}

function moneySentence(estimate: Omit<Estimate, 'plain'>, shown: MoneyShown): string {
  const { low, expected, high } = estimate.net
  const { code } = shown
  if (!hasFigure(estimate)) return 'No figure can be defended.'
  if (isHopeless(estimate)) return `Not worth running here: even the hopeful case loses ${amount(high ?? 0, shown)} ${code} a day per card.`
  if (expected === null) return `What it pays is not published: it may be anything from ${outcome(low, shown)} to ${outcome(high, shown)} a day per card.`
  if (Math.abs(expected) < 0.005) return `Expected to earn about nothing after power${cautious(low, expected, shown)}.`
  if (expected < 0) return `Expected to lose about ${amount(expected, shown)} ${code} a day per card${high !== null && high > 0 ? `, and to earn ${amount(high, shown)} in the hopeful case alone` : ''}.`
  return `Expected to earn about ${amount(expected, shown)} ${code} a day per card after power${cautious(low, expected, shown)}.`
}

function cautious(low: number | null, expected: number, shown: MoneyShown): string {
  if (low === null || low >= expected) return ''
  if (low < -0.005) return `, but to lose ${amount(low, shown)} in the cautious case`
  return low < 0.005 ? ', and nothing in the cautious case' : `, and ${amount(low, shown)} in the cautious case`
}

function outcome(net: number | null, shown: MoneyShown): string {
  if (net === null) return 'an unknown figure'
  return Math.abs(net) < 0.005 ? 'nothing' : net < 0 ? `a loss of ${amount(net, shown)} ${shown.code}` : `${amount(net, shown)} ${shown.code}`
}

/** "670 IO, about 90 USD, must be locked for 14 days and can be slashed; that equals about 75 days of expected pay." null: nothing to speak of is at risk. */
function lockedSentence(estimate: Omit<Estimate, 'plain'>, shown: MoneyShown): string | null {
  const held = estimate.capital.filter(({ amount: some }) => some !== null && some > 0)
  if (held.length === 0) return null
  const days = capitalDays(estimate)
  const whose = estimate.gpuCount > 1 ? "one card's expected pay" : 'expected pay'
  const equals = days === null ? '' : `; that equals ${capitalDaysWords(days)} of ${whose}`
  return `${held.map((one) => oneLocked(one, shown)).join(', and ')}${equals}.`
}

function oneLocked({ asset, amount: some, usd, lockDays, slashable }: Capital, shown: MoneyShown): string {
  const worth = usd === null || asset === shown.code ? '' : `, about ${amount(usd, shown)} ${shown.code},`
  const time = lockDays === null || lockDays === 0 ? '' : ` for ${numberWords(lockDays)} ${lockDays === 1 ? 'day' : 'days'}`
  return `${numberWords(some ?? 0)} ${asset}${worth} must be locked${time}${slashable === true ? ' and can be slashed' : ''}`
}

function amount(usd: number, { code, usdPerUnit }: MoneyShown): string {
  return amountWords(usd / usdPerUnit, code)
}

function lowered(text: string): string {
  return /^[A-Z][A-Z]/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1)
}
