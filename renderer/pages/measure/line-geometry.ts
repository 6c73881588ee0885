/** Lines of the light charts: paths with gaps where nothing is known, ranges with room, stretches. Pure. */

export interface LinePoint {
  x: number
  y: number | null
}

export interface Span {
  from: number
  to: number
}

/** The drawing's own units; the page stretches them. */
export const boxWidth = 1000
export const boxHeight = 100

/** Ends of a vertical axis with a little room; the figures of a steady card do not become a storm. */
export function rangeOf(values: readonly (number | null)[], { least = 0, steady = 0.08 }: { least?: number; steady?: number } = {}): Span {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[]
  if (known.length === 0) return { from: 0, to: 1 }
  const low = Math.min(...known)
  const high = Math.max(...known)
  const span = Math.max(high - low, Math.abs(high) * steady, 1e-9)
  const middle = (low + high) / 2
  const from = Math.max(least, Math.min(low, middle - span / 2) - span * 0.08)
  const to = Math.max(high, middle + span / 2) + span * 0.08
  return { from, to }
}

export function xOf(x: number, across: Span): number {
  const span = across.to - across.from
  return span > 0 ? ((x - across.from) / span) * boxWidth : boxWidth
}

export function yOf(y: number, range: Span): number {
  const span = range.to - range.from
  return span > 0 ? boxHeight - ((y - range.from) / span) * boxHeight : boxHeight / 2
}

/** An SVG path; a point between two gaps is a short stroke, so that it is seen at all. */
export function pathOf(points: readonly LinePoint[], across: Span, range: Span): string {
  const pieces: string[] = []
  points.forEach((point, i) => {
    if (point.y === null || !Number.isFinite(point.y)) return
    const x = round(xOf(point.x, across))
    const y = round(yOf(point.y, range))
    const joins = points[i - 1]?.y != null
    pieces.push(joins ? `L${x} ${y}` : `M${x} ${y}`)
    if (!joins && points[i + 1]?.y == null) pieces.push(`h3`)
  })
  return pieces.join('')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** Stretches of neighbouring points of which something holds, each reaching to the next point. */
export function spansWhere<T extends { atSeconds: number }>(points: readonly T[], holds: (point: T) => boolean): Span[] {
  const spans: Span[] = []
  points.forEach((point, i) => {
    if (!holds(point)) return
    const to = points[i + 1]?.atSeconds ?? point.atSeconds + 1
    const last = spans.at(-1)
    if (last && last.to === point.atSeconds) last.to = to
    else spans.push({ from: point.atSeconds, to })
  })
  return spans
}

/** The point nearest to a place on the axis; -1: there is none. */
export function nearestIndex(xs: readonly number[], x: number): number {
  let best = -1
  xs.forEach((one, i) => {
    if (best === -1 || Math.abs(one - x) < Math.abs((xs[best] ?? 0) - x)) best = i
  })
  return best
}
