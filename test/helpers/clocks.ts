/** Clocks for tests: one that stands still until it is told, and one that runs its timers faster than the wall. */
import { systemClock, type Clock } from '../../main/system/clock.ts'

export interface HandClock extends Clock {
  /** Moves on and runs every timer that falls due, in order, letting promises settle in between. */
  advance(ms: number): Promise<void>
  /** Timers that wait. */
  pending(): number
}

export function handClock(startAt = Date.UTC(2026, 10, 23)): HandClock {
  let now = startAt
  let timers: { at: number; run: () => void }[] = []

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done))
  }

  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run }
      timers.push(timer)
      return () => void (timers = timers.filter((other) => other !== timer))
    },
    pending: () => timers.length,
    async advance(ms) {
      const until = now + ms
      await settle()
      for (;;) {
        const due = timers.filter((timer) => timer.at <= until).sort((one, other) => one.at - other.at)[0]
        if (!due) break
        timers = timers.filter((timer) => timer !== due)
        now = Math.max(now, due.at)
        due.run()
        await settle()
      }
      now = until
      await settle()
    },
  }
}

/** Deadlines of many seconds in a fraction of them; the time of day stays true, and so do timers longer than `upToMs`. */
export function fastClock(times: number, upToMs = Number.POSITIVE_INFINITY): Clock {
  return { now: systemClock.now, after: (ms, run) => systemClock.after(ms > upToMs ? ms : ms / times, run) }
}

/** Its time of day runs faster too, from now on. */
export function runningClock(times: number): Clock {
  const beganAt = systemClock.now()
  return { ...fastClock(times), now: () => beganAt + (systemClock.now() - beganAt) * times }
}
