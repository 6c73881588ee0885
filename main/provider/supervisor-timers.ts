/** When the supervisor looks by itself: at deadlines of the lifecycle, while something ends, and now and then. */
import type { Clock } from '../system/clock.ts'
import { nextTickAt } from './lifecycle-actions.ts'
import type { LifecycleRules, LifecycleStatus } from './lifecycle-status.ts'

export interface Timers {
  /** After every change. */
  arm(status: LifecycleStatus): void
  /** The heartbeat; again: nothing. False: it beats already. */
  begin(): boolean
  close(): void
}

const heartbeatMs = 5000
/** While it ends: whether what it started is gone is told by looking alone. */
const endLookMs = 250

export function createTimers(options: { clock: Clock; rules: LifecycleRules; keepsWatch: boolean; onTick(): void; onEndLook(): void; onBeat(): void }): Timers {
  const { clock, rules } = options
  let cancelTick: (() => void) | null = null
  let cancelBeat: (() => void) | null = null
  let cancelEndLook: (() => void) | null = null

  function beat(): void {
    cancelBeat = clock.after(heartbeatMs, beat)
    options.onBeat()
  }

  return {
    arm(status) {
      cancelTick?.()
      cancelTick = null
      const isEnding = status.phase === 'stopping' || status.phase === 'stop-failed'
      if (!options.keepsWatch && !isEnding) return
      const at = nextTickAt(status, rules)
      if (at !== null) cancelTick = clock.after(Math.max(0, at - clock.now()), options.onTick)
      if (!isEnding || status.run === null) return
      cancelEndLook ??= clock.after(endLookMs, () => {
        cancelEndLook = null
        options.onEndLook()
      })
    },
    begin() {
      if (cancelBeat !== null) return false
      cancelBeat = clock.after(heartbeatMs, beat)
      return true
    },
    close() {
      cancelTick?.()
      cancelBeat?.()
      cancelEndLook?.()
    },
  }
}
