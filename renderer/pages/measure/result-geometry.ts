/** Where a measured value lies against what its model should reach, and how it changed. Pure. */
import type { WorkloadResult } from '../../../shared/benchmark.ts'
import { formatShare } from '../../format/numbers.ts'

export interface ExpectedScale {
  low: number
  high: number
  /** Percent of a scale from zero to a little beyond the greatest figure. */
  left: number
  width: number
  value: number | null
  isInside: boolean
}

export function expectedScale(result: Pick<WorkloadResult, 'value' | 'expected'>): ExpectedScale | null {
  const { expected, value } = result
  if (!expected || !(expected.high > 0)) return null
  const end = Math.max(expected.high, value ?? 0) * 1.08
  return {
    low: expected.low,
    high: expected.high,
    left: (expected.low / end) * 100,
    width: ((expected.high - expected.low) / end) * 100,
    value: value === null ? null : (value / end) * 100,
    isInside: value !== null && value >= expected.low && value <= expected.high,
  }
}

/** "2.1 % more", "No more or less"; null: nothing to compare with. Under half a percent is no change. */
export function changeFrom(before: Pick<WorkloadResult, 'value' | 'unit'> | null, now: Pick<WorkloadResult, 'value' | 'unit'>): string | null {
  if (!before || before.value === null || now.value === null || before.value === 0 || before.unit !== now.unit) return null
  const change = now.value / before.value - 1
  if (Math.abs(change) < 0.005) return 'No more or less'
  return `${formatShare(Math.abs(change))} ${change > 0 ? 'more' : 'less'}`
}
