/** Runs a program without a shell, with a time limit; ends the whole group it started, by its own handle. */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import type { CommandResult } from './machine-source.ts'

export interface RunOptions {
  timeoutMs: number
  /** Most bytes of stdout that are taken. Default 64 MiB. */
  maxBytes?: number
  signal?: AbortSignal
  /** Left out: this process's own folder. */
  cwd?: string
  /** On top of our own environment; undefined takes a name away. */
  env?: Record<string, string | undefined>
}

const running = new Set<ChildProcess>()
let endsWithUs = false

/** Never rejects. A program that is not there, does not end in time or prints too much is an answer like any other. */
export function runProgram(program: string, args: string[], options: RunOptions): Promise<CommandResult> {
  const maxBytes = options.maxBytes ?? 64 * 1024 * 1024
  return new Promise((done) => {
    if (options.signal?.aborted) return done({ kind: 'failed', message: 'stopped' })
    // In a group of its own, so that what it started in turn ends with it.
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, detached: process.platform !== 'win32', env: { ...process.env, LC_ALL: 'C', ...options.env }, cwd: options.cwd })
    endWithUs()
    running.add(child)
    const out = new StringDecoder('utf8')
    const errors = new StringDecoder('utf8')
    let stdout = ''
    let stderr = ''
    let bytes = 0
    let over = false

    function finish(result: CommandResult): void {
      if (over) return
      over = true
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', stop)
      running.delete(child)
      if (result.kind !== 'done') endGroup(child)
      // Pipes that a surviving grandchild holds open must not keep us waiting.
      child.stdout?.destroy()
      child.stderr?.destroy()
      done(result)
    }
    function stop(): void {
      finish({ kind: 'failed', message: 'stopped' })
    }

    const timer = setTimeout(() => finish({ kind: 'timed-out', afterMs: options.timeoutMs }), options.timeoutMs)
    options.signal?.addEventListener('abort', stop, { once: true })
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) return finish({ kind: 'failed', message: `the answer is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB` })
      stdout += out.write(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < 64 * 1024) stderr += errors.write(chunk)
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') finish({ kind: 'not-found' })
      else finish({ kind: 'failed', message: error.code === 'EACCES' ? 'this user may not run it' : error.message })
    })
    child.on('close', (code, signal) => {
      if (code === null) finish({ kind: 'failed', message: `it was ended by ${signal ?? 'a signal'}` })
      else finish({ kind: 'done', exitCode: code, stdout: stdout + out.end(), stderr: stderr + errors.end() })
    })
  })
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  if (process.platform === 'win32') {
    if (child.exitCode === null) execFile('taskkill', ['/PID', String(child.pid), '/T', '/F'], { windowsHide: true }, () => {})
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

/**
 * Ends what this process started otherwise than by `runProgram`, a library's programs for one, and what those started.
 * By process id, from the kernel's own list; Windows ends this very process with them.
 */
export function endAllChildren(): void {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/PID', String(process.pid), '/T', '/F'], { windowsHide: true })
    return
  }
  for (const pid of childrenOf(process.pid)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      continue
    }
  }
}

/** Deepest first, so that none is handed on to another parent before it is reached. Linux alone keeps such a list. */
function childrenOf(pid: number): number[] {
  try {
    const direct = readdirSync(`/proc/${pid}/task`).flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number))
    return direct.flatMap((child) => [...childrenOf(child), child])
  } catch {
    return []
  }
}

function endWithUs(): void {
  if (endsWithUs) return
  endsWithUs = true
  process.once('exit', () => {
    for (const child of running) endGroup(child)
  })
}
