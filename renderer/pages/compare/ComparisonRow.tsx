/** One programme for one group of cards; it opens to everything behind the row. */
import { useId } from 'react'
import type { Capital, Estimate } from '../../../shared/earnings.ts'
import type { Axis } from '../../components/band-geometry.ts'
import { Band } from '../../components/Band.tsx'
import { Icon } from '../../components/Icon.tsx'
import { Confidence, Verdict } from '../../components/Verdict.tsx'
import { formatAmount, formatMoney, moneyFormat, type MoneyFormat } from '../../format/money.ts'
import { count, formatPlain, gap } from '../../format/numbers.ts'
import { cardsName, findProgramme, programmeName } from '../../state/programmes.ts'
import { usePart } from '../../state/window-context.ts'
import { EstimateDetail } from './EstimateDetail.tsx'

export interface ComparisonRowProps {
  estimate: Estimate
  axis: Axis
  showCards: boolean
  isOpen: boolean
  onToggle: () => void
}

export function ComparisonRow({ estimate, axis, showCards, isOpen, onToggle }: ComparisonRowProps) {
  const { programmes } = usePart('networks')
  const money = moneyFormat(usePart('settings'))
  const detailId = useId()
  const info = findProgramme(programmes, estimate.programmeId)
  const { net, verdict } = estimate
  const cannot = verdict === 'not-eligible'
  const failed = estimate.needs.filter((need) => need.ok === false)
  const toCheck = estimate.needs.filter((need) => need.ok === null).length
  const notWorth = net.high !== null && net.high < 0

  return (
    <>
      <tr className={`row${isOpen ? ' row-open' : ''}${cannot ? ' row-faint' : ''}`} onClick={onToggle}>
        <th scope="row">
          <button type="button" className="row-button" aria-expanded={isOpen} aria-controls={detailId} onClick={(event) => { event.stopPropagation(); onToggle() }}>
            <Icon name="open" />
            <span>
              {programmeName(info, estimate.programmeId)}
              {showCards ? <span className="row-sub row-cards">{cardsName(estimate)}</span> : null}
              {notWorth && !cannot ? <span className="row-sub tone-loss">not worth running here</span> : null}
              {cannot && (net.low !== null || net.high !== null) ? <span className="row-sub">if it could join</span> : null}
              {info?.takesWholeMachine && !notWorth && !cannot ? <span className="row-sub">takes the whole machine</span> : null}
            </span>
          </button>
        </th>
        <td>
          <Verdict verdict={verdict} />
          <span className="row-sub">{verdictNote(failed.map((need) => need.title), toCheck)}</span>
        </td>
        <td className="cell-band">
          <Band band={net} axis={axis} money={money} faint={cannot} />
        </td>
        <td className="cell-net number" title={money.about}>
          {net.expected === null ? <span className="muted">{net.high === null ? '–' : 'not ranked'}</span> : <span className="net-expected">{formatAmount(net.expected, money)}</span>}
          <span className="row-sub">{net.low === null && net.high === null ? '' : `${formatAmount(net.low, money)} … ${formatAmount(net.high, money)}`}</span>
        </td>
        <td className="cell-capital">
          <CapitalCell capital={estimate.capital} money={money} />
        </td>
        <td>
          <Confidence level={estimate.confidence} />
        </td>
      </tr>
      {isOpen ? (
        <tr className="row-detail" id={detailId}>
          <td colSpan={6}>
            <EstimateDetail estimate={estimate} info={info} money={money} />
          </td>
        </tr>
      ) : null}
    </>
  )
}

/** The first reason in a few words, and how many more. */
function verdictNote(failed: string[], toCheck: number): string {
  const first = failed[0]
  if (first) return failed.length > 1 ? `${first} and ${failed.length - 1} more` : first
  return toCheck > 0 ? `${count(toCheck, 'thing')} to check` : ''
}

function CapitalCell({ capital, money }: { capital: Capital[]; money: MoneyFormat }) {
  if (capital.length === 0) return <span className="muted">none</span>
  const first = capital[0] as Capital
  const total = capital.every((item) => item.usd !== null) ? capital.reduce((sum, item) => sum + (item.usd ?? 0), 0) : null
  const slashable = capital.some((item) => item.slashable === true)
  return (
    <>
      <span>{total === null ? (first.amount === null ? `${first.asset}, amount not public` : `${formatPlain(first.amount)}${gap}${first.asset}`) : formatMoney(total, money)}</span>
      <span className="row-sub">
        {[total !== null && first.amount !== null && capital.length === 1 ? `${formatPlain(first.amount)}${gap}${first.asset}` : null, slashable ? 'can be slashed' : null].filter(Boolean).join(', ')}
      </span>
    </>
  )
}
