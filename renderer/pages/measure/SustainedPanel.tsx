/** A sustained run: throughput, clock, temperature and watts along time, the drop and its cause, and the same as a table. */
import { useId, useState, type MouseEvent } from 'react'
import type { SustainedRun } from '../../../shared/benchmark.ts'
import { ScrollBox } from '../../components/Page.tsx'
import { causeWords, workloadWords } from '../../format/benchmark-words.ts'
import { formatNumber, formatWatts, gap } from '../../format/numbers.ts'
import { formatSeconds } from '../../format/time.ts'
import { slowingReasons } from '../../state/alerts.ts'
import { usePart } from '../../state/window-context.ts'
import { LinePlot } from './LinePlot.tsx'
import { nearestIndex, rangeOf, spansWhere } from './line-geometry.ts'
import { dropWords, heldBackWords, momentWords, thinned, trackWords, tracksOf } from './sustained.ts'

const rows = 30

export function SustainedPanel({ run }: { run: SustainedRun }) {
  const { values } = usePart('settings')
  const id = useId()
  const [cursor, setCursor] = useState<number | null>(null)
  const tracks = tracksOf(run, values.temperatureUnit)
  const end = run.points.at(-1)?.atSeconds ?? 0
  const across = { from: 0, to: Math.max(1, end) }
  const bands = spansWhere(run.points, (point) => slowingReasons(point.throttle).length > 0)
  const times = run.points.map((point) => point.atSeconds)
  const isShort = run.drop === null
  // A card of which nothing was read named no reason either: that is no "nothing".
  const hasReasons = tracks.length > 1 || run.heldBack.length > 0 || run.points.some((one) => one.throttle.length > 0)
  const shown = cursor === null ? null : (run.points[cursor] ?? null)

  function point(event: MouseEvent<HTMLDivElement>): void {
    const box = event.currentTarget.querySelector('.plot-box')?.getBoundingClientRect()
    if (!box || box.width === 0) return
    const at = ((event.clientX - box.left) / box.width) * across.to
    setCursor(at < 0 ? null : nearestIndex(times, at))
  }

  return (
    <div className="sustained">
      <p className="detail-summary">
        <strong>{dropWords(run)}</strong>{isShort && run.stoppedBecause ? ` ${run.stoppedBecause}` : null} {run.cause ? `${causeWords[run.cause.id]}: ${run.cause.sentence}` : null}
      </p>
      <dl className="facts">
        <div>
          <dt>Load</dt>
          <dd>{workloadWords[run.workload]}</dd>
        </div>
        <div>
          <dt>Time</dt>
          <dd>{formatSeconds(end)} of {formatSeconds(run.minutes * 60)}</dd>
        </div>
        <div>
          <dt>Mean power</dt>
          <dd>{run.meanW === null ? <span className="unknown">not readable here</span> : formatWatts(run.meanW)}</dd>
        </div>
        <div>
          <dt>Energy of the run</dt>
          <dd>{run.energyJ === null ? <span className="unknown">not readable here</span> : energyOf(run.energyJ)}</dd>
        </div>
        <div>
          <dt>Held back by</dt>
          <dd>{hasReasons ? (run.heldBack.length === 0 ? 'nothing that the card named' : heldBackWords(run.heldBack)) : <span className="unknown">not readable here</span>}</dd>
        </div>
      </dl>
      {run.stoppedBecause && !isShort ? <p className="tone-warning">It ended before its time: {run.stoppedBecause}</p> : null}
      {run.points.length === 0 ? (
        <p className="unknown">No point was kept.</p>
      ) : (
        <>
          <div className="tracks" onMouseMove={point} onMouseLeave={() => setCursor(null)}>
            {tracks.map((track) => (
              <figure key={track.id} className="track">
                <figcaption>
                  <span className="chart-title">{track.title}</span>
                  {track.second ? <span className="chart-key"><span className="chart-key-line chart-key-line-1 series-temperature" aria-hidden="true" />{track.second.label}</span> : null}
                </figcaption>
                <LinePlot
                  points={run.points.map((one) => ({ x: one.atSeconds, y: track.of(one) }))}
                  {...(track.second ? { second: run.points.map((one) => ({ x: one.atSeconds, y: track.second?.of(one) ?? null })) } : {})}
                  across={across}
                  range={rangeOf([...run.points.map(track.of), ...run.points.map((one) => track.second?.of(one) ?? null)])}
                  label={trackWords(track, run)}
                  tone={track.id}
                  bands={bands}
                  mark={run.dropAtSeconds}
                  cursor={shown?.atSeconds ?? null}
                  say={track.say}
                />
              </figure>
            ))}
          </div>
          <div className="tracks-foot">
            <span className="plot-ends" aria-hidden="true">
              <span>0</span>
              <span>{formatSeconds(end)}</span>
            </span>
            <input id={id} type="range" className="moment" min={0} max={run.points.length - 1} value={cursor ?? run.points.length - 1} aria-label="Moment of the run" aria-valuetext={momentWords(shown ?? run.points[run.points.length - 1]!, tracks)} onChange={(event) => setCursor(Number(event.target.value))} onBlur={() => setCursor(null)} />
            <p className="small muted track-words">{shown ? momentWords(shown, tracks) : [bands.length > 0 ? 'Tinted: the card named a reason for holding back.' : null, run.dropAtSeconds === null ? null : 'The line down: where the figure fell.', 'Move along the charts, or the slider with the arrow keys, to read a moment.'].filter(Boolean).join(' ')}</p>
          </div>
          <details className="folded">
            <summary>The same as a table</summary>
            <ScrollBox label="The sustained run as a table">
              <table className="table table-small">
                <thead>
                  <tr>
                    <th scope="col">After</th>
                    {tracks.map((track) => (
                      <th key={track.id} scope="col" className="number">{track.title}</th>
                    ))}
                    {hasReasons ? <th scope="col">Held back by</th> : null}
                  </tr>
                </thead>
                <tbody>
                  {thinned(run.points, rows).map((one) => (
                    <tr key={one.atSeconds}>
                      <th scope="row">{formatSeconds(one.atSeconds)}</th>
                      {tracks.map((track) => {
                        const value = track.of(one)
                        return (
                          <td key={track.id} className="number">
                            {value === null ? <span className="unknown">unknown</span> : track.say(value)}
                          </td>
                        )
                      })}
                      {hasReasons ? <td>{slowingReasons(one.throttle).join(', ') || <span className="muted">nothing</span>}</td> : null}
                    </tr>
                  ))}
                </tbody>
              </table>
            </ScrollBox>
          </details>
        </>
      )}
    </div>
  )
}

/** Joules as watt-hours from a tenth of one on: what a meter counts. */
function energyOf(joules: number): string {
  const wattHours = joules / 3600
  return wattHours >= 0.1 ? `${formatNumber(wattHours, wattHours >= 100 ? 0 : 1)}${gap}Wh` : `${formatNumber(joules, 0)}${gap}J`
}
