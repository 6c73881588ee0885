/** The GPU models of a network beside what the large clouds ask, and what that table is sorted by. Pure. */
import { createColumnHelper, createSortedRowModel, rowSortingFeature, tableFeatures } from '@tanstack/react-table'
import { cheapestCloudOf, type CloudPrice, type ModelUse } from '../../../shared/network-health.ts'
import { axisOf, type Axis } from '../../components/band-geometry.ts'
import { inMoney, type MoneyFormat } from '../../format/money.ts'

export const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })
export type ModelFeatures = typeof features

export interface ModelRow extends ModelUse {
  /** The cheapest such card at a large cloud, on demand; null: none offers it, or nobody knows. */
  cloud: CloudPrice | null
  /** Asking price here over the cloud's. */
  ofCloud: number | null
}

/** Numbers that are none, or cannot be, count as unknown. */
export function modelRows(models: readonly ModelUse[], clouds: readonly CloudPrice[]): ModelRow[] {
  return models.map((model) => {
    const known = { ...model, total: amount(model.total), used: amount(model.used), utilisation: amount(model.utilisation), price: model.price && { low: amount(model.price.low), middle: amount(model.price.middle), high: amount(model.price.high) } }
    const cloud = cheapestCloudOf(clouds, model)
    const middle = known.price?.middle ?? null
    return { ...known, cloud, ofCloud: cloud === null || middle === null ? null : middle / cloud.usdPerGpuHour }
  })
}

/** The axis of all asking prices; a few odd bids far above what is usual run off its end. In the money that is shown. */
export function priceAxis(rows: readonly ModelRow[], money: MoneyFormat): Axis {
  const prices = rows.flatMap((row) => (row.price ? [inMoney({ low: row.price.low, expected: row.price.middle, high: row.price.high }, money)] : []))
  const usual = prices.reduce((most, price) => Math.max(most, price.expected ?? price.low ?? 0), 0)
  return axisOf(prices.map((price) => ({ ...price, high: price.high === null || usual === 0 ? price.high : Math.min(price.high, usual * 1.5) })), 3)
}

function amount(value: number | null): number | null {
  return value !== null && Number.isFinite(value) && value >= 0 ? value : null
}

export const modelColumnIds = ['model', 'total', 'used', 'utilisation', 'price', 'cloud', 'of-cloud'] as const
export type ModelColumnId = (typeof modelColumnIds)[number]

const helper = createColumnHelper<ModelFeatures, ModelRow>()
const byNumber = { sortUndefined: 'last' as const, sortDescFirst: true }

function numberColumn(id: ModelColumnId, header: string, read: (row: ModelRow) => number | null) {
  return helper.accessor((row) => read(row) ?? undefined, { id, header, sortFn: (a, b, columnId) => a.getValue<number>(columnId) - b.getValue<number>(columnId), ...byNumber })
}

export const modelColumns = helper.columns([
  helper.accessor((row) => row.listed, { id: 'model', header: 'Model', sortFn: (a, b, id) => a.getValue<string>(id).localeCompare(b.getValue<string>(id), 'en', { numeric: true }), sortDescFirst: false }),
  numberColumn('total', 'GPUs', (row) => row.total),
  numberColumn('used', 'In use', (row) => row.used),
  numberColumn('utilisation', 'Utilisation', (row) => row.utilisation),
  numberColumn('price', 'Asked an hour', (row) => row.price?.middle ?? row.price?.low ?? row.price?.high ?? null),
  numberColumn('cloud', 'Cloud', (row) => row.cloud?.usdPerGpuHour ?? null),
  numberColumn('of-cloud', 'Of cloud', (row) => row.ofCloud),
])
