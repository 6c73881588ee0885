/** How a number is made: every line with its formula, the sum, the break-even, and every input with source and age. */
import type { Estimate, EstimateInput, EstimateLine } from '../../../shared/earnings.ts'
import { Age } from '../../components/Moment.tsx'
import { SourceLink } from '../../components/SourceLink.tsx'
import { Confidence } from '../../components/Verdict.tsx'
import { formatAmount, formatPerKwh, type MoneyFormat } from '../../format/money.ts'
import { formatExact, formatShare } from '../../format/numbers.ts'
import { originWords } from '../../format/words.ts'

export function MakingTab({ estimate, money }: { estimate: Estimate; money: MoneyFormat }) {
  return (
    <>
      {estimate.lines.length > 0 ? <Lines estimate={estimate} money={money} /> : <p className="muted">There is no sum to show: {estimate.reasons[0] ?? 'no pay rule is known.'}</p>}
      <BreakEven estimate={estimate} money={money} />
      <Inputs inputs={estimate.inputs} />
      <NotModelled items={estimate.notModelled} />
    </>
  )
}

function Lines({ estimate, money }: { estimate: Estimate; money: MoneyFormat }) {
  const labels = new Map(estimate.inputs.map((input) => [input.id, input.label]))
  return (
    <table className="table table-small sum-table">
      <caption>
        The sum, {money.code} per day and GPU <span className="muted">({money.about.replace(/\.$/, '')})</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Line</th>
          <th scope="col" className="number">Low</th>
          <th scope="col" className="number">Expected</th>
          <th scope="col" className="number">High</th>
          <th scope="col">How</th>
        </tr>
      </thead>
      <tbody>
        {estimate.lines.map((line) => (
          <tr key={line.id}>
            <th scope="row">{line.label}</th>
            <Amounts line={line} money={money} />
            <td className="wrap">
              {line.formula}
              {line.inputs.length > 0 ? <span className="row-sub">from {line.inputs.map((id) => labels.get(id) ?? id).join(', ')}</span> : null}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Net</th>
          <Amounts line={estimate.net} money={money} />
          <td className="wrap muted">the least and the greatest of the three cases are the ends of the band</td>
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

function BreakEven({ estimate, money }: { estimate: Estimate; money: MoneyFormat }) {
  const { utilisation, usdPerKwh } = estimate.breakEven
  if (estimate.net.expected === null && utilisation === null && usdPerKwh === null) return null
  return (
    <dl className="facts">
      <div>
        <dt>Pays for its power from</dt>
        <dd>{utilisation === null ? 'never, or not known: a working hour costs more than it pays, or the pay per hour is unknown' : `${formatShare(utilisation)} of the time at work`}</dd>
      </div>
      <div>
        <dt>Expected net is zero at</dt>
        <dd>{usdPerKwh === null ? 'not known' : formatPerKwh(usdPerKwh, money)}</dd>
      </div>
    </dl>
  )
}

function Inputs({ inputs }: { inputs: EstimateInput[] }) {
  if (inputs.length === 0) return null
  return (
    <table className="table table-small inputs-table">
      <caption>Every number that went in</caption>
      <thead>
        <tr>
          <th scope="col">Input</th>
          <th scope="col" className="number">Value</th>
          <th scope="col">Origin</th>
          <th scope="col">Source</th>
          <th scope="col">Age</th>
          <th scope="col">How sure</th>
        </tr>
      </thead>
      <tbody>
        {inputs.map((input) => (
          <tr key={input.id}>
            <th scope="row" className="wrap">
              {input.label}
              {input.note ? <span className="row-sub">{input.note}</span> : null}
            </th>
            <td className="number">
              {input.value === null ? <span className="unknown">unknown</span> : `${formatExact(input.value)} ${input.unit}`}
            </td>
            <td>
              <span className={`chip chip-${input.origin}`}>{originWords[input.origin]}</span>
            </td>
            <td className="wrap">{input.source ? <SourceLink source={input.source} /> : <span className="muted">–</span>}</td>
            <td>
              {input.takenAt === null ? <span className="muted">undated</span> : <Age at={input.takenAt} />}
              {input.stale ? <span className="chip chip-warning">stale</span> : null}
            </td>
            <td>
              <Confidence level={input.confidence} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function NotModelled({ items }: { items: string[] }) {
  if (items.length === 0) return null
  return (
    <div className="not-modelled">
      <h2>Left out of the sum</h2>
      <ul>
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </div>
  )
}
