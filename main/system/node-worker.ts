/** Starts a worker as a Node child process: the headless and command-line doors' way. The desktop uses `utilityProcess`. */
import { fork, type ChildProcess } from 'node:child_process'
import type { WorkerHandle } from '../host.ts'
import { createInbox } from './inbox.ts'

/** Messages may still be under way when a process is already reported as gone. */
const lastWordsMs = 200

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
  })
  endWithUs()
  running.add(child)

  const inbox = createInbox()
  const exitListeners: ((how: { code: number | null; signal: string | null }) => void)[] = []
  let exit: { code: number | null; signal: string | null } | null = null

  child.on('message', (message: unknown) => inbox.take(message))
  child.once('exit', (code, signal) => {
    running.delete(child)
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
    kill() {
      child.kill('SIGKILL')
    },
  }
}

/** A worker that hangs in a driver call cannot notice that we are gone, so it is ended on our way out. */
function endWithUs(): void {
  if (endsWithUs) return
  endsWithUs = true
  process.once('exit', () => {
    for (const child of running) child.kill('SIGKILL')
  })
}
