/** Single-precision arithmetic: how many multiply-adds the device does when nothing else holds it up. */
import type { OpenDevice } from '../open-device.ts'
import type { Candidate, Prepared, Workload } from './workload.ts'

const chains = 8
const stepsPerRound = 8
/** A multiply-add counts as two operations; each step of a chain is two of them. */
const operationsPerRoundAndLane = stepsPerRound * chains * 2 * 2
const step = Math.fround(0.1)

export const fp32Compute: Workload = {
  id: 'fp32-compute',
  title: 'single-precision compute',
  unit: 'GFLOP/s',
  perUnit: 1e9,
  measures: 'Single-precision (32-bit) multiply-adds per second on all compute units, with operands in registers.',
  counts: 'Each fused multiply-add as two operations; loop counters, the start values and the final sum as none.',
  invalidWhen: ['a sum differs from the closed-form result', 'the card was throttled or shared so that the runs do not agree'],
  kernelFile: 'fp32-compute.cl',
  expected(facts) {
    if (facts.fp32Tflops === null) return null
    // Makers state the boost clock. Desktop cards usually run a little above it, data-centre cards below it under a power cap;
    // a laptop's chip may be set to half its power by the maker.
    const low = facts.class === 'laptop' ? 0.5 : 0.75
    return { low: facts.fp32Tflops * 1000 * low, high: facts.fp32Tflops * 1000 * 1.15, why: `${low * 100} % to 115 % of the ${facts.fp32Tflops} TFLOP/s the maker states at boost clock` }
  },
  candidates(device, kernelText) {
    // Processors want one wide vector per chain; GPUs run one element per work-item and fill up with work-items.
    const lanes = device.facts.type === 'cpu' ? [16, 8, 4] : [1, 2, 4]
    return lanes.map((count) => candidate(device, kernelText, count))
  },
}

function candidate(device: OpenDevice, kernelText: string, lanes: number): Candidate {
  return { label: lanes === 1 ? 'float' : `float${lanes}`, prepare: () => prepare(device, kernelText, lanes) }
}

async function prepare(device: OpenDevice, kernelText: string, lanes: number): Promise<Prepared> {
  const { type, computeUnits, hasFma } = device.facts
  const program = await device.build(kernelText, `-DLANES=${lanes} -DMULTIPLY_ADD=${hasFma ? 'fma' : 'mad'}`)
  try {
    const kernel = program.kernel('turn')
    const groupSize = type === 'cpu' ? 1 : Math.min(256, kernel.maxGroupSize)
    // Enough groups that a compute unit which was held up leaves its share to the others.
    const items = groupSize * computeUnits * 32
    const sums = device.allocate(items * 4)
    return {
      mostSize: 1e9,
      async launch(rounds) {
        kernel.setArguments([{ buffer: sums }, { float: step }, { uint: rounds }])
        kernel.enqueue(items, groupSize)
        await device.finish()
      },
      work: (rounds) => items * lanes * rounds * operationsPerRoundAndLane,
      check: (rounds) => checkSums(device.readFloats(sums, 0, items), lanes, rounds),
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

/** What work-item `item` must have summed up after `rounds`, by the closed form of the turning map. Pure. */
export function expectedSum(item: number, lanes: number, rounds: number): { sum: number; scale: number } {
  const laneOffsets = (lanes * (lanes - 1)) / 2 / 1024
  const chainOffsets = (chains * (chains - 1)) / 2 / 16
  const x = chains * lanes * (1 + (item & 63) / 256) + lanes * chainOffsets + chains * laneOffsets
  const y = chains * lanes * 0.25
  // One step is the matrix [[1, s], [-s, 1 - s²]] with determinant 1 and trace 2 cos(angle); its n-th power by Chebyshev's recurrence.
  const n = rounds * stepsPerRound
  const angle = 2 * Math.asin(step / 2)
  const power = Math.sin(n * angle) / Math.sin(angle)
  const before = Math.sin((n - 1) * angle) / Math.sin(angle)
  const turnedX = power * (x + step * y) - before * x
  const turnedY = power * (-step * x + (1 - step * step) * y) - before * y
  return { sum: turnedX + turnedY, scale: Math.hypot(x, y) }
}

/** null: every sum is right. Rounding adds up over millions of steps, so the tolerance grows with their number. */
export function checkSums(sums: Float32Array, lanes: number, rounds: number): string | null {
  const tolerance = Math.min(0.05, 1e-4 + 1e-7 * Math.sqrt(rounds * stepsPerRound) * 100)
  for (let item = 0; item < sums.length; item++) {
    const { sum, scale } = expectedSum(item, lanes, rounds)
    const got = sums[item] as number
    if (!(Math.abs(got - sum) <= tolerance * scale)) {
      return `the device computed ${got.toPrecision(6)} where ${sum.toPrecision(6)} is right (work-item ${item} after ${rounds * stepsPerRound} steps)`
    }
  }
  return null
}
