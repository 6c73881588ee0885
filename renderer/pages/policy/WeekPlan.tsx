/** The hours of a week as a grid: what may run in each, the price under it; chosen by pointer or keys, and set. */
import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { runModes, type RunMode, type ScheduleBlock } from '../../../shared/policy.ts'
import type { WeekOutlook } from '../../../shared/policy-state.ts'
import { SavedMark } from '../../components/FieldNotes.tsx'
import { moneyFormat } from '../../format/money.ts'
import { capitalise } from '../../format/words.ts'
import { modeLetters, modeWords } from '../../state/policy.ts'
import { useNow, usePart } from '../../state/window-context.ts'
import { PlanCell, type CellLook } from './PlanCell.tsx'
import { PlanLegend } from './PlanLegend.tsx'
import { cellKey, hoursByCell, priceScale, wallClock } from './wall-hours.ts'
import { clockOf, dayNames, daysWords, hourParts, hoursIn, paint, planOf, type Range } from './week-plan.ts'

interface Cell {
  day: number
  hour: number
}

const hours = Array.from({ length: 24 }, (_, hour) => hour)
const keysOf: Record<string, RunMode | null> = { a: 'always', i: 'when-idle', n: 'never', Delete: null, Backspace: null }

export interface WeekPlanProps {
  /** null: every card. */
  gpuId: string | null
  outlook: WeekOutlook | null
  /** Answers what went wrong; null: it is saved. */
  keep: (schedule: ScheduleBlock[]) => Promise<string | null>
}

export function WeekPlan({ gpuId, outlook, keep }: WeekPlanProps) {
  const { settings, zone } = usePart('policy')
  const money = moneyFormat(usePart('settings'))
  const now = useNow()
  const grid = useRef<HTMLDivElement>(null)
  /** Where choosing began, and where it has come to; null: nothing is chosen. */
  const [chosen, setChosen] = useState<{ from: Cell; to: Cell } | null>(null)
  const [outcome, setOutcome] = useState<{ said: string; isSaved: boolean } | null>(null)
  const plan = useMemo(() => planOf(settings.schedule, gpuId), [settings.schedule, gpuId])
  const byCell = useMemo(() => (outlook ? hoursByCell(outlook.hours, outlook.zone) : null), [outlook])
  const scale = useMemo(() => (outlook ? priceScale(outlook.hours) : null), [outlook])
  const present = wallClock(zone)(now)
  const at = chosen?.to ?? { day: 0, hour: 0 }
  const range = chosen ? rangeOf(chosen.from, chosen.to) : null
  const totals = hoursIn(plan, settings.otherwise)

  async function set(may: RunMode | null): Promise<void> {
    if (range === null) return
    const next = paint(settings.schedule, gpuId, range, may)
    const failure = await keep(next)
    const stays = failure === null && gpuId !== null ? stricterElsewhere(next, gpuId, range, may) : null
    setOutcome(failure !== null ? { said: failure, isSaved: false } : { said: stays ?? '', isSaved: true })
  }
  function choose(from: Cell, to: Cell): void {
    setChosen({ from, to })
    setOutcome(null)
  }
  function move(event: KeyboardEvent): void {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    if (key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      return choose({ day: 0, hour: 0 }, { day: 6, hour: 23 })
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (key in keysOf) {
      event.preventDefault()
      return void set(keysOf[key] ?? null)
    }
    const to = moved(at, key)
    if (to === null) return
    event.preventDefault()
    choose(event.shiftKey && chosen ? chosen.from : to, to)
    grid.current?.querySelector<HTMLElement>(`[data-cell="${cellKey(to.day, to.hour)}"]`)?.focus()
  }
  function lookOf(day: number, hour: number): CellLook {
    const found = byCell?.get(cellKey(day, hour)) ?? null
    return {
      day, hour, parts: hourParts(plan, day, hour), before: hour === 0 ? [] : hourParts(plan, day, hour - 1), otherwise: settings.otherwise, isSkipped: byCell !== null && byCell.size > 0 && found === null, hour0: found?.[0] ?? null,
      isChosen: range !== null && day >= range.fromDay && day <= range.toDay && hour >= range.fromHour && hour <= range.toHour, isStop: day === at.day && hour === at.hour, isNow: day === present.day && hour === present.hour,
    }
  }
  return (
    <div className="plan">
      <div className="plan-tools">
        <p className="plan-chosen">{range === null ? 'Choose hours below: with the pointer, or with the arrow keys and Shift.' : <>Set <strong>{rangeWords(range)}</strong> to</>}</p>
        <span className="plan-buttons">
          <SavedMark saved={outcome?.isSaved ?? false} />
          {runModes.map((mode) => (
            <button key={mode} type="button" className="button button-small" aria-disabled={range === null ? true : undefined} onClick={() => void set(mode)}>
              <span className={`plan-key plan-${mode}`} aria-hidden="true">
                {modeLetters[mode]}
              </span>
              {capitalise(modeWords[mode])}
            </button>
          ))}
          <button type="button" className="button button-small" aria-disabled={range === null ? true : undefined} onClick={() => void set(null)}>
            No block
          </button>
        </span>
      </div>
      {outcome !== null && outcome.said !== '' ? (
        <p className={outcome.isSaved ? 'small' : 'field-problem'} role="alert">
          {outcome.said}
        </p>
      ) : null}
      <div className="plan-scroll">
        <div ref={grid} className="plan-grid" role="grid" aria-label={`Week of ${gpuId === null ? 'every card' : 'this card'}: A, I and N set what is chosen, Delete takes blocks away`} aria-multiselectable="true" onKeyDown={move}>
          <div className="plan-row plan-hours" role="row">
            <span role="columnheader" className="plan-corner">
              <span className="visually-hidden">Day</span>
            </span>
            {hours.map((hour) => (
              <span key={hour} role="columnheader">
                <span className={hour % 3 === 0 ? undefined : 'visually-hidden'}>{String(hour).padStart(2, '0')}</span>
              </span>
            ))}
          </div>
          {dayNames.map((name, day) => (
            <div key={name} className="plan-row" role="row">
              <span role="rowheader" aria-label={name}>
                {name.slice(0, 3)}
              </span>
              {hours.map((hour) => (
                <PlanCell key={hour} look={lookOf(day, hour)} scale={scale} money={money} onBegin={(isLonger) => choose(isLonger && chosen ? chosen.from : { day, hour }, { day, hour })} onReach={() => chosen && choose(chosen.from, { day, hour })} />
              ))}
            </div>
          ))}
        </div>
      </div>
      <PlanLegend outlook={outlook} hasPrices={scale !== null} totals={totals} money={money} />
    </div>
  )
}

function rangeOf(from: Cell, to: Cell): Range {
  return { fromDay: Math.min(from.day, to.day), toDay: Math.max(from.day, to.day), fromHour: Math.min(from.hour, to.hour), toHour: Math.max(from.hour, to.hour) }
}

/** "Mon to Fri, 22:00 to 24:00". */
export function rangeWords({ fromDay, toDay, fromHour, toHour }: Range): string {
  const days = Array.from({ length: toDay - fromDay + 1 }, (_, i) => fromDay + i + 1)
  return `${daysWords(days)}, ${clockOf(fromHour * 60)} to ${toHour === 23 ? '24:00' : clockOf((toHour + 1) * 60)}`
}

function moved({ day, hour }: Cell, key: string): Cell | null {
  if (key === 'ArrowLeft') return { day, hour: Math.max(0, hour - 1) }
  if (key === 'ArrowRight') return { day, hour: Math.min(23, hour + 1) }
  if (key === 'ArrowUp') return { day: Math.max(0, day - 1), hour }
  if (key === 'ArrowDown') return { day: Math.min(6, day + 1), hour }
  if (key === 'Home') return { day, hour: 0 }
  if (key === 'End') return { day, hour: 23 }
  if (key === 'PageUp') return { day: 0, hour }
  return key === 'PageDown' ? { day: 6, hour } : null
}

/** A block for every card that is stricter goes on holding, and the user is told. */
function stricterElsewhere(schedule: readonly ScheduleBlock[], gpuId: string, range: Range, may: RunMode | null): string | null {
  const plan = planOf(schedule, gpuId)
  for (let day = range.fromDay; day <= range.toDay; day += 1) {
    for (let hour = range.fromHour; hour <= range.toHour; hour += 1) {
      const other = hourParts(plan, day, hour).find((part) => part.may !== may)
      if (other?.may) return `${dayNames[day]}, ${clockOf(hour * 60)} stays “${modeWords[other.may]}”: a block for every card says so, and the stricter one holds.`
    }
  }
  return null
}
