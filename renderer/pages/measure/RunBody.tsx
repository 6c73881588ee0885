/** A run in full: what it means, its figures, how it held, its memory, what it is good for, and what can be done with it. */
import type { BenchmarkResult, Meaning, RunRef } from '../../../shared/benchmark.ts'
import { count, formatWatts } from '../../format/numbers.ts'
import { Conditions } from './Conditions.tsx'
import { Figures } from './Figures.tsx'
import { MemoryPanel } from './MemoryPanel.tsx'
import { RunActions } from './RunActions.tsx'
import { SustainedPanel } from './SustainedPanel.tsx'
import { Uses } from './Uses.tsx'
import { useMeaning } from './runs.ts'

export function RunBody({ result, runRef, title }: { result: BenchmarkResult; runRef: RunRef; title: string }) {
  const { meaning, failure } = useMeaning(runRef, result.endedAt)
  return (
    <>
      <Sentences result={result} meaning={meaning} />
      {failure ? <p className="muted small">How it stands beside others could not be worked out: {failure}</p> : null}
      {result.sustained ? <SustainedPanel run={result.sustained} /> : null}
      {result.memory ? <MemoryPanel run={result.memory} /> : null}
      {result.results.length > 0 ? <Figures result={result} meaning={meaning} title={title} /> : null}
      {result.mode === 'memory' && result.power === null ? null : (
        <p className="small">
          Power of the card: {powerWords(result.power)}
        </p>
      )}
      {meaning && meaning.remarks.length > 0 ? (
        <ul className="detail-reasons small">
          {meaning.remarks.map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      ) : null}
      {meaning ? <Uses uses={meaning.uses} /> : null}
      <Conditions result={result} />
      <RunActions runRef={runRef} title={title} canCompare={result.mode !== 'memory'} />
    </>
  )
}

/** More than so many would push the figures off the page: then only the first ones stand open. */
const mostReasons = 5
const reasonsShown = 3

function Reasons({ reasons }: { reasons: string[] }) {
  return reasons.length === 0 ? null : (
    <ul className="detail-reasons">
      {reasons.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  )
}

function Sentences({ result, meaning }: { result: BenchmarkResult; meaning: Meaning | null }) {
  const reasons = result.reasons.filter((reason) => !meaning?.sentences.includes(reason))
  const isLong = reasons.length > mostReasons
  return (
    <>
      {meaning && meaning.sentences.length > 0 ? <p className="meaning">{meaning.sentences.join(' ')}</p> : null}
      <Reasons reasons={reasons.slice(0, isLong ? reasonsShown : mostReasons)} />
      {isLong ? (
        <details className="folded">
          <summary>{count(reasons.length - reasonsShown, 'more remark')} on this run</summary>
          <Reasons reasons={reasons.slice(reasonsShown)} />
        </details>
      ) : null}
    </>
  )
}

export function powerWords(power: BenchmarkResult['power']): string {
  if (power === null || (power.workW === null && power.waitW === null)) return 'not readable here.'
  const work = power.workW === null ? 'not read while working' : `${formatWatts(power.workW)} while working`
  return `${work}, ${power.waitW === null ? 'not read while waiting' : `${formatWatts(power.waitW)} while waiting`}.`
}
