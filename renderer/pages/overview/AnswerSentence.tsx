/** The best honest answer for a group of cards as one sentence, with what it hangs on in the same breath. */
import type { Estimate } from '../../../shared/earnings.ts'
import type { Gpu } from '../../../shared/machine.ts'
import type { ProgrammeInfo } from '../../../shared/network.ts'
import { formatAmount, formatBand, formatMoney, type MoneyFormat } from '../../format/money.ts'
import { count } from '../../format/numbers.ts'
import { conditionsOf } from '../../state/joining.ts'
import { cardsName, findProgramme, programmeName } from '../../state/programmes.ts'
import { writeRoute } from '../../state/route.ts'
import type { BestAnswer } from './best-answer.ts'

export function AnswerSentence({ answer, cards, programmes, money }: { answer: BestAnswer; cards: string; programmes: ProgrammeInfo[]; money: MoneyFormat }) {
  const { estimate } = answer
  const name = estimate ? programmeName(findProgramme(programmes, estimate.programmeId), estimate.programmeId) : ''
  if (answer.kind === 'none') {
    return (
      <>
        <strong>{cards}</strong> cannot join any of the {count(programmes.length, 'programme')} as this machine is.
      </>
    )
  }
  const open = answer.estimate.verdict === 'unknown'
  const conditions = conditionsOf(answer.estimate)
  const provided = conditions === '' ? '' : `, ${conditions}`
  if (answer.kind === 'no-figure') {
    return (
      <>
        <strong>{cards}</strong> {open || conditions !== '' ? 'may be able to' : 'could'} join {name}, but nobody can honestly say what that would pay.
      </>
    )
  }
  const { net, gpuCount } = answer.estimate
  const aDay = gpuCount > 1 ? 'a day per GPU' : 'a day'
  if (answer.kind === 'not-worth') {
    return (
      <>
        <strong>{cards}</strong>: not worth running here. Even in the hopeful case, {name} would lose {formatMoney(-(net.high ?? 0), money)} {aDay} after power.
      </>
    )
  }
  if (answer.kind === 'unpublished') {
    return (
      <>
        <strong>{cards}</strong> {open || conditions !== '' ? 'may be able to' : 'could'} join {name}{provided}. It publishes no pay rule: anything between <strong>{formatBand(net.low, net.high, money)}</strong> {aDay} after power.
      </>
    )
  }
  if ((net.expected ?? 0) < 0) {
    return (
      <>
        <strong>{cards}</strong> would most likely lose money: about <strong className="answer-figure">{formatMoney(net.expected, money)}</strong> {aDay} after power with {name}{provided}. Only the hopeful case, {formatMoney(net.high, money)}, is not a loss.
      </>
    )
  }
  return (
    <>
      <strong>{cards}</strong> could earn about <strong className="answer-figure">{formatMoney(net.expected, money)}</strong> {aDay} after power with {name}{provided}: from {formatAmount(net.low, money)} in a cautious case to {formatMoney(net.high, money)} in a hopeful one.
    </>
  )
}

/** One quiet line for graphics that no network is after. */
export function BuiltIn({ groups, gpus, isAll = false }: { groups: Estimate[][]; gpus: readonly Gpu[]; isAll?: boolean }) {
  const names = groups.map((group) => cardsName(group[0] as Estimate, gpus))
  return (
    <p className={isAll ? 'answer-sentence' : 'answer-quiet'}>
      {names.join(' and ')} {names.length > 1 ? 'are' : 'is'} built into the processor; networks want a card.
      {isAll ? (
        <>
          {' '}
          <a href={writeRoute('compare')}>See what each programme says</a> or <a href={writeRoute('compare', 'what-if')}>try a card you do not own</a>.
        </>
      ) : null}
    </p>
  )
}
