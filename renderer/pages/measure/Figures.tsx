/** Every figure of a run: against what the model should reach, against the card's own best, with watts and energy. */
import type { BenchmarkResult, HeldBack, Meaning, WorkloadId, WorkloadResult } from '../../../shared/benchmark.ts'
import { reasonWords, throttleKind, type ThrottleKind } from '../../../shared/throttle.ts'
import { Hint } from '../../components/Hint.tsx'
import { Icon } from '../../components/Icon.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { isLowerBetter, statusOf, statusWords, workloadAbout, workloadGroups, workloadWords } from '../../format/benchmark-words.ts'
import { formatDifference, formatEnergy, formatFigure, formatFigures, scaleFor } from '../../format/figures.ts'
import { count, formatShare, formatWatts } from '../../format/numbers.ts'
import { formatDay } from '../../format/time.ts'
import { expectedScale } from './result-geometry.ts'

interface Shown {
  model: boolean
  best: boolean
  watts: boolean
}

/** So many rows need no headings between them. */
const fewRows = 4

export function Figures({ result, meaning, title }: { result: BenchmarkResult; meaning: Meaning | null; title: string }) {
  const drawn = result.results.filter((one) => statusOf(one) !== 'not-offered')
  const missing = result.results.filter((one) => statusOf(one) === 'not-offered')
  const groups = workloadGroups.map((group) => ({ ...group, results: group.workloads.flatMap((workload) => drawn.filter((one) => one.workload === workload)) })).filter((group) => group.results.length > 0)
  const standings = meaning?.standings ?? []
  // A column in which nobody has anything says nothing.
  const shown: Shown = { model: standings.some((one) => one.ofExpected !== null || one.ofReference !== null), best: standings.some((one) => one.ofBest !== null), watts: drawn.some((one) => one.workW != null) }
  return (
    <>
      {groups.length > 0 ? (
        <ScrollBox label={`Figures of ${title}`}>
          <table className="table table-small figures">
            <thead>
              <tr>
                <th scope="col">Workload</th>
                <th scope="col" className="number">Figure</th>
                <th scope="col">What this model should reach</th>
                {shown.model ? <th scope="col" className="number figures-share">Of its model</th> : null}
                {shown.best ? <th scope="col" className="number figures-share">Against its best</th> : null}
                {shown.watts ? <th scope="col" className="number figures-watts">Power</th> : null}
              </tr>
            </thead>
            {groups.map((group) => (
              <tbody key={group.title}>
                {drawn.length > fewRows ? (
                  <tr className="group-row">
                    <th scope="rowgroup" colSpan={3 + Object.values(shown).filter(Boolean).length}>{group.title}</th>
                  </tr>
                ) : null}
                {group.results.map((one) => (
                  <Figure key={one.workload} result={one} meaning={meaning} shown={shown} />
                ))}
              </tbody>
            ))}
          </table>
        </ScrollBox>
      ) : null}
      {missing.length > 0 ? (
        <details className="folded">
          <summary>{count(missing.length, 'workload')} {missing.length === 1 ? 'is' : 'are'} not offered by this device or its driver</summary>
          <dl className="not-offered">
            {missing.map((one) => (
              <div key={one.workload}>
                <dt>{workloadWords[one.workload]}</dt>
                <dd>{one.reason ?? 'This device has no way to run it.'}</dd>
              </div>
            ))}
          </dl>
        </details>
      ) : null}
    </>
  )
}

function Figure({ result, meaning, shown }: { result: WorkloadResult; meaning: Meaning | null; shown: Shown }) {
  const standing = meaning?.standings.find((one) => one.workload === result.workload) ?? null
  const status = statusOf(result)
  const held = result.heldBack ?? []
  return (
    <tr className={status === 'wrong' ? 'figure-wrong' : undefined}>
      <th scope="row" className="wrap">
        <Hint text={workloadAbout[result.workload]}>{workloadWords[result.workload]}</Hint>
        {isLowerBetter(result.workload) ? <span className="row-sub">less is better</span> : null}
        {result.variant ? <span className="row-sub">{result.variant}</span> : null}
        {result.neverObserved ? <NotObserved /> : null}
      </th>
      <td className="number">
        {result.value === null ? <NoFigure result={result} /> : <strong>{formatFigure(result.value, result.unit)}</strong>}
        {result.value === null ? null : (
          <span className="row-sub">
            {count(result.runs, 'time')}
            {result.spread === null ? '' : `, spread ${formatShare(result.spread)}`}
          </span>
        )}
      </td>
      <td className="wrap">
        <Expected result={result} />
        {result.value === null && result.reason ? <span className={status === 'wrong' ? 'figure-reason tone-loss' : 'figure-reason'}>{result.reason}</span> : null}
        {held.length > 0 ? <span className="row-sub tone-warning">held back by {held.map((one) => heldWords(one)).join(', ')}</span> : null}
      </td>
      {shown.model ? (
        <td className="number">
          {standing?.ofExpected == null ? <span className="muted">–</span> : formatShare(standing.ofExpected)}
          {standing?.ofReference ? <span className="row-sub">{formatShare(standing.ofReference.share)} of what {count(standing.ofReference.runs, 'other run')} reached</span> : null}
        </td>
      ) : null}
      {shown.best ? (
        <td className="number">
          {standing?.ofBest == null ? <span className="muted">–</span> : formatDifference(standing.ofBest.share)}
          {standing?.ofBest ? <span className="row-sub">{formatDay(standing.ofBest.at)}</span> : null}
        </td>
      ) : null}
      {shown.watts ? (
        <td className="number">
          {result.workW == null ? <span className="muted">–</span> : formatWatts(result.workW)}
          {result.energyPerUnit ? <span className="row-sub">{formatEnergy(result.energyPerUnit)}</span> : null}
        </td>
      ) : null}
    </tr>
  )
}

const kindWords: Record<ThrottleKind, string | null> = { none: null, heat: 'heat', 'hard-heat': 'heat', power: 'its power limit', brake: 'a brake from outside', other: null }

/** "its power limit for 41 % of the time (“sw power cap”)" */
function heldWords({ reason, share }: HeldBack): string {
  const kind = kindWords[throttleKind(reason)]
  const time = `for ${formatShare(share)} of the time`
  return kind === null ? `“${reasonWords(reason)}” ${time}` : `${kind} ${time} (“${reasonWords(reason)}”)`
}

function NoFigure({ result }: { result: WorkloadResult }) {
  const status = statusOf(result)
  const isWrong = status === 'wrong'
  return (
    <span className={`verdict verdict-${isWrong ? 'bad' : status === 'failed' ? 'fix' : 'unknown'}`}>
      <Icon name={isWrong ? 'no' : status === 'failed' ? 'warning' : 'unknown'} />
      {statusWords[status]}
    </span>
  )
}

export function NotObserved() {
  return (
    <span className="row-sub">
      <Hint className="chip chip-assumed" text="Its kernel was written for this card but has not been observed on one by us. The values it computes are checked; how close it comes to the card’s limit is not known.">
        not observed yet
      </Hint>
    </span>
  )
}

export function Expected({ result }: { result: Pick<WorkloadResult, 'workload' | 'value' | 'expected' | 'unit'> }) {
  const { expected, value, unit } = result
  const scale = expectedScale(result)
  if (!expected || !scale) return <span className="muted">not known</span>
  const figures = scaleFor(unit, [expected.low, expected.high])
  return (
    <>
      <span className="expected" role="img" aria-label={value === null ? 'There is no figure to place in the range.' : `${formatFigure(value, unit)} lies ${placeOf(result.workload, value, expected)}.`}>
        <span className="expected-range" style={{ left: `${scale.left}%`, width: `${scale.width}%` }} />
        {scale.value === null ? null : <span className={`expected-value${scale.isWorse ? ' expected-outside' : ''}`} style={{ left: `${scale.value}%` }} />}
      </span>
      <span className="row-sub">{formatFigures(expected.low, expected.high, unit, figures)}</span>
    </>
  )
}

function placeOf(workload: WorkloadId, value: number, expected: { low: number; high: number }): string {
  if (value >= expected.low && value <= expected.high) return 'within the range'
  const isBelow = value < expected.low
  return `${isBelow ? 'below' : 'above'} the range, which is ${isBelow === isLowerBetter(workload) ? 'better' : 'worse'} than expected`
}

/** The figures of a quick run in one line, for a card that is folded. */
export function MainFigures({ result }: { result: BenchmarkResult }) {
  const main = result.results.filter((one) => one.value !== null && ['fp32-compute', 'memory-bandwidth', 'tensor-fp16'].includes(one.workload))
  if (main.length === 0) return null
  return (
    <dl className="facts main-figures">
      {main.map((one) => (
        <div key={one.workload}>
          <dt>{workloadWords[one.workload]}</dt>
          <dd>{one.value === null ? null : formatFigure(one.value, one.unit)}</dd>
        </div>
      ))}
      {result.power?.workW == null ? null : (
        <div>
          <dt>Power</dt>
          <dd>{formatWatts(result.power.workW)}</dd>
        </div>
      )}
    </dl>
  )
}
