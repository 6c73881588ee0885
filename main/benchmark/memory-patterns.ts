/** What a memory test writes and compares, as data: every step is one walk over all of the memory. Pure. */

/** Kinds of memory-test.cl. */
const kinds = { solid: 0, walking: 1, address: 2, random: 3 } as const
const ones = 0xffffffff

export interface Values {
  kind: number
  seed: number
  /** 0, or all ones: the inverse. */
  flip: number
}

export type Step =
  /** Writes; compares; compares and at once writes the inverse. */
  | { do: 'lay' | 'look' | 'turn'; values: Values; part: 'all' | 'first-half' }
  /** Copies the first half of every block over its second, or back. */
  | { do: 'carry'; to: 'second-half' | 'first-half' }
  /** Compares a half with the one it was carried from: a wrong word there is not carried along as an error of the new place. */
  | { do: 'look-at-carried'; to: 'second-half' | 'first-half' }

export interface MemoryPattern {
  name: string
  steps: Step[]
}

/** `pass` from 0: walking bits and seeds differ from pass to pass. */
export function patternsOf(pass: number): MemoryPattern[] {
  const solid = (seed: number): Values => ({ kind: kinds.solid, seed, flip: 0 })
  const walking = (shift: number, flip: number): Values => ({ kind: kinds.walking, seed: shift + pass, flip })
  const address = (flip: number): Values => ({ kind: kinds.address, seed: 0, flip })
  const random = (seed: number): Values => ({ kind: kinds.random, seed: (seed + Math.imul(pass, 0x9e3779b9)) >>> 0, flip: 0 })
  return [
    { name: 'zeros and ones', steps: [...written(solid(0)), ...written(solid(ones))] },
    { name: 'checkerboard', steps: [...written(solid(0x55555555)), ...written(solid(0xaaaaaaaa))] },
    { name: 'walking ones', steps: [0, 8, 16, 24].flatMap((shift) => written(walking(shift, 0))) },
    { name: 'walking zeros', steps: [0, 8, 16, 24].flatMap((shift) => written(walking(shift, ones))) },
    { name: 'own address', steps: [...written(address(0)), ...written(address(ones))] },
    { name: 'pseudo-random', steps: [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f].flatMap((seed) => written(random(seed))) },
    { name: 'moving inversions', steps: inversions(random(0x2545f491)) },
    { name: 'block move', steps: moves(random(0x1b873593)) },
  ]
}

function written(values: Values): Step[] {
  return [
    { do: 'lay', values, part: 'all' },
    { do: 'look', values, part: 'all' },
  ]
}

function inversions(values: Values): Step[] {
  const inverse = { ...values, flip: ones }
  return [
    { do: 'lay', values, part: 'all' },
    { do: 'turn', values, part: 'all' },
    { do: 'turn', values: inverse, part: 'all' },
    { do: 'look', values, part: 'all' },
  ]
}

function moves(values: Values): Step[] {
  return [
    ...written(values),
    { do: 'carry', to: 'second-half' },
    { do: 'look-at-carried', to: 'second-half' },
    // What comes back must be the carried words, not those that still lay there.
    { do: 'lay', values: { ...values, flip: ones }, part: 'first-half' },
    { do: 'carry', to: 'first-half' },
    { do: 'look-at-carried', to: 'first-half' },
  ]
}
