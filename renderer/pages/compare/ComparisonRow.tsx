/** One programme for one group of cards; it opens to everything behind the row. */
import { useId, useRef, type KeyboardEvent } from 'react'
import { groupOf, type Capital, type Estimate } from '../../../shared/earnings.ts'
import type { Axis } from '../../components/band-geometry.ts'
import { Band } from '../../components/Band.tsx'
import { Icon } from '../../components/Icon.tsx'
import { Confidence, Verdict } from '../../components/Verdict.tsx'
import { formatAmount, formatMoney, moneyFormat, type MoneyFormat } from '../../format/money.ts'
import { count } from '../../format/numbers.ts'
import { findProgramme, programmeName } from '../../state/programmes.ts'
import { joiningOf, toCheck } from '../../state/joining.ts'
import { usePart } from '../../state/window-context.ts'
import { Amount } from './Amount.tsx'
import { EstimateDetail } from './EstimateDetail.tsx'

export interface ComparisonRowProps {
  estimate: Estimate
  axis: Axis
  /** Said where rows of several cards stand together. */
  cards: string | null
  isOpen: boolean
  onToggle: () => void
}

export function ComparisonRow({ estimate, axis, cards, isOpen, onToggle }: ComparisonRowProps) {
  const { programmes } = usePart('networks')
  const money = moneyFormat(usePart('settings'))
  const detailId = useId()
  const button = useRef<HTMLButtonElement>(null)
  const info = findProgramme(programmes, estimate.programmeId)
  const { net, verdict } = estimate
  const cannot = verdict === 'not-eligible'
  const failed = estimate.needs.filter((need) => need.ok === false)
  const notWorth = net.high !== null && net.high < 0

  function closeOnEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    onToggle()
    button.current?.focus()
  }

  return (
    <>
      <tr className={`row${isOpen ? ' row-open' : ''}${cannot ? ' row-faint' : ''}`} onClick={onToggle}>
        <th scope="row">
          <button ref={button} type="button" className="row-button" aria-expanded={isOpen} aria-controls={detailId} onClick={(event) => { event.stopPropagation(); onToggle() }}>
            <Icon name="open" />
            <span>
              {programmeName(info, estimate.programmeId)}
              {cards === null ? null : <span className="row-sub row-cards">{cards}</span>}
              {notWorth && !cannot ? <span className="row-sub tone-loss">not worth running here</span> : null}
              {cannot && (net.low !== null || net.high !== null) ? <span className="row-sub">if it could join</span> : null}
              {info?.takesWholeMachine && !notWorth && !cannot ? <span className="row-sub">takes the whole machine</span> : null}
            </span>
          </button>
        </th>
        <td>
          <Verdict joining={joiningOf(estimate)} />
          <span className="row-sub">{verdictNote(failed.map((need) => need.title), cannot ? 0 : toCheck(estimate))}</span>
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
          {groupOf(estimate) === 'no-figure' ? <span className="muted">–</span> : <Confidence level={estimate.confidence} />}
        </td>
      </tr>
      {isOpen ? (
        <tr className="row-detail" id={detailId} onKeyDown={closeOnEscape}>
          <td colSpan={6}>
            <EstimateDetail estimate={estimate} info={info} money={money} />
          </td>
        </tr>
      ) : null}
    </>
  )
}

/** The first reason in a few words, how many more, and what is still to check. */
function verdictNote(failed: string[], open: number): string {
  const first = failed[0]
  const reason = first && failed.length > 1 ? `${first} and ${failed.length - 1} more` : first
  return [reason, open > 0 ? `${count(open, 'thing')} to check` : null].filter(Boolean).join('; ')
}

function CapitalCell({ capital, money }: { capital: Capital[]; money: MoneyFormat }) {
  const [first] = capital
  if (!first) return <span className="muted">nothing</span>
  const total = capital.every((item) => item.usd !== null) ? capital.reduce((sum, item) => sum + (item.usd ?? 0), 0) : null
  const amount = first.amount === null ? null : <Amount amount={first.amount} asset={first.asset} />
  return (
    <>
      <span>{total === null ? (amount ?? `${first.asset}, amount not public`) : formatMoney(total, money)}</span>
      {total !== null && amount && capital.length === 1 ? <span className="row-sub">{amount}</span> : null}
      {capital.some((item) => item.slashable === true) ? <span className="row-sub">can be lost</span> : null}
    </>
  )
}
