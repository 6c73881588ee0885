/** Ends a process of ours together with all that it started, where it has no group of its own to end it by. */
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Children may start more while they are looked for; a stopped one cannot. */
const mostLooks = 8
const taskkillMs = 800

/**
 * `endRoot` ends the process itself. On macOS nothing else is looked for: its drivers compile in services of the system's own.
 * The number must still be ours: of a child of which no end was heard.
 */
export function endProcessTree(pid: number, endRoot: () => void): void {
  if (process.platform === 'linux') {
    stopAndEndDescendants(pid)
    endRoot()
  } else if (process.platform === 'win32') {
    // Once the root is gone nothing tells whose children they were, so it goes after them.
    let isDone = false
    const finish = (): void => {
      if (isDone) return
      isDone = true
      clearTimeout(timer)
      endRoot()
    }
    const timer = setTimeout(finish, taskkillMs)
    spawn('taskkill', taskkillWords(pid), { stdio: 'ignore', windowsHide: true }).on('error', finish).on('exit', finish)
  } else endRoot()
}

/** The same while this process itself is ending and hears of nothing any more. */
export function endProcessTreeAtOnce(pid: number, endRoot: () => void): void {
  if (process.platform === 'linux') stopAndEndDescendants(pid)
  else if (process.platform === 'win32') spawnSync('taskkill', taskkillWords(pid), { stdio: 'ignore', windowsHide: true, timeout: taskkillMs })
  endRoot()
}

/** Comes with Windows; `/T`: with what it started. */
function taskkillWords(pid: number): string[] {
  return ['/PID', String(pid), '/T', '/F']
}

/** The root is stopped first: it then starts nothing more, and does not give its children's numbers free to others. */
function stopAndEndDescendants(root: number): void {
  signal(root, 'SIGSTOP')
  const found = new Set<number>()
  for (let look = 0; look < mostLooks; look += 1) {
    const fresh = descendantsOf(root).filter((pid) => !found.has(pid))
    if (fresh.length === 0) break
    for (const pid of fresh) {
      signal(pid, 'SIGSTOP')
      found.add(pid)
    }
  }
  for (const pid of [...found].reverse()) signal(pid, 'SIGKILL')
}

/** Parents before their children. */
function descendantsOf(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirQuietly('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = parentOf(name)
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found: number[] = []
  const left = [root]
  for (let pid = left.shift(); pid !== undefined; pid = left.shift()) {
    const own = children.get(pid) ?? []
    found.push(...own)
    left.push(...own)
  }
  return found
}

/** "4711 (a name (with brackets)) S 4700 …": the name may hold anything. */
function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    return Number.isInteger(parent) && parent > 0 ? parent : null
  } catch {
    return null
  }
}

function readdirQuietly(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGKILL'): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone already, or not ours to end.
  }
}
