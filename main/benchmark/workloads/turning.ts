/** The arithmetic that the compute workloads share: chains of multiply-adds that turn points on ellipses, with what must come out. */
import { NotOffered } from '../not-offered.ts'
import { OpenClFailure, type DeviceFacts, type KernelArgument, type OpenDevice, type Program } from '../open-device.ts'
import type { Candidate, Prepared } from './workload.ts'

/** Kernel of all workloads here. */
export const turningKernel = 'turning.cl'

/** What the kernel calculates with: its KIND_... by the same names. `_ptx`: NVIDIA's own instruction; `_amd`: AMD's. */
export type Kind = 'fp32' | 'fp64' | 'fp16' | 'fp16_ptx' | 'int32' | 'int24' | 'dot' | 'dot_ptx' | 'dot_amd' | 'dot_amd_mixed'

export interface Variant {
  kind: Kind
  /** Numbers side by side in one vector. */
  lanes: number
  /** Points that one work-item turns at once. */
  chains: 4 | 8 | 16
}

const stepsPerRound = 13
/** Every sixteenth work-item starts from the same points. */
export const starts = 16
/** The angle of a step of fractional arithmetic, about: as the kernel sees it, an exact single. */
const slope = Math.fround(0.1)

/** x += a*y, then y += b*x, for the even and for the odd chains. */
interface Slopes {
  even: { a: number; b: number }
  odd: { a: number; b: number }
}

/** Whole numbers turn by 60 degrees in the even and by 90 in the odd chains: exact also in half precision, in 24 bits and in a byte. */
const exactSlopes: Slopes = { even: { a: 1, b: -1 }, odd: { a: 2, b: -1 } }
/** Of 32-bit integers, modulo 2^32: any odd numbers. */
const wideSlopes: Slopes = { even: { a: 0x9e3779b1 | 0, b: 0x85ebca77 | 0 }, odd: { a: 0xc2b2ae3d | 0, b: 0x27d4eb2f } }
const fractionSlopes: Slopes = { even: { a: slope, b: -slope }, odd: { a: slope, b: -slope } }

function slopesOf(kind: Kind): Slopes {
  if (kind === 'fp32' || kind === 'fp64') return fractionSlopes
  return kind === 'int32' ? wideSlopes : exactSlopes
}

/** A dot product of four bytes is four multiplies and four adds; any other multiply-add one of each. */
function operationsPerStep(kind: Kind): number {
  return 2 * (kind.startsWith('dot') ? 8 : 2)
}

export function isNvidia(facts: DeviceFacts): boolean {
  return [...facts.extensions].some((name) => name.startsWith('cl_nv_'))
}

export function isAmd(facts: DeviceFacts): boolean {
  return [...facts.extensions].some((name) => name.startsWith('cl_amd_'))
}

/** `refusal`: what a device is told to lack that does not compile the kernel ("half precision"); null: it then failed. */
export function turningCandidates(device: OpenDevice, kernelText: string, variants: Variant[], scalar: string, refusal: string | null): Candidate[] {
  return variants.map((variant) => ({
    label: `${scalar}${variant.lanes === 1 ? '' : variant.lanes}, ${variant.chains} chains${noteOf(variant.kind)}`,
    prepare: () => prepare(device, kernelText, variant, refusal),
  }))
}

function noteOf(kind: Kind): string {
  if (kind.endsWith('_ptx')) return ', PTX'
  return kind.includes('_amd') ? ', AMD instruction' : ''
}

async function prepare(device: OpenDevice, kernelText: string, variant: Variant, refusal: string | null): Promise<Prepared> {
  const { kind, lanes, chains } = variant
  const { type, computeUnits } = device.facts
  const program = await build(device, kernelText, variant, refusal)
  try {
    const kernel = program.kernel('turn')
    const groupSize = type === 'cpu' ? 1 : Math.min(256, kernel.maxGroupSize)
    // Enough groups that a compute unit which was held up leaves its share to the others.
    const items = groupSize * computeUnits * 32
    const sums = device.allocate(items * (kind === 'fp64' ? 8 : 4))
    const { even, odd } = slopesOf(kind)
    const slopes = [even.a, even.b, odd.a, odd.b].map((value) => argumentOf(kind, value))
    return {
      mostSize: 1e9,
      async launch(rounds) {
        kernel.setArguments([{ buffer: sums }, ...slopes, { uint: rounds }])
        kernel.enqueue(items, groupSize)
        await device.finish()
      },
      work: (rounds) => items * lanes * chains * rounds * stepsPerRound * operationsPerStep(kind),
      check: (rounds) => checkSums(device.read(sums, 0, sumsOf(kind, items)), variant, rounds),
      release() {
        sums.release()
        program.release()
      },
    }
  } catch (error) {
    program.release()
    throw error
  }
}

/** OpenCL's codes for a text that a compiler does not take: no compiler, build failure, compile failure, link failure, invalid options. */
const compilerRefusals = new Set([-3, -11, -15, -17, -43])

async function build(device: OpenDevice, kernelText: string, { kind, lanes, chains }: Variant, refusal: string | null): Promise<Program> {
  const multiplyAdd = kind === 'fp32' ? ` -DMULTIPLY_ADD=${device.facts.hasFma ? 'fma' : 'mad'}` : ''
  const options = `-DKIND_${kind.toUpperCase()} -DLANES=${lanes} -DCHAINS=${chains}${multiplyAdd}`
  try {
    return await buildAs(device, kernelText, options, kind)
  } catch (error) {
    if (refusal === null || !isRefusal(error)) throw error
    throw new NotOffered(`This device's driver offers ${refusal}, but does not compile it: ${error.message}`)
  }
}

/** Compilers on clang know dot() of bytes in OpenCL C 3.0 alone, which they are not in unasked; others do not know that language. */
async function buildAs(device: OpenDevice, kernelText: string, options: string, kind: Kind): Promise<Program> {
  if (kind !== 'dot') return await device.build(kernelText, options)
  try {
    return await device.build(kernelText, `${options} -cl-std=CL3.0`)
  } catch (error) {
    if (!isRefusal(error)) throw error
    return await device.build(kernelText, options)
  }
}

function isRefusal(error: unknown): error is OpenClFailure {
  return error instanceof OpenClFailure && error.code !== null && compilerRefusals.has(error.code)
}

function argumentOf(kind: Kind, value: number): KernelArgument {
  if (kind === 'fp32') return { float: value }
  return kind === 'fp64' ? { double: value } : { int: value }
}

function sumsOf(kind: Kind, items: number): Float32Array | Float64Array | Int32Array {
  if (kind === 'fp64') return new Float64Array(items)
  return kind === 'fp32' || kind.startsWith('fp16') ? new Float32Array(items) : new Int32Array(items)
}

/** What work-item `item` must have summed up after `rounds`. `scale`: the size of the numbers that were added. Pure. */
export function expectedSum(item: number, { kind, lanes, chains }: Variant, rounds: number): { sum: number; scale: number } {
  const slopes = slopesOf(kind)
  const n = rounds * stepsPerRound
  let sum = 0
  let scale = 0
  for (const parity of [0, 1] as const) {
    let x = 0
    let y = 0
    for (let chain: number = parity; chain < chains; chain += 2) {
      x += lanes * (1 + (item % starts) + chain) + (lanes * (lanes - 1)) / 2
      y += lanes * 3
    }
    const { a, b } = parity === 0 ? slopes.even : slopes.odd
    // The sum over the chains turns as each of them does: the map is linear.
    sum += kind === 'fp32' || kind === 'fp64' ? turnedFraction(x, y, a, n) : turnedWhole(x, y, a, b, n)
    scale += Math.hypot(x, y)
  }
  return { sum: kind === 'int32' ? sum | 0 : sum, scale }
}

/** x + y after `n` steps with b = -a: one step is a matrix of determinant 1 and trace 2 cos(angle); its n-th power by Chebyshev's recurrence. */
function turnedFraction(x: number, y: number, a: number, n: number): number {
  const angle = 2 * Math.asin(a / 2)
  const power = Math.sin(n * angle) / Math.sin(angle)
  const before = Math.sin((n - 1) * angle) / Math.sin(angle)
  return power * (x + a * y) - before * x + power * (-a * x + (1 - a * a) * y) - before * y
}

type Matrix = readonly [number, number, number, number]

/** x + y after `n` steps, modulo 2^32: the matrix of a step to the n-th power by squaring. */
function turnedWhole(x: number, y: number, a: number, b: number, n: number): number {
  let power: Matrix = [1, 0, 0, 1]
  let square: Matrix = [1, a, b, (1 + Math.imul(a, b)) | 0]
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = product(power, square)
    square = product(square, square)
  }
  return (Math.imul(power[0] + power[2], x) + Math.imul(power[1] + power[3], y)) | 0
}

function product(one: Matrix, other: Matrix): Matrix {
  const cell = (p: number, q: number, r: number, s: number): number => (Math.imul(p, q) + Math.imul(r, s)) | 0
  return [
    cell(one[0], other[0], one[1], other[2]),
    cell(one[0], other[1], one[1], other[3]),
    cell(one[2], other[0], one[3], other[2]),
    cell(one[2], other[1], one[3], other[3]),
  ]
}

/** How far a sum may be off, as a share of its scale. Rounding adds up over millions of steps; whole numbers know none. */
function toleranceOf(kind: Kind, rounds: number): number {
  if (kind === 'fp32') return Math.min(0.05, 1e-4 + 1e-5 * Math.sqrt(rounds * stepsPerRound))
  return kind === 'fp64' ? 1e-9 : 0
}

/** null: every sum is right. */
export function checkSums(sums: Float32Array | Float64Array | Int32Array, variant: Variant, rounds: number): string | null {
  const tolerance = toleranceOf(variant.kind, rounds)
  const expected = Array.from({ length: starts }, (_, item) => expectedSum(item, variant, rounds))
  for (let item = 0; item < sums.length; item++) {
    const { sum, scale } = expected[item % starts] as { sum: number; scale: number }
    const got = sums[item] as number
    if (!(Math.abs(got - sum) <= tolerance * scale)) {
      return `the device computed ${words(got)} where ${words(sum)} is right (work-item ${item} after ${rounds * stepsPerRound} steps)`
    }
  }
  return null
}

function words(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(6)
}
