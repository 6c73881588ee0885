/** Starts a worker as a Node child process: the headless and command-line doors' way. The desktop uses `utilityProcess`. */
import { fork, type ChildProcess } from 'node:child_process'
import type { WorkerHandle } from '../host.ts'
import { createInbox } from './inbox.ts'
import { endProcessTree, endProcessTreeAtOnce } from './process-tree.ts'

/** Messages may still be under way when a process is already reported as gone. */
const lastWordsMs = 200

/** A group of its own, so that what a driver starts (a compiler, a linker) ends with its worker. Windows has none: `detached` means a console there. */
const hasGroups = process.platform !== 'win32'

const running = new Set<ChildProcess>()
let endsWithUs = false

/** `entryFile` is JavaScript, or TypeScript that Node can strip. What the worker prints goes to stderr. */
export function startNodeWorker(entryFile: string, options: { env?: Record<string, string> } = {}): WorkerHandle {
  const child = fork(entryFile, [], {
    serialization: 'advanced',
    // Not the starter's own flags: an inspector port or a test runner's loader is not the worker's business.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 2, 2, 'ipc'],
    detached: hasGroups,
  })
  endWithUs()
  running.add(child)

  const inbox = createInbox()
  const exitListeners: ((how: { code: number | null; signal: string | null }) => void)[] = []
  let exit: { code: number | null; signal: string | null } | null = null

  child.on('message', (message: unknown) => inbox.take(message))
  child.once('exit', (code, signal) => {
    running.delete(child)
    endGroup(child)
    if (!child.connected) return finish({ code, signal })
    const timer = setTimeout(() => finish({ code, signal }), lastWordsMs)
    child.once('disconnect', () => {
      clearTimeout(timer)
      setImmediate(() => finish({ code, signal }))
    })
  })
  // Without a pid it never ran; with one, the error is of a message that could not be sent, and `exit` will follow.
  child.on('error', () => {
    if (child.pid === undefined) finish({ code: null, signal: null })
  })

  function finish(how: { code: number | null; signal: string | null }): void {
    if (exit) return
    exit = how
    running.delete(child)
    for (const listener of exitListeners) listener(how)
  }

  return {
    pid: child.pid,
    send(message) {
      if (child.connected) child.send(message as object, () => {})
    },
    onMessage: inbox.listen,
    onExit(listener) {
      const gone = exit
      if (gone) queueMicrotask(() => listener(gone))
      else exitListeners.push(listener)
    },
    kill: () => endTree(child, endProcessTree),
  }
}

/** The process and all that it started. Its number is safe to use as long as we have not heard of its end: until then nobody else gets it. */
function endTree(child: ChildProcess, end: typeof endProcessTree): void {
  const { pid } = child
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  if (!hasGroups) return end(pid, () => void child.kill('SIGKILL'))
  endGroup(child)
  child.kill('SIGKILL')
}

/** Also what a worker left behind that crashed by itself: while one of a group is there, its number is nobody else's. Windows keeps no such tie. */
function endGroup({ pid }: ChildProcess): void {
  if (!hasGroups || pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody is left in it, or the worker has not come to a group of its own yet.
  }
}

/** A worker that hangs in a driver call cannot notice that we are gone, so it is ended on our way out. */
function endWithUs(): void {
  if (endsWithUs) return
  endsWithUs = true
  process.once('exit', () => {
    for (const child of running) endTree(child, endProcessTreeAtOnce)
  })
}
