/** One measured budget, as `npm run measure --json` prints it, and what a file of measurements offers. */

export interface Row {
  id: string
  /** null: could not be measured here; `note` says why. */
  value: number | null
  unit: string
  /** The figure to keep. */
  budget: number
  /** Within the budget; null: not measured. */
  ok: boolean | null
  /** Another program's figure for the same, from the same run. */
  peer: { name: string; value: number } | null
  /** How it was measured, what stood in for the real thing, the single runs. */
  note: string
}

/** What each file beside this one exports as `budgets`. */
export interface Budgets {
  ids: string[]
  /** `only`: measure this id alone, where that is cheaper; null: all. */
  measure(only: string | null): Promise<Row[]>
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length === 0 ? Number.NaN : sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** A row for what cannot be measured here. */
export function notMeasured(id: string, unit: string, budget: number, why: string): Row {
  return { id, value: null, unit, budget, ok: null, peer: null, note: why }
}
