/** The drawings of a report, as inline SVG: a bar beside its expected range, and curves over time. Pure. */
import { escaped, figureText } from './figures.ts'

export interface Series {
  label: string
  /** CSS class of its stroke. */
  look: string
  /** [second, value] */
  points: [number, number][]
}

export function line(label: string, points: readonly (readonly [number, number | null])[], look: string): Series {
  return { label, look, points: points.flatMap(([at, value]) => (value === null ? [] : [[at, value] as [number, number]])) }
}

const bar = { width: 120, height: 9 }

/** The range is the grey band, the figure the black mark; the bar begins at 0. */
export function rangeBar(value: number, expected: { low: number; high: number }): string {
  const end = Math.max(value, expected.high) * 1.05
  const at = (one: number): string => ((one / end) * bar.width).toFixed(1)
  const band = `<rect class="band" x="${at(expected.low)}" y="0" width="${Math.max(1, ((expected.high - expected.low) / end) * bar.width).toFixed(1)}" height="${bar.height}"/>`
  return `<svg width="${bar.width}" height="${bar.height}" viewBox="0 0 ${bar.width} ${bar.height}" role="img" aria-label="${figureText(value)}, expected ${figureText(expected.low)} to ${figureText(expected.high)}">${band}<rect class="bar" x="0" y="3" width="${at(value)}" height="3"/></svg>`
}

const curve = { width: 660, leastBand: 36, mostBand: 110, left: 4, right: 110 }

/** A band for each series, one below the other with the same time, so that a drop and its cause stand in one place. */
export function drawing(series: readonly Series[], dropAtSeconds: number | null, wantedHeight: number): string {
  const first = series[0]
  if (!first) return '<p class="small">No curve was kept.</p>'
  const end = Math.max(1, ...series.map((one) => one.points.at(-1)?.[0] ?? 0))
  const x = (at: number): number => curve.left + (at / end) * (curve.width - curve.left - curve.right)
  const bandHeight = Math.round(Math.min(curve.mostBand, Math.max(curve.leastBand, wantedHeight / series.length)))
  const height = series.length * bandHeight + 12
  const bands = series.map((one, i) => band(one, i * bandHeight, bandHeight, x))
  const drop = dropAtSeconds === null ? '' : `<line class="drop" x1="${x(dropAtSeconds).toFixed(1)}" x2="${x(dropAtSeconds).toFixed(1)}" y1="0" y2="${height - 12}"/>`
  const axis = `<text x="${curve.left}" y="${height - 2}">0 s</text><text x="${x(end).toFixed(0)}" y="${height - 2}" text-anchor="end">${Math.round(end)} s</text>`
  return `<svg class="curve" viewBox="0 0 ${curve.width} ${height}" role="img" aria-label="${escaped(series.map((one) => one.label).join('; '))} over ${Math.round(end)} seconds">${bands.join('')}${drop}${axis}</svg>`
}

function band(series: Series, top: number, height: number, x: (at: number) => number): string {
  const values = series.points.map(([, value]) => value)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  // A line that hardly moves must not look like a mountain range: at least a tenth of its height.
  const span = Math.max(high - low, high * 0.1, 1e-9)
  const middle = (low + high) / 2
  const y = (value: number): number => top + 4 + (0.5 - (value - middle) / span) * (height - 10)
  const path = series.points.map(([at, value], i) => `${i === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('')
  const words = `${figureText(low)} to ${figureText(high)}`
  const right = curve.width - curve.right + 6
  return `<path class="${series.look}" d="${path}"/><text x="${right}" y="${top + 14}">${escaped(series.label)}</text><text x="${right}" y="${top + 25}">${words}</text>`
}
