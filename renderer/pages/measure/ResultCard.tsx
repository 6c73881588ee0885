/** The newest run of one card, or an earlier one that was chosen; folded where there are many cards. */
import { useId, useState } from 'react'
import type { BenchmarkResult } from '../../../shared/benchmark.ts'
import { Icon } from '../../components/Icon.tsx'
import { Age, Moment } from '../../components/Moment.tsx'
import { benchmarkVerdictWords, modeWords, statusOf } from '../../format/benchmark-words.ts'
import { MainFigures } from './Figures.tsx'
import { OctaneForm } from './OctaneForm.tsx'
import { RunBody } from './RunBody.tsx'
import { RunHistory } from './RunHistory.tsx'
import { refOf, runName, usePast } from './runs.ts'

export function ResultCard({ title, result: latest, open }: { title: string; result: BenchmarkResult; open: boolean }) {
  const id = useId()
  const [isOpen, setOpen] = useState(open)
  const { runs, failure } = usePast(latest.gpuId, latest)
  const [wanted, setWanted] = useState<{ startedAt: number; newest: number } | null>(null)
  // A newer run takes the place of one that was looked at before it.
  const result = (wanted?.newest === latest.startedAt ? runs.find((run) => run.startedAt === wanted.startedAt) : undefined) ?? latest
  const choose = (startedAt: number) => setWanted({ startedAt, newest: latest.startedAt })

  return (
    <article className="card result" aria-label={title}>
      <header className="result-head">
        <h3>{title}</h3>
        <RunVerdict result={result} />
        {runs.length > 1 ? (
          <span className="result-run">
            <label htmlFor={id} className="visually-hidden">Run of {title}</label>
            <select id={id} className="select select-small" value={result.startedAt} onChange={(event) => choose(Number(event.target.value))}>
              {runs.map((run, i) => (
                <option key={run.startedAt} value={run.startedAt}>
                  {runName(run)}{i === 0 ? ' (newest)' : ''}
                </option>
              ))}
            </select>
          </span>
        ) : (
          <span className="muted result-when">
            {modeWords[result.mode]}, <Moment at={result.startedAt} />
          </span>
        )}
        <span className="muted result-when">
          <Age at={result.endedAt} />
          {result.driverVersion ? `, driver ${result.driverVersion}` : ''}
        </span>
      </header>
      {open ? null : (
        <div className="result-fold">
          {isOpen ? null : <MainFigures result={result} />}
          <button type="button" className="button button-small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Fold' : 'Show the run'}
            <span className="visually-hidden"> of {title}</span>
          </button>
        </div>
      )}
      {isOpen ? (
        <>
          <RunBody result={result} runRef={refOf(result)} title={title} />
          {failure ? <p className="muted small">Earlier runs could not be read: {failure}</p> : <RunHistory runs={runs} title={title} chosen={result.startedAt} onChoose={choose} />}
          <OctaneForm gpuId={latest.gpuId} title={title} />
        </>
      ) : null}
    </article>
  )
}

/** Wrong values outweigh every verdict: no figure of the card is to be believed. */
export function RunVerdict({ result }: { result: BenchmarkResult }) {
  const isWrong = result.results.some((one) => statusOf(one) === 'wrong')
  const hasMemoryErrors = (result.memory?.errorCount ?? 0) > 0
  if (isWrong || hasMemoryErrors) {
    return (
      <span className="verdict verdict-bad">
        <Icon name="no" />
        {isWrong ? 'Computed wrong values' : 'Memory errors'}
      </span>
    )
  }
  if (result.mode === 'memory' && result.memory && result.memory.bytesChecked > 0) {
    return (
      <span className="verdict verdict-good">
        <Icon name="yes" />
        No memory error
      </span>
    )
  }
  const tone = result.verdict === 'as-expected' ? 'good' : result.verdict === 'unknown' ? 'unknown' : 'fix'
  return (
    <span className={`verdict verdict-${tone}`}>
      <Icon name={tone === 'good' ? 'yes' : tone === 'unknown' ? 'unknown' : 'warning'} />
      {benchmarkVerdictWords[result.verdict]}
    </span>
  )
}
