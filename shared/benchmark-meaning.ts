/** What a run means, and how it stands beside others: worked out from results, never measured. */
import type { BenchmarkMode, BenchmarkResult, HeldBack, WorkloadId } from './benchmark.ts'

/** A run of ours or an imported one. */
export interface RunRef {
  /** null: of this machine; else the id of the import. */
  importId: string | null
  gpuId: string
  startedAt: number
}

/** Someone else's run, or one of another machine of ours. */
export interface ImportedRun {
  id: string
  importedAt: number
  /** File name or "pasted". */
  from: string
  result: BenchmarkResult
}

/** A score of OctaneBench itself, from its log or the Render client's. */
export interface OctaneScore {
  gpuId: string
  score: number
  version: string | null
  /** When it was measured; null: the log does not say. */
  measuredAt: number | null
  importedAt: number
  from: string
  /** What is odd about it: its log names another card. Left out: nothing. */
  remark?: string
}

export interface Standing {
  workload: WorkloadId
  value: number
  unit: string
  /** Figure ÷ middle of the expected range; for latencies inverted, so that more is better everywhere. null: no range. */
  ofExpected: number | null
  /** Figure ÷ median of other runs of the same model (own other cards, imports); null: none. `imported`: so many of them come from files. */
  ofReference: { share: number; runs: number; imported?: number } | null
  /** Figure ÷ this card's best earlier one. */
  ofBest: { share: number; at: number; driverVersion: string | null } | null
}

/** What a card is good for, worked out from its figures: never measured itself. */
export interface DerivedUse {
  id: string
  kind: 'inference' | 'rendering' | 'training' | 'transcoding'
  /** "Llama 3.1 8B, 4-bit". */
  title: string
  /** false: does not fit in memory; null: not known. */
  fits: boolean | null
  /** Why it fits or not: "needs 5.6 of 24 GB". */
  fitSentence: string | null
  value: { low: number; expected: number; high: number } | null
  unit: string
  /** How the figure is made, in one sentence. */
  formula: string
  source: { url: string; date: string | null; note?: string } | null
  /** Programmes that pay for this kind of work; none where there is no figure, or the device is of a kind that none takes. */
  paidBy: string[]
}

export interface Meaning {
  ref: RunRef
  /** "92 % of a GeForce RTX 3090.", "6 % below its best of 14 March.", "Held back by temperature for 40 % of the time." */
  sentences: string[]
  standings: Standing[]
  heldBack: HeldBack[]
  uses: DerivedUse[]
  /** Remarks on what was compared: another driver, kernel set, power limit. */
  remarks: string[]
}

export interface RunComparison {
  a: { ref: RunRef; gpuName: string; startedAt: number; mode: BenchmarkMode }
  b: { ref: RunRef; gpuName: string; startedAt: number; mode: BenchmarkMode }
  rows: {
    workload: WorkloadId
    unit: string
    a: number | null
    b: number | null
    /** b ÷ a, inverted for latencies, so that above 1 always means b is better; null: one is missing. */
    ratio: number | null
    /** Within the spread of the two: no difference to speak of. null: one is missing. */
    isSame: boolean | null
  }[]
  power: { a: BenchmarkResult['power']; b: BenchmarkResult['power'] }
  /** Conditions that differ: [label, a, b] as words. */
  differs: { label: string; a: string; b: string }[]
  sentences: string[]
}
