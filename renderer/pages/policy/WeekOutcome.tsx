/** What the coming week would come to by schedule and tariff: hours, money, starts and stops, and what was assumed. */
import type { Simulation, WeekOutlook } from '../../../shared/policy-state.ts'
import { Moment } from '../../components/Moment.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { MarkWord } from '../../components/ProviderMark.tsx'
import { Words } from '../../components/Words.tsx'
import { formatMoney, moneyFormat } from '../../format/money.ts'
import { count, formatNumber, formatShare, gap } from '../../format/numbers.ts'
import { formatSeconds } from '../../format/time.ts'
import { doMark } from '../../state/policy.ts'
import { useNames } from '../../state/use-names.ts'
import { usePart } from '../../state/window-context.ts'

/** More than these nobody reads. */
const mostDecisions = 60

export function WeekOutcome({ outlook, isReading }: { outlook: WeekOutlook; isReading: boolean }) {
  const names = useNames()
  const { simulation } = outlook
  const assumed = [...new Set(outlook.remarks)]
  const method = [...new Set(simulation.remarks)].filter((remark) => !assumed.includes(remark))
  return (
    <div className="week-outcome" aria-busy={isReading}>
      {outlook.now === '' ? null : (
        <p>
          <strong>At this second:</strong> <Words text={outlook.now} />
        </p>
      )}
      <Remarks remarks={assumed} />
      {simulation.hours.total === 0 ? null : <Figures simulation={simulation} />}
      <Remarks remarks={method} />
      {simulation.decisions.length > 0 ? (
        <details className="folded">
          <summary>{count(simulation.decisions.length, 'decision')} of that week</summary>
          <ScrollBox label="Decisions of that week">
            <table className="table table-small">
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">Programme</th>
                  <th scope="col">Card</th>
                  <th scope="col">Decision</th>
                  <th scope="col">Because</th>
                </tr>
              </thead>
              <tbody>
                {simulation.decisions.slice(0, mostDecisions).map((one, i) => (
                  <tr key={i}>
                    <th scope="row" className="nowrap">
                      <Moment at={one.at} />
                    </th>
                    <td>{names.programme(one.programmeId)}</td>
                    <td>{one.gpuId === null ? 'none' : names.card(one.gpuId)}</td>
                    <td>
                      <MarkWord mark={doMark(one.do, true)} />
                    </td>
                    <td>
                      <Words text={one.because} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollBox>
          {simulation.decisions.length > mostDecisions ? <p className="small muted">The first {mostDecisions} are shown; <code>idlewatt policy simulate</code> prints all of them.</p> : null}
        </details>
      ) : null}
    </div>
  )
}

function Remarks({ remarks }: { remarks: readonly string[] }) {
  if (remarks.length === 0) return null
  return (
    <ul className="duties">
      {remarks.map((remark) => (
        <li key={remark}>
          <Words text={remark} />
        </li>
      ))}
    </ul>
  )
}

/** Where the rest of the hours went; null: nothing is left over. */
export function restWords({ total, hindsightBest }: Simulation['hours']): string | null {
  const rest = total - hindsightBest
  if (rest < 0.05) return null
  const why = 'The plan, a limit or the price forbids it, or the programme has only been started and does not earn yet.'
  return hindsightBest < 0.05 ? `No hour of it could earn, whatever is decided. ${why}` : `The other ${formatNumber(rest, 1)}${gap}h cannot earn, whatever is decided. ${why}`
}

function Figures({ simulation }: { simulation: Simulation }) {
  const money = moneyFormat(usePart('settings'))
  const { hours, earnedUsd, spentUsd, userDelayedSeconds } = simulation
  const net = earnedUsd === null || spentUsd === null ? null : earnedUsd - spentUsd
  const figure = (usd: number | null) => (usd === null ? <span className="unknown">not known</span> : formatMoney(usd, money))
  const rest = restWords(hours)
  const share = hours.hindsightBest > 0 ? formatShare(hours.earning / hours.hindsightBest) : null
  return (
    <div className="week-figures">
      <dl className="facts">
        <div>
          <dt>Earning</dt>
          <dd>
            {formatNumber(hours.earning, 1)} of {formatNumber(hours.total, 0)}
            {gap}h
          </dd>
        </div>
        <div>
          <dt>Possible at best</dt>
          <dd>
            {formatNumber(hours.hindsightBest, 1)}
            {gap}h{share === null ? '' : `, of which it reaches ${share}`}
          </dd>
        </div>
        <div>
          <dt>Brings</dt>
          <dd>{figure(earnedUsd)}</dd>
        </div>
        <div>
          <dt>Power costs</dt>
          <dd>{figure(spentUsd)}</dd>
        </div>
        <div>
          <dt>Left over</dt>
          <dd className={net !== null && net < 0 ? 'tone-loss' : undefined}>
            <strong>{figure(net)}</strong>
          </dd>
        </div>
        <div>
          <dt>Starts and stops</dt>
          <dd>
            {count(simulation.starts, 'start')}, {count(simulation.interruptions, 'stop')} on the way
          </dd>
        </div>
        {userDelayedSeconds.max > 0 ? (
          <div>
            <dt>In your way at most</dt>
            <dd>{formatSeconds(userDelayedSeconds.max)}</dd>
          </div>
        ) : null}
      </dl>
      {rest === null ? null : <p className="small muted">{rest}</p>}
    </div>
  )
}
