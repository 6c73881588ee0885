/** Cache bandwidth: how fast the compute units read what their caches hold. */
import type { OpenDevice } from '../open-device.ts'
import { storedValue } from './memory-stream-checks.ts'
import type { Candidate, OpenClWorkload, Prepared } from './workload.ts'

const kibibyte = 1024
/** A processor's own cache of the second level; what all units of a card share begins at about one mebibyte (Pascal) and ends near a hundred. */
const processorSizes = [256 * kibibyte, 1024 * kibibyte]
const cardSizes = [2048 * kibibyte, 8192 * kibibyte, 1024 * kibibyte, 16_384 * kibibyte]

export const cacheBandwidth: OpenClWorkload = {
  id: 'cache-bandwidth',
  title: 'cache bandwidth',
  unit: 'GB/s',
  perUnit: 1e9,
  better: 'higher',
  api: 'opencl',
  modes: ['full'],
  wantedSpread: 0.05,
  notOffered: () => null,
  calibrates: 'Buffers of 256 KiB to 16 MiB are tried; rounds are sized to 50 to 200 ms, the fastest size is kept and repeated until the runs agree.',
  measures: 'Bytes per second that all compute units together read from one buffer that the fastest cache holds which can hold 256 KiB (processors) or 1 MiB (cards).',
  counts: 'Every byte read, by each group anew; 1 GB is 10^9 bytes.',
  invalidWhen: ['a sum differs from what the buffer holds', 'the runs do not agree'],
  kernelFile: 'cache-bandwidth.cl',
  expected: () => null,
  candidates(device, kernelText): Candidate[] {
    const isProcessor = device.facts.type === 'cpu'
    return (isProcessor ? processorSizes : cardSizes).map((bytes) => ({
      label: `${bytes >= 1_048_576 ? `${bytes / 1_048_576} MiB` : `${bytes / kibibyte} KiB`} over and over`,
      prepare: () => prepare(device, kernelText, bytes, isProcessor ? 16 : 4),
    }))
  },
}

async function prepare(device: OpenDevice, kernelText: string, bytes: number, lanes: number): Promise<Prepared> {
  const { type, computeUnits } = device.facts
  const program = await device.build(kernelText, `-DLANES=${lanes} -DVECTORS=${bytes / 4 / lanes}u`)
  try {
    const kernel = program.kernel('read_again')
    const groupSize = type === 'cpu' ? 1 : Math.min(256, kernel.maxGroupSize)
    // Two rounds of as many work-items as a unit of today holds (2,048), so that none is idle for long.
    const items = groupSize * computeUnits * (groupSize === 1 ? 4 : 16)
    const values = device.allocate(bytes)
    const fill = program.kernel('fill')
    fill.setArguments([{ buffer: values }])
    fill.enqueue(bytes / 4, Math.min(64, fill.maxGroupSize))
    await device.finish()
    const sums = device.allocate(items * 4)
    return {
      mostSize: 1e7,
      async launch(rounds) {
        kernel.setArguments([{ buffer: values }, { buffer: sums }, { uint: rounds }])
        kernel.enqueue(items, groupSize)
        await device.finish()
      },
      work: (rounds) => (items / groupSize) * rounds * bytes,
      check: (rounds) => checkSums(device.read(sums, 0, new Uint32Array(items)), { bytes, lanes, groupSize, rounds }),
      release() {
        sums.release()
        values.release()
        program.release()
      },
    }
  } catch (error) {
    program.release()
    throw error
  }
}

/**
 * null: right, modulo 2^32. Rounds are many: where a bit of `rounds` changes a stored value's, ones and zeros are counted per bit
 * instead of walking them. Looks at the first, a middle and the last work-item. Pure.
 */
export function checkSums(sums: Uint32Array, run: { bytes: number; lanes: number; groupSize: number; rounds: number }): string | null {
  const { bytes, lanes, groupSize, rounds } = run
  const vectors = bytes / 4 / lanes
  const shifted = roundsWithBit(rounds)
  for (const item of new Set([0, Math.floor(sums.length / 2), sums.length - 1])) {
    const ones = new Array<number>(32).fill(0)
    let count = 0
    // Every group comes by all rows; which elements a work-item takes depends on its place in the group alone.
    for (let vector = item % groupSize; vector < vectors; vector += groupSize) {
      for (let lane = 0; lane < lanes; lane++) {
        const value = storedValue(vector * lanes + lane)
        for (let bit = 0; bit < 32; bit++) if (value & (1 << bit)) ones[bit] = (ones[bit] ?? 0) + 1
        count += 1
      }
    }
    let sum = 0n
    for (let bit = 0; bit < 32; bit++) {
      const [set, flips] = [ones[bit] ?? 0, shifted[bit] ?? 0]
      sum += (BigInt(set) * BigInt(rounds - flips) + BigInt(count - set) * BigInt(flips)) << BigInt(bit)
    }
    const right = Number(BigInt.asUintN(32, sum))
    if (sums[item] !== right) return `the device summed the buffer to ${sums[item]} where ${right} is right (work-item ${item})`
  }
  return null
}

/** In how many of the rounds 0 … rounds - 1 each bit of the round's number is set. Pure. */
function roundsWithBit(rounds: number): number[] {
  return Array.from({ length: 32 }, (_, bit) => {
    const period = 2 ** (bit + 1)
    return Math.floor(rounds / period) * (period / 2) + Math.max(0, (rounds % period) - period / 2)
  })
}
