/** What joining binds: capital with lock-up and slashing, and duties: money first, then behaviour. */
import { capitalDays, capitalDaysWords, type Estimate } from '../../../shared/earnings.ts'
import { SourceLink } from '../../components/SourceLink.tsx'
import { formatMoney, type MoneyFormat } from '../../format/money.ts'
import { count } from '../../format/numbers.ts'
import { asSentence } from '../../format/words.ts'
import { Amount } from './Amount.tsx'
import { NotModelled } from './MakingTab.tsx'

export function BindsTab({ estimate, money }: { estimate: Estimate; money: MoneyFormat }) {
  return (
    <>
      <h2>Capital to lock up</h2>
      {estimate.capital.length === 0 ? (
        <p className="muted">Nothing has to be locked.</p>
      ) : (
        <table className="table table-small entries capital-table">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Worth now</th>
              <th scope="col">To get it back</th>
              <th scope="col">Can it be lost?</th>
            </tr>
          </thead>
          {estimate.capital.map((item) => (
            <tbody key={`${item.asset} ${item.why}`}>
              <tr>
                <th scope="row">{item.amount === null ? `${item.asset}, amount not public` : <Amount amount={item.amount} asset={item.asset} />}</th>
                <td>{item.usd === null ? <span className="unknown">unknown</span> : <span className="amount">{formatMoney(item.usd, money)}</span>}</td>
                <td>{item.lockDays === null ? <span className="unknown">time not known</span> : item.lockDays === 0 ? 'free at any time' : `takes ${count(item.lockDays, 'day')}`}</td>
                <td>{item.slashable === null ? <span className="unknown">not known</span> : item.slashable ? <strong>yes, as a penalty (slashing)</strong> : 'no'}</td>
              </tr>
              <tr className="entry-more">
                <td colSpan={4}>
                  {asSentence(item.why)} <SourceLink source={item.source} />
                </td>
              </tr>
            </tbody>
          ))}
        </table>
      )}
      <AtRisk estimate={estimate} money={money} />
      <h2>Duties</h2>
      {estimate.duties.length === 0 ? (
        <p className="muted">None are published.</p>
      ) : (
        <ul className="duties">
          {estimate.duties.map((duty) => (
            <li key={duty.id}>
              <strong>{duty.title}.</strong> {duty.sentence} <span className="small"><SourceLink source={duty.source} /></span>
            </li>
          ))}
        </ul>
      )}
      <NotModelled items={estimate.notModelled} />
    </>
  )
}

/** What locking that much means, held against what is expected. */
function AtRisk({ estimate, money }: { estimate: Estimate; money: MoneyFormat }) {
  const known = estimate.capital.filter((item) => item.usd !== null && item.usd > 0)
  if (known.length === 0) return null
  const usd = known.reduce((sum, item) => sum + (item.usd ?? 0), 0)
  const days = capitalDays(estimate)
  const isPartKnown = known.length < estimate.capital.filter((item) => item.amount !== 0).length
  return (
    <p className="capital-note small">
      {formatMoney(usd, money)} at today’s price of the token; if that halves while it is locked, {formatMoney(usd / 2, money)} comes back.{' '}
      {days !== null ? `It equals ${capitalDaysWords(days)} of the expected net of one GPU.` : isPartKnown ? 'What else must be locked is not known, so it is not held against what is expected.' : 'No expected pay is known to hold against it.'}
    </p>
  )
}
