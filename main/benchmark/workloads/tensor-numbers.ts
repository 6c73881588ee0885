/** Operands for the tensor cores whose product is known without multiplying, and what the card must have made of them. Pure. */
import type { TensorKind } from '../tensor-specs.ts'
import { bytesPerNumber, depthOf, heldBy, type TensorKernel } from './tensor-kernels.ts'

/** Whole numbers, row after row; `b` column after column, so that neighbours along k lie side by side in all three. */
export interface Operands {
  a0: Int32Array
  a1: Int32Array
  b: Int32Array
}

/** Sums in 32-bit floats stay exact up to 2^24; 2^22 leaves room for how tensor cores align what they add. */
const mostExact = 2 ** 22
/**
 * Largest operand: exact in its format and using most of its bits, since few would draw less power and run faster than real work.
 * 32 products of two halves stay below 2^23, so that a sum on the way is exact in a float too.
 */
const largest: Record<TensorKind, number> = { fp16: 511, bf16: 255, int8: 127 }

/** The same numbers on every machine: a small generator of our own (a 32-bit mix of the position). */
function numberAt(which: number, at: number, most: number): number {
  let mixed = Math.imul(at + 1, 0x9e3779b1) ^ Math.imul(which + 1, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  return ((mixed ^ (mixed >>> 15)) >>> 0) % (2 * most + 1) - most
}

/** A1 is -A0 but for its first column: A0*B + A1*B is then 1 or 2 in size everywhere, whatever A0 is, and C grows slowly. */
export function steadyOperands(kernel: TensorKernel, kind: TensorKind): Operands {
  const depth = depthOf(kernel, kind)
  const { a0, b } = distinctOperands(kernel, kind)
  const a1 = a0.map((value) => -value)
  for (let row = 0; row < kernel.rows; row++) {
    const at = row * depth
    a0[at] = (row % 29) - 14
    a1[at] = -(a0[at] as number) + (row % 3 === 1 ? -1 : 1)
  }
  for (let column = 0; column < kernel.columns; column++) b[column * depth] = 1 + (column % 5 === 2 || column % 7 === 3 ? 1 : 0)
  return { a0, a1, b }
}

/** All different, so that a value in the wrong place shows. */
export function distinctOperands(kernel: TensorKernel, kind: TensorKind): Operands {
  const depth = depthOf(kernel, kind)
  const filled = (which: number, lines: number): Int32Array => Int32Array.from({ length: lines * depth }, (_, at) => numberAt(which, at, largest[kind]))
  return { a0: filled(0, kernel.rows), a1: filled(1, kernel.rows), b: filled(2, kernel.columns) }
}

/** (A0 + A1) * B, multiplied out. */
export function productOf(kernel: TensorKernel, kind: TensorKind, { a0, a1, b }: Operands): Int32Array {
  const depth = depthOf(kernel, kind)
  const product = new Int32Array(kernel.rows * kernel.columns)
  for (let row = 0; row < kernel.rows; row++) {
    for (let column = 0; column < kernel.columns; column++) {
      let sum = 0
      for (let k = 0; k < depth; k++) sum += ((a0[row * depth + k] as number) + (a1[row * depth + k] as number)) * (b[column * depth + k] as number)
      product[row * kernel.columns + column] = sum
    }
  }
  return product
}

/** Rounds after which C is still exact; whole-number sums wrap around and stay comparable, however many. */
export function mostRounds(kernel: TensorKernel, kind: TensorKind): number {
  return kind === 'int8' ? 2 ** 30 : mostExact / (2 * kernel.pairs)
}

/** What each thread of a team must hand back after `rounds`, as 32-bit whole numbers that wrap around. */
export function expectedSums(kernel: TensorKernel, product: Int32Array, rounds: number): Int32Array {
  const times = Math.imul(rounds, kernel.pairs)
  return Int32Array.from({ length: kernel.team }, (_, thread) => {
    let sum = 0
    for (const { row, column, weight } of heldBy(kernel, thread)) sum = (sum + Math.imul(product[row * kernel.columns + column] as number, weight)) | 0
    return Math.imul(sum, times)
  })
}

/** null: all sums and the first team's C are right. */
export function checkTensor(kernel: TensorKernel, product: Int32Array, rounds: number, sums: Int32Array, tile: ArrayLike<number>, perThread = expectedSums(kernel, product, rounds)): string | null {
  const times = Math.imul(rounds, kernel.pairs)
  for (let at = 0; at < product.length; at++) {
    const right = Math.imul(product[at] as number, times)
    if (tile[at] !== right) return `the tensor cores computed ${tile[at]} where ${right} is right (row ${Math.floor(at / kernel.columns)}, column ${at % kernel.columns}, after ${rounds} rounds)`
  }
  for (let thread = 0; thread < sums.length; thread++) {
    const right = perThread[thread % kernel.team]
    if (sums[thread] !== right) return `the sum of thread ${thread} is ${sums[thread]} where ${right} is right (after ${rounds} rounds)`
  }
  return null
}

/** As the card reads them: 16-bit floats, brain floats, or bytes. */
export function encoded(values: Int32Array, kind: TensorKind): Uint8Array {
  if (kind === 'int8') return new Uint8Array(Int8Array.from(values).buffer)
  const words = new Uint16Array(values.length)
  const single = new DataView(new ArrayBuffer(4))
  for (let at = 0; at < values.length; at++) {
    single.setFloat32(0, values[at] as number)
    const bits = single.getUint32(0)
    // Whole numbers this small are exact in both; a half has 5 bits of exponent around 15, and 10 of fraction.
    words[at] = kind === 'bf16' ? bits >>> 16 : values[at] === 0 ? 0 : ((bits >>> 16) & 0x8000) | ((((bits >>> 23) & 0xff) - 127 + 15) << 10) | ((bits >>> 13) & 0x3ff)
  }
  return new Uint8Array(words.buffer)
}

/** 16-bit floats of the kind that the tensor cores are timed with, for whoever is compared with them: as many bits in use, as much power. */
export function timedHalves(which: number, count: number): Uint8Array {
  return encoded(Int32Array.from({ length: count }, (_, at) => numberAt(which, at, largest.fp16)), 'fp16')
}

/** Operations of one round of one team: a multiply-add counts as two. */
export function operationsPerRound(kernel: TensorKernel, kind: TensorKind): number {
  return kernel.pairs * 2 * 2 * kernel.rows * kernel.columns * depthOf(kernel, kind)
}

export function operandBytes(kernel: TensorKernel, kind: TensorKind): { a: number; b: number } {
  const line = depthOf(kernel, kind) * bytesPerNumber(kind)
  return { a: kernel.rows * line, b: kernel.columns * line }
}
