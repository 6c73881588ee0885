/** Whether the machine's clock can be believed: it may be set, and it stands wrong after a flat battery. Pure. */

export interface ClockMemory {
  at: number
  /** null: from an earlier run, whose steady clock means nothing now. */
  steadyMs: number | null
  /** Steady running since the clock last did something odd, in ms, over runs. */
  trustedForMs: number
}

export interface ClockStep {
  /** How far the clock moved by itself; null: as it should. */
  jumpMs: number | null
  memory: ClockMemory
}

/** Smaller corrections are the time server's daily work. */
const jumpMs = 5_000
/** Between runs time passes unseen: only going back, or a very long time, is odd. */
const backBetweenRunsMs = 60_000
const longBetweenRunsMs = 7 * 86_400_000
/** Old samples are thrown away only once the clock ran so long without a jump. */
export const trustAfterMs = 3_600_000

export function watchClock(before: ClockMemory | null, now: { at: number; steadyMs: number }): ClockStep {
  if (before === null) return { jumpMs: null, memory: { ...now, trustedForMs: 0 } }
  const elapsed = now.at - before.at
  if (before.steadyMs === null) {
    const isOdd = elapsed < -backBetweenRunsMs || elapsed > longBetweenRunsMs
    return { jumpMs: elapsed < -backBetweenRunsMs ? elapsed : null, memory: { ...now, trustedForMs: isOdd ? 0 : before.trustedForMs } }
  }
  const steady = Math.max(0, now.steadyMs - before.steadyMs)
  const off = elapsed - steady
  if (Math.abs(off) < jumpMs) return { jumpMs: null, memory: { ...now, trustedForMs: before.trustedForMs + steady } }
  return { jumpMs: off, memory: { ...now, trustedForMs: 0 } }
}

export function jumpSentence(ms: number, isSameRun: boolean): string {
  const far = duration(Math.abs(ms))
  if (ms < 0) return isSameRun ? `The computer's clock was set back by ${far}. Samples of that time are there twice; both are kept.` : `The computer's clock is ${far} before the last sample that was kept. Samples of that time are there twice; both are kept.`
  return `The computer's clock went ahead by ${far}: it was set, or the computer slept.`
}

/** "3 h 5 min": the two largest units. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  if (first === -1) return '0 s'
  return parts.slice(first, first + 2).filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`).join(' ')
}
