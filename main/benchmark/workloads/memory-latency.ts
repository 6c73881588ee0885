/** Memory latency: how long one load takes that no cache can answer and no prefetcher foresees. */
import os from 'node:os'
import type { Buffer, OpenDevice, Program } from '../open-device.ts'
import { bufferBytes, largestOf } from './memory-streams.ts'
import type { Candidate, OpenClWorkload, Prepared } from './workload.ts'

/** Full period for any power of two: multiplier 1 modulo 4, increment odd (Hull and Dobell 1962). */
const multiplier = 1664525
const increment = 1013904223
/** Bytes between places: two lines of 64, since processors fetch lines in pairs. */
const apartBytes = 128
const stepsPerRound = 8
const mebibyte = 1_048_576

export const memoryLatency: OpenClWorkload = {
  id: 'memory-latency',
  title: 'memory latency',
  unit: 'ns',
  perUnit: 1e9,
  better: 'lower',
  api: 'opencl',
  modes: ['full'],
  wantedSpread: 0.05,
  notOffered: () => null,
  calibrates: 'The number of steps is sized to 50 to 200 ms; the walk goes on, each launch from where the one before ended, until the runs agree.',
  measures: 'Nanoseconds of one load from the device memory when each load waits for the one before, in random order through up to 1 GiB; with what finding the page costs.',
  counts: 'Each load as one access; the launch is part of the time and spread over hundreds of thousands of them.',
  invalidWhen: ['the walk ends at another place than it must', 'the chain fits the caches', 'the card was asleep so that the runs do not agree'],
  kernelFile: 'memory-latency.cl',
  expected: () => null,
  candidates: (device, kernelText): Candidate[] => [{ label: 'one work-item, random order', prepare: (alive) => prepare(device, kernelText, alive) }],
}

async function prepare(device: OpenDevice, kernelText: string, alive: () => void): Promise<Prepared> {
  const program = await device.build(kernelText, `-DMULTIPLIER=${multiplier}u -DINCREMENT=${increment}u -DAPART=${apartBytes / 4}u`)
  try {
    const wanted = Math.min(1024 * mebibyte, bufferBytes(device.facts, os.freemem()))
    const chain = await largestOf(device, powerOfTwoUpTo(wanted), (bytes) => layChain(device, program, powerOfTwoUpTo(bytes), alive))
    const end = device.allocate(64)
    const kernel = program.kernel('follow')
    const places = chain.bytes / apartBytes
    // Each launch goes on where the one before ended: from the start again it would find those places in the caches of a large card.
    let at = 0
    return {
      mostSize: 1e8,
      async launch(rounds) {
        kernel.setArguments([{ buffer: chain }, { buffer: end }, { uint: at }, { uint: rounds }])
        at = placeAfter(rounds * stepsPerRound, places, at)
        kernel.enqueue(1, 1)
        await device.finish()
      },
      work: (rounds) => rounds * stepsPerRound,
      check() {
        const [reached] = device.read(end, 0, new Uint32Array(1))
        return reached === at ? null : `the walk ended at place ${reached} where ${at} is right`
      },
      release() {
        end.release()
        chain.release()
        program.release()
      },
    }
  } catch (error) {
    program.release()
    throw error
  }
}

async function layChain(device: OpenDevice, program: Program, bytes: number, alive: () => void): Promise<Buffer> {
  const chain = device.allocate(bytes)
  try {
    const kernel = program.kernel('lay')
    const places = bytes / apartBytes
    const groupSize = Math.min(64, kernel.maxGroupSize)
    const piece = Math.min(places, 262_144)
    for (let first = 0; first < places; first += piece) {
      kernel.setArguments([{ buffer: chain }, { uint: first }, { uint: places - 1 }])
      kernel.enqueue(piece, groupSize)
      await device.finish()
      alive()
    }
    return chain
  } catch (error) {
    chain.release()
    throw error
  }
}

/** Where a walk from place `from` is after so many steps, `places` a power of two: doubling the step, as generators are skipped ahead. Pure. */
export function placeAfter(steps: number, places: number, from = 0): number {
  const mask = places - 1
  let [factor, offset] = [1, 0]
  let [stepFactor, stepOffset] = [multiplier, increment]
  for (let left = steps; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) [factor, offset] = [Math.imul(factor, stepFactor), (Math.imul(offset, stepFactor) + stepOffset) | 0]
    ;[stepFactor, stepOffset] = [Math.imul(stepFactor, stepFactor), (Math.imul(stepOffset, stepFactor) + stepOffset) | 0]
  }
  return ((Math.imul(factor, from) + offset) & mask) >>> 0
}

function powerOfTwoUpTo(value: number): number {
  return 2 ** Math.floor(Math.log2(value))
}
