/** One hour of the plan: its mode as a pattern with a letter where it begins, and the price as a bar under it. */
import type { RunMode } from '../../../shared/policy.ts'
import type { WeekHour } from '../../../shared/policy-state.ts'
import { formatMoney, formatPerKwh, type MoneyFormat } from '../../format/money.ts'
import { modeLetters, modeWords } from '../../state/policy.ts'
import { cellKey } from './wall-hours.ts'
import { clockOf, dayNames, type Part } from './week-plan.ts'

export interface CellLook {
  day: number
  hour: number
  parts: Part[]
  /** Of the hour before on the same day. */
  before: Part[]
  otherwise: RunMode
  /** The clock goes forward over it in the coming week. */
  isSkipped: boolean
  /** This hour of the coming week; null: not known. */
  hour0: WeekHour | null
  isChosen: boolean
  /** Where the Tab key stops. */
  isStop: boolean
  isNow: boolean
}

export interface PlanCellProps {
  look: CellLook
  scale: ((usdPerKwh: number) => { top: number; height: number }) | null
  money: MoneyFormat
  onBegin: (isLonger: boolean) => void
  onReach: () => void
}

export function PlanCell({ look, scale, money, onBegin, onReach }: PlanCellProps) {
  const { parts, before, otherwise, hour0, day, hour } = look
  const price = hour0?.usdPerKwh ?? null
  const bar = price === null || scale === null ? null : scale(price)
  return (
    <span
      role="gridcell"
      className={['plan-cell', look.isChosen ? 'plan-chosen-cell' : '', look.isNow ? 'plan-now' : ''].filter(Boolean).join(' ')}
      data-cell={cellKey(day, hour)}
      tabIndex={look.isStop ? 0 : -1}
      aria-selected={look.isChosen}
      aria-label={cellWords(look, money)}
      title={cellWords(look, money)}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        if (event.currentTarget.hasPointerCapture(event.pointerId)) event.currentTarget.releasePointerCapture(event.pointerId)
        onBegin(event.shiftKey)
      }}
      onPointerEnter={(event) => {
        if (event.buttons === 1) onReach()
      }}
    >
      <span className={look.isSkipped ? 'plan-modes plan-skipped' : 'plan-modes'} aria-hidden="true">
        {parts.map((part, i) => {
          const mode = part.may ?? otherwise
          const last = i > 0 ? parts[i - 1] : before.at(-1)
          const isBegin = last === undefined || last.may !== part.may
          return (
            <span key={i} className={`plan-part plan-${mode}${part.may === null ? ' plan-otherwise' : ''}`} style={{ flexGrow: part.length }}>
              {isBegin && part.length >= 30 ? modeLetters[mode] : ''}
            </span>
          )
        })}
      </span>
      {scale === null ? null : (
        <span className="plan-price" aria-hidden="true">
          {bar === null ? null : <span className={`plan-bar${(price ?? 0) < 0 ? ' plan-bar-below' : ''}${hour0?.isAtLoss ? ' plan-bar-loss' : ''}`} style={{ top: `${bar.top * 100}%`, height: `max(1px, ${bar.height * 100}%)` }} />}
          {hour0?.isQuiet ? <span className="plan-quiet" /> : null}
        </span>
      )}
    </span>
  )
}

/** "Monday 22:00: always; 0.210 EUR/kWh, at a loss". */
export function cellWords({ day, hour, parts, otherwise, hour0, isSkipped, isNow }: CellLook, money: MoneyFormat): string {
  const modes = parts.map((part, i) => {
    const minutes = parts.slice(0, i).reduce((sum, { length }) => sum + length, 0)
    return `${i === 0 ? '' : `from ${clockOf(hour * 60 + minutes)} `}${modeWords[part.may ?? otherwise]}${part.may === null ? ' (no block)' : ''}`
  })
  const price = hour0 === null || hour0.usdPerKwh === null ? null : `${formatPerKwh(hour0.usdPerKwh, money)}${hour0.how === null ? '' : ` (${hour0.how})`}`
  const net = hour0 === null || hour0.netUsd === null ? null : `${formatMoney(hour0.netUsd, money)} an hour after power`
  const more = [price, net, hour0?.isAtLoss ? 'at a loss: it would stand still' : null, hour0?.isQuiet ? 'quiet hours' : null, isSkipped ? 'this hour does not exist this week: the clocks go forward' : null, isNow ? 'now' : null].filter((one) => one !== null)
  return `${dayNames[day]} ${clockOf(hour * 60)}: ${modes.join(', ')}${more.length === 0 ? '' : `; ${more.join('; ')}`}`
}
