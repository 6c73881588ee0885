/** A card's figures over its runs: one workload along time as a chart, and all runs as a table. */
import { useId, useState } from 'react'
import type { BenchmarkResult, WorkloadId } from '../../../shared/benchmark.ts'
import { Moment } from '../../components/Moment.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { benchmarkVerdictWords, modeWords, workloadWords } from '../../format/benchmark-words.ts'
import { formatFigure, scaleFor } from '../../format/figures.ts'
import { count, formatWatts } from '../../format/numbers.ts'
import { formatDay, formatMoment } from '../../format/time.ts'
import { LinePlot } from './LinePlot.tsx'
import { rangeOf } from './line-geometry.ts'

export interface HistoryFigure {
  at: number
  value: number
  unit: string
  driverVersion: string | null
}

/** Oldest first, in the unit of the newest. Pure. */
export function figuresOver(runs: readonly BenchmarkResult[], workload: WorkloadId): HistoryFigure[] {
  const all = runs.flatMap((run) => run.results.flatMap((one) => (one.workload === workload && one.value !== null ? [{ at: run.endedAt, value: one.value, unit: one.unit, driverVersion: run.driverVersion }] : [])))
  const sorted = all.sort((a, b) => a.at - b.at)
  const unit = sorted.at(-1)?.unit
  return sorted.filter((one) => one.unit === unit)
}

/** Workloads with figures of at least two runs, in the order of the newest run that has them. Pure. */
export function chartable(runs: readonly BenchmarkResult[]): WorkloadId[] {
  const found = new Set(runs.flatMap((run) => run.results.map((one) => one.workload)))
  return [...found].filter((workload) => figuresOver(runs, workload).length >= 2)
}

export function RunHistory({ runs, title, onChoose, chosen }: { runs: BenchmarkResult[]; title: string; chosen: number; onChoose: (startedAt: number) => void }) {
  const id = useId()
  const workloads = chartable(runs)
  const [wanted, setWanted] = useState<WorkloadId | null>(null)
  const workload = wanted !== null && workloads.includes(wanted) ? wanted : workloads[0]
  if (runs.length < 2) return <p className="muted small">There is no earlier run of this card to compare with.</p>
  return (
    <details className="folded">
      <summary>History: {count(runs.length, 'run')} of this card</summary>
      {workload === undefined ? null : (
        <>
          <p className="field-box history-choice">
            <label htmlFor={id}>Along time</label>
            <select id={id} className="select" value={workload} onChange={(event) => setWanted(event.target.value as WorkloadId)}>
              {workloads.map((one) => (
                <option key={one} value={one}>{workloadWords[one]}</option>
              ))}
            </select>
          </p>
          <HistoryChart figures={figuresOver(runs, workload)} workload={workload} expected={runs.flatMap((run) => run.results).find((one) => one.workload === workload)?.expected ?? null} />
        </>
      )}
      <ScrollBox label={`Runs of ${title}`}>
        <table className="table table-small history">
          <thead>
            <tr>
              <th scope="col">Run</th>
              {['fp32-compute', 'memory-bandwidth'].map((one) => (
                <th key={one} scope="col" className="number">{workloadWords[one as WorkloadId]}</th>
              ))}
              <th scope="col" className="number">Power</th>
              <th scope="col">Driver</th>
              <th scope="col">Verdict</th>
              <th scope="col"><span className="visually-hidden">Show</span></th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.startedAt}>
                <th scope="row" className="nowrap">
                  <Moment at={run.startedAt} />
                  <span className="row-sub">{modeWords[run.mode]}</span>
                </th>
                {(['fp32-compute', 'memory-bandwidth'] as const).map((one) => {
                  const found = run.results.find((each) => each.workload === one)
                  return (
                    <td key={one} className="number">
                      {found?.value == null ? '–' : formatFigure(found.value, found.unit)}
                    </td>
                  )
                })}
                <td className="number">{run.power?.workW == null ? '–' : formatWatts(run.power.workW)}</td>
                <td>{run.driverVersion ?? '–'}</td>
                <td className="wrap">{benchmarkVerdictWords[run.verdict]}</td>
                <td>
                  {run.startedAt === chosen ? (
                    <span className="muted">shown</span>
                  ) : (
                    <button type="button" className="button button-small" onClick={() => onChoose(run.startedAt)}>
                      Show<span className="visually-hidden"> the run of <Moment at={run.startedAt} /></span>
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  )
}

function HistoryChart({ figures, workload, expected }: { figures: HistoryFigure[]; workload: WorkloadId; expected: { low: number; high: number } | null }) {
  const [first] = figures
  const last = figures.at(-1)
  if (!first || !last) return null
  const scale = scaleFor(last.unit, figures.map((figure) => figure.value))
  const say = (value: number) => formatFigure(value, last.unit, scale)
  const values = figures.map((figure) => figure.value)
  const formatEnd = formatDay(first.at) === formatDay(last.at) ? formatMoment : formatDay
  const changes = figures.filter((figure, i) => i > 0 && figure.driverVersion !== figures[i - 1]?.driverVersion)
  return (
    <figure className="track">
      <LinePlot
        points={figures.map((figure) => ({ x: figure.at, y: figure.value }))}
        across={{ from: first.at, to: Math.max(last.at, first.at + 1) }}
        range={rangeOf(values, { steady: 0.15 })}
        label={`${workloadWords[workload]} over ${figures.length} runs, from ${say(Math.min(...values))} to ${say(Math.max(...values))}; the newest ${say(last.value)}.`}
        expected={expected}
        say={say}
        dots
      />
      <p className="plot-ends" aria-hidden="true">
        <span>{formatEnd(first.at)}</span>
        <span>{formatEnd(last.at)}</span>
      </p>
      <figcaption className="small muted">
        {expected ? 'Tinted: what this model should reach. ' : ''}
        {changes.map((figure) => `${formatDay(figure.at)}: driver ${figure.driverVersion ?? 'unknown'}. `).join('')}
      </figcaption>
    </figure>
  )
}
