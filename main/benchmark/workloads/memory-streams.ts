/** What the bandwidth workloads share: a filled buffer, and the ways of streaming through it by reading, writing and copying. */
import os from 'node:os'
import { isMemoryLack } from '../memory-lack.ts'
import { OpenClFailure, type Buffer, type DeviceFacts, type Kernel, type OpenDevice, type Program } from '../open-device.ts'
import { checkCopied, checkReadSums, checkWritten, type Pattern } from './memory-stream-checks.ts'
import type { Candidate, Prepared } from './workload.ts'

/** Rows per work-item come in slabs of so many: the kernels take eight per turn of their loop. */
const slab = 8
const mebibyte = 1_048_576
/** A driver need not state its caches: a smaller buffer is believed on no device. */
const leastBufferBytes = 64 * mebibyte
/** Elements each work-item fills; with a group of 64 a piece of one mebibyte comes out even. */
const fillPerItem = 256
/** Launches that go on without being waited for; more would only fill the driver's queue. */
const mostLaunches = 20_000

export interface Stream {
  /** A kernel of memory-bandwidth.cl, or the driver's own copy. */
  kernel: 'read_stretch' | 'read_rows' | 'read_four' | 'write_stretch' | 'copy_stretch' | 'driver_copy'
  lanes: number
  /** Groups per compute unit: many short ones end more evenly, few long ones begin less often. */
  groupsPerUnit?: number
  /** Stores that go round the caches. */
  pastCaches?: boolean
}

const inWords: Record<Stream['kernel'], string> = {
  read_stretch: 'read', read_rows: 'read side by side', read_four: 'read in four streams', write_stretch: 'write', copy_stretch: 'copy', driver_copy: 'copy by the driver',
}

export function streamCandidates(device: OpenDevice, kernelText: string, streams: readonly Stream[]): Candidate[] {
  const bytes = bufferBytes(device.facts, os.freemem())
  const source = sharedBuffer((alive) => makeSource(device, kernelText, bytes, alive))
  return streams.map((stream) => ({ label: labelOf(stream), prepare: (alive) => prepare(device, kernelText, stream, source, bytes, alive) }))
}

function labelOf({ kernel, lanes, groupsPerUnit, pastCaches }: Stream): string {
  if (kernel === 'driver_copy') return inWords[kernel]
  return `${inWords[kernel]} uint${lanes === 1 ? '' : lanes}${groupsPerUnit ? `, ${groupsPerUnit} groups a unit` : ''}${pastCaches ? ', past the caches' : ''}`
}

/**
 * Twice the cache and 512 MiB at least; no more than a quarter of the memory there is, or half, where only that outgrows the cache.
 * Up to 1 GiB, on cards with memory of their own up to 4 GiB: fast memory is through one gibibyte before the last group has begun. Pure.
 */
export function bufferBytes(facts: DeviceFacts, freeBytes: number): number {
  const most = (facts.sharesMemory ? 1024 : 4096) * mebibyte
  const wanted = facts.sharesMemory ? Math.min(most, Math.max(512 * mebibyte, 2 * facts.cacheBytes)) : most
  const stated = facts.memoryBytes > 0 ? facts.memoryBytes : 4 * facts.maxAllocationBytes
  const memoryBytes = facts.sharesMemory ? Math.min(stated, freeBytes) : stated
  const allowed = Math.min(facts.maxAllocationBytes, memoryBytes / (memoryBytes / 4 > facts.cacheBytes ? 4 : 2))
  return Math.max(mebibyte, Math.floor(Math.min(wanted, allowed) / mebibyte) * mebibyte)
}

/** null: a buffer of this size shows the memory's speed; else why it would show the caches'. Pure. */
export function fitsCaches(facts: DeviceFacts, bytes: number): string | null {
  if (bytes >= leastBufferBytes && bytes > facts.cacheBytes) return null
  const cache = facts.cacheBytes > 0 ? ` (${Math.round(facts.cacheBytes / mebibyte)} MiB)` : ''
  return `There is too little free memory for a buffer that outgrows the caches${cache}: ${Math.floor(bytes / mebibyte)} MiB would tell their speed, not the memory's.`
}

/** Calls `make` with `bytes`, and with half of it again and again while memory runs out and the rest still outgrows the caches. A device that was reset amid it is not asked again. */
export async function largestOf<Made>(device: OpenDevice, bytes: number, make: (bytes: number) => Promise<Made>): Promise<Made> {
  const { facts } = device
  const useless = fitsCaches(facts, bytes)
  if (useless !== null) throw new OpenClFailure(useless)
  for (let size = bytes; ; ) {
    try {
      return await make(size)
    } catch (error) {
      const smaller = Math.floor(size / 2 / mebibyte) * mebibyte
      if (smaller < Math.max(leastBufferBytes, 2 * facts.cacheBytes) || !(await isMemoryLack(device, error))) throw error
      size = smaller
    }
  }
}

interface Shared {
  buffer: Buffer
  release(): void
}

/** One buffer for all variants that are prepared at the same time; the last of them lets it go. */
function sharedBuffer(make: (alive: () => void) => Promise<Buffer>): (alive: () => void) => Promise<Shared> {
  let made: Promise<Buffer> | null = null
  let users = 0
  return async (alive) => {
    made ??= make(alive)
    const mine = made
    users += 1
    const leave = (): boolean => {
      users -= 1
      if (users > 0 || made !== mine) return false
      made = null
      return true
    }
    try {
      const buffer = await mine
      return { buffer, release: () => void (leave() && buffer.release()) }
    } catch (error) {
      leave()
      throw error
    }
  }
}

async function makeSource(device: OpenDevice, kernelText: string, bytes: number, alive: () => void): Promise<Buffer> {
  const program = await device.build(kernelText, '-DLANES=1')
  try {
    return await largestOf(device, bytes, (size) => fillBuffer(device, program, size, alive))
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

async function prepare(device: OpenDevice, kernelText: string, stream: Stream, source: (alive: () => void) => Promise<Shared>, bytes: number, alive: () => void): Promise<Prepared> {
  const releases: (() => void)[] = []
  const release = (): void => releases.splice(0).reverse().forEach((one) => one())
  try {
    const reads = stream.kernel !== 'write_stretch'
    const from = reads ? await source(alive) : null
    if (from) releases.push(from.release)
    const to = stream.kernel.startsWith('read') ? null : from ? device.allocate(from.buffer.bytes) : await largestOf(device, bytes, (size) => Promise.resolve(device.allocate(size)))
    if (to) releases.push(to.release)
    if (stream.kernel === 'driver_copy') return driverCopy(device, from?.buffer as Buffer, to as Buffer, release)
    const program = await device.build(kernelText, `-DLANES=${stream.lanes}${stream.pastCaches ? ' -DPAST_CACHES' : ''}`)
    releases.push(program.release)
    const kernel = program.kernel(stream.kernel)
    const shape = shapeOf(device.facts, kernel, (from?.buffer ?? to as Buffer).bytes, stream)
    if (to && from) return copying(device, kernel, shape, from.buffer, to, release)
    if (to) return writing(device, kernel, shape, to, release)
    const sums = device.allocate(shape.items * 4)
    releases.push(sums.release)
    return reading(device, kernel, shape, (from as Shared).buffer, sums, release)
  } catch (error) {
    release()
    throw error
  }
}

interface Shape extends Pattern {
  /** Slabs per work-item that cover the whole buffer. */
  mostSlabs: number
}

function shapeOf(facts: DeviceFacts, kernel: Kernel, bytes: number, stream: Stream): Shape {
  const { lanes } = stream
  const groupSize = facts.type === 'cpu' ? 1 : Math.min(256, kernel.maxGroupSize)
  const slabBytes = groupSize * lanes * 4 * slab
  const groups = Math.max(1, Math.min(facts.computeUnits * (stream.groupsPerUnit ?? (groupSize === 1 ? 512 : 64)), Math.floor(bytes / slabBytes / 2)))
  return { groupSize, items: groups * groupSize, lanes, order: stream.kernel === 'read_rows' ? 'rows' : 'stretches', mostSlabs: Math.max(1, Math.floor(bytes / slabBytes / groups)) }
}

interface Plan {
  slabs: number
  launches: number
}

/** Sizes up to `mostSlabs` are one launch over part of the buffer; above, whole launches one after another. Pure. */
function planOf(shape: Shape, size: number): Plan {
  return size <= shape.mostSlabs ? { slabs: size, launches: 1 } : { slabs: shape.mostSlabs, launches: Math.round(size / shape.mostSlabs) }
}

/** `argumentsOf` is asked anew for every launch. */
async function launchAll(device: OpenDevice, kernel: Kernel, shape: Shape, size: number, argumentsOf: (rows: number) => Parameters<Kernel['setArguments']>[0]): Promise<void> {
  const { slabs, launches } = planOf(shape, size)
  for (let done = 0; done < launches; done++) {
    kernel.setArguments(argumentsOf(slabs * slab))
    kernel.enqueue(shape.items, shape.groupSize)
  }
  await device.finish()
}

function bytesOf(shape: Shape, size: number): number {
  const { slabs, launches } = planOf(shape, size)
  return shape.items * slabs * slab * launches * shape.lanes * 4
}

function reading(device: OpenDevice, kernel: Kernel, shape: Shape, from: Buffer, sums: Buffer, release: () => void): Prepared {
  return {
    mostSize: shape.mostSlabs * mostLaunches,
    launch: (size) => launchAll(device, kernel, shape, size, (rows) => [{ buffer: from }, { buffer: sums }, { uint: rows }]),
    work: (size) => bytesOf(shape, size),
    // Over the whole buffer the sums are the same however often it is read.
    spoil: () => device.write(sums, 0, new Uint32Array(shape.items).fill(spoilt)),
    check: (size) => checkReadSums(device.read(sums, 0, new Uint32Array(shape.items)), shape, planOf(shape, size).slabs * slab),
    release,
  }
}

function writing(device: OpenDevice, kernel: Kernel, shape: Shape, to: Buffer, release: () => void): Prepared {
  let turn = 0
  return {
    mostSize: shape.mostSlabs * mostLaunches,
    launch: (size) => launchAll(device, kernel, shape, size, (rows) => [{ buffer: to }, { uint: (turn = (turn + 1) >>> 0) }, { uint: rows }]),
    work: (size) => bytesOf(shape, size),
    check: (size) => sampled(bytesOf(shape, planOf(shape, size).slabs), (first, count) => checkWritten(device.read(to, first * 4, new Uint32Array(count)), first, turn)),
    release,
  }
}

function copying(device: OpenDevice, kernel: Kernel, shape: Shape, from: Buffer, to: Buffer, release: () => void): Prepared {
  return {
    mostSize: shape.mostSlabs * mostLaunches,
    launch: (size) => launchAll(device, kernel, shape, size, (rows) => [{ buffer: from }, { buffer: to }, { uint: rows }]),
    work: (size) => bytesOf(shape, size) * 2,
    spoil: (size) => spoilSampled(device, to, bytesOf(shape, planOf(shape, size).slabs)),
    check: (size) => sampled(bytesOf(shape, planOf(shape, size).slabs), (first, count) => checkCopied(device.read(to, first * 4, new Uint32Array(count)), first)),
    release,
  }
}

function driverCopy(device: OpenDevice, from: Buffer, to: Buffer, release: () => void): Prepared {
  return {
    mostSize: mostLaunches,
    async launch(size) {
      for (let done = 0; done < size; done++) device.enqueueCopy(from, to, from.bytes)
      await device.finish()
    },
    work: (size) => from.bytes * size * 2,
    spoil: () => spoilSampled(device, to, from.bytes),
    check: () => sampled(from.bytes, (first, count) => checkCopied(device.read(to, first * 4, new Uint32Array(count)), first)),
    release,
  }
}

/** No element that is looked at holds this, and no sum of many is likely to. */
const spoilt = 0xbad0_bad1

function spoilSampled(device: OpenDevice, to: Buffer, bytes: number): void {
  sampled(bytes, (first, count) => {
    device.write(to, first * 4, new Uint32Array(count).fill(spoilt))
    return null
  })
}

/** Looks at the beginning, the middle and the end of what was written. */
function sampled(bytes: number, look: (firstElement: number, count: number) => string | null): string | null {
  const elements = bytes / 4
  const count = Math.min(65_536, elements)
  return [0, Math.floor((elements - count) / 2), elements - count].map((first) => look(first, count)).find((wrong) => wrong !== null) ?? null
}
