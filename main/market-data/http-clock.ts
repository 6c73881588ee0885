/** Whether this machine's clock is wrong, told from the Date headers of the hosts that answered. Pure. */
export interface ClockSample {
  host: string
  /** Ours − theirs, ms. */
  offMs: number
}

const dayMs = 24 * 3_600_000
/** Hosts that mean the same time differ by no more: a Date header, a slow answer, a cache without Age. */
const agreeMs = 3_600_000
const mostKept = 24

export function withSample(samples: readonly ClockSample[], sample: ClockSample): ClockSample[] {
  return [...samples, sample].slice(-mostKept)
}

/**
 * Ours − theirs, ms, where at least two hosts in a row, or one host thrice while no other says otherwise, put this
 * clock more than a day off; else null. Oldest first: the newest answer decides, so a clock that was set right is right.
 */
export function clockOff(samples: readonly ClockSample[]): number | null {
  const newest = samples.at(-1)
  if (!newest || Math.abs(newest.offMs) <= dayMs) return null
  const agrees = (sample: ClockSample): boolean => Math.abs(sample.offMs - newest.offMs) <= agreeMs
  let from = samples.length
  while (from > 0 && agrees(samples[from - 1] as ClockSample)) from -= 1
  const run = samples.slice(from)
  if (new Set(run.map((sample) => sample.host)).size >= 2) return newest.offMs
  const others = samples.some((sample) => sample.host !== newest.host)
  return run.length >= 3 && !others ? newest.offMs : null
}
