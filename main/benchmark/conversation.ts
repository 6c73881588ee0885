/** One worker's messages as a queue that can be waited on, together with its end, a time limit and a stop from outside. */
import type { WorkerHandle } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import { fromWorkerSchema, type FromWorker, type ToWorker } from './worker-messages.ts'

export type Heard = FromWorker | { tell: 'gone'; how: string } | { tell: 'too-late' } | { tell: 'stopped' }

export interface Conversation {
  ask(message: ToWorker): void
  /** The next thing that happens; `too-late` once the clock reaches `until` (ms since epoch). */
  next(until: number): Promise<Heard>
  /** Makes every `next` answer `stopped` from now on and ends the process. */
  stop(): void
  /** Ends the process and resolves once it is gone; false: it was still there after `limitMs`. */
  end(limitMs: number): Promise<boolean>
}

export function converse(worker: WorkerHandle, clock: Clock): Conversation {
  const heard: Heard[] = []
  let wake: (() => void) | null = null
  let isStopped = false
  let isGone = false
  const gone: (() => void)[] = []

  function hear(what: Heard): void {
    heard.push(what)
    wake?.()
  }
  worker.onMessage((message) => {
    const parsed = fromWorkerSchema.safeParse(message)
    hear(parsed.success ? parsed.data : { tell: 'failed', reason: 'The measuring process said something that Idlewatt does not understand.', lost: false, isAbsent: false })
  })
  worker.onExit(({ code, signal }) => {
    isGone = true
    for (const listener of gone.splice(0)) listener()
    hear({ tell: 'gone', how: signal ? `signal ${signal}` : code === null ? 'it could not be started' : `exit code ${code}` })
  })

  return {
    ask: (message) => worker.send(message),
    async next(until) {
      while (!isStopped) {
        const first = heard.shift()
        if (first) return first
        const left = until - clock.now()
        if (left <= 0) return { tell: 'too-late' }
        await new Promise<void>((resolve) => {
          const cancel = clock.after(left, resolve)
          wake = () => {
            cancel()
            resolve()
          }
        })
        wake = null
      }
      return { tell: 'stopped' }
    },
    stop() {
      isStopped = true
      worker.kill()
      wake?.()
    },
    end(limitMs) {
      worker.kill()
      if (isGone) return Promise.resolve(true)
      return new Promise((resolve) => {
        const cancel = clock.after(limitMs, () => resolve(isGone))
        gone.push(() => {
          cancel()
          resolve(true)
        })
      })
    },
  }
}
