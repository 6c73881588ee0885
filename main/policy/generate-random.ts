/** Numbers that look drawn at random and are the same for the same seed (mulberry32). Pure. */
export type Random = () => number

export function randomOf(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function between(random: Random, from: number, to: number): number {
  return from + random() * (to - from)
}

/** Both ends included. */
export function whole(random: Random, from: number, to: number): number {
  return Math.floor(between(random, from, to + 1))
}

export function chance(random: Random, share: number): boolean {
  return random() < share
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.min(from.length - 1, Math.floor(random() * from.length))] as T
}
