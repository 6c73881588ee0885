/** Asks for live readings while somebody can see them: the lease of `telemetry.watch`, renewed every 5 s. */
import { useEffect } from 'react'
import { useAsk } from './window-context.ts'

export const renewEveryMs = 5000

export interface Viewing {
  watch(watching: boolean): void
  isVisible(): boolean
  onVisibilityChange(listener: () => void): () => void
  every(ms: number, run: () => void): () => void
}

/** Renews while visible, gives the lease back when hidden or ended. */
export function keepWatching(viewing: Viewing): () => void {
  let watching = false
  function renew(): void {
    const visible = viewing.isVisible()
    if (visible || watching) viewing.watch(visible)
    watching = visible
  }
  renew()
  const stopTimer = viewing.every(renewEveryMs, renew)
  const stopListening = viewing.onVisibilityChange(renew)
  return () => {
    stopTimer()
    stopListening()
    if (watching) viewing.watch(false)
  }
}

const viewer = `window-${Math.random().toString(36).slice(2, 12)}`

/** For pages that show readings. */
export function useTelemetry(): void {
  const ask = useAsk()
  useEffect(
    () =>
      keepWatching({
        watch: (watching) => void ask('telemetry.watch', { viewer, watching }),
        isVisible: () => document.visibilityState === 'visible',
        onVisibilityChange(listener) {
          document.addEventListener('visibilitychange', listener)
          return () => document.removeEventListener('visibilitychange', listener)
        },
        every(ms, run) {
          const timer = setInterval(run, ms)
          return () => clearInterval(timer)
        },
      }),
    [ask],
  )
}
