/** What differs between two runs: figure by figure, in watts, and in the conditions they were made under. */
import type { BenchmarkResult, RunComparison } from '../../../shared/benchmark.ts'
import { Moment } from '../../components/Moment.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { isLowerBetter, modeWords, workloadWords } from '../../format/benchmark-words.ts'
import { formatFigure, scaleFor } from '../../format/figures.ts'
import { count, formatShare, formatWatts } from '../../format/numbers.ts'
import { ratioBar } from './result-geometry.ts'

export function ComparedRuns({ comparison, nameA, nameB }: { comparison: RunComparison; nameA: string; nameB: string }) {
  const { a, b, differs, sentences } = comparison
  const known = comparison.rows.filter((row) => row.a !== null || row.b !== null)
  const rows = known.filter((row) => row.ratio !== null)
  // What only one of them measured says nothing beside the other.
  const single = known.filter((row) => row.ratio === null)
  const watts = (['workW', 'waitW'] as const).filter((field) => comparison.power.a?.[field] != null || comparison.power.b?.[field] != null)
  return (
    <>
      {sentences.length > 0 ? <p className="meaning">{sentences.join(' ')}</p> : null}
      <ScrollBox label={`${nameA} beside ${nameB}`}>
        <table className="table table-small compared">
          <thead>
            <tr>
              <th scope="col">Workload</th>
              <RunHead run={a} />
              <RunHead run={b} />
              <th scope="col" className="compared-bar">The second beside the first</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const scale = scaleFor(row.unit, [row.a, row.b])
              return (
                <tr key={row.workload}>
                  <th scope="row" className="wrap">
                    {workloadWords[row.workload]}
                    {isLowerBetter(row.workload) ? <span className="row-sub">less is better</span> : null}
                  </th>
                  {[row.a, row.b].map((value, i) => (
                    <td key={i} className="number">{value === null ? <span className="unknown">no figure</span> : formatFigure(value, row.unit, scale)}</td>
                  ))}
                  <td className="compared-bar"><Ratio ratio={row.ratio} isSame={row.isSame} /></td>
                </tr>
              )
            })}
            {watts.map((field) => (
              <tr key={field}>
                <th scope="row">{field === 'workW' ? 'Power while working' : 'Power while waiting'}</th>
                {[comparison.power.a, comparison.power.b].map((power, i) => (
                  <Watts key={i} power={power} field={field} />
                ))}
                <td />
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {single.length > 0 ? (
        <details className="folded">
          <summary>{count(single.length, 'workload')} that only one of them measured</summary>
          <dl className="not-offered">
            {single.map((row) => (
              <div key={row.workload}>
                <dt>{workloadWords[row.workload]}</dt>
                <dd>{row.a !== null ? `${formatFigure(row.a, row.unit)} in the first run` : row.b !== null ? `${formatFigure(row.b, row.unit)} in the second run` : null}</dd>
              </div>
            ))}
          </dl>
        </details>
      ) : null}
      {differs.length > 0 ? (
        <ScrollBox label="Conditions that differ">
          <table className="table table-small">
            <caption>Conditions that differ</caption>
            <thead>
              <tr>
                <th scope="col">Condition</th>
                <th scope="col">First run</th>
                <th scope="col">Second run</th>
              </tr>
            </thead>
            <tbody>
              {differs.map((one) => (
                <tr key={one.label}>
                  <th scope="row">{one.label}</th>
                  <td className="wrap">{one.a}</td>
                  <td className="wrap">{one.b}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      ) : (
        <p className="muted small">No condition that is known differs.</p>
      )}
    </>
  )
}

function RunHead({ run }: { run: RunComparison['a'] }) {
  return (
    <th scope="col" className="number compared-run">
      {run.gpuName}
      <span className="row-sub">
        {modeWords[run.mode]}, <Moment at={run.startedAt} />
      </span>
    </th>
  )
}

function Watts({ power, field }: { power: BenchmarkResult['power']; field: 'workW' | 'waitW' }) {
  const value = power?.[field] ?? null
  return <td className="number">{value === null ? <span className="unknown">not read</span> : formatWatts(value)}</td>
}

function Ratio({ ratio, isSame }: { ratio: number | null; isSame: boolean | null }) {
  if (ratio === null) return <span className="muted">–</span>
  const bar = ratioBar(ratio)
  const words = Math.abs(ratio - 1) < 0.005 ? 'the same' : `${formatShare(Math.abs(ratio - 1))} ${ratio > 1 ? 'better' : 'worse'}`
  return (
    <span className="ratio">
      <span className="ratio-bar" aria-hidden="true">
        {isSame ? null : <span className={ratio < 1 ? 'ratio-fill ratio-worse' : 'ratio-fill'} style={{ left: `${bar.left}%`, width: `${bar.width}%` }} />}
      </span>
      <span className={isSame ? 'muted' : undefined}>
        {words}
        {isSame && words !== 'the same' ? <span className="row-sub">within the spread</span> : null}
      </span>
    </span>
  )
}
