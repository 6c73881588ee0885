/** Ends what a call began when it is told to stop: each thing by its own handle, and all of it within a second. */
import type { Log } from '../system/log.ts'

/** After this the process ends whatever still hangs; its workers are killed on the way out. */
const limitMs = 900

export interface Stops {
  /** Newest first, as they were begun. */
  add(stop: () => Promise<void> | void): void
  run(): Promise<void>
  isStopping(): boolean
}

export function createStops(log: Log): Stops {
  const stops: (() => Promise<void> | void)[] = []
  let running: Promise<void> | null = null
  return {
    add: (stop) => void stops.unshift(stop),
    run() {
      running ??= (async () => {
        for (const stop of stops) {
          try {
            await stop()
          } catch (error) {
            log.error('something could not be stopped', { error: error instanceof Error ? error.message : String(error) })
          }
        }
      })()
      return running
    },
    isStopping: () => running !== null,
  }
}

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * Runs the stops on SIGINT, SIGTERM and SIGHUP, then ends the process. `code`: the exit code of a call for which being
 * stopped is the usual end; left out: as shells count it.
 */
export function stopOnSignals(stops: Stops, code: () => number | null): void {
  for (const signal of Object.keys(exitCodes) as (keyof typeof exitCodes)[]) {
    process.once(signal, () => void end(code() ?? exitCodes[signal]))
  }
  async function end(exitCode: number): Promise<void> {
    const timer = setTimeout(() => process.exit(exitCode), limitMs)
    await stops.run()
    clearTimeout(timer)
    process.exit(exitCode)
  }
}

/**
 * Ends with the processes that started us, where those are npm or our own start script: killed hard, they cannot pass it on.
 * `IDLEWATT_PARENTS` names them, nearest first; a user's shell is never named, since a server outlives its shell.
 */
export function stopWithParents(onGone: () => void): void {
  const parents = (process.env['IDLEWATT_PARENTS'] ?? '').split(' ').map(Number).filter((pid) => Number.isSafeInteger(pid) && pid > 1)
  // Not handed down by mistake: the nearest must be ours.
  if (parents.length === 0 || process.ppid !== parents[0]) return
  const timer = setInterval(() => {
    if (process.ppid === parents[0] && parents.every(isThere)) return
    clearInterval(timer)
    onGone()
  }, 500)
  timer.unref()
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
