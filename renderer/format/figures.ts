/** Measured figures in the unit a person reads them in, and differences between them. Pure. */
import type { WorkloadResult } from '../../shared/benchmark.ts'
import { formatNumber, formatPlain, gap } from './numbers.ts'

const larger: Record<string, { unit: string; factor: number }> = {
  'GFLOP/s': { unit: 'TFLOP/s', factor: 1000 },
  'GIOP/s': { unit: 'TIOP/s', factor: 1000 },
  'GB/s': { unit: 'TB/s', factor: 1000 },
  'Mrays/s': { unit: 'Grays/s', factor: 1000 },
  µs: { unit: 'ms', factor: 1000 },
}

export interface FigureScale {
  unit: string
  factor: number
}

/** The unit in which the greatest of these figures stays below five digits before the point. */
export function scaleFor(unit: string, values: readonly (number | null)[]): FigureScale {
  const greatest = Math.max(0, ...values.map((value) => Math.abs(value ?? 0)))
  return greatest >= 10_000 ? (larger[unit] ?? { unit, factor: 1 }) : { unit, factor: 1 }
}

/** "79.1 TFLOP/s" */
export function formatFigure(value: number, unit: string, scale = scaleFor(unit, [value])): string {
  return `${formatPlain(value / scale.factor)}${gap}${scale.unit}`
}

/** "66.1 to 86.7 TFLOP/s" */
export function formatFigures(low: number, high: number, unit: string, scale = scaleFor(unit, [low, high])): string {
  return `${formatPlain(low / scale.factor)} to ${formatPlain(high / scale.factor)}${gap}${scale.unit}`
}

/** 0.94 → "−6 %", 1.021 → "+2.1 %", 1 → "the same": under half a percent is no difference. */
export function formatDifference(share: number): string {
  const change = share - 1
  if (Math.abs(change) < 0.005) return 'the same'
  const percent = change * 100
  const digits = Math.abs(percent) >= 9.95 || Math.abs(percent - Math.round(percent)) < 0.05 ? 0 : 1
  return `${change > 0 ? '+' : ''}${formatNumber(percent, digits)}${gap}%`
}

/** "5.6 J per GFLOP"; small ones in millijoules. */
export function formatEnergy(energy: NonNullable<WorkloadResult['energyPerUnit']>): string {
  const { value, unit } = energy
  if (value < 0.1 && unit.startsWith('J ')) return `${formatPlain(value * 1000)}${gap}m${unit}`
  return `${formatPlain(value)}${gap}${unit}`
}
