/** Does work again and again while it is on, soon where some is left; what fails is tried the next time. */
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'

/** Where more is left to do; others get their turn in between. */
const againMs = 1_000

export interface Repeated {
  clock: Clock
  log: Log
  firstMs: number
  everyMs: number
  /** Whether more is left. Never twice at once. */
  work(): Promise<boolean>
}

/** Gives what ends it; that resolves once no work runs any more. */
export function repeat({ clock, log, firstMs, everyMs, work }: Repeated): () => Promise<void> {
  let cancel = clock.after(firstMs, run)
  let running: Promise<void> | null = null
  let isOver = false

  function run(): void {
    cancel = clock.after(everyMs, run)
    running ??= runOnce().finally(() => (running = null))
  }

  async function runOnce(): Promise<void> {
    try {
      if (!(await work()) || isOver) return
      cancel()
      cancel = clock.after(againMs, run)
    } catch (error) {
      log.error('the ledger could not be kept up', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }

  return async () => {
    isOver = true
    cancel()
    await running
  }
}
