/** The best honest answer now: one sentence with its band and how sure it is, in words a newcomer understands. */
import type { Estimate } from '../../../shared/earnings.ts'
import type { ProgrammeInfo } from '../../../shared/network.ts'
import { Band, BandAxis } from '../../components/Band.tsx'
import { axisOf } from '../../components/band-geometry.ts'
import { Hint } from '../../components/Hint.tsx'
import { Section } from '../../components/Page.tsx'
import { Confidence, Verdict } from '../../components/Verdict.tsx'
import { formatAmount, formatBand, formatMoney, inMoney, moneyFormat, type MoneyFormat } from '../../format/money.ts'
import { count } from '../../format/numbers.ts'
import { cardsName, findProgramme, programmeName, rowKey } from '../../state/programmes.ts'
import { writeRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'
import { bestAnswer, bestFirst, byCards, type BestAnswer } from './best-answer.ts'

export function BestAnswerCard() {
  const comparison = usePart('comparison')
  const { programmes } = usePart('networks')
  const settings = usePart('settings')
  const { latest, blocked } = usePart('benchmark')
  const money = moneyFormat(settings)
  const [first, ...rest] = bestFirst(byCards(comparison.estimates))

  if (comparison.phase === 'waiting' || !first) {
    return (
      <Section title="The best honest answer now" className="answer">
        <p className="answer-sentence muted" role="status">
          {comparison.phase === 'waiting' ? 'Working out what each programme would pay …' : 'There is nothing to compare yet.'}
        </p>
      </Section>
    )
  }
  const answer = bestAnswer(first)
  const canMeasure = blocked === null && !first[0]?.gpuIds.some((id) => latest[id])
  return (
    <Section title="The best honest answer now" className="answer">
      <p className="answer-sentence">
        <AnswerSentence answer={answer} cards={cardsName(first[0] as Estimate)} programmes={programmes} money={money} />
      </p>
      {answer.estimate && answer.kind !== 'none' ? <AnswerBand estimate={answer.estimate} money={money} /> : null}
      <Tally estimates={first} />
      {rest.length > 0 ? (
        <ul className="answer-others">
          {rest.slice(0, 4).map((group) => (
            <li key={rowKey(group[0] as Estimate)}>
              <AnswerSentence answer={bestAnswer(group)} cards={cardsName(group[0] as Estimate)} programmes={programmes} money={money} />
            </li>
          ))}
        </ul>
      ) : null}
      <p className="answer-actions">
        <a className="button button-main" href={writeRoute('compare', answer.estimate && answer.kind !== 'none' ? rowKey(answer.estimate) : null)}>
          {answer.kind === 'none' ? 'See why' : 'See how the number is made'}
        </a>
        {canMeasure ? (
          <a className="button" href={writeRoute('measure')}>
            Measure in 15 seconds to narrow it
          </a>
        ) : null}
      </p>
    </Section>
  )
}

function AnswerSentence({ answer, cards, programmes, money }: { answer: BestAnswer; cards: string; programmes: ProgrammeInfo[]; money: MoneyFormat }) {
  const { estimate } = answer
  const name = estimate ? programmeName(findProgramme(programmes, estimate.programmeId), estimate.programmeId) : ''
  if (answer.kind === 'none') {
    return (
      <>
        <strong>{cards}</strong> cannot join any of the {count(programmes.length, 'programme')} as this machine is.
      </>
    )
  }
  if (answer.kind === 'no-figure') {
    return (
      <>
        <strong>{cards}</strong> {answer.estimate.verdict === 'unknown' ? 'may be able to' : 'could'} join {name}, but nobody can honestly say what that would pay.
      </>
    )
  }
  const { net, gpuCount } = answer.estimate
  if (answer.kind === 'not-worth') {
    return (
      <>
        <strong>{cards}</strong>: not worth running here. Even in the hopeful case, {name} would lose {formatMoney(-(net.high ?? 0), money)} a day{gpuCount > 1 ? ' per GPU' : ''} after power.
      </>
    )
  }
  const fix = answer.estimate.needs.filter((need) => need.ok === false).length
  const once = answer.estimate.verdict === 'fixable' && fix > 0 ? `, once ${count(fix, 'thing')} ${fix === 1 ? 'is' : 'are'} fixed` : ''
  if (answer.kind === 'unpublished') {
    return (
      <>
        <strong>{cards}</strong> {answer.estimate.verdict === 'unknown' ? 'may be able to' : 'could'} join {name}{once}, which publishes no pay rule: between <strong>{formatBand(net.low, net.high, money)}</strong> a day{gpuCount > 1 ? ' per GPU' : ''} after power.
      </>
    )
  }
  return (
    <>
      <strong>{cards}</strong> could earn about <strong className="answer-figure">{formatMoney(net.expected, money)}</strong> a day{gpuCount > 1 ? ' per GPU' : ''} after power with {name}{once}: from {formatAmount(net.low, money)} in a cautious case to {formatMoney(net.high, money)} in a hopeful one.
    </>
  )
}

function AnswerBand({ estimate, money }: { estimate: Estimate; money: MoneyFormat }) {
  const band = inMoney(estimate.net, money)
  const axis = axisOf([band], 6)
  const toCheck = estimate.needs.filter((need) => need.ok === null).length
  return (
    <div className="answer-band">
      <div className="answer-band-scale">
        <BandAxis axis={axis} />
        <Band band={estimate.net} axis={axis} money={money} />
      </div>
      <dl className="facts">
        <div>
          <dt>Can it join?</dt>
          <dd>
            <Verdict verdict={estimate.verdict} />
            {toCheck > 0 ? <span className="row-sub">{count(toCheck, 'thing')} to check</span> : null}
          </dd>
        </div>
        <div>
          <dt>How sure</dt>
          <dd>
            <Confidence level={estimate.confidence} />
          </dd>
        </div>
        <div>
          <dt>
            <Hint text={money.about}>Shown in</Hint>
          </dt>
          <dd>{money.code} a day{estimate.gpuCount > 1 ? ' per GPU' : ''}</dd>
        </div>
      </dl>
    </div>
  )
}

function Tally({ estimates }: { estimates: Estimate[] }) {
  const of = (verdict: Estimate['verdict']) => estimates.filter((estimate) => estimate.verdict === verdict).length
  const parts = [
    of('eligible') > 0 ? `${of('eligible')} it can join` : null,
    of('fixable') > 0 ? `${of('fixable')} after fixing something` : null,
    of('not-eligible') > 0 ? `${of('not-eligible')} it cannot join` : null,
    of('unknown') > 0 ? `${of('unknown')} not known yet` : null,
  ].filter((part) => part !== null)
  return (
    <p className="answer-tally">
      Of {count(estimates.length, 'programme')}: {parts.join(', ')}. <a href={writeRoute('compare')}>Compare all</a>
    </p>
  )
}
