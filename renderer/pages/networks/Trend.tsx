/** A figure's past as one small line, with its ends in words for those who do not see it. */
import type { TrendPoint } from '../../../shared/network-health.ts'
import { boxHeight, boxWidth, pathOf, rangeOf, xOf, yOf } from '../measure/line-geometry.ts'
import { knownTrend, sayUtcDay, thinned, trendLabel } from './network-words.ts'

export interface TrendProps {
  label: string
  trend: readonly TrendPoint[]
  say: (value: number) => string
  /** Said below the line; left out: nothing. */
  start?: (value: number) => string
}

export function Trend({ label, trend, say, start }: TrendProps) {
  const points = thinned(knownTrend(trend))
  const words = trendLabel(label, points, say)
  const first = points[0]
  const last = points.at(-1)
  if (words === null || !first || !last) return <span className="trend-none muted">no past known</span>
  const across = { from: first.at, to: Math.max(last.at, first.at + 1) }
  const range = rangeOf(points.map((point) => point.value), { least: first.value < 0 || last.value < 0 ? -Infinity : 0 })
  return (
    <span className="trend">
      <span className="trend-box" role="img" aria-label={words}>
        <svg viewBox={`0 0 ${boxWidth} ${boxHeight}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
          <path className="plot-line" d={pathOf(points.map((point) => ({ x: point.at, y: point.value })), across, range)} />
        </svg>
        <span className="trend-dot" style={{ left: `${(xOf(last.at, across) / boxWidth) * 100}%`, top: `${(yOf(last.value, range) / boxHeight) * 100}%` }} />
      </span>
      {start ? (
        <span className="row-sub" aria-hidden="true">
          {start(first.value)} on {sayUtcDay(first.at)}
        </span>
      ) : null}
    </span>
  )
}
