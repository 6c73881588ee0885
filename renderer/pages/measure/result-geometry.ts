/** Where a measured value lies against what its model should reach, and how it changed. Pure. */
import { lowerIsBetter, type WorkloadId, type WorkloadResult } from '../../../shared/benchmark.ts'
import { formatShare } from '../../format/numbers.ts'

export interface ExpectedScale {
  low: number
  high: number
  /** Percent of a scale from zero to a little beyond the greatest figure. */
  left: number
  width: number
  value: number | null
  isInside: boolean
  /** On the wrong side of the range: below it, or above it where less is better. */
  isWorse: boolean
}

export function expectedScale(result: Pick<WorkloadResult, 'value' | 'expected'> & { workload?: WorkloadId }): ExpectedScale | null {
  const { expected, value } = result
  if (!expected || !(expected.high > 0)) return null
  const isLower = result.workload !== undefined && lowerIsBetter.has(result.workload)
  // A figure many times the range would leave of the range only a line.
  const end = Math.min(Math.max(expected.high, value ?? 0), expected.high * 4) * 1.08
  return {
    low: expected.low,
    high: expected.high,
    left: (expected.low / end) * 100,
    width: ((expected.high - expected.low) / end) * 100,
    value: value === null ? null : Math.min(100, (value / end) * 100),
    isInside: value !== null && value >= expected.low && value <= expected.high,
    isWorse: value !== null && (isLower ? value > expected.high : value < expected.low),
  }
}

/** "2.1 % more", "No more or less"; null: nothing to compare with. Under half a percent is no change. */
export function changeFrom(before: Pick<WorkloadResult, 'value' | 'unit'> | null, now: Pick<WorkloadResult, 'value' | 'unit'>): string | null {
  if (!before || before.value === null || now.value === null || before.value === 0 || before.unit !== now.unit) return null
  const change = now.value / before.value - 1
  if (Math.abs(change) < 0.005) return 'No more or less'
  return `${formatShare(Math.abs(change))} ${change > 0 ? 'more' : 'less'}`
}

/** Where a ratio's bar begins and ends, in percent of a width whose middle is "the same" and whose ends are half and half as much again. */
export function ratioBar(ratio: number): { left: number; width: number; isCut: boolean } {
  const reach = Math.min(0.5, Math.max(-0.5, ratio - 1))
  return { left: reach < 0 ? 50 + reach * 100 : 50, width: Math.abs(reach) * 100, isCut: Math.abs(ratio - 1) > 0.5 }
}
