/** A small line chart of this session's readings. It is drawn when a sample arrives, never on a timer. */
import { useEffect, useRef, useSyncExternalStore } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export interface ChartProps {
  /** What it shows, in words with the present value: read out in place of the picture. */
  label: string
  /** Seconds since epoch, ascending. */
  times: number[]
  values: (number | null)[]
  unit: string
  /** The least and greatest value drawn; null: follows the data. Readings beyond `to` widen it. */
  from: number
  to: number | null
  /** CSS custom property of the line's colour. */
  colour: string
  /** Seconds that the time axis covers. */
  spanSeconds: number
}

function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Changes whenever the page turns light or dark. */
function subscribeToTheme(listener: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)')
  const watcher = new MutationObserver(listener)
  media.addEventListener('change', listener)
  watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => {
    media.removeEventListener('change', listener)
    watcher.disconnect()
  }
}
function themeNow(): string {
  return colourOf('--text')
}

export function Chart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const theme = useSyncExternalStore(subscribeToTheme, themeNow)
  const { times, values, from, to, unit, colour, spanSeconds } = props
  const latest = useRef({ times, values, to, spanSeconds })

  useEffect(() => {
    latest.current = { times, values, to, spanSeconds }
    plot.current?.setData([times, values])
  }, [times, values, to, spanSeconds])

  useEffect(() => {
    const element = box.current
    if (!element) return
    const options: uPlot.Options = {
      width: element.clientWidth || 200,
      height: element.clientHeight || 72,
      padding: [6, 4, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: true, range: () => xRange(latest.current.times, latest.current.spanSeconds) },
        y: { range: (_, __, max) => [from, Math.max(latest.current.to ?? from + 1, (max ?? from) * (latest.current.to === null ? 1.15 : 1))] },
      },
      axes: [
        { stroke: colourOf('--text-muted'), grid: { show: false }, ticks: { show: false }, font: '11px system-ui, sans-serif', size: 20, space: 90, values: (_, splits) => splits.map(clock) },
        { stroke: colourOf('--text-muted'), grid: { stroke: colourOf('--line'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif', size: 40, space: 26, values: (_, splits) => splits.map((value) => `${value}`) },
      ],
      series: [{}, { stroke: colourOf(colour), width: 1.5, points: { show: false }, spanGaps: false }],
    }
    const made = new uPlot(options, [latest.current.times, latest.current.values], element)
    plot.current = made
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height: element.clientHeight })
    })
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [theme, from, unit, colour])

  return <div className="chart" role="img" aria-label={props.label} ref={box} />
}

function xRange(times: number[], spanSeconds: number): [number, number] {
  const end = times.at(-1) ?? Date.now() / 1000
  return [end - spanSeconds, end]
}

function clock(seconds: number): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(seconds * 1000)
}
