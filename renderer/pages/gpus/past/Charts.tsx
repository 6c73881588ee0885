/** Every chart of a card over one range, with one cursor for all. */
import { useCallback, useMemo, useState } from 'react'
import type uPlot from 'uplot'
import type { HistoryEvent, HistoryPoint } from '../../../../shared/history.ts'
import type { Gpu } from '../../../../shared/machine.ts'
import { formatTime } from '../../../format/time.ts'
import { HistoryChart } from './HistoryChart.tsx'
import { chartsOf, type ChartSpec } from './chart-list.ts'
import { eventsNear, isFault, isMarked, pointWords, stepWords, summaryWords } from './describe.ts'
import type { Drawn } from './plot.ts'
import { columnOf, slotsOf, throttleRuns, type Slot } from './points.ts'

export interface ShownPast {
  from: number
  to: number
  stepSeconds: number
  points: HistoryPoint[]
  events: HistoryEvent[]
}

/** More marks than this would be a wall; the list below has them all. */
const mostMarks = 150

export function Charts({ gpu, shown, unit, powerLimitW, onPick }: { gpu: Gpu; shown: ShownPast; unit: 'C' | 'F'; powerLimitW: number | null; onPick: (from: number, to: number) => void }) {
  /** A moment, in seconds since epoch: steps slide along while readings arrive. */
  const [cursor, setCursor] = useState<number | null>(null)
  const charts = useMemo(() => {
    const slots = slotsOf(shown.points, shown.stepSeconds)
    const common = {
      from: shown.from / 1000,
      to: shown.to / 1000,
      slowed: throttleRuns(slots, shown.stepSeconds),
      marks: shown.events.filter(isMarked).slice(-mostMarks).map((event) => ({ at: event.at / 1000, isFault: isFault(event) })),
    }
    return { slots, all: chartsOf(gpu, shown.points, unit, powerLimitW).map((spec) => ({ spec, drawn: { ...common, ...columnsOf(spec, slots) }, summary: summaryWords(spec, shown.points) })) }
  }, [gpu, shown, unit, powerLimitW])
  const at = cursor === null ? null : nearestSlot(charts.slots, cursor)
  const onCursor = useCallback((index: number | null) => setCursor(index === null ? null : (charts.slots[index]?.time ?? null)), [charts.slots])

  const span = shown.to - shown.from

  function sayStep(spec: ChartSpec, index: number): string {
    const slot = charts.slots[index]
    if (!slot) return ''
    const when = slot.point ? stepWords(slot.point.takenAt, shown.stepSeconds, span) : formatTime(slot.time * 1000)
    return `${when}: ${pointWords(spec, slot.point)}.`
  }
  function sayEvents(index: number): string {
    const time = charts.slots[index]?.time
    return time === undefined ? '' : eventsNear(shown.events, time * 1000, Math.max((shown.stepSeconds * 1000) / 2, span / 150)).map((event) => event.sentence).join(' ')
  }

  return (
    <>
      <ChartKey hasSlowed={charts.all[0] !== undefined && charts.all[0].drawn.slowed.length > 0} marks={charts.all[0]?.drawn.marks ?? []} events={at === null ? '' : sayEvents(at)} />
      <div className="charts">
        {charts.all.map(({ spec, drawn, summary }) => (
          <HistoryChart key={spec.id} spec={spec} drawn={drawn} summary={summary} cursor={at} sayStep={(index) => sayStep(spec, index)} sayEvents={sayEvents} onCursor={onCursor} onPick={onPick} />
        ))}
      </div>
    </>
  )
}

/** null: there is none at all. */
function nearestSlot(slots: readonly Slot[], time: number): number | null {
  let nearest: number | null = null
  slots.forEach((slot, i) => {
    if (nearest === null || Math.abs(slot.time - time) < Math.abs((slots[nearest]?.time ?? 0) - time)) nearest = i
  })
  return nearest
}

/** What bands and marks mean, where there are any, and what happened at the cursor: once for all charts. */
function ChartKey({ hasSlowed, marks, events }: { hasSlowed: boolean; marks: Drawn['marks']; events: string }) {
  return (
    <p className="charts-key muted small">
      {hasSlowed ? (
        <span>
          <span className="key-slowed" aria-hidden="true" /> slowed down
        </span>
      ) : null}
      {marks.some((mark) => mark.isFault) ? (
        <span>
          <span className="key-fault" aria-hidden="true">▼</span> fault
        </span>
      ) : null}
      {marks.some((mark) => !mark.isFault) ? (
        <span>
          <span aria-hidden="true">▽</span> other event
        </span>
      ) : null}
      {events === '' ? <span>Arrow keys or the mouse read a chart step by step; pull across a stretch to look closer.</span> : <span className="charts-key-events" title={events}>{events}</span>}
    </p>
  )
}

function columnsOf(spec: ChartSpec, slots: readonly Slot[]): Pick<Drawn, 'data' | 'least' | 'greatest'> {
  const columns = spec.lines.flatMap((line) => (['min', 'mean', 'max'] as const).map((part) => columnOf(slots, line.metric, part, spec.scale)))
  let least: number | null = null
  let greatest: number | null = null
  for (const column of columns) {
    for (const value of column) {
      if (value === null) continue
      least = least === null ? value : Math.min(least, value)
      greatest = greatest === null ? value : Math.max(greatest, value)
    }
  }
  return { data: [slots.map((slot) => slot.time), ...columns] as uPlot.AlignedData, least, greatest }
}
