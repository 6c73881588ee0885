/** A light line chart: one path over a tint where something held the card back, with a mark and a cursor. Drawn once per change. */
import { formatPlain } from '../../format/numbers.ts'
import { boxHeight, boxWidth, pathOf, xOf, yOf, type LinePoint, type Span } from './line-geometry.ts'

export interface LinePlotProps {
  points: readonly LinePoint[]
  across: Span
  range: Span
  /** Said instead of the drawing. */
  label: string
  tone?: 'value' | 'clock' | 'temperature' | 'power'
  /** A second, dashed line. */
  second?: readonly LinePoint[]
  bands?: readonly Span[]
  /** Where the figure fell. */
  mark?: number | null
  cursor?: number | null
  /** A stretch of the vertical axis that is expected. */
  expected?: { low: number; high: number } | null
  /** Words at the ends of the vertical axis; left out: plain numbers. */
  say?: (value: number) => string
  /** Each point as a dot. */
  dots?: boolean
  small?: boolean
}

export function LinePlot({ points, across, range, label, tone = 'value', second, bands = [], mark = null, cursor = null, expected = null, say = formatPlain, dots = false, small = false }: LinePlotProps) {
  const line = (x: number) => Math.min(boxWidth, Math.max(0, xOf(x, across)))
  return (
    <div className={`plot plot-${tone}${small ? ' plot-small' : ''}`} role="img" aria-label={label}>
      <div className="plot-axis" aria-hidden="true">
        <span>{say(range.to)}</span>
        <span>{say(range.from)}</span>
      </div>
      <div className="plot-box" aria-hidden="true">
        <svg viewBox={`0 0 ${boxWidth} ${boxHeight}`} preserveAspectRatio="none" focusable="false">
          {expected ? <rect className="plot-expected" x="0" width={boxWidth} y={clampY(yOf(expected.high, range))} height={Math.max(0, clampY(yOf(expected.low, range)) - clampY(yOf(expected.high, range)))} /> : null}
          {bands.map((band) => (
            <g key={band.from}>
              <rect className="plot-band" x={line(band.from)} width={Math.max(2, line(band.to) - line(band.from))} y="0" height={boxHeight} />
              <rect className="plot-band-foot" x={line(band.from)} width={Math.max(2, line(band.to) - line(band.from))} y={boxHeight - 4} height="4" />
            </g>
          ))}
          {second ? <path className="plot-line plot-second" d={pathOf(second, across, range)} /> : null}
          <path className="plot-line" d={pathOf(points, across, range)} />
          {mark === null ? null : <line className="plot-mark" x1={line(mark)} x2={line(mark)} y1="0" y2={boxHeight} />}
          {cursor === null ? null : <line className="plot-cursor" x1={line(cursor)} x2={line(cursor)} y1="0" y2={boxHeight} />}
        </svg>
        {dots
          ? points.map((point) => (point.y === null ? null : <span key={point.x} className="plot-dot" style={{ left: `${line(point.x) / (boxWidth / 100)}%`, top: `${clampY(yOf(point.y, range))}%` }} />))
          : null}
        {mark === null ? null : <span className="plot-mark-head" style={{ left: `${line(mark) / (boxWidth / 100)}%` }} />}
      </div>
    </div>
  )
}

function clampY(y: number): number {
  return Math.min(boxHeight, Math.max(0, y))
}
