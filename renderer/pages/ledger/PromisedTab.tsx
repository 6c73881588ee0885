/** What was promised for each day and what was paid: bands with marks, the bias found, and the correction it offers. */
import { useEffect, useState } from 'react'
import type { PromisedBias, PromisedDay, PromisedReport } from '../../../shared/ledger.ts'
import { Band, BandAxis } from '../../components/Band.tsx'
import { axisOf, placeOn, type Axis } from '../../components/band-geometry.ts'
import { Notice } from '../../components/Notice.tsx'
import { ScrollBox, Section } from '../../components/Page.tsx'
import { formatAmount, inMoney, moneyFormat, type MoneyFormat } from '../../format/money.ts'
import { formatPlain } from '../../format/numbers.ts'
import { findProgramme, programmeName } from '../../state/programmes.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { dayWords } from './ledger-words.ts'

const shownDays = 28

export function PromisedTab() {
  const ask = useAsk()
  const { changes } = usePart('ledger')
  const { values } = usePart('settings')
  const [report, setReport] = useState<PromisedReport | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    let isOver = false
    void ask('ledger.promised', { days: 90 }).then((reply) => {
      if (isOver) return
      setFailure(reply.ok ? null : reply.failure.message)
      if (reply.ok) setReport(reply.value)
    })
    return () => void (isOver = true)
  }, [ask, changes, values.incomeCorrections])
  if (failure) return <Notice level="error" title={failure} />
  if (!report) return <p role="status">Reading what was promised …</p>
  const ids = [...new Set(report.days.map((day) => day.programmeId))]
  if (ids.length === 0) {
    return <p className="muted">No day has been paid for yet. Once income is here, each day that it covers is held against what its estimate said before, and what is found out is offered as a correction.</p>
  }
  return (
    <>
      <p className="muted section-note">Pay before electricity, of all cards together. A payment for several days is spread evenly over them; a day that nobody tells of is left out; one of which the network itself says that it earned nothing counts as nothing.</p>
      {ids.map((id) => (
        <Programme key={id} programmeId={id} days={report.days.filter((day) => day.programmeId === id)} bias={report.bias.find((one) => one.programmeId === id) ?? null} />
      ))}
    </>
  )
}

function Programme({ programmeId, days, bias }: { programmeId: string; days: PromisedDay[]; bias: PromisedBias | null }) {
  const { programmes } = usePart('networks')
  const money = moneyFormat(usePart('settings'))
  const shown = [...days].sort((one, other) => (one.day < other.day ? 1 : -1)).slice(0, shownDays)
  const bands = shown.flatMap((day) => [inMoney(day.promised, money), { low: null, expected: day.paidUsd === null ? null : day.paidUsd / money.usdPerUnit, high: null }])
  const axis = axisOf(bands)
  return (
    <Section title={programmeName(findProgramme(programmes, programmeId), programmeId)} aside={days.length > shownDays ? `the last ${shownDays} of ${days.length} days` : undefined}>
      {bias ? <Bias bias={bias} /> : null}
      <ScrollBox label="Promised and paid by day">
        <table className="table table-small promised-table">
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col" className="number">
                Promised, {money.code}
              </th>
              <th scope="col" className="promised-axis">
                <span className="visually-hidden">Drawn</span>
                <BandAxis axis={axis} />
              </th>
              <th scope="col" className="number">
                Paid, {money.code}
              </th>
              <th scope="col">In the band?</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((day) => (
              <Day key={day.day} day={day} axis={axis} money={money} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <p className="legend muted small section-foot">
        <span className="legend-bar" aria-hidden="true" /> promised, from the cautious to the hopeful case
        <span className="legend-tick" aria-hidden="true" /> expected
        <span className="legend-paid" aria-hidden="true" /> paid
      </p>
    </Section>
  )
}

function Day({ day, axis, money }: { day: PromisedDay; axis: Axis; money: MoneyFormat }) {
  const { promised, paidUsd, isInside } = day
  return (
    <tr>
      <th scope="row">
        <time dateTime={day.day}>{dayWords(day.day)}</time>
      </th>
      <td className="number">{promised.expected === null ? <span className="muted">{promised.high === null ? 'no figure' : 'no middle'}</span> : formatAmount(promised.expected, money)}</td>
      <td className="promised-cell">
        {promised.low === null && promised.expected === null && promised.high === null ? null : <Band band={promised} axis={axis} money={money} />}
        {paidUsd === null ? null : <span className="promised-paid" aria-hidden="true" style={{ left: `${placeOn(axis, paidUsd / money.usdPerUnit)}%` }} />}
      </td>
      <td className="number">{paidUsd === null ? <span className="unknown">not known</span> : formatAmount(paidUsd, money)}</td>
      <td>{isInside === null ? <span className="muted">cannot be told</span> : isInside ? 'yes' : <span className="tone-loss">no</span>}</td>
    </tr>
  )
}

function Bias({ bias }: { bias: PromisedBias }) {
  const ask = useAsk()
  const { values } = usePart('settings')
  const [failure, setFailure] = useState<string | null>(null)
  async function apply(factor: number | null): Promise<void> {
    const { [bias.programmeId]: _, ...others } = values.incomeCorrections
    const reply = await ask('settings.change', { incomeCorrections: factor === null ? others : { ...others, [bias.programmeId]: factor } })
    setFailure(reply.ok ? null : reply.failure.message)
  }
  const next = bias.offered ?? null
  return (
    <div className="bias">
      <p>{bias.sentence}</p>
      <span className="field-box">
        {bias.isOffered && next !== null && next > 0 ? (
          <button type="button" className="button button-small" onClick={() => void apply(next)}>
            Multiply its estimates by {formatPlain(next)}
          </button>
        ) : null}
        {bias.applied === null ? null : (
          <button type="button" className="button button-small" onClick={() => void apply(null)}>
            Take the correction of × {formatPlain(bias.applied)} back
          </button>
        )}
        {failure ? (
          <span className="field-problem" role="alert">
            {failure}
          </span>
        ) : null}
      </span>
    </div>
  )
}
