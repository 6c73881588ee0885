/** What the four transfer workloads share: moving a buffer between the machine and the device, from pinned and from any program's memory. */
import os from 'node:os'
import { copyHost } from '../../system/host-memory.ts'
import type { Buffer, DeviceFacts, HostMemory, OpenDevice } from '../open-device.ts'
import { isOutOfMemory } from '../opencl-failure.ts'
import type { Candidate, OpenClWorkload, Prepared } from './workload.ts'

const mebibyte = 1_048_576
const mostBytes = 256 * mebibyte
const leastBytes = 16 * mebibyte
/** Sizes below the whole are counted in such pieces. */
const pieceBytes = mebibyte

type Direction = 'to-device' | 'to-host'

interface Way {
  label: string
  /** How many transfers are under way at once. */
  lanes: number
  how: 'enqueue' | 'wait' | 'memcpy'
}

const onSharedMemory = 'On a device that shares the memory of the machine it is the speed of a copy within that memory.'

export function transferWorkload(direction: Direction, kind: HostMemory['kind'], own: Pick<OpenClWorkload, 'id' | 'title' | 'measures'>): OpenClWorkload {
  return {
    ...own,
    measures: `${own.measures} ${onSharedMemory}`,
    unit: 'GB/s',
    perUnit: 1e9,
    better: 'higher',
    api: 'opencl',
    modes: ['full'],
    // Other programs use the same memory and the same slot.
    wantedSpread: 0.05,
    notOffered: () => null,
    calibrates: 'Up to 256 MiB are moved again and again for 50 to 200 ms; one transfer and several at once are tried, the fastest is kept and repeated until the runs agree.',
    counts: 'Every byte that arrives, once. 1 GB is 10^9 bytes.',
    invalidWhen: ['what arrived is not what was sent', 'the machine has too little free memory', 'the runs do not agree'],
    kernelFile: null,
    // The slot decides, not the card: its generation and lanes stand among the conditions of the run.
    expected: () => null,
    candidates: (device) => transferCandidates(device, direction, kind),
  }
}

function transferCandidates(device: OpenDevice, direction: Direction, kind: HostMemory['kind']): Candidate[] {
  return waysOf(device.facts, kind, os.availableParallelism()).map((way) => ({ label: way.label, prepare: () => Promise.resolve(prepare(device, direction, kind, way)) }))
}

/**
 * A card has one way in and one out, and one transfer fills it. Where the processor itself copies (to a device that shares its memory,
 * and out of pageable memory), one core does not fill the memory's: several at once are tried. Pure.
 */
export function waysOf(facts: DeviceFacts, kind: HostMemory['kind'], cores: number): Way[] {
  const most = Math.max(2, Math.min(4, cores))
  const how = kind === 'pinned' ? 'enqueue' : 'wait'
  const ways: Way[] = [{ label: 'one transfer', lanes: 1, how }, { label: '2 at once', lanes: 2, how }]
  if (most > 2 && (kind === 'pageable' || facts.sharesMemory)) ways.push({ label: `${most} at once`, lanes: most, how })
  // Mapped memory of such a device is where its kernels look: nothing else has to move.
  if (facts.sharesMemory && kind === 'pinned') ways.push({ label: `memcpy into its memory, ${most} at once`, lanes: most, how: 'memcpy' })
  return ways
}

function prepare(device: OpenDevice, direction: Direction, kind: HostMemory['kind'], way: Way): Prepared {
  const { host, buffer } = allocateBoth(device, kind, way)
  const { bytes } = host
  const stamped = createStamps(device, direction, host, buffer)
  const pieces = bytes / pieceBytes

  /** Moves the first `count` pieces, split over the lanes. */
  function start(count: number): Promise<void>[] {
    return Array.from({ length: way.lanes }, (_, lane) => {
      const from = Math.floor((count * lane) / way.lanes) * pieceBytes
      const until = Math.floor((count * (lane + 1)) / way.lanes) * pieceBytes
      return until > from ? move(from, until - from, lane) : Promise.resolve()
    })
  }

  function move(firstByte: number, count: number, lane: number): Promise<void> {
    if ('address' in buffer) {
      const [to, from] = direction === 'to-device' ? [buffer, host] : [host, buffer]
      return copyHost(to.address + BigInt(firstByte), from.address + BigInt(firstByte), count)
    }
    const transfer = { host, buffer, firstByte, bytes: count, lane }
    if (way.how === 'wait') return direction === 'to-device' ? device.toDevice(transfer) : device.toHost(transfer)
    if (direction === 'to-device') device.enqueueToDevice(transfer)
    else device.enqueueToHost(transfer)
    return Promise.resolve()
  }

  const planOf = (size: number): { count: number; turns: number } => (size <= pieces ? { count: size, turns: 1 } : { count: pieces, turns: Math.round(size / pieces) })

  return {
    mostSize: pieces * 1000,
    async launch(size) {
      const { count, turns } = planOf(size)
      stamped.next()
      for (let turn = 0; turn < turns; turn++) {
        const moving = start(count)
        if (way.how !== 'enqueue') await Promise.all(moving)
      }
      if (way.how !== 'memcpy') await device.finish()
    },
    work(size) {
      const { count, turns } = planOf(size)
      return count * turns * pieceBytes
    },
    spoil: (size) => stamped.spoil(planOf(size).count * pieceBytes),
    check: (size) => stamped.check(planOf(size).count * pieceBytes),
    release() {
      host.release()
      buffer.release()
    },
  }
}

/** Two ends of the same size; a machine short of memory gets smaller ones. */
function allocateBoth(device: OpenDevice, kind: HostMemory['kind'], way: Way): { host: HostMemory; buffer: Buffer | HostMemory } {
  const wanted = Math.min(mostBytes, device.facts.maxAllocationBytes, os.freemem() / 8)
  for (let bytes = Math.max(leastBytes, Math.floor(wanted / leastBytes) * leastBytes); ; bytes /= 2) {
    const releases: (() => void)[] = []
    try {
      // For a memcpy the device's own memory is the mapped one, and any program's is at the other end.
      const host = device.allocateHost(bytes, way.how === 'memcpy' ? 'pageable' : kind)
      releases.push(host.release)
      const buffer = way.how === 'memcpy' ? device.allocateHost(bytes, 'pinned') : device.allocate(bytes)
      return { host, buffer }
    } catch (error) {
      releases.forEach((release) => release())
      if (!isOutOfMemory(error) || bytes / 2 < leastBytes) throw error
    }
  }
}

interface Stamps {
  /** Before a launch: the source gets values that no earlier launch has moved. */
  next(): void
  /** What has arrived of them within the first `bytes` is wiped out: all but the first are the same in every launch. */
  spoil(bytes: number): void
  /** null: they have arrived within the first `bytes`. */
  check(bytes: number): string | null
}

const stampWords = 1024
/** Stamps lie this far apart, so that setting them costs a launch nothing. */
const stampEveryBytes = 16 * mebibyte

/** Writing a whole buffer anew would be timed as part of the transfer: a page of it every 16 MiB, and its last, are. */
function createStamps(device: OpenDevice, direction: Direction, host: HostMemory, buffer: Buffer | HostMemory): Stamps {
  const places = (bytes: number): number[] => [...Array.from({ length: Math.ceil(bytes / stampEveryBytes) }, (_, k) => k * stampEveryBytes), bytes - stampWords * 4]
  const stamp = (place: number, turn: number): Uint32Array => Uint32Array.from({ length: stampWords }, (_, k) => Math.imul(place / 4 + k, 2654435761) + turn)
  const rawOf = (words: Uint32Array): Uint8Array => new Uint8Array(words.buffer)

  function put(end: Buffer | HostMemory, place: number, words: Uint32Array): void {
    if ('address' in end) end.write(place, rawOf(words))
    else device.write(end, place, words)
  }
  function get(end: Buffer | HostMemory, place: number): Uint32Array {
    if ('address' in end) return new Uint32Array(end.read(place, stampWords * 4).slice().buffer)
    return device.read(end, place, new Uint32Array(stampWords))
  }

  const [source, target] = direction === 'to-device' ? [host, buffer] : [buffer, host]
  // The first write also makes the pages exist: a launch must not wait for the machine to find them.
  const zeros = new Uint8Array(stampEveryBytes)
  for (const end of [host, buffer]) {
    for (let at = 0; at < end.bytes; at += zeros.length) {
      if ('address' in end) end.write(at, zeros.subarray(0, end.bytes - at))
      else device.write(end, at, zeros.subarray(0, end.bytes - at))
    }
  }
  let turn = 0
  // All stamps stand from the beginning; each launch renews the first, so that it is not an earlier one's.
  for (let place = 0; place < host.bytes; place += mebibyte) {
    put(source, place, stamp(place, 0))
    put(source, place + mebibyte - stampWords * 4, stamp(place + mebibyte - stampWords * 4, 0))
  }
  return {
    next() {
      turn = (turn + 1) >>> 0
      put(source, 0, stamp(0, turn))
    },
    spoil(bytes) {
      for (const place of places(bytes)) put(target, place, new Uint32Array(stampWords))
    },
    check(bytes) {
      for (const place of places(bytes)) {
        const right = stamp(place, place === 0 ? turn : 0)
        const came = get(target, place)
        const wrong = came.findIndex((word, k) => word !== right[k])
        if (wrong >= 0) return `${came[wrong]} arrived where ${right[wrong]} was sent (byte ${place + wrong * 4})`
      }
      return null
    },
  }
}

/** In the words of a device that has no memory of its own. */
