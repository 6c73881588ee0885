/** The processes of this machine and whose children they are; a person types `ps -eo pid,ppid,pgid,sid,stat,lstart`. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessRow {
  pid: number
  parent: number
  group: number
  /** null: the system does not tell (macOS). */
  session: number | null
  /** Comparable among rows of one reading: clock ticks since boot on Linux, ms since epoch elsewhere. */
  startedAt: number
  /** Tells it from a later process with the same pid; on Linux in the words of process-identity's `startTicks`. */
  identity: string
}

/** USER_HZ, the unit of /proc/PID/stat: 100 on every Linux that this runs on. */
const ticksPerSecond = 100
let boot: string | null = null

/** null: there is none, or it has ended (a zombie). Linux only; elsewhere one is looked up in `readRows`. */
export function readRow(pid: number): ProcessRow | null {
  if (process.platform !== 'linux') return readRows().find((row) => row.pid === pid) ?? null
  try {
    const row = parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'), bootId())
    // A process whose first thread has ended looks like a zombie while its other threads work on.
    return row === null || (row.state === 'Z' && readdirSync(`/proc/${pid}/task`).length <= 1) || row.state === 'X' ? null : row.row
  } catch {
    return null
  }
}

/** Those that live. Windows: none, as its list takes a second; there the system's own `taskkill /T` knows the children. */
export function readRows(): ProcessRow[] {
  if (process.platform === 'linux') return pidsOfProc().flatMap((pid) => readRow(pid) ?? [])
  if (process.platform === 'win32') return []
  try {
    return parsePs(execFileSync('ps', ['-axo', 'pid=,ppid=,pgid=,stat=,lstart='], { encoding: 'utf8', timeout: 5000, maxBuffer: 2 ** 24, stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, LC_ALL: 'C' } }))
  } catch {
    return []
  }
}

export function pidsOfProc(): number[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
  } catch {
    return []
  }
}

/** ms since epoch, for a Linux row. */
export function startedAtOf(row: ProcessRow): number {
  const uptimeMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000
  return startedAtSince(Date.now() - uptimeMs, row)
}

/** The same where it is known when the system was started: to be asked once, or every start would differ by a little. */
export function startedAtSince(bootAt: number, row: ProcessRow): number {
  return Math.round(bootAt + (row.startedAt * 1000) / ticksPerSecond)
}

/** ms since epoch; null: not Linux, or not told. */
export function bootedAt(): number | null {
  try {
    return Date.now() - Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000
  } catch {
    return null
  }
}

/** "4711 (a name (with brackets)) S 4700 4711 4711 …": the name may hold anything. */
export function parseStat(stat: string, bootId: string): { row: ProcessRow; state: string } | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const numbers = [Number.parseInt(stat, 10), Number(fields[1]), Number(fields[2]), Number(fields[3]), Number(fields[19])]
  const [pid, parent, group, session, startedAt] = numbers as [number, number, number, number, number]
  if (fields.length < 20 || numbers.some((number) => !Number.isInteger(number))) return null
  return { row: { pid, parent, group, session, startedAt, identity: `${bootId}:${startedAt}` }, state: fields[0] as string }
}

/** " 501   1  501 Ss   Mon Nov 23 16:27:51 2026" */
export function parsePs(text: string): ProcessRow[] {
  return text.split('\n').flatMap((line) => {
    const [pid, parent, group, state, ...started] = line.trim().split(/\s+/)
    const startedAt = Date.parse(started.join(' '))
    if (Number.isNaN(startedAt) || state === undefined || state.startsWith('Z')) return []
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), session: null, startedAt, identity: String(startedAt) }]
  })
}

function bootId(): string {
  if (boot !== null) return boot
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    // Some containers hide it: then only the start counts.
    boot = 'unknown'
  }
  return boot
}
