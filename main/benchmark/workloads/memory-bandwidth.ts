/** Memory bandwidth: how fast the device streams through memory that its caches cannot hold. */
import os from 'node:os'
import { OpenClFailure, type Buffer, type DeviceFacts, type Kernel, type OpenDevice, type Program } from '../open-device.ts'
import type { Candidate, Prepared, Workload } from './workload.ts'

/** Elements per work-item come in slabs of so many; the kernel reads that many per turn of its loop. */
const slab = 8
const mebibyte = 1_048_576
/** A driver need not state its caches: a smaller buffer is believed on no device. */
const leastBufferBytes = 64 * mebibyte
/** Elements each work-item fills; with a group of 64 a piece of one mebibyte comes out even. */
const fillPerItem = 256

/** Kernels of memory-bandwidth.cl. */
type Way = 'read_sum' | 'read_sum_four' | 'copy'
const waysInWords: Record<Way, string> = { read_sum: 'read', read_sum_four: 'read in four streams', copy: 'copy' }

export const memoryBandwidth: Workload = {
  id: 'memory-bandwidth',
  title: 'memory bandwidth',
  unit: 'GB/s',
  perUnit: 1e9,
  measures: 'Bytes per second between the device memory and the compute units, streaming in order through up to 1 GiB.',
  counts: 'Every byte read (and, where copying is faster, every byte read and every byte written); 1 GB is 10^9 bytes.',
  invalidWhen: ['a sum or a copied value differs from what the buffer holds', 'the buffer fits the caches', 'the runs do not agree'],
  kernelFile: 'memory-bandwidth.cl',
  expected(facts) {
    if (facts.memoryBandwidthGBs === null) return null
    // Refresh, bank switching and, on some cards, error correction leave 80 to 95 % of the stated pin rate; above it nothing can be.
    return { low: facts.memoryBandwidthGBs * 0.72, high: facts.memoryBandwidthGBs * 1.03, why: `72 % to 103 % of the ${facts.memoryBandwidthGBs} GB/s the maker states` }
  },
  candidates(device, kernelText) {
    const source = sharedSource(device, kernelText, bufferBytes(device.facts, os.freemem()))
    const variant = (way: Way, lanes: number): Candidate => ({ label: `${waysInWords[way]} float${lanes === 1 ? '' : lanes}`, prepare: (alive) => prepare(device, kernelText, () => source(alive), lanes, way) })
    // A processor first fetches the line that it is going to overwrite, so that a copy's traffic cannot be counted there.
    if (device.facts.type === 'cpu') return [variant('read_sum_four', 16), variant('read_sum', 16), variant('read_sum', 8)]
    return [variant('read_sum', 4), variant('read_sum', 1), variant('read_sum', 2), variant('copy', 4)]
  },
}

/** Twice the cache, 512 MiB at least and 1 GiB at most, and no more than a quarter of the memory there is; half, where only that outgrows the cache. Pure. */
export function bufferBytes(facts: DeviceFacts, freeBytes: number): number {
  const wanted = Math.min(1024 * mebibyte, Math.max(512 * mebibyte, 2 * facts.cacheBytes))
  const memoryBytes = facts.sharesMemory ? Math.min(facts.memoryBytes, freeBytes) : facts.memoryBytes
  const allowed = Math.min(facts.maxAllocationBytes, memoryBytes / (memoryBytes / 4 > facts.cacheBytes ? 4 : 2))
  return Math.max(mebibyte, Math.floor(Math.min(wanted, allowed) / mebibyte) * mebibyte)
}

/** null: a buffer of this size shows the memory's speed; else why it would show the caches'. Pure. */
export function fitsCaches(facts: DeviceFacts, bytes: number): string | null {
  if (bytes >= leastBufferBytes && bytes > facts.cacheBytes) return null
  const cache = facts.cacheBytes > 0 ? ` (${Math.round(facts.cacheBytes / mebibyte)} MiB)` : ''
  return `there is too little free memory for a buffer that outgrows the caches${cache}: ${Math.floor(bytes / mebibyte)} MiB would tell their speed, not the memory's.`
}

/** The filled buffer that all variants read; made by the first that needs it, released with the device. */
function sharedSource(device: OpenDevice, kernelText: string, bytes: number): (alive: () => void) => Promise<Buffer> {
  let made: Promise<Buffer> | null = null
  return (alive) => (made ??= makeSource(device, kernelText, bytes, alive))
}

/** Other programs may hold most of the card's memory: then a smaller buffer is tried, as long as it outgrows the cache. */
async function makeSource(device: OpenDevice, kernelText: string, bytes: number, alive: () => void): Promise<Buffer> {
  const useless = fitsCaches(device.facts, bytes)
  if (useless !== null) throw new OpenClFailure(useless)
  const program = await device.build(kernelText, '-DLANES=1')
  try {
    for (let size = bytes; ; size /= 2) {
      try {
        return await fillBuffer(device, program, size, alive)
      } catch (error) {
        const smaller = size / 2
        if (smaller % mebibyte !== 0 || smaller < Math.max(leastBufferBytes, 2 * device.facts.cacheBytes)) throw error
      }
    }
  } finally {
    program.release()
  }
}

async function fillBuffer(device: OpenDevice, program: Program, bytes: number, alive: () => void): Promise<Buffer> {
  const buffer = device.allocate(bytes)
  try {
    const kernel = program.kernel('fill')
    const groupSize = device.facts.type === 'cpu' ? 1 : Math.min(64, kernel.maxGroupSize)
    // Piece by piece: begin small, and let no launch grow long on a slow card.
    const pieceBytes = 16 * mebibyte
    for (let done = 0; done < bytes; done += pieceBytes) {
      const elements = Math.min(pieceBytes, bytes - done) / 4
      kernel.setArguments([{ buffer }, { uint: done / 4 }, { uint: fillPerItem }])
      kernel.enqueue(elements / fillPerItem, groupSize)
      await device.finish()
      alive()
    }
    return buffer
  } catch (error) {
    buffer.release()
    throw error
  }
}

async function prepare(device: OpenDevice, kernelText: string, source: () => Promise<Buffer>, lanes: number, way: Way): Promise<Prepared> {
  const from = await source()
  const program = await device.build(kernelText, `-DLANES=${lanes}`)
  try {
    return way === 'copy' ? prepareCopy(device, program, from, lanes) : prepareRead(device, program, from, lanes, way)
  } catch (error) {
    program.release()
    throw error
  }
}

interface Shape {
  groupSize: number
  items: number
  /** Slabs per work-item that cover the whole buffer. */
  mostSlabs: number
}

function shapeOf(facts: DeviceFacts, kernel: Kernel, bytes: number, lanes: number): Shape {
  const groupSize = facts.type === 'cpu' ? 1 : Math.min(256, kernel.maxGroupSize)
  const slabBytes = groupSize * lanes * 4 * slab
  // At least 256 work-items, so that each one's sum stays a whole number that a float holds exactly.
  const groups = Math.max(1, Math.min(facts.computeUnits * (groupSize === 1 ? 512 : 64), Math.floor(bytes / slabBytes / 8)))
  return { groupSize, items: groups * groupSize, mostSlabs: Math.max(1, Math.floor(bytes / slabBytes / groups)) }
}

/** Sizes up to `mostSlabs` are one launch over part of the buffer; above, whole launches one after another. */
function launcher(device: OpenDevice, kernel: Kernel, shape: Shape, argumentsFor: (perItem: number) => Parameters<Kernel['setArguments']>[0]) {
  const plan = (size: number): { slabs: number; launches: number } =>
    size <= shape.mostSlabs ? { slabs: size, launches: 1 } : { slabs: shape.mostSlabs, launches: Math.round(size / shape.mostSlabs) }
  return {
    plan,
    async launch(size: number): Promise<void> {
      const { slabs, launches } = plan(size)
      kernel.setArguments(argumentsFor(slabs * slab))
      for (let done = 0; done < launches; done++) kernel.enqueue(shape.items, shape.groupSize)
      await device.finish()
    },
    elements(size: number): number {
      const { slabs, launches } = plan(size)
      return shape.items * slabs * slab * launches
    },
  }
}

function prepareRead(device: OpenDevice, program: Program, from: Buffer, lanes: number, way: Exclude<Way, 'copy'>): Prepared {
  const kernel = program.kernel(way)
  const shape = shapeOf(device.facts, kernel, from.bytes, lanes)
  const sums = device.allocate(shape.items * 4)
  const run = launcher(device, kernel, shape, (perItem) => [{ buffer: from }, { buffer: sums }, { uint: perItem }])
  return {
    mostSize: shape.mostSlabs * 100_000,
    launch: run.launch,
    work: (size) => run.elements(size) * lanes * 4,
    check: (size) => checkReadSums(device.readFloats(sums, 0, shape.items), shape.groupSize, run.plan(size).slabs * slab, lanes),
    release() {
      sums.release()
      program.release()
    },
  }
}

function prepareCopy(device: OpenDevice, program: Program, from: Buffer, lanes: number): Prepared {
  const kernel = program.kernel('copy')
  const shape = shapeOf(device.facts, kernel, from.bytes, lanes)
  const to = device.allocate(from.bytes)
  const run = launcher(device, kernel, shape, (perItem) => [{ buffer: from }, { buffer: to }, { uint: perItem }])
  return {
    mostSize: shape.mostSlabs * 100_000,
    launch: run.launch,
    work: (size) => run.elements(size) * lanes * 4 * 2,
    check(size) {
      const copied = shape.items * run.plan(size).slabs * slab * lanes
      const count = Math.min(65_536, copied)
      return [0, Math.floor((copied - count) / 2), copied - count].map((first) => checkCopied(device.readFloats(to, first, count), first)).find((wrong) => wrong !== null) ?? null
    },
    release() {
      to.release()
      program.release()
    },
  }
}

/** What `fill` wrote into element `i`. Pure. */
export function storedValue(i: number): number {
  return Math.imul(i, 2654435761) >>> 28
}

/** null: the sums are right. Exact: whole numbers below 2^24. Looks at a sample of the work-items, the last among them. */
export function checkReadSums(sums: Float32Array, groupSize: number, perItem: number, lanes: number): string | null {
  const step = Math.max(1, Math.floor(sums.length / 31))
  const looked = [...Array.from({ length: Math.min(31, sums.length) }, (_, k) => k * step), sums.length - 1]
  for (const item of looked) {
    const group = Math.floor(item / groupSize)
    let sum = 0
    for (let k = 0; k < perItem; k++) {
      const first = (group * groupSize * perItem + k * groupSize + (item % groupSize)) * lanes
      for (let lane = 0; lane < lanes; lane++) sum += storedValue(first + lane)
    }
    if (sums[item] !== sum) return `the device summed memory to ${sums[item]} where ${sum} is right (work-item ${item})`
  }
  return null
}

function checkCopied(values: Float32Array, first: number): string | null {
  const wrong = values.findIndex((value, k) => value !== storedValue(first + k))
  return wrong < 0 ? null : `the device copied ${values[wrong]} where ${storedValue(first + wrong)} is right (element ${first + wrong})`
}
