/** Starts a worker as a utility process: the packaged app cannot run as Node, on purpose. */
import { utilityProcess } from 'electron'
import type { WorkerHandle } from '../host.ts'
import { createInbox } from '../system/inbox.ts'
import { endProcessTree } from '../system/process-tree.ts'

export function startUtilityWorker(entryFile: string, name: string, env?: Record<string, string>): WorkerHandle {
  const child = utilityProcess.fork(entryFile, [], { serviceName: `Idlewatt ${name}`, stdio: 'inherit', execArgv: ['--disable-warning=ExperimentalWarning'], ...(env ? { env: { ...process.env, ...env } } : {}) })
  const inbox = createInbox()
  const exitListeners: ((how: { code: number | null; signal: string | null }) => void)[] = []
  let exit: { code: number | null; signal: string | null } | null = null
  let isKilled = false

  child.on('message', (message: unknown) => inbox.take(message))
  child.on('exit', (code) => {
    exit = { code: isKilled ? null : code, signal: isKilled ? 'SIGKILL' : null }
    for (const listener of exitListeners) listener(exit)
  })
  // A fatal error of V8; `exit` follows. Unheard, it would be thrown here.
  child.on('error', () => {})
  child.on('spawn', () => {
    if (isKilled) end()
  })

  /**
   * `child.kill()` asks; a worker that hangs in a driver call does not hear. The pid is our own child's until `exit`. What the
   * worker started (a compiler, a linker) goes with it; of one that crashed by itself nothing tells any more what that was.
   */
  function end(): void {
    const { pid } = child
    if (exit !== null || pid === undefined) return
    endProcessTree(pid, () => {
      if (exit !== null) return
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        child.kill()
      }
    })
  }

  return {
    get pid() {
      return child.pid
    },
    send(message) {
      if (exit === null && !isKilled) child.postMessage(message)
    },
    onMessage: inbox.listen,
    onExit(listener) {
      const gone = exit
      if (gone) queueMicrotask(() => listener(gone))
      else exitListeners.push(listener)
    },
    kill() {
      isKilled = true
      end()
    },
  }
}
