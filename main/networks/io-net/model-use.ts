/** How many cards of each device are listed and hired, and at which prices. Pure. */
import { readGpuName, withoutCores } from '../../../shared/gpu-names.ts'
import { createModelFinder } from '../../../shared/listed-models.ts'
import type { ModelUse } from '../../../shared/network-health.ts'
import type { MarketReading } from '../network.ts'
import listedModels from './listed-models.json' with { type: 'json' }
import type { DeviceRow, IoNetMarket } from './market.ts'

const findModel = createModelFinder(listedModels.models)

/** Key in `resources/gpus.json` of a device by its listed name; null: none, or more than one would fit. */
export function modelOf(listed: string): string | null {
  const { core, memoryGb } = readGpuName(listed)
  return findModel(withoutCores(core), memoryGb)
}

/** GPUs alone, one row a listed name, the most cards first. */
export function modelUses(reading: MarketReading<IoNetMarket>): ModelUse[] {
  const rows = gpuRows(reading.value)
  const names = [...new Set(rows.map((row) => row.name))]
  return names.map((name) => ofDevice(name, rows.filter((row) => row.name === name))).sort((one, other) => (other.total ?? -1) - (one.total ?? -1) || one.listed.localeCompare(other.listed))
}

/** All listed GPUs together; null: no row counts both. */
export function hiredOfAll(market: IoNetMarket): { total: number; hired: number } | null {
  return counted(gpuRows(market))
}

function gpuRows(market: IoNetMarket): DeviceRow[] {
  return market.rows.filter((row) => row.type === null || row.type.toUpperCase() === 'GPU')
}

function ofDevice(name: string, rows: DeviceRow[]): ModelUse {
  const sums = counted(rows)
  const prices = rows.flatMap((row) => Object.values(row.prices)).sort((one, other) => one - other)
  const { memoryGb } = readGpuName(name)
  return {
    listed: name,
    model: modelOf(name),
    memoryGib: memoryGb,
    total: sums?.total ?? null,
    used: sums?.hired ?? null,
    utilisation: sums && sums.total > 0 ? sums.hired / sums.total : null,
    price: prices.length === 0 ? null : { low: prices[0] ?? null, middle: medianOf(prices), high: prices.at(-1) ?? null },
    trend: [],
  }
}

/** More hired than there are counts as all. */
function counted(rows: DeviceRow[]): { total: number; hired: number } | null {
  const known = rows.flatMap((row) => (row.total === null || row.hired === null ? [] : [{ total: row.total, hired: Math.min(row.total, row.hired) }]))
  return known.length === 0 ? null : known.reduce((sum, one) => ({ total: sum.total + one.total, hired: sum.hired + one.hired }))
}

function medianOf(sorted: number[]): number | null {
  const half = (sorted.length - 1) / 2
  const [low, high] = [sorted[Math.floor(half)], sorted[Math.ceil(half)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
