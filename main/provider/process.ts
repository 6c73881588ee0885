/** Starts a program of a provider in a process group of its own that outlives Idlewatt, finds it again, and ends it with all that it started. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, constants, fchmodSync, lstatSync, openSync, writeSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { RunHandle } from '../../shared/provider.ts'
import { makeFolder } from '../system/data-folder.ts'
import { readDiskSpace } from '../system/disk-space.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'
import { withPrivateFiles } from '../system/private-files.ts'
import { programOf } from './copies.ts'
import { environmentFor } from '../system/foreign-environment.ts'
import { findMarked, type Family } from './process-family.ts'
import { own } from './process-owned.ts'
import { findProgram, whyNotStarted } from './process-program.ts'
import { readRow, startedAtOf, type ProcessRow } from '../system/process-table.ts'
import { inTerminal } from './process-terminal.ts'
import { isRunning } from '../system/process-identity.ts'

export { findMarked }
export { findCopies, type Copy } from './copies.ts'

export interface ProcessWanted {
  program: string
  args: string[]
  /** On top of our own environment. Secrets go this way alone. */
  env: Record<string, string>
  cwd: string
  /** Its output goes there, appended, readable by its owner alone. */
  outputFile: string
  /** Carried in the environment as IDLEWATT_RUN, so that children that left the group are found. */
  mark: string
  needsTerminal: boolean
}

export type ProcessHandle = Extract<RunHandle, { kind: 'process' }>

export interface ProcessEnd {
  /** null: ended by a signal, or it was adopted and nobody was told. */
  code: number | null
  signal: string | null
}

export interface OwnedProcess {
  handle: ProcessHandle
  /** Told once; also where it had ended before. Of a child at once, of an adopted one within half a second. */
  onEnd(listener: (end: ProcessEnd) => void): void
  isAlive(): boolean
  /** The process, its descendants and those that carry its mark, as far as they can be seen. */
  pids(): number[]
  signal(name: 'SIGINT' | 'SIGTERM'): void
  /** Kills all of `pids()`; resolves with those that are still there after `withinMs`: empty is success. */
  kill(withinMs: number): Promise<number[]>
  /** No longer watched; it goes on. */
  letGo(): void
}

/** Less than this free, and the output of the program could not even be kept. */
const leastFreeBytes = 1024 * 1024

/** Rejects with NotPossible: what is in the way, and what to do. */
export async function startProcess(wanted: ProcessWanted): Promise<OwnedProcess> {
  const env = environmentFor(wanted)
  const path = findProgram(wanted.program, wanted.cwd, env)
  const run = wanted.needsTerminal ? inTerminal(path, wanted.args, env) : { program: path, args: wanted.args, env, remark: null }
  if (run.program === 'script') checkScript(wanted.cwd, run.env)
  const output = await openOutput(wanted.outputFile)
  try {
    if (run.remark !== null) writeSync(output, `${run.remark}\n`)
    const child = await spawned(run.program, run.args, { cwd: wanted.cwd, env: run.env, output }, path)
    const pid = child.pid as number
    const row = readRow(pid)
    // null: it has ended already, or this is Windows.
    const handle: ProcessHandle = { kind: 'process', pid, processStartedAt: Date.now(), startTicks: process.platform === 'linux' ? (row?.identity ?? null) : null, program: wanted.program }
    return own(handle, family(handle, wanted.mark, row), child, wanted.needsTerminal && run.program === 'script' ? pid : null)
  } finally {
    closeSync(output)
  }
}

/** Takes over what an earlier Idlewatt started. null: that very process does not run any more. */
export function adoptProcess(handle: ProcessHandle, mark: string): OwnedProcess | null {
  if (!isRunning(handle)) return null
  const row = readRow(handle.pid)
  if (process.platform === 'linux' && (row === null || (handle.startTicks !== null && row.identity !== handle.startTicks))) return null
  return own(handle, family(handle, mark, row), null, holdsTerminal(handle) ? handle.pid : null)
}

/** Takes over what carries a mark where nobody wrote down what was started: Idlewatt was killed just then. null: there is none. */
export function adoptMarked(mark: string): OwnedProcess | null {
  const rows = findMarked(mark).flatMap((pid) => readRow(pid) ?? [])
  const first = rows.sort((one, other) => one.startedAt - other.startedAt || one.pid - other.pid)[0]
  if (first === undefined) return null
  const program = programOf(first.pid) ?? 'unknown'
  const handle: ProcessHandle = { kind: 'process', pid: first.pid, processStartedAt: startedAtOf(first), startTicks: first.identity, program }
  return own(handle, family(handle, mark, first), null, basename(program) === 'script' ? first.pid : null)
}

function holdsTerminal(handle: ProcessHandle): boolean {
  return basename(programOf(handle.pid) ?? '') === 'script' && basename(handle.program) !== 'script'
}

function family(handle: ProcessHandle, mark: string, row: ProcessRow | null): Family {
  const from = row?.startedAt ?? (process.platform === 'linux' ? 0 : handle.processStartedAt)
  return { leader: { pid: handle.pid, identity: handle.startTicks ?? row?.identity ?? '', startedAt: from }, mark, known: new Map() }
}

function spawned(program: string, args: string[], options: { cwd: string; env: Record<string, string>; output: number }, path: string): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(whyNotStarted(error, path))
    try {
      const child = withPrivateFiles(() => spawn(program, args, { cwd: options.cwd, env: options.env, detached: true, windowsHide: true, stdio: ['ignore', options.output, options.output] }))
      child.once('error', fail)
      child.once('spawn', () => {
        child.off('error', fail)
        // A later "error" tells that a signal could not be sent, which the signal's sender hears anyway.
        child.on('error', () => {})
        resolve(child)
      })
    } catch (error) {
      fail(error)
    }
  })
}

/** For appending, as others may write to it too, and it is emptied while it is written. */
async function openOutput(path: string): Promise<number> {
  const { freeBytes } = await readDiskSpace(dirname(path))
  if (freeBytes !== null && freeBytes < leastFreeBytes) throw new NotPossible(`The disk with ${dirname(path)} is full. Free some space, then start again.`)
  try {
    makeFolder(dirname(path))
    const about = lstatSync(path, { throwIfNoEntry: false })
    if (about !== undefined && !about.isFile()) throw new NotPossible(`${path} is not an ordinary file, and the program's output belongs there. Remove it, then start again.`)
    const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0), 0o600)
    if (process.platform !== 'win32') fchmodSync(file, 0o600)
    return file
  } catch (error) {
    if (error instanceof NotPossible) throw error
    throw new NotPossible(`The program's output cannot be written to ${path}: ${fileErrorWords(error)}. Mend that, then start again.`)
  }
}

function checkScript(cwd: string, env: Record<string, string>): void {
  try {
    findProgram('script', cwd, env)
  } catch {
    throw new NotPossible('This programme wants a terminal, and the program “script” that gives it one was not found. Install it (package bsdutils or util-linux), then start again.')
  }
}
