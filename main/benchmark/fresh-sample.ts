/** Waits a little for a sample that was taken after a moment, so that it knows what happened then. */
import type { GpuSample } from '../../shared/telemetry.ts'
import type { Clock } from '../system/clock.ts'

const limitMs = 3_000

/** null: none came in time, or `signal` aborted. `since` in ms since epoch. */
export function freshSample(options: { clock: Clock; follow(listener: (sample: GpuSample) => void): () => void; signal: AbortSignal; since: number }): Promise<GpuSample | null> {
  const { clock, follow, signal, since } = options
  return new Promise((resolve) => {
    let isOver = false
    const cancel = clock.after(limitMs, () => end(null))
    const unfollow = follow((sample) => sample.takenAt >= since && end(sample))
    const abort = (): void => end(null)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()

    function end(sample: GpuSample | null): void {
      if (isOver) return
      isOver = true
      cancel()
      signal.removeEventListener('abort', abort)
      // `follow` may call back before it has returned its own end.
      queueMicrotask(() => unfollow())
      resolve(sample)
    }
  })
}
