/** How a number is made: every line with its formula, the sum, the break-even, every input, and what was left out. */
import type { Band, Estimate, EstimateLine } from '../../../shared/earnings.ts'
import { formatAmount, formatPerKwh, type MoneyFormat } from '../../format/money.ts'
import { formatShare } from '../../format/numbers.ts'
import { capitalise } from '../../format/words.ts'
import { InputsTable } from './InputsTable.tsx'

export function MakingTab({ estimate, money }: { estimate: Estimate; money: MoneyFormat }) {
  return (
    <>
      {hasSum(estimate) ? <Lines estimate={estimate} money={money} /> : <p>There is no sum to show: {estimate.reasons[0] ?? 'no pay rule is known.'}</p>}
      <BreakEven estimate={estimate} money={money} />
      <InputsTable inputs={estimate.inputs} hasSum={hasSum(estimate)} />
      <NotModelled items={estimate.notModelled} />
    </>
  )
}

/** Lines without a single amount are no sum. */
export function hasSum(estimate: Pick<Estimate, 'lines'>): boolean {
  return estimate.lines.some((line) => line.low !== null || line.expected !== null || line.high !== null)
}

function Lines({ estimate, money }: { estimate: Estimate; money: MoneyFormat }) {
  const labels = new Map(estimate.inputs.map((input) => [input.id, input.label]))
  const cases = sumOf(estimate.lines)
  // Where the hopeful case pays less than the cautious one, the ends of the band are other cases than the columns say.
  const crossed = cases.low !== null && cases.high !== null && cases.low > cases.high
  return (
    <table className="table table-small sum-table">
      <caption>
        The sum, {money.code} per day and GPU <span className="muted">({money.about.replace(/\.$/, '')})</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Line</th>
          <th scope="col" className="number">Cautious</th>
          <th scope="col" className="number">Expected</th>
          <th scope="col" className="number">Hopeful</th>
          <th scope="col">How it is worked out</th>
        </tr>
      </thead>
      <tbody>
        {estimate.lines.map((line) => (
          <tr key={line.id}>
            <th scope="row">{line.label}</th>
            <Amounts line={line} money={money} />
            <td className="wrap">
              {line.formula}
              {line.inputs.length > 0 ? <span className="row-sub">from: {line.inputs.map((id) => labels.get(id) ?? id).join('; ')}</span> : null}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">What is left</th>
          <Amounts line={cases} money={money} />
          <td className="wrap muted">{crossed ? 'More work costs more than it pays here; the band runs from the least of these to the greatest.' : cases.expected === null ? 'There is no expected case: only the two ends can be defended.' : ''}</td>
        </tr>
      </tfoot>
    </table>
  )
}

function Amounts({ line, money }: { line: Pick<EstimateLine, 'low' | 'expected' | 'high'>; money: MoneyFormat }) {
  return (
    <>
      <td className="number">{formatAmount(line.low, money)}</td>
      <td className="number">{formatAmount(line.expected, money)}</td>
      <td className="number">{formatAmount(line.high, money)}</td>
    </>
  )
}

function sumOf(lines: EstimateLine[]): Band {
  const sum = (field: keyof Band) => lines.reduce<number | null>((total, line) => (total === null || line[field] === null ? null : total + line[field]), 0)
  return { low: sum('low'), expected: sum('expected'), high: sum('high') }
}

function BreakEven({ estimate, money }: { estimate: Estimate; money: MoneyFormat }) {
  const { utilisation, usdPerKwh } = estimate.breakEven
  if (utilisation === null && usdPerKwh === null) return null
  return (
    <dl className="facts">
      <div>
        <dt>To pay for its power, it must work</dt>
        <dd>{utilisation === null ? 'never pays for it, or it is not known' : utilisation <= 0 ? 'not at all: being there pays enough' : `${formatShare(Math.round(utilisation * 1000) / 1000)} of the time`}</dd>
      </div>
      <div>
        <dt>Electricity at which nothing is left</dt>
        <dd>{usdPerKwh === null ? 'not known' : usdPerKwh < 0 ? 'even free electricity would not help' : formatPerKwh(usdPerKwh, money)}</dd>
      </div>
    </dl>
  )
}

export function NotModelled({ items }: { items: string[] }) {
  if (items.length === 0) return null
  return (
    <div className="not-modelled">
      <h2>Left out of the sum</h2>
      <ul>
        {items.map((item) => (
          <li key={item}>{capitalise(item)}</li>
        ))}
      </ul>
    </div>
  )
}
