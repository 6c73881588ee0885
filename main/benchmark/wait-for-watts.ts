/** Waits a few seconds so that a card's watts while waiting can be read, where it tells them at all. */
import type { GpuSample } from '../../shared/telemetry.ts'
import type { Clock } from '../system/clock.ts'

/** A reader that has to start first needs this long for its first sample. */
const firstSampleMs = 2_000
const samplesWanted = 3
const limitMs = 4_000

/** Resolves to whether the card tells its watts; at the latest after 4 s, or at once when `signal` aborts. */
export function waitForWatts(options: { clock: Clock; follow(listener: (sample: GpuSample) => void): () => void; signal: AbortSignal }): Promise<boolean> {
  const { clock, follow, signal } = options
  return new Promise((resolve) => {
    let count = 0
    let isOver = false
    const timers = [clock.after(firstSampleMs, () => count === 0 && end()), clock.after(limitMs, end)]
    const unfollow = follow((sample) => {
      if (sample.powerW === null) return end()
      count += 1
      if (count >= samplesWanted) end()
    })
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()

    function end(): void {
      if (isOver) return
      isOver = true
      for (const cancel of timers) cancel()
      signal.removeEventListener('abort', end)
      // `follow` may call back before it has returned its own end.
      queueMicrotask(() => unfollow())
      resolve(count > 0)
    }
  })
}
