/** What joining binds: capital with lock-up and slashing, and duties; money first, then behaviour. */
import type { Capital, Estimate } from '../../../shared/earnings.ts'
import { SourceLink } from '../../components/SourceLink.tsx'
import { formatMoney, type MoneyFormat } from '../../format/money.ts'
import { count, formatExact, gap } from '../../format/numbers.ts'
import { NotModelled } from './MakingTab.tsx'

export function BindsTab({ estimate, money }: { estimate: Estimate; money: MoneyFormat }) {
  return (
    <>
      <h2>Capital</h2>
      {estimate.capital.length === 0 ? (
        <p className="muted">Nothing has to be locked.</p>
      ) : (
        <table className="table table-small">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col" className="number">Worth now</th>
              <th scope="col">Locked</th>
              <th scope="col">Can it be slashed?</th>
              <th scope="col">Why</th>
              <th scope="col">Source</th>
            </tr>
          </thead>
          <tbody>
            {estimate.capital.map((item) => (
              <tr key={`${item.asset} ${item.why}`}>
                <th scope="row">{item.amount === null ? `${item.asset}, amount not public` : `${formatExact(item.amount)}${gap}${item.asset}`}</th>
                <td className="number">{item.usd === null ? <span className="unknown">unknown</span> : formatMoney(item.usd, money)}</td>
                <td>{lockWords(item)}</td>
                <td>{item.slashable === null ? <span className="unknown">unknown</span> : item.slashable ? <strong>yes</strong> : 'no'}</td>
                <td className="wrap">{item.why}</td>
                <td className="wrap">
                  <SourceLink source={item.source} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
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

function lockWords(item: Capital): string {
  if (item.lockDays === null) return 'time not known'
  return item.lockDays === 0 ? 'free at any time' : `${count(item.lockDays, 'day')} to get it back`
}
