/** Finds software of the same kind that somebody else started: told by its path where one is known, never ended. */
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import type { SoftwareDefinition } from '../networks/network.ts'
import { pidsOfProc, readRow } from '../system/process-table.ts'

export interface Copy {
  pid: number
  /** Its path, or its name where that is all that can be seen. */
  program: string
}

export interface RunningProgram {
  pid: number
  /** The program file; on Linux also the script that an interpreter runs. */
  paths: string[]
}

/** They run a file that is named in their first words. */
const interpreters = /^(sh|bash|dash|ash|zsh|busybox|node|perl|ruby|pwsh|powershell|python[\d.]*)(\.exe)?$/i
/** Windows and macOS: how old a list may be before another is asked for. */
const listAgeMs = 10_000
const psWords = ['-axo', 'pid=,comm=']
const powerShellWords = ['-NoProfile', '-NonInteractive', '-Command', "Get-CimInstance Win32_Process | ForEach-Object { \"$($_.ProcessId) $($_.ExecutablePath)\" }"]

let list: { at: number; programs: RunningProgram[] } | null = null
let isAsking = false

/** Elsewhere than on Linux the list may be ten seconds old. */
export function findCopies(processes: SoftwareDefinition['processes'], except: number[]): Copy[] {
  if (processes.length === 0) return []
  return pickCopies(process.platform === 'linux' ? linuxPrograms() : listedPrograms(), processes, [...except, process.pid])
}

/** Pure. */
export function pickCopies(running: RunningProgram[], processes: SoftwareDefinition['processes'], except: number[]): Copy[] {
  return running.flatMap(({ pid, paths }) => {
    if (except.includes(pid)) return []
    const found = paths.find((path) => processes.some(({ name, pathContains }) => nameOf(path) === nameOf(name) && (pathContains === null || plain(path).includes(plain(pathContains)))))
    return found === undefined ? [] : [{ pid, program: found }]
  })
}

/** " 501 /Applications/A b/worker": the file alone, as its blanks could not be told from those between words. */
export function parseList(text: string): RunningProgram[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, path] = /^\s*(\d+)\s+(\S.*)$/.exec(line.trimEnd()) ?? []
    return pid === undefined || path === undefined ? [] : [{ pid: Number(pid), paths: [path] }]
  })
}

function linuxPrograms(): RunningProgram[] {
  const ours = worldOf('self')
  return pidsOfProc().flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      // Threads of the kernel have no words.
      if (words[0] === undefined || words[0] === '' || readRow(pid) === null) return []
      // What runs in a container is the container's: those are found through Docker.
      if (ours !== null && (worldOf(pid) ?? ours) !== ours) return []
      const file = programOf(pid)
      return [{ pid, paths: [...new Set([...(file === null ? [] : [file]), ...pathsOf(words, file)])] }]
    } catch {
      return []
    }
  })
}

function pathsOf(words: string[], file: string | null): string[] {
  const first = words[0] ?? ''
  const isInterpreter = interpreters.test(basename(file ?? first)) || interpreters.test(basename(first))
  const script = isInterpreter ? words.slice(1).find((word) => word !== '' && !word.startsWith('-')) : undefined
  return script === undefined ? [first] : [script, first]
}

/** Its list of processes: another one in a container. null: not to be seen. */
function worldOf(pid: number | 'self'): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return null
  }
}

/** null: it belongs to somebody else, or is gone. */
export function programOf(pid: number): string | null {
  try {
    // An update puts another file in place of the one that runs.
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')
  } catch {
    return null
  }
}

/** The first time it waits for the system; then it answers with what it has and asks again behind. */
function listedPrograms(): RunningProgram[] {
  const [program, words] = process.platform === 'win32' ? ['powershell.exe', powerShellWords] : ['ps', psWords]
  const options = { encoding: 'utf8', timeout: 10_000, maxBuffer: 2 ** 24, windowsHide: true } as const
  if (list === null) {
    try {
      list = { at: Date.now(), programs: parseList(execFileSync(program as string, words as string[], { ...options, stdio: ['ignore', 'pipe', 'ignore'] })) }
    } catch {
      list = { at: Date.now(), programs: [] }
    }
  } else if (!isAsking && Math.abs(Date.now() - list.at) > listAgeMs) {
    isAsking = true
    execFile(program as string, words as string[], options, (error, text) => {
      isAsking = false
      list = { at: Date.now(), programs: error === null ? parseList(text) : (list?.programs ?? []) }
    })
  }
  return list.programs
}

function nameOf(path: string): string {
  return (plain(path).split('/').at(-1) as string).replace(/\.exe$/, '')
}

function plain(path: string): string {
  return path.toLowerCase().replaceAll('\\', '/')
}
