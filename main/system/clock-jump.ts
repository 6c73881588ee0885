/** Follows the wall clock beside one that never jumps, and notices when it moves by itself. */

/** Smaller corrections are the time server's daily work. */
const smallestForwardMs = 60_000
const smallestBackMs = 30_000

export interface ClockFollower {
  /** How far the wall clock moved by itself since the turn before, in ms; null: as it should. */
  take(now: { at: number; steadyMs: number }): number | null
}

export function followClock(): ClockFollower {
  let before: { at: number; steadyMs: number } | null = null
  return {
    take({ at, steadyMs }) {
      const last = before
      before = { at, steadyMs }
      // A steady clock that goes back belongs to another reader: nothing can be said of the time between.
      if (last === null || steadyMs < last.steadyMs) return null
      const offMs = at - last.at - (steadyMs - last.steadyMs)
      return offMs >= smallestForwardMs || offMs <= -smallestBackMs ? offMs : null
    },
  }
}
