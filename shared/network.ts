/** Networks, their programmes, and the verdict whether a machine can join: the types behind `eligibility --json`. */

/** Where a fact stands and when it was said. `date` is ISO (day or month) or null where the source is undated. */
export interface Source {
  url: string
  date: string | null
  /** A remark on the source: "undated, about 2023", "third party". */
  note?: string
}

export type Verdict = 'eligible' | 'fixable' | 'not-eligible' | 'unknown'

/** One requirement, measured. `ok: null`: not measured yet ("to check"); such a need never blocks. */
export interface NeedResult {
  id: string
  title: string
  required: string
  /** What this machine has, as text with its unit; null: not known. */
  actual: string | null
  ok: boolean | null
  why: string
  /** What would mend it; null: nothing would. */
  remedy: string | null
  source: Source
  /** Of the figures in `actual` and `required`: "GB"; left out: they have none. */
  unit?: string
}

export interface ProgrammeVerdict {
  /** The identical cards this row is about. Empty in a what-if. */
  gpuIds: string[]
  networkId: string
  programmeId: string
  verdict: Verdict
  needs: NeedResult[]
}

/** `managed`: we install, start, watch and stop it. `observed`: the operator runs it, we look. `guided`: it lives elsewhere. */
export type SoftwareKind = 'managed' | 'observed' | 'guided'

/** What an operator takes upon themselves, apart from money: uptime, exclusivity, vesting, identity checks. */
export interface Duty {
  id: string
  title: string
  sentence: string
  source: Source
}

/** A programme as a window shows it. */
export interface ProgrammeInfo {
  id: string
  networkId: string
  networkTitle: string
  title: string
  /** One sentence: what the machine would do. */
  summary: string
  software: SoftwareKind
  takesWholeMachine: boolean
  /** Where the operator reads on or signs up. */
  url: string
  duties: Duty[]
}

/** Verdict over needs: pure, see EARNINGS.md "What an estimate carries". */
export function verdictOf(needs: readonly NeedResult[]): Verdict {
  const failed = needs.filter((need) => need.ok === false)
  if (failed.some((need) => need.remedy === null)) return 'not-eligible'
  if (failed.length > 0) return 'fixable'
  if (needs.length > 0 && needs.every((need) => need.ok === null)) return 'unknown'
  return 'eligible'
}
