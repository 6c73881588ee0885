/** The capital card: what must be locked, for how long, whether it can be lost, held against the pay; and the duties. */
import type { EnrolmentReport } from '../../../../shared/enrolment.ts'
import type { ProgrammeInfo } from '../../../../shared/network.ts'
import { SourceLink } from '../../../components/SourceLink.tsx'
import { moneyFormat } from '../../../format/money.ts'
import { count } from '../../../format/numbers.ts'
import { asSentence } from '../../../format/words.ts'
import { usePart } from '../../../state/window-context.ts'
import { Amount } from '../../compare/Amount.tsx'
import { BindsTab } from '../../compare/BindsTab.tsx'

export function BindsPart({ info, report, isPractice }: { info: ProgrammeInfo; report: EnrolmentReport | null; isPractice: boolean }) {
  const money = moneyFormat(usePart('settings'))
  const { estimates } = usePart('comparison')
  // Rows stand in the order of the comparison: the best cards first.
  const best = estimates.find((estimate) => estimate.programmeId === info.id)
  const all = best?.duties ?? info.duties
  const duties = ownDuties(all, report)
  const left = all.length - duties.length
  const elsewhere = left === 0 ? null : <p className="small muted">{count(left, 'more duty', 'more duties')} {left === 1 ? 'stands' : 'stand'} word for word among the warnings under “Setting up”.</p>
  if (best) return <div className="binds"><BindsTab estimate={{ ...best, duties }} money={money} />{elsewhere}</div>
  const capital = report?.capital ?? []
  return (
    <div className="binds">
      <h2>Capital to lock up</h2>
      {capital.length === 0 ? (
        <p className="muted">{isPractice ? 'Nothing has to be locked.' : 'Not known here: it is worked out for a card, and none was found that could join. What-if on Compare says it for a card that you name; the duties and steps say what is known besides.'}</p>
      ) : (
        <ul className="duties">
          {capital.map((item) => (
            <li key={`${item.asset} ${item.why}`}>
              <strong>{item.amount === null ? `${item.asset}, amount not public` : <Amount amount={item.amount} asset={item.asset} />}</strong>: {asSentence(item.why)}{' '}
              {item.lockDays === null ? 'How long it takes to get it back is not known.' : item.lockDays === 0 ? 'It is free at any time.' : `It takes ${count(item.lockDays, 'day')} to get it back.`}{' '}
              {item.slashable === null ? 'Whether it can be lost as a penalty is not known.' : item.slashable ? 'It can be lost as a penalty (slashing).' : 'It cannot be lost as a penalty.'}
            </li>
          ))}
        </ul>
      )}
      <h2>Duties</h2>
      {duties.length === 0 ? (
        <p className="muted">None are published.</p>
      ) : (
        <ul className="duties">
          {duties.map((duty) => (
            <li key={duty.id}>
              <strong>{duty.title}.</strong> {duty.sentence} <span className="small"><SourceLink source={duty.source} /></span>
            </li>
          ))}
        </ul>
      )}
      {elsewhere}
    </div>
  )
}

/** What is said among the warnings in the same words is not said twice; where nothing would be left, all stay. */
function ownDuties<T extends { sentence: string }>(duties: T[], report: EnrolmentReport | null): T[] {
  const warned = new Set(report?.traps.map((trap) => trap.sentence))
  const own = duties.filter((duty) => !warned.has(duty.sentence))
  return own.length === 0 ? duties : own
}
