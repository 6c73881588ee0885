/** The best honest answer now: one sentence with its band and how sure it is, in words a newcomer understands. */
import type { Estimate } from '../../../shared/earnings.ts'
import type { Gpu } from '../../../shared/machine.ts'
import { Band, BandAxis } from '../../components/Band.tsx'
import { axisOf } from '../../components/band-geometry.ts'
import { detectionOf } from '../../components/Looking.tsx'
import { Hint } from '../../components/Hint.tsx'
import { Section } from '../../components/Page.tsx'
import { Confidence, Verdict } from '../../components/Verdict.tsx'
import { inMoney, moneyFormat, type MoneyFormat } from '../../format/money.ts'
import { count } from '../../format/numbers.ts'
import { joiningOf, toCheck, type Joining } from '../../state/joining.ts'
import { cardsName, rowKey } from '../../state/programmes.ts'
import { writeRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'
import { AnswerSentence, BuiltIn } from './AnswerSentence.tsx'
import { answeredGroups, bestAnswer } from './best-answer.ts'

const noGpus: Gpu[] = []

export function BestAnswerCard() {
  const comparison = usePart('comparison')
  const { programmes } = usePart('networks')
  const settings = usePart('settings')
  const { latest, blocked } = usePart('benchmark')
  const money = moneyFormat(settings)
  const gpus = detectionOf(usePart('gpus'))?.gpus ?? noGpus
  const { answered: [first, ...rest], quiet } = answeredGroups(comparison.estimates, gpus)

  if (comparison.phase === 'waiting' || !first) {
    const isBuiltInOnly = comparison.phase !== 'waiting' && quiet.length > 0
    return (
      <Section title="The best honest answer now" className="answer">
        {isBuiltInOnly ? null : (
          <p className="answer-sentence muted" role="status">
            {comparison.phase === 'waiting' ? 'Working out what each programme would pay …' : 'There is nothing to compare yet.'}
          </p>
        )}
        {isBuiltInOnly ? <BuiltIn groups={quiet} gpus={gpus} isAll /> : null}
      </Section>
    )
  }
  const answer = bestAnswer(first)
  const hasFigure = answer.kind !== 'none' && answer.kind !== 'no-figure'
  const canMeasure = hasFigure && blocked === null && !first[0]?.gpuIds.some((id) => latest[id])
  return (
    <Section title="The best honest answer now" className="answer">
      <p className="answer-sentence">
        <AnswerSentence answer={answer} cards={cardsName(first[0] as Estimate, gpus)} programmes={programmes} money={money} />
      </p>
      {hasFigure ? <AnswerBand estimate={answer.estimate} money={money} /> : null}
      <Tally estimates={first} />
      {rest.length > 0 ? (
        <ul className="answer-others">
          {rest.slice(0, 4).map((group) => (
            <li key={rowKey(group[0] as Estimate)}>
              <AnswerSentence answer={bestAnswer(group)} cards={cardsName(group[0] as Estimate, gpus)} programmes={programmes} money={money} />
            </li>
          ))}
        </ul>
      ) : null}
      {quiet.length > 0 ? <BuiltIn groups={quiet} gpus={gpus} /> : null}
      <p className="answer-actions">
        <a className="button button-main" href={writeRoute('compare', answer.estimate && answer.kind !== 'none' ? rowKey(answer.estimate) : null)}>
          {hasFigure ? 'See how the number is made' : 'See why'}
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

function AnswerBand({ estimate, money }: { estimate: Estimate; money: MoneyFormat }) {
  const band = inMoney(estimate.net, money)
  const axis = axisOf([band], 6)
  const open = toCheck(estimate)
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
            <Verdict joining={joiningOf(estimate)} />
            {open > 0 ? <span className="row-sub">{count(open, 'thing')} to check</span> : null}
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

const tallyWords: { joining: Joining; words: string }[] = [
  { joining: 'can', words: 'it can join' },
  { joining: 'may', words: 'it may join' },
  { joining: 'fixable', words: 'after fixing something' },
  { joining: 'cannot', words: 'it cannot join' },
  { joining: 'unknown', words: 'not known yet' },
]

function Tally({ estimates }: { estimates: Estimate[] }) {
  const parts = tallyWords.map(({ joining, words }) => ({ words, number: estimates.filter((estimate) => joiningOf(estimate) === joining).length })).filter(({ number }) => number > 0)
  return (
    <p className="answer-tally">
      Of {count(estimates.length, 'programme')}: {parts.map(({ number, words }) => `${number} ${words}`).join(', ')}. <a href={writeRoute('compare')}>Compare all</a>
    </p>
  )
}
