/** The charts' figures as a table, for whoever reads rather than looks. */
import type { HistoryPoint } from '../../../../shared/history.ts'
import type { Gpu } from '../../../../shared/machine.ts'
import { ScrollBox } from '../../../components/Page.tsx'
import { slowingReasons } from '../../../state/alerts.ts'
import { chartsOf } from './chart-list.ts'
import { stepWords, valueWords } from './describe.ts'
import { coarsen } from './points.ts'

const rows = 40

interface PastTableProps {
  gpu: Gpu
  points: HistoryPoint[]
  stepSeconds: number
  span: number
  unit: 'C' | 'F'
  /** Whether the driver says what slows the card down. */
  tellsSlowing: boolean
}

export function PastTable(props: PastTableProps) {
  return (
    <details className="past-table">
      <summary>The same as a table</summary>
      <TableOf {...props} />
    </details>
  )
}

function TableOf({ gpu, points, stepSeconds, span, unit, tellsSlowing }: PastTableProps) {
  const columns = chartsOf(gpu, points, unit).flatMap((spec) => spec.lines.map((line) => ({ key: line.metric, title: line.metric === spec.main ? spec.title : `${spec.title}, ${line.label}`, say: spec.say })))
  const coarse = coarsen(points, stepSeconds, rows)
  return (
    <ScrollBox label="Readings over time as a table">
      <table className="table table-small">
        <caption>Mean, with least and greatest where they differ; newest first</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            {columns.map((column) => (
              <th key={column.key} scope="col" className="number">
                {column.title}
              </th>
            ))}
            <th scope="col">Slowed down by</th>
          </tr>
        </thead>
        <tbody>
          {coarse.points.toReversed().map((point) => (
            <tr key={point.takenAt}>
              <th scope="row">{stepWords(point.takenAt, coarse.stepSeconds, span)}</th>
              {columns.map((column) => (
                <td key={column.key} className="number">
                  {valueWords(point, column.key, column.say) ?? <span className="unknown">unknown</span>}
                </td>
              ))}
              <td>{slowingReasons(point.throttle).join(', ') || <span className={tellsSlowing ? 'muted' : 'unknown'}>{tellsSlowing ? 'nothing' : 'unknown'}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}
