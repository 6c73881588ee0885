/** Which processes belong to a run: the first one, its group, its descendants, and those that carry its mark. */
import { readFileSync } from 'node:fs'
import { markName } from '../system/foreign-environment.ts'
import { pidsOfProc, readRow, readRows, type ProcessRow } from '../system/process-table.ts'

export interface Family {
  leader: { pid: number; identity: string; startedAt: number }
  mark: string
  /** Seen before as ours: they stay ours where they have left everything that shows it. pid → identity. */
  known: Map<number, string>
}

/** `isFresh`: the leader has ended just now, so its group's number cannot be another's yet. Parents before children. */
export function membersOf(family: Family, isFresh = false): ProcessRow[] {
  // None that began before the run is ours; Idlewatt itself never is.
  const rows = readRows().filter((row) => row.startedAt >= family.leader.startedAt && row.pid !== process.pid && row.pid !== 1)
  const marked = new Set(rows.filter((row) => isMarked(row.pid, family.mark)).map((row) => row.pid))
  return keep(family, pickMembers(family, rows, marked, isFresh))
}

/** Pure. */
export function pickMembers({ leader, known }: Family, rows: ProcessRow[], marked: ReadonlySet<number>, isFresh: boolean): ProcessRow[] {
  const groups = new Set<number>()
  const ours = new Set<number>()
  const leaderRow = rows.find((row) => row.pid === leader.pid)
  const isLeaderThere = leaderRow?.identity === leader.identity
  // Without the leader the number of its group may have been given to somebody else.
  if (isLeaderThere || (isFresh && leaderRow === undefined)) groups.add(leader.pid)
  for (let grows = true; grows; ) {
    grows = false
    for (const row of rows) {
      if (ours.has(row.pid)) continue
      const isOurs = (row.pid === leader.pid && isLeaderThere) || known.get(row.pid) === row.identity || marked.has(row.pid) || ours.has(row.parent) || groups.has(row.group) || (row.session !== null && groups.has(row.session))
      if (!isOurs) continue
      ours.add(row.pid)
      if (row.group === row.pid) groups.add(row.pid)
      grows = true
    }
  }
  return rows.filter((row) => ours.has(row.pid)).sort((one, other) => one.startedAt - other.startedAt || one.pid - other.pid)
}

/** Linux alone lets the environment of a process be read; elsewhere: none. */
export function findMarked(mark: string): number[] {
  if (process.platform !== 'linux') return []
  return pidsOfProc().filter((pid) => pid !== process.pid && isMarked(pid, mark) && readRow(pid) !== null)
}

function keep(family: Family, members: ProcessRow[]): ProcessRow[] {
  family.known.clear()
  for (const row of members) family.known.set(row.pid, row.identity)
  return members
}

function isMarked(pid: number, mark: string): boolean {
  if (process.platform !== 'linux' || mark === '') return false
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`.includes(`\0${markName}=${mark}\0`)
  } catch {
    // Somebody else's, or gone.
    return false
  }
}
