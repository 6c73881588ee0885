/** One process of ours with all that it started: tells its end, sends signals, ends every one of them. */
import { execFile, type ChildProcess } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { isRunning } from '../system/process-identity.ts'
import type { OwnedProcess, ProcessEnd, ProcessHandle } from './process.ts'
import { membersOf, type Family } from './process-family.ts'
import { readRow, type ProcessRow } from '../system/process-table.ts'

/** An adopted process is nobody's child: its end is looked for. */
const lookEveryMs = 250

/** `child` null: adopted. `terminal`: pid of the `script` that holds the terminal; it ends by itself once the program has. */
export function own(handle: ProcessHandle, family: Family, child: ChildProcess | null, terminal: number | null): OwnedProcess {
  let end: ProcessEnd | null = null
  let isLetGo = false
  const listeners: ((end: ProcessEnd) => void)[] = []

  function ended(how: ProcessEnd): void {
    if (end !== null || isLetGo) return
    end = how
    clearInterval(looking)
    // While the number of its group cannot be another's yet: whom it has left behind.
    membersOf(family, true)
    for (const listener of listeners.splice(0)) listener(how)
  }

  function isThere(): boolean {
    if (end !== null) return false
    if (process.platform === 'linux') return family.leader.identity !== '' && readRow(handle.pid)?.identity === family.leader.identity
    return child !== null || answers(handle.pid)
  }

  const looking = child === null ? setInterval(() => void (isThere() || ended({ code: null, signal: null })), lookEveryMs) : undefined
  looking?.unref()
  const onExit = (code: number | null, signal: NodeJS.Signals | null): void => ended({ code, signal })
  if (child !== null && (child.exitCode !== null || child.signalCode !== null)) onExit(child.exitCode, child.signalCode)
  else child?.once('exit', onExit)

  function members(): ProcessRow[] {
    // Windows and a Mac whose `ps` fails know the first one alone.
    const rows = membersOf(family)
    return rows.length > 0 || process.platform === 'linux' || !isThere() ? rows : [{ pid: handle.pid, parent: 0, group: 0, session: null, startedAt: 0, identity: '' }]
  }

  return {
    handle,
    onEnd(listener) {
      if (end === null) listeners.push(listener)
      else queueMicrotask(() => isLetGo || listener(end as ProcessEnd))
    },
    isAlive: isThere,
    pids: () => members().map((row) => row.pid),
    signal(name) {
      if (process.platform === 'win32') return void (isThere() && execFile('taskkill', ['/PID', String(handle.pid), '/T'], { windowsHide: true }, () => {}))
      // All of them, as systemd does: the first may be gone and its children not.
      for (const { pid } of members()) {
        if (pid === terminal) continue
        send(pid, name)
        // A stopped one would hear of it only once it goes on.
        send(pid, 'SIGCONT')
      }
    },
    async kill(withinMs) {
      const until = performance.now() + withinMs
      if (process.platform === 'win32') return await killOnWindows(handle, isThere, withinMs)
      let emptyLooks = 0
      for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 100)) {
        // A list of processes is not of one moment: one that was born while it was read is found by the next.
        const left = members()
        emptyLooks = left.length === 0 ? emptyLooks + 1 : 0
        if (emptyLooks === 2) return []
        for (const { pid } of left) send(pid, 'SIGKILL')
        if (left.length > 0 && performance.now() >= until) return left.map((row) => row.pid)
        await pause(waitMs)
      }
    },
    letGo() {
      isLetGo = true
      clearInterval(looking)
      child?.off('exit', onExit)
      child?.unref()
      listeners.length = 0
    },
  }
}

/** `taskkill /T` ends its children with it. The number is looked at once more: it may have become another's. */
async function killOnWindows(handle: ProcessHandle, isThere: () => boolean, withinMs: number): Promise<number[]> {
  if (!isThere() || !isRunning(handle)) return []
  const until = performance.now() + withinMs
  for (;;) {
    await new Promise<void>((done) => execFile('taskkill', ['/PID', String(handle.pid), '/T', '/F'], { windowsHide: true, timeout: withinMs }, () => done()))
    if (!isThere()) return []
    if (performance.now() >= until) return [handle.pid]
    await pause(100)
  }
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone already, or not ours to end: the next look tells.
  }
}
