/** The newest result of one card against its model's expected range, and the earlier ones below it. */
import { useEffect, useState } from 'react'
import type { BenchmarkResult, WorkloadResult } from '../../../shared/benchmark.ts'
import { Icon } from '../../components/Icon.tsx'
import { Age, Moment } from '../../components/Moment.tsx'
import { formatPlain, formatShare, formatWatts, gap } from '../../format/numbers.ts'
import { benchmarkVerdictWords, workloadWords } from '../../format/words.ts'
import { useAsk } from '../../state/window-context.ts'
import { changeFrom, expectedScale } from './result-geometry.ts'

const pastShown = 10

export function ResultCard({ title, result, open }: { title: string; result: BenchmarkResult; open: boolean }) {
  const ask = useAsk()
  const [past, setPast] = useState<BenchmarkResult[]>([])
  useEffect(() => {
    let current = true
    void ask('benchmark.past', { gpuId: result.gpuId, limit: pastShown + 1 }).then((reply) => {
      if (current && reply.ok) setPast(reply.value.filter((one) => one.startedAt !== result.startedAt))
    })
    return () => {
      current = false
    }
  }, [ask, result.gpuId, result.startedAt])

  const good = result.verdict === 'as-expected'
  return (
    <article className="card result" aria-label={title}>
      <header className="result-head">
        <h3>{title}</h3>
        <span className={`verdict verdict-${good ? 'good' : result.verdict === 'unknown' ? 'unknown' : 'fix'}`}>
          <Icon name={good ? 'yes' : result.verdict === 'unknown' ? 'unknown' : 'warning'} />
          {benchmarkVerdictWords[result.verdict]}
        </span>
        <span className="muted">
          <Moment at={result.endedAt} />, <Age at={result.endedAt} />
          {result.driverVersion ? `, driver ${result.driverVersion}` : ''}
        </span>
      </header>
      <div className="workloads">
        {result.results.map((one) => (
          <Workload key={one.workload} result={one} before={past[0]?.results.find((earlier) => earlier.workload === one.workload) ?? null} />
        ))}
        <Power result={result} />
      </div>
      {result.reasons.length > 0 ? (
        <ul className="detail-reasons">
          {result.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      ) : null}
      {past.length > 0 ? <Earlier past={past.slice(0, pastShown)} latest={result} open={open} /> : <p className="muted small">There is no earlier result of this card to compare with.</p>}
    </article>
  )
}

function Workload({ result, before }: { result: WorkloadResult; before: WorkloadResult | null }) {
  const scale = expectedScale(result)
  const change = changeFrom(before, result)
  return (
    <div className="workload">
      <h4>{workloadWords[result.workload]}</h4>
      <p className="workload-value">
        {result.value === null ? <span className="unknown">no result</span> : `${formatPlain(result.value)}${gap}${result.unit}`}
      </p>
      {scale ? (
        <div className="expected" role="img" aria-label={`This model should reach ${formatPlain(scale.low)} to ${formatPlain(scale.high)} ${result.unit}; measured ${result.value === null ? 'nothing' : formatPlain(result.value)}`}>
          <span className="expected-range" style={{ left: `${scale.left}%`, width: `${scale.width}%` }} />
          {scale.value === null ? null : <span className={`expected-value${scale.isInside ? '' : ' expected-outside'}`} style={{ left: `${scale.value}%` }} />}
        </div>
      ) : null}
      <p className="muted small">
        {result.expected ? `This model should reach ${formatPlain(result.expected.low)} to ${formatPlain(result.expected.high)}${gap}${result.unit}. ` : 'What this model should reach is not known. '}
        {result.value === null ? '' : `${result.runs} runs${result.spread === null ? '' : `, spread ${formatShare(result.spread)}`}. `}
        {change === null ? '' : `${change} than last time.`}
      </p>
    </div>
  )
}

function Power({ result }: { result: BenchmarkResult }) {
  const { power } = result
  return (
    <div className="workload">
      <h4>Power of the card</h4>
      {power === null || (power.workW === null && power.waitW === null) ? (
        <p className="workload-value">
          <span className="unknown">not readable here</span>
        </p>
      ) : (
        <>
          <p className="workload-value">{power.workW === null ? <span className="unknown">unknown</span> : formatWatts(power.workW)}</p>
          <p className="muted small">while working; {power.waitW === null ? 'waiting not read' : `${formatWatts(power.waitW)} while waiting`}</p>
        </>
      )}
    </div>
  )
}

function Earlier({ past, latest, open }: { past: BenchmarkResult[]; latest: BenchmarkResult; open: boolean }) {
  const workloads = latest.results.map((result) => result.workload)
  return (
    <details className="earlier" open={open}>
      <summary>Earlier results of this card</summary>
      <table className="table table-small">
        <thead>
          <tr>
            <th scope="col">When</th>
            {workloads.map((workload) => (
              <th key={workload} scope="col" className="number">
                {workloadWords[workload]}
              </th>
            ))}
            <th scope="col" className="number">Power</th>
            <th scope="col">Driver</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {past.map((result) => (
            <tr key={result.startedAt}>
              <td>
                <Moment at={result.endedAt} />
              </td>
              {workloads.map((workload) => {
                const one = result.results.find((each) => each.workload === workload)
                return (
                  <td key={workload} className="number">
                    {one?.value == null ? '–' : `${formatPlain(one.value)}${gap}${one.unit}`}
                  </td>
                )
              })}
              <td className="number">{result.power?.workW == null ? '–' : formatWatts(result.power.workW)}</td>
              <td>{result.driverVersion ?? '–'}</td>
              <td>{benchmarkVerdictWords[result.verdict]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
