/** How a chart is drawn: uPlot's options, the bands of throttling, the marks of events, the line of a limit. */
import uPlot from 'uplot'
import type { ChartSpec } from './chart-list.ts'
import { valueRange } from './chart-list.ts'

export interface Drawn {
  /** Times, then for each line least, mean and greatest; in the axis's units. */
  data: uPlot.AlignedData
  /** Ends of the time axis, in seconds since epoch. */
  from: number
  to: number
  /** Stretches in which something slowed the card down, in seconds since epoch. */
  slowed: { from: number; to: number }[]
  marks: { at: number; isFault: boolean }[]
  least: number | null
  greatest: number | null
}

export interface PlotCallbacks {
  drawn(): Drawn
  onCursor(index: number | null): void
  /** A stretch was picked with the mouse, in ms since epoch. */
  onPick(from: number, to: number): void
}

export function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Changes whenever the page turns light or dark. */
export function subscribeToTheme(listener: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)')
  const watcher = new MutationObserver(listener)
  media.addEventListener('change', listener)
  watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => {
    media.removeEventListener('change', listener)
    watcher.disconnect()
  }
}
export function themeNow(): string {
  return colourOf('--text')
}

const font = '11px system-ui, sans-serif'
/** Least distance, in pixels, for a pull of the mouse to be a choice. */
const leastPick = 8

export function plotOptions(spec: ChartSpec, size: { width: number; height: number }, calls: PlotCallbacks): uPlot.Options {
  const muted = colourOf('--text-muted')
  const colours = { slowed: colourOf('--fix'), fault: colourOf('--bad'), mark: muted, limit: colourOf('--text-muted') }
  const first = spec.lines[0]
  return {
    ...size,
    padding: [10, 20, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      // On the mean alone: dots on the ends of three bands would hide what they mark.
      points: { size: (_, series) => (series % 3 === 2 ? 6 : 0), width: (_, series) => (series % 3 === 2 ? 1.5 : 0) },
      drag: { x: true, y: false, setScale: false, dist: leastPick },
      // The chart is moved about by the page's own keys, and the lock of a click would hold the line in place.
      lock: false,
    },
    scales: {
      x: { time: true, range: () => [calls.drawn().from, calls.drawn().to] },
      y: { range: () => valueRange(spec, calls.drawn().least, calls.drawn().greatest) },
    },
    axes: [
      { stroke: muted, grid: { show: false }, ticks: { stroke: colourOf('--line'), width: 1, size: 4 }, font, size: 24, gap: 3, space: 62, values: (_, splits, __, ___, step) => splits.map((at) => timeWords(at, step)) },
      { stroke: muted, grid: { stroke: colourOf('--line'), width: 1 }, ticks: { show: false }, font, size: 44, gap: 4, space: 28, values: (_, splits) => splits.map((value) => value.toLocaleString('en')) },
    ],
    series: [
      {},
      ...spec.lines.flatMap((line, i) => [
        { width: 0, points: { show: false } },
        { stroke: colourOf(line.colour), width: 1.5, spanGaps: false, points: { show: false }, ...(i === 0 ? {} : { dash: i === 1 ? [6, 3] : [2, 3] }) },
        { width: 0, points: { show: false } },
      ]),
    ],
    bands: first ? [{ series: [3, 1], fill: colourOf(first.colour).replace(/^rgb\((.*)\)$/, 'rgba($1, 0.22)') }] : [],
    hooks: {
      drawClear: [(plot) => drawSlowed(plot, calls.drawn(), colours.slowed)],
      draw: [
        (plot) => drawLonePoints(plot, spec),
        (plot) => drawLimit(plot, spec, colours.limit),
        (plot) => drawMarks(plot, calls.drawn(), colours),
      ],
      setCursor: [(plot) => calls.onCursor(plot.cursor.left !== undefined && plot.cursor.left >= 0 ? (plot.cursor.idx ?? null) : null)],
      setSelect: [
        (plot) => {
          if (plot.select.width < leastPick) return
          const from = plot.posToVal(plot.select.left, 'x') * 1000
          const to = plot.posToVal(plot.select.left + plot.select.width, 'x') * 1000
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          calls.onPick(Math.floor(from), Math.ceil(to))
        },
      ],
    },
  }
}

/** Seconds are shown where the ticks are that close; a new day names itself. */
export function timeWords(seconds: number, stepSeconds: number): string {
  const at = new Date(seconds * 1000)
  const say = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', options).format(at)
  if (stepSeconds >= 25 * 86_400) return say(at.getMonth() === 0 ? { month: 'short', year: 'numeric' } : { month: 'short' })
  if (stepSeconds >= 86_400) return say({ day: 'numeric', month: 'short' })
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0
  if (isMidnight) return say({ day: 'numeric', month: 'short' })
  return say(stepSeconds < 60 ? { hour: '2-digit', minute: '2-digit', second: '2-digit' } : { hour: '2-digit', minute: '2-digit' })
}

function inside(plot: uPlot, draw: (context: CanvasRenderingContext2D) => void): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  draw(ctx)
  ctx.restore()
}

/** A tint over the height, and a bar along the foot that does not hang on colour alone. */
function drawSlowed(plot: uPlot, drawn: Drawn, colour: string): void {
  const { top, height } = plot.bbox
  const foot = 4 * devicePixelRatio
  inside(plot, (context) => {
    context.fillStyle = colour
    for (const { from, to } of drawn.slowed) {
      const left = plot.valToPos(from, 'x', true)
      const width = Math.max(devicePixelRatio, plot.valToPos(to, 'x', true) - left)
      context.globalAlpha = 0.13
      context.fillRect(left, top, width, height)
      context.globalAlpha = 1
      context.fillRect(left, top + height - foot, width, foot)
    }
  })
}

/** A reading between two gaps has no line to either side: it is a dot. */
function drawLonePoints(plot: uPlot, spec: ChartSpec): void {
  const times = plot.data[0]
  inside(plot, (context) => {
    spec.lines.forEach((line, i) => {
      const means = plot.data[3 * i + 2]
      if (!means) return
      context.fillStyle = colourOf(line.colour)
      means.forEach((value, at) => {
        if (value == null || means[at - 1] != null || means[at + 1] != null) return
        context.beginPath()
        context.arc(plot.valToPos(times[at] ?? 0, 'x', true), plot.valToPos(value, 'y', true), 1.8 * devicePixelRatio, 0, 2 * Math.PI)
        context.fill()
      })
    })
  })
}

function drawLimit(plot: uPlot, spec: ChartSpec, colour: string): void {
  if (spec.limit === null) return
  const { left, width } = plot.bbox
  const { value } = spec.limit
  inside(plot, (context) => {
    const y = plot.valToPos(value, 'y', true)
    context.strokeStyle = colour
    context.lineWidth = devicePixelRatio
    context.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio])
    context.beginPath()
    context.moveTo(left, y)
    context.lineTo(left + width, y)
    context.stroke()
  })
}

/** A line down for each event; one that is a fault is full and has a filled head, another is dashed and has an open one. */
function drawMarks(plot: uPlot, drawn: Drawn, colours: { fault: string; mark: string }): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.lineWidth = ratio
  for (const mark of drawn.marks) {
    if (mark.at < drawn.from || mark.at > drawn.to) continue
    const x = plot.valToPos(mark.at, 'x', true)
    ctx.strokeStyle = ctx.fillStyle = mark.isFault ? colours.fault : colours.mark
    ctx.globalAlpha = mark.isFault ? 0.9 : 0.6
    ctx.setLineDash(mark.isFault ? [] : [3 * ratio, 3 * ratio])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.setLineDash([])
    ctx.globalAlpha = 1
    ctx.beginPath()
    ctx.moveTo(x - 4 * ratio, bbox.top - 8 * ratio)
    ctx.lineTo(x + 4 * ratio, bbox.top - 8 * ratio)
    ctx.lineTo(x, bbox.top - ratio)
    ctx.closePath()
    if (mark.isFault) ctx.fill()
    else ctx.stroke()
  }
  ctx.restore()
}
