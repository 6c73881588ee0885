/** Utilisation by GPU model, what renters are asked, and what the same card costs at a large cloud. */
import { useTable } from '@tanstack/react-table'
import { useMemo } from 'react'
import type { NetworkHealth } from '../../../shared/network-health.ts'
import { BandAxis } from '../../components/Band.tsx'
import type { Axis } from '../../components/band-geometry.ts'
import { Icon } from '../../components/Icon.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { Level, Unknown } from '../../components/Reading.tsx'
import { moneyFormat, type MoneyFormat } from '../../format/money.ts'
import { formatNumber, gap } from '../../format/numbers.ts'
import { usePart } from '../../state/window-context.ts'
import { features, modelColumnIds, modelColumns, modelRows, priceAxis, type ModelColumnId, type ModelRow } from './model-columns.ts'
import { wholePercent } from './network-words.ts'
import { PriceBand, sayPrice } from './PriceBand.tsx'
import { Trend } from './Trend.tsx'

export function ModelsTable({ health }: { health: NetworkHealth }) {
  const money = moneyFormat(usePart('settings'))
  const rows = useMemo(() => modelRows(health.models, health.clouds), [health])
  const table = useTable({ features, columns: modelColumns, data: rows, getRowId: (row, i) => `${row.listed} ${i}` })
  const axis = priceAxis(rows, money)
  const withCloud = rows.some((row) => row.cloud !== null)
  const withTrend = rows.some((row) => row.trend.length > 1)
  const columns = modelColumnIds.filter((id) => withCloud || (id !== 'cloud' && id !== 'of-cloud'))
  return (
    <ScrollBox label={`GPU models on ${health.title}`}>
      <table className={withCloud ? 'table models' : 'table models models-without-cloud'}>
        <caption className="visually-hidden">GPU models on {health.title}; prices in {money.code} per GPU and hour</caption>
        <thead>
          <tr>
            {columns.map((id) => {
              const column = table.getColumn(id)
              const direction = column?.getIsSorted() ?? false
              return (
                <th key={id} scope="col" className={`models-${id}${isNumber(id) ? ' number' : ''}`} aria-sort={direction === 'asc' ? 'ascending' : direction === 'desc' ? 'descending' : undefined}>
                  <button type="button" className="sort-button" onClick={() => column?.toggleSorting()}>
                    {id === 'price' ? `Asked, ${money.code}/h` : id === 'cloud' ? `Cloud, ${money.code}/h` : String(column?.columnDef.header ?? '')}
                    <Icon name={direction === 'asc' ? 'up' : direction === 'desc' ? 'down' : 'sort'} className={direction ? '' : 'icon-faint'} />
                  </button>
                  {id === 'price' && rows.some((row) => row.price !== null) ? <BandAxis axis={axis} /> : null}
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <ModelLine key={row.id} row={row.original} axis={axis} money={money} withCloud={withCloud} withTrend={withTrend} />
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}

/** Whether the network's own name for a model names its memory already. */
function saysMemory(listed: string, gib: number): boolean {
  return new RegExp(`(^|[^0-9.])${Math.round(gib)} ?GI?B`, 'i').test(listed)
}

function isNumber(id: ModelColumnId): boolean {
  return id === 'total' || id === 'used' || id === 'cloud' || id === 'of-cloud'
}

function ModelLine({ row, axis, money, withCloud, withTrend }: { row: ModelRow; axis: Axis; money: MoneyFormat; withCloud: boolean; withTrend: boolean }) {
  return (
    <tr>
      <th scope="row" className="wrap">
        {row.listed}
        {row.memoryGib === null || saysMemory(row.listed, row.memoryGib) ? null : <span className="row-sub">{`${formatNumber(row.memoryGib, 0)}${gap}GiB`}</span>}
      </th>
      <td className="number">{row.total === null ? <Unknown why="The network does not say how many there are." /> : formatNumber(row.total, 0)}</td>
      <td className="number">{row.used === null ? <Unknown why="The network does not say how many are in use." /> : formatNumber(row.used, 0)}</td>
      <td>
        <span className="model-use">
          {row.utilisation === null ? <Unknown why="The network does not say how much of them is in use." /> : <span className="model-use-value">{wholePercent(row.utilisation)}</span>}
          {row.utilisation === null ? null : <Level value={row.utilisation} />}
          {withTrend && row.trend.length > 1 ? <Trend label={`Utilisation of ${row.listed}`} trend={row.trend} say={wholePercent} /> : null}
        </span>
      </td>
      <td className="model-price">
        <PriceBand price={row.price} axis={axis} money={money} />
      </td>
      {withCloud ? (
        <>
          <td className="number">
            {row.cloud === null ? <span className="muted">–<span className="visually-hidden"> no large cloud is known to rent it out</span></span> : sayPrice(row.cloud.usdPerGpuHour, money)}
            {row.cloud === null ? null : <span className="row-sub">{row.cloud.cloud}</span>}
          </td>
          <td className="number">{row.ofCloud !== null ? wholePercent(row.ofCloud) : <span className="muted">–<span className="visually-hidden"> cannot be told</span></span>}</td>
        </>
      ) : null}
    </tr>
  )
}
