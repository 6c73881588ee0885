/** Which input moves the answer most: a bar for each, from the net at one end of its span to the net at the other. */
import { useContext, useEffect, useState } from 'react'
import type { Estimate, Sensitivity, SensitivityBar } from '../../../shared/earnings.ts'
import { BandAxis } from '../../components/Band.tsx'
import { axisOf, placeOn, type Axis } from '../../components/band-geometry.ts'
import { Notice } from '../../components/Notice.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { formatAmount, formatMoney, type MoneyFormat } from '../../format/money.ts'
import { formatPlain, gap } from '../../format/numbers.ts'
import { asSentence } from '../../format/words.ts'
import { useAsk } from '../../state/window-context.ts'
import { WhatIfQuestion } from './what-if-question.ts'

export function SensitivityTab({ estimate, money }: { estimate: Estimate; money: MoneyFormat }) {
  const ask = useAsk()
  const whatIf = useContext(WhatIfQuestion)
  const [found, setFound] = useState<{ value: Sensitivity } | { failure: string } | null>(null)
  // A new comparison comes with every change that matters here; the old bars stay until the new ones are there.
  useEffect(() => {
    let isOver = false
    void ask('estimate.sensitivity', { programmeId: estimate.programmeId, gpuIds: estimate.gpuIds, whatIf: whatIf === null ? null : { ...whatIf, gpuModel: estimate.gpuModel ?? whatIf.gpuModel, gpuCount: estimate.gpuCount } }).then((reply) => {
      if (!isOver) setFound(reply.ok ? { value: reply.value } : { failure: reply.failure.message })
    })
    return () => {
      isOver = true
    }
  }, [ask, estimate, whatIf])

  if (found === null) return <p role="status">Working out what moves it …</p>
  if ('failure' in found) return <Notice level="error" title={found.failure} />
  const { expected, why, bars } = found.value
  if (expected === null || bars.length === 0) return <p>{why ? asSentence(why) : 'No input moves it by anything worth showing.'}</p>
  return <Tornado bars={bars} expected={expected} money={money} />
}

function Tornado({ bars, expected, money }: { bars: SensitivityBar[]; expected: number; money: MoneyFormat }) {
  const inMoney = (usd: number): number => usd / money.usdPerUnit
  const axis = axisOf(bars.map((bar) => ({ low: inMoney(Math.min(bar.netAtLow, bar.netAtHigh)), expected: inMoney(expected), high: inMoney(Math.max(bar.netAtLow, bar.netAtHigh)) })))
  return (
    <>
      <p className="muted section-note">The expected net is {formatMoney(expected, money)} a day and GPU. Each line changes one input alone, as far as it may defensibly lie off. Longest first: that is where a better number helps most.</p>
      <ScrollBox label="What moves the estimate">
      <table className="table table-small tornado">
        <caption className="visually-hidden">Expected net, {money.code} per day and GPU, with one input changed at a time</caption>
        <thead>
          <tr>
            <th scope="col">Input</th>
            <th scope="col">Changed</th>
            <th scope="col" className="number">
              Net at the first
            </th>
            <th scope="col" className="tornado-axis">
              <span className="visually-hidden">Drawn</span>
              <BandAxis axis={axis} />
            </th>
            <th scope="col" className="number">
              at the second
            </th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.lever}>
              <th scope="row">
                {bar.label}
                <span className="row-sub wrap">{asSentence(bar.why)}</span>
              </th>
              <td className="tornado-span">{spanOf(bar)}</td>
              <td className="number">{formatAmount(bar.netAtLow, money)}</td>
              <td className="tornado-cell">
                <Bar low={inMoney(bar.netAtLow)} high={inMoney(bar.netAtHigh)} middle={inMoney(expected)} axis={axis} />
              </td>
              <td className="number">{formatAmount(bar.netAtHigh, money)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      </ScrollBox>
      <p className="legend muted small">
        <span className="legend-loss" aria-hidden="true" /> less than expected
        <span className="legend-bar" aria-hidden="true" /> more than expected
        <span className="legend-tick" aria-hidden="true" /> expected
        <span className="legend-end">{money.code} per day and GPU</span>
      </p>
    </>
  )
}

/** "0.14 to 0.234 USD/kWh", "× 0.85 to × 1.15": a unit that both ends share is said once. Pure. */
export function spanOf({ from, to, low, high }: Pick<SensitivityBar, 'from' | 'to' | 'low' | 'high'>): string {
  if (from === null || to === null) return `×${gap}${formatPlain(low)} to ×${gap}${formatPlain(high)}`
  const unit = / .+$/.exec(to)?.[0]
  return unit !== undefined && from.endsWith(unit) ? `${from.slice(0, -unit.length)} to ${to}` : `${from} to ${to}`
}

/** The half towards less pay is hatched, so that the two are told apart without colour. */
function Bar({ low, high, middle, axis }: { low: number; high: number; middle: number; axis: Axis }) {
  const least = placeOn(axis, Math.min(low, high))
  const most = placeOn(axis, Math.max(low, high))
  const at = Math.min(most, Math.max(least, placeOn(axis, middle)))
  return (
    <div className="band" aria-hidden="true">
      {axis.ticks.map((tick) => (
        <span key={tick} className={tick === 0 ? 'band-zero' : 'band-grid'} style={{ left: `${placeOn(axis, tick)}%` }} />
      ))}
      {at > least ? <span className="band-bar band-loss" style={{ left: `${least}%`, width: `${at - least}%` }} /> : null}
      {most > at ? <span className="band-bar" style={{ left: `${at}%`, width: `${most - at}%` }} /> : null}
      <span className="band-tick" style={{ left: `${placeOn(axis, middle)}%` }} />
    </div>
  )
}
