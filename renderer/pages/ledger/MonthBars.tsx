/** Income against electricity and fees by month, as bars with their numbers. */
import type { LedgerPage } from '../../../shared/ledger.ts'
import { Section } from '../../components/Page.tsx'
import { formatAmount, type MoneyFormat } from '../../format/money.ts'

/** As many as can be read side by side. */
const mostMonths = 12
const names = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' })

export function MonthBars({ months, money }: { months: LedgerPage['months']; money: MoneyFormat }) {
  const shown = months.slice(-mostMonths)
  const most = Math.max(1e-9, ...shown.map((month) => Math.max(month.incomeUsd, month.electricityUsd + month.feesUsd)))
  return (
    <Section title="By month" aside={months.length > mostMonths ? `${money.code}, the last ${mostMonths} of ${months.length} months` : money.code}>
      <table className="month-bars">
        <caption className="visually-hidden">Income, and electricity with fees, by month in {money.code}</caption>
        <colgroup>
          <col className="month-name" />
          <col />
          <col />
        </colgroup>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Month</th>
            <th scope="col">Came in</th>
            <th scope="col">Went out</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((month) => {
            const out = month.electricityUsd + month.feesUsd
            return (
              <tr key={month.month}>
                <th scope="row">{monthWords(month.month)}</th>
                <td>
                  <span className={month.incomeUsd > 0 ? 'month-bar month-in' : 'month-bar'} style={{ width: `${(Math.max(0, month.incomeUsd) / most) * 100}%` }} aria-hidden="true" />
                  <span className="month-number">{formatAmount(month.incomeUsd, money)} in</span>
                </td>
                <td>
                  <span className={out > 0 ? 'month-bar month-out' : 'month-bar'} style={{ width: `${(Math.max(0, out) / most) * 100}%` }} aria-hidden="true" />
                  <span className="month-number">{formatAmount(out, money)} out</span>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Section>
  )
}

function monthWords(month: string): string {
  const at = Date.parse(`${month}-01T00:00:00Z`)
  return Number.isFinite(at) ? `${names.format(at)} ${month.slice(0, 4)}` : month
}
