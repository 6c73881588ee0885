/** Every figure of a network: use first, then supply and revenue, the token last; each with its past, source, date and age. */
import { Fragment } from 'react'
import type { Origin } from '../../../shared/earnings.ts'
import type { NetworkFigure } from '../../../shared/network-health.ts'
import type { Source } from '../../../shared/network.ts'
import { Age, Moment } from '../../components/Moment.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { OutLink } from '../../components/SourceLink.tsx'
import { Confidence } from '../../components/Verdict.tsx'
import { moneyFormat } from '../../format/money.ts'
import { asSentence, hostOf, originWords, sourceDate } from '../../format/words.ts'
import { usePart } from '../../state/window-context.ts'
import { FigureValue } from './FigureValue.tsx'
import { figureParts, groupOrder, groupWords, isDayAlone, sayFigure, sayUtcDay } from './network-words.ts'
import { Trend } from './Trend.tsx'

export function FiguresTable({ title, figures }: { title: string; figures: readonly NetworkFigure[] }) {
  return (
    <ScrollBox label={`Figures of ${title}`}>
      <table className="table network-figures">
        <caption className="visually-hidden">Figures of {title}, what shows whether it lasts first</caption>
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col" className="number">Value</th>
            <th scope="col">Over time</th>
            <th scope="col">How sure</th>
            <th scope="col">Source, date and age</th>
          </tr>
        </thead>
        {groupOrder.map((group) => {
          const ofGroup = figures.filter((figure) => figure.group === group)
          if (ofGroup.length === 0) return null
          return (
            <tbody key={group}>
              <tr className="group-row">
                <th scope="rowgroup" colSpan={5}>
                  {groupWords[group].title} <span className="group-note">{groupWords[group].note}</span>
                </th>
              </tr>
              {ofGroup.map((figure) => (
                <FigureRow key={figure.id} figure={figure} />
              ))}
            </tbody>
          )
        })}
      </table>
    </ScrollBox>
  )
}

function FigureRow({ figure }: { figure: NetworkFigure }) {
  const money = moneyFormat(usePart('settings'))
  const isKnown = figure.value !== null && Number.isFinite(figure.value)
  return (
    <tr>
      <th scope="row" className="wrap">
        {figure.label}
        {isKnown && figure.note ? <span className="row-sub">{asSentence(figure.note)}</span> : null}
      </th>
      {isKnown ? (
        <Fragment>
          <td className={figure.group === 'token' ? 'number' : 'number figure-value'}>
            <FigureValue figure={figure} />
          </td>
          <td>
            <Trend label={figure.label} trend={figure.trend} say={(value) => sayFigure(value, figure.unit, money)} start={(value) => figureParts(value, figure.unit, money).number} />
          </td>
          <td>
            <Confidence level={figure.confidence} />
          </td>
        </Fragment>
      ) : (
        <td colSpan={3} className="wrap">
          <FigureValue figure={figure} inFull />
          <span className="muted">: {asSentence(figure.note ?? 'nobody says')}</span>
        </td>
      )}
      <td className="wrap figure-source">
        {figure.source ? <From source={figure.source} /> : <span className="muted">no source</span>}
        {isKnown ? <Taken figure={figure} /> : null}
      </td>
    </tr>
  )
}

/** Where it is from; when is said by `Taken`. */
export function From({ source }: { source: Source }) {
  return (
    <span className="source">
      <OutLink url={source.url}>{hostOf(source.url)}</OutLink>
      {source.note ? <span className="muted"> ({source.note})</span> : null}
    </span>
  )
}

/** When it was read or published, how old that is, and whether that is too old. */
export function Taken({ figure }: { figure: { takenAt: number | null; isStale: boolean; origin: Origin; source: Source | null } }) {
  return (
    <span className="row-sub">
      {originWords[figure.origin]},{' '}
      {figure.takenAt === null ? sourceDate(figure.source?.date ?? null) : null}
      {figure.takenAt === null ? null : (
        <>
          {isDayAlone(figure.takenAt) ? <time dateTime={new Date(figure.takenAt).toISOString().slice(0, 10)}>{sayUtcDay(figure.takenAt)}</time> : <Moment at={figure.takenAt} />}, <Age at={figure.takenAt} />
        </>
      )}
      {figure.isStale ? <> <span className="chip chip-warning">out of date</span></> : null}
    </span>
  )
}
