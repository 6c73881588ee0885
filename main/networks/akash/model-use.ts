/** How many cards of each model the network has and leases, and what is asked for one. Pure. */
import { createModelFinder, type ListedModel } from '../../../shared/listed-models.ts'
import type { ModelUse, TrendPoint } from '../../../shared/network-health.ts'
import type { MarketReading } from '../network.ts'
import { onLastDay, type Breakdown } from './breakdown.ts'
import listedModels from './listed-models.json' with { type: 'json' }
import type { AkashMarket, PriceRow } from './market.ts'
import { isNvidia, shareLeased } from './utilisation.ts'

const findModel = createModelFinder(listedModels.models as (ListedModel & { bus: string | null })[])

/** Key in `resources/gpus.json` of a listed card; null: none, or more than one would fit. */
export function modelOf(name: string, memoryGib: number | null, bus: string | null): string | null {
  return findModel(name, memoryGib, (one) => bus === null || one.bus === null || bus.toLowerCase().startsWith(one.bus))
}

/** The most cards first. */
export function modelUses(reading: MarketReading<AkashMarket>, at: number): ModelUse[] {
  const { rows, breakdown } = reading.value
  const own = rows.filter(isNvidia)
  const listed = own.map((row) => ofRow(row, own.filter((other) => other.model === row.model).length, breakdown, at))
  const names = new Set(own.map((row) => row.model))
  const unpriced = [...breakdown.models.keys()].filter((name) => !names.has(name)).flatMap((name) => ofBreakdown(name, breakdown, at))
  return [...listed, ...unpriced].sort((one, other) => (other.total ?? -1) - (one.total ?? -1) || one.listed.localeCompare(other.listed))
}

/** The last day of the breakdown holds where the model has one row: it is not split by memory and interface. */
function ofRow(row: PriceRow, rowsOfModel: number, breakdown: Breakdown, at: number): ModelUse {
  const day = rowsOfModel === 1 ? onLastDay(breakdown, row.model, at) : null
  const counted = row.total === null || row.available === null ? null : { total: row.total, used: Math.min(row.total, Math.max(0, row.total - row.available)) }
  const total = day?.total ?? row.total
  const used = day ? Math.round(day.leased) : (counted?.used ?? null)
  const utilisation = day && day.total > 0 ? day.leased / day.total : counted && counted.total > 0 ? shareLeased(counted.total, row.available ?? 0) : null
  const { price, startingAt } = row
  return {
    listed: [row.model, row.ramGib === null ? null : `${row.ramGib} GiB`, row.interface].filter((part) => part !== null).join(' '),
    model: modelOf(row.model, row.ramGib, row.interface),
    memoryGib: row.ramGib,
    total,
    used,
    utilisation,
    price: price ? { low: price.min, middle: price.weightedAverage, high: price.max } : startingAt === null ? null : { low: startingAt, middle: null, high: null },
    trend: trendOf(breakdown, row.model, at),
  }
}

function ofBreakdown(name: string, breakdown: Breakdown, at: number): ModelUse[] {
  const day = onLastDay(breakdown, name, at)
  if (day === null) return []
  return [{ listed: name, model: modelOf(name, null, null), memoryGib: null, total: day.total, used: Math.round(day.leased), utilisation: day.total > 0 ? day.leased / day.total : null, price: null, trend: trendOf(breakdown, name, at) }]
}

function trendOf(breakdown: Breakdown, name: string, at: number): TrendPoint[] {
  return (breakdown.models.get(name) ?? []).filter((day) => day.at <= at && day.total > 0).map((day) => ({ at: day.at, value: day.leased / day.total }))
}
