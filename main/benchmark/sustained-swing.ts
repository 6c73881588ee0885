/** Whether the figure of a sustained run swung from second to second. Pure. */
import type { SustainedRun } from '../../shared/benchmark.ts'
import { median } from './spread.ts'

/** The launch that ends a second may be counted to the next one; less than this is no swinging. */
const swingShare = 0.1
const leastSeconds = 20

/** Without the highest and lowest tenth: what a few seconds did is no habit. */
function usualRange(values: readonly number[]): { low: number; high: number } {
  const sorted = [...values].sort((a, b) => a - b)
  const cut = Math.floor(sorted.length / 10)
  return { low: sorted[cut] as number, high: sorted[sorted.length - 1 - cut] as number }
}

/** null: its seconds were like each other, or too few to tell. */
export function swingOf(run: Pick<SustainedRun, 'points'>): { low: number; high: number } | null {
  const values = run.points.flatMap(({ value }) => (value === null ? [] : [value]))
  if (values.length < leastSeconds) return null
  const range = usualRange(values)
  return (range.high - range.low) / median(values) < swingShare ? null : range
}
