/** One chart with its line in words. The arrow keys move along it, as the mouse does; it is drawn when data arrive, never on a timer. */
import { useEffect, useId, useRef, useSyncExternalStore, type KeyboardEvent } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { isNamed, type ChartSpec } from './chart-list.ts'
import { plotOptions, subscribeToTheme, themeNow, type Drawn } from './plot.ts'

export interface HistoryChartProps {
  spec: ChartSpec
  drawn: Drawn
  /** What the whole chart says in words. */
  summary: string
  /** Which step the cursor is at, common to all charts; null: nowhere. */
  cursor: number | null
  /** The step in words: its time and its values. */
  sayStep(index: number): string
  /** What happened at the step; empty: nothing. It is drawn once for all charts, and read out with each. */
  sayEvents(index: number): string
  onCursor(index: number | null): void
  onPick(from: number, to: number): void
}

const height = 150

export function HistoryChart(props: HistoryChartProps) {
  const { spec, drawn, summary, cursor, sayStep, sayEvents } = props
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const latest = useRef(props)
  const theme = useSyncExternalStore(subscribeToTheme, themeNow)
  const lines = spec.lines.map((line) => line.metric).join(' ')
  const count = drawn.data[0]?.length ?? 0

  useEffect(() => {
    latest.current = props
  })

  useEffect(() => {
    const element = box.current
    if (!element) return
    const { spec: shown, drawn: first } = latest.current
    const options = plotOptions(shown, { width: element.clientWidth || 300, height }, {
      drawn: () => latest.current.drawn,
      onCursor: (index) => {
        // uPlot also tells of moves that we made ourselves, and of data that slid along beneath a resting cursor.
        if (element.matches(':hover') && index !== latest.current.cursor) latest.current.onCursor(index)
      },
      onPick: (from, to) => latest.current.onPick(from, to),
    })
    const made = new uPlot(options, first.data, element)
    plot.current = made
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height })
    })
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
      plot.current = null
    }
    // The axis's own ends and limit come with `spec`, whose identity changes with every reading: what it is made of counts.
  }, [theme, spec.id, spec.unit, lines, spec.from, spec.to, spec.limit?.value])

  useEffect(() => {
    plot.current?.setData(drawn.data)
  }, [drawn])

  useEffect(() => {
    const made = plot.current
    if (!made) return
    const time = cursor === null ? undefined : drawn.data[0]?.[cursor]
    if (time === undefined) {
      if ((made.cursor.left ?? -1) >= 0) made.setCursor({ left: -10, top: -10 }, false)
    } else if (made.cursor.idx !== cursor || (made.cursor.left ?? -1) < 0) made.setCursor({ left: made.valToPos(time, 'x'), top: 20 }, false)
  }, [cursor, drawn])

  function move(event: KeyboardEvent): void {
    const next = nextIndex(event.key, cursor, drawn.data)
    if (next === undefined) return
    event.preventDefault()
    props.onCursor(next)
  }

  return (
    <figure className="chart-box">
      <figcaption id={`${id}-title`}>
        <span className="chart-title">
          {spec.title}, {spec.unit}
        </span>
        {isNamed(spec)
          ? spec.lines.map((line, i) => (
              <span key={line.metric} className="chart-key">
                <span className={`chart-key-line chart-key-line-${i} ${line.colour.slice(2)}`} aria-hidden="true" />
                {line.label}
              </span>
            ))
          : null}
        {spec.limit ? <span className="chart-key muted">{spec.limit.label}</span> : null}
      </figcaption>
      <div
        className="chart"
        role="slider"
        tabIndex={count === 0 ? -1 : 0}
        aria-label={`${spec.title} along time`}
        aria-describedby={`${id}-words`}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, count - 1)}
        aria-valuenow={cursor ?? Math.max(0, count - 1)}
        aria-valuetext={cursor === null ? summary : `${sayStep(cursor)} ${sayEvents(cursor)}`.trim()}
        onKeyDown={move}
        onMouseLeave={() => props.onCursor(null)}
        onBlur={() => props.onCursor(null)}
        ref={box}
      />
      <p className={cursor === null ? 'chart-words' : 'chart-words chart-words-step'} id={`${id}-words`}>
        {cursor === null ? summary : sayStep(cursor)}
      </p>
    </figure>
  )
}

/** Where a key leads, over what was not recorded; undefined: it is none of ours. */
export function nextIndex(key: string, cursor: number | null, data: uPlot.AlignedData): number | null | undefined {
  const last = (data[0]?.length ?? 0) - 1
  if (last < 0) return undefined
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -20, PageUp: 20 }
  if (key === 'Escape') return cursor === null ? undefined : null
  if (key === 'Home') return 0
  if (key === 'End') return last
  const step = steps[key]
  if (step === undefined) return undefined
  if (cursor === null) return last
  return Math.min(last, Math.max(0, cursor + step))
}
