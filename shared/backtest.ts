/** A band that was predicted for each week from the weeks before it, held against what that week paid. */

export interface BacktestWeek {
  epochId: number
  low: number
  expected: number
  high: number
  actual: number
  inside: boolean
}

export interface BacktestScore {
  /** Share of weeks inside their band, 0..1. */
  coverage: number
  /** Mean interval score for an 80 % band (Winkler, alpha 0.2): width, plus ten times the distance by which a week missed it. Less is better. */
  winkler: number
}

/** `backtest --json`. Units of every band: `unit`. */
export interface Backtest extends BacktestScore {
  network: string
  unit: string
  weeks: BacktestWeek[]
  baselines: (BacktestScore & { name: string })[]
  /** Why weeks were left out, what is weak. */
  remarks: string[]
}
