/** Notices when the wall clock moves by itself beside one that never jumps. */

/** Smaller moves are the time server's daily work, and no wait is told closer. They add up until they are noticed. */
const jumpMs = 500

export function createJumps(clock: { now(): number }, steadyMs: () => number): () => number {
  let base = { at: clock.now(), steadyMs: steadyMs() }
  /** By how much since the last that was told, in ms; 0: as it should. */
  return () => {
    const offMs = clock.now() - base.at - (steadyMs() - base.steadyMs)
    if (Math.abs(offMs) < jumpMs) return 0
    base = { at: clock.now(), steadyMs: steadyMs() }
    return offMs
  }
}
