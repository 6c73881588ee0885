/** After a run: whether the card still opens and computes, asked through a fresh process. */
import type { WorkerHandle } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import { isGivenUp, openingMs } from './card-steps.ts'
import { cacheAdvice } from './card-words.ts'
import { converse } from './conversation.ts'
import { isCompilerTrouble } from './kernel-cache.ts'
import type { WantedDevice } from './worker-messages.ts'

/** A card that does not answer a tiny kernel by then is not well; opening it has a time of its own. */
export const probeLimitMs = 5_000

/** `uncompiled`: its compiler failed, which says nothing of the card itself. */
export type Sanity = { kind: 'fine' } | { kind: 'gone' | 'failing' | 'uncompiled'; sentence: string } | { kind: 'stopped' }

export interface SanityProbe {
  /** Never rejects; its process is gone by then. */
  done: Promise<Sanity>
  stop(): void
}

export function probeSanity(options: { startWorker(name: 'bench'): WorkerHandle; clock: Clock; wanted: WantedDevice; kernelsFolder: string; gpuName: string; goneMs: number }): SanityProbe {
  const { clock, gpuName } = options
  const worker = converse(options.startWorker('bench'), clock)

  async function ask(): Promise<Sanity> {
    worker.ask({ ask: 'open', wanted: options.wanted, kernelsFolder: options.kernelsFolder })
    const opened = await worker.next(clock.now() + openingMs)
    if (opened.tell === 'stopped') return { kind: 'stopped' }
    if (opened.tell === 'failed' && opened.isAbsent) return { kind: 'gone', sentence: `${gpuName} is not found any more: it was taken out, or the driver lost it. Look for GPUs again; restart the machine if it stays away.` }
    if (opened.tell !== 'opened') return failing(opened, openingMs)
    const until = clock.now() + probeLimitMs
    worker.ask({ ask: 'probe' })
    for (;;) {
      const heard = await worker.next(until)
      if (heard.tell === 'stopped') return { kind: 'stopped' }
      if (heard.tell === 'progress') continue
      if (heard.tell === 'probed' && heard.why === null) return { kind: 'fine' }
      return failing(heard, probeLimitMs)
    }
  }

  function failing(heard: Awaited<ReturnType<typeof worker.next>>, limitMs: number): Sanity {
    const advice = 'Restart the machine before you use the card for anything that matters.'
    if (heard.tell === 'probed') return { kind: 'failing', sentence: `After the run ${gpuName} no longer computes right: ${heard.why}. ${advice}` }
    const isCompiler = heard.tell === 'gone' ? isGivenUp(heard.how) : heard.tell === 'failed' && isCompilerTrouble(heard.reason)
    if (isCompiler) return { kind: 'uncompiled', sentence: `After the run the driver could not compile a small kernel for ${gpuName} any more. ${cacheAdvice}` }
    const why = heard.tell === 'failed' ? heard.reason.replace(/(?<![.!?])$/, '.') : heard.tell === 'gone' ? `the process that asked it ended (${heard.how}).` : `it did not answer within ${limitMs / 1000} s.`
    return { kind: 'failing', sentence: `After the run ${gpuName} does not answer as it should: ${why} ${advice}` }
  }

  return {
    done: ask().then(async (sanity) => {
      await worker.end(options.goneMs)
      return sanity
    }),
    stop: () => worker.stop(),
  }
}
