/**
 * Tells one process from another that got the same pid later. Read on Linux from /proc, elsewhere from `ps` or PowerShell,
 * and only when two instances want the same data folder.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Clocks of the two readings may differ by rounding and by the time a process takes to start. */
const toleranceMs = 5000

export interface ProcessIdentity {
  pid: number
  /** ms since epoch by the process's own account. */
  processStartedAt: number
  /** Linux: boot and start in clock ticks since boot, which no change of the wall clock moves. null: elsewhere. */
  startTicks: string | null
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, processStartedAt: Math.round(Date.now() - process.uptime() * 1000), startTicks: linuxStartTicks(process.pid) }
}

/** Whether that very process still runs. In doubt (it runs, but its start cannot be read) the answer is yes. */
export function isRunning(identity: ProcessIdentity): boolean {
  if (!isPidInUse(identity.pid)) return false
  const ticks = linuxStartTicks(identity.pid)
  if (ticks !== null && identity.startTicks !== null) return ticks === identity.startTicks
  const startedAt = startedAtElsewhere(identity.pid)
  return startedAt === null || Math.abs(startedAt - identity.processStartedAt) < toleranceMs
}

function isPidInUse(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** null: not Linux, or no such process. A zombie counts as gone. */
function linuxStartTicks(pid: number): string | null {
  if (process.platform !== 'linux') return null
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name in brackets and may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[19] === undefined ? `${boot}:gone` : `${boot}:${fields[19]}`
  } catch {
    return null
  }
}

function startedAtElsewhere(pid: number): number | null {
  try {
    const text =
      process.platform === 'win32'
        ? run('powershell.exe', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().ToString('o')`])
        : run('ps', ['-o', 'lstart=', '-p', String(pid)])
    const at = Date.parse(text.trim())
    return Number.isNaN(at) ? null : at
  } catch {
    return null
  }
}

function run(program: string, args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', timeout: 5000, stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, LC_ALL: 'C' }, windowsHide: true })
}
