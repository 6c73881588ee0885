/** How the kept readings are stored: a number of its own and a unit for each, so that files outlive changes of the list. */
import { metricIds, type MetricId } from '../../shared/history.ts'
import type { GpuSample } from '../../shared/telemetry.ts'

interface Storing {
  /** Never used again for another metric. */
  code: number
  /** One stored unit, in the metric's own unit: values are kept as whole multiples of it. */
  unit: number
}

const storing: Record<MetricId, Storing> = {
  utilisation: { code: 1, unit: 0.001 },
  memoryUtilisation: { code: 2, unit: 0.001 },
  encoder: { code: 3, unit: 0.001 },
  decoder: { code: 4, unit: 0.001 },
  memoryUsedBytes: { code: 5, unit: 1024 },
  temperatureC: { code: 6, unit: 0.1 },
  hotspotC: { code: 7, unit: 0.1 },
  memoryC: { code: 8, unit: 0.1 },
  powerW: { code: 9, unit: 0.01 },
  coreClockMhz: { code: 10, unit: 1 },
  memoryClockMhz: { code: 11, unit: 1 },
  fan: { code: 12, unit: 0.001 },
  pcieGeneration: { code: 13, unit: 0.01 },
  pcieLanes: { code: 14, unit: 0.01 },
  fanRpm: { code: 15, unit: 1 },
  powerLimitW: { code: 16, unit: 0.01 },
  eccCorrected: { code: 17, unit: 1 },
  eccUncorrected: { code: 18, unit: 1 },
  pcieReplays: { code: 19, unit: 1 },
}

export const metricCount = metricIds.length
const codeToIndex = new Map(metricIds.map((id, index) => [storing[id].code, index]))
export const metricCodes = metricIds.map((id) => storing[id].code)

/** Where a stored metric stands in `metricIds`; null: one that this version does not know. */
export function indexOfCode(code: number): number | null {
  return codeToIndex.get(code) ?? null
}

/** The largest count of units that is believed: beyond it sums would no longer be exact. */
const largest = 2 ** 43

/** In stored units; NaN: unknown. Fractions of a byte or a 4294967295 °C are no readings, but a negative temperature is one. */
export function toUnits(index: number, value: number | null | undefined): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return Number.NaN
  const units = Math.round(value / unitOf(index))
  return Math.abs(units) > largest ? Number.NaN : units
}

/** In the metric's own unit, without the dust of binary fractions; null: unknown. */
export function fromUnits(index: number, units: number): number | null {
  if (Number.isNaN(units)) return null
  const unit = unitOf(index)
  return unit >= 1 ? units * unit : units / Math.round(1 / unit)
}

function unitOf(index: number): number {
  const id = metricIds[index]
  return id === undefined ? 1 : storing[id].unit
}

/** One sample in stored units, in the order of `metricIds`. */
export function unitsOf(sample: GpuSample): number[] {
  return metricIds.map((id, index) => toUnits(index, sample[id]))
}

/** What slows a card down: a card with nothing to do is not slowed down, whatever its driver calls that. */
export function throttleOf(sample: GpuSample): string[] {
  return (sample.throttle ?? []).filter((reason) => !/idle/i.test(reason) && reason !== '')
}
