/** How checks came out, in which order they are read, and what a new answer replaces. Pure. */
import type { CheckRecord } from '../../../shared/preflight.ts'
import { count } from '../../format/numbers.ts'

export type CheckOutcome = 'met' | 'fixable' | 'no' | 'to-check'

/** What decides comes first. */
const order: Record<CheckOutcome, number> = { no: 0, fixable: 1, 'to-check': 2, met: 3 }

export function outcomeOfCheck(check: Pick<CheckRecord, 'ok' | 'remedy'>): CheckOutcome {
  if (check.ok === null) return 'to-check'
  if (check.ok) return 'met'
  return check.remedy === null ? 'no' : 'fixable'
}

/** By whose requirement they are, programmes first and the machine's own last; within, what decides first. */
export function checkGroups(checks: readonly CheckRecord[]): { programmeId: string | null; checks: CheckRecord[] }[] {
  const groups = new Map<string | null, CheckRecord[]>()
  for (const check of checks) groups.set(check.programmeId, [...(groups.get(check.programmeId) ?? []), check])
  const sorted = [...groups].map(([programmeId, ofGroup]) => ({ programmeId, checks: [...ofGroup].sort((a, b) => order[outcomeOfCheck(a)] - order[outcomeOfCheck(b)]) }))
  return sorted.sort((a, b) => Number(a.programmeId === null) - Number(b.programmeId === null))
}

/** New records take the place of those with the same id; others stay. */
export function withNew(before: readonly CheckRecord[], fresh: readonly CheckRecord[]): CheckRecord[] {
  const isSame = (a: CheckRecord, b: CheckRecord): boolean => a.id === b.id && a.programmeId === b.programmeId
  return [...before.map((old) => fresh.find((one) => isSame(one, old)) ?? old), ...fresh.filter((one) => !before.some((old) => isSame(one, old)))]
}

/** "2 not met, 1 not known", or "all 14 met". */
export function tallyOf(checks: readonly CheckRecord[]): string {
  if (checks.length === 0) return 'none'
  const failed = checks.filter((check) => check.ok === false).length
  const open = checks.filter((check) => check.ok === null).length
  const parts = [failed > 0 ? `${failed} not met` : null, open > 0 ? `${open} not known` : null].filter((part) => part !== null)
  return parts.length > 0 ? parts.join(', ') : checks.length === 1 ? 'met' : `all ${count(checks.length, 'check').replace(/ checks?$/, '')} met`
}
