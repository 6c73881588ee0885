/** When repeated runs agree well enough. Pure. */

/** Runs are repeated until so many in a row lie within this spread. */
export const wantedSpread = 0.03
export const runsInARow = 8

export function median(values: number[]): number {
  if (values.length === 0) throw new RangeError('the median of nothing')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** (max - min) / median; null with fewer than two values or a median of 0. */
export function spreadOf(values: number[]): number | null {
  if (values.length < 2) return null
  const middle = median(values)
  return middle === 0 ? null : (Math.max(...values) - Math.min(...values)) / middle
}

/**
 * The best stretch of runs in a row that agree; null: there is none yet. What another program takes away for a
 * while is thus not held against the card, and one lucky run is not counted for it.
 */
export function steadyRuns(values: number[], wanted: number = wantedSpread, better: 'higher' | 'lower' = 'higher'): number[] | null {
  let best: number[] | null = null
  for (let first = 0; first + runsInARow <= values.length; first++) {
    const stretch = values.slice(first, first + runsInARow)
    const spread = spreadOf(stretch)
    if (spread === null || spread >= wanted) continue
    if (!best || (better === 'higher' ? median(stretch) > median(best) : median(stretch) < median(best))) best = stretch
  }
  return best
}
