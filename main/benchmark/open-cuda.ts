/** One NVIDIA card, opened through the CUDA driver API for measuring: PTX, allocate, launch, read back. Used inside the worker alone. */
import { setTimeout } from 'node:timers/promises'
import { CU, loadCuda, type Cuda, type CuHandle } from '../system/cuda-bindings.ts'
import { pciAddressFrom, pciAddressOf } from '../system/pci-address.ts'
import { CudaFailure, checkCuda, cudaSentence } from './cuda-failure.ts'
import { loadModule, plainSharedBytes, textOf, type ArgumentBlock } from './cuda-module.ts'
import { lossOf } from './lost-device.ts'

export { CudaFailure } from './cuda-failure.ts'

export interface CudaFacts {
  name: string
  /** "9.0". */
  computeCapability: string
  multiprocessors: number
  memoryBytes: number
  /** Of the driver: 13000 is CUDA 13.0. */
  driverCudaVersion: number
  pciAddress: string | null
  /** Shared memory a block can ask for, with opt-in. */
  sharedBytesPerBlock: number
}

export interface CudaBuffer {
  readonly address: bigint
  readonly bytes: number
  release(): void
}

export type CudaArgument = { buffer: CudaBuffer } | { uint: number } | { ulong: bigint } | { float: number }

export interface LaunchShape {
  blocks: number
  threads: number
  sharedBytes: number
}

export interface CudaKernel {
  launch(given: CudaArgument[], shape: LaunchShape): void
}

export interface CudaModule {
  /** Throws where the PTX has no such entry. */
  kernel(name: string): CudaKernel
  release(): void
}

export interface OpenCuda {
  readonly facts: CudaFacts
  /** Whether a kernel has crashed or hung here. What was loaded and allocated before is gone then; `load` opens the card anew. */
  hasCrashed(): boolean
  /** Throws CudaFailure with the assembler's first words. */
  load(ptx: string): CudaModule
  allocate(bytes: number): CudaBuffer
  write(buffer: CudaBuffer, data: Uint8Array): void
  read(buffer: CudaBuffer, firstByte: number, bytes: number): Uint8Array
  /** Waits until everything launched is done; no longer than `limitMs`, for a kernel that may never end: it then fails as a hang does. */
  finish(limitMs?: number): Promise<void>
  /** From the start of the first launch to the end of the last one before `finish`, by the card's own clock; null: it did not say. */
  lastSeconds(): number | null
  close(): void
}

interface Shown {
  device: number
  name: string
  pciAddress: string
}

/** What a context of the driver's holds; a fault of a kernel takes all of it away. */
interface Context {
  stream: CuHandle
  begin: CuHandle
  end: CuHandle
  buffers: Set<CuHandle>
  state: 'well' | 'crashed' | 'hung'
}

/** CUDA_ERROR_LAUNCH_TIMEOUT of cuda.h: the driver's own number for a kernel that takes too long. */
const launchTimeout = 702
/**
 * Opens the card at this PCI address and never another; without an address the only one of this name.
 * Throws with a sentence where there is no CUDA driver or no such card in it.
 */
export function openCuda(pciAddress: string | null, name: string): OpenCuda {
  const cuda = loadCuda()
  checkCuda(cuda.init(0), 'Starting the CUDA driver')
  const shown = shownCards(cuda)
  const { device, ...card } = choose(shown, pciAddressOf(pciAddress), name)
  return opened(cuda, device, card)
}

function shownCards(cuda: Cuda): Shown[] {
  const count = new Int32Array(1)
  checkCuda(cuda.deviceCount(count), 'Counting the cards of the CUDA driver')
  const shown: Shown[] = []
  for (let ordinal = 0; ordinal < (count[0] ?? 0); ordinal++) {
    const device = new Int32Array(1)
    if (cuda.device(device, ordinal) !== CU.SUCCESS) continue
    const handle = device[0] ?? 0
    const text = new Uint8Array(256)
    const name = cuda.deviceName(text, text.length, handle) === CU.SUCCESS ? textOf(text) : ''
    const at = (what: number): number => attribute(cuda, handle, what) ?? 0
    shown.push({ device: handle, name, pciAddress: pciAddressFrom(at(CU.ATTRIBUTE_PCI_DOMAIN), at(CU.ATTRIBUTE_PCI_BUS), at(CU.ATTRIBUTE_PCI_DEVICE)) })
  }
  return shown
}

/** A card behind an address is never swapped for one of the same name. Pure. */
export function choose<Card extends { name: string; pciAddress: string }>(shown: Card[], pciAddress: string | null, name: string): Card {
  if (pciAddress !== null) {
    const there = shown.find((card) => card.pciAddress === pciAddress)
    if (there) return there
    throw new CudaFailure(`The CUDA driver does not show the card at ${pciAddress}${shown.length > 0 ? ` (it shows ${shown.map((card) => card.pciAddress).join(', ')})` : ''}. CUDA_VISIBLE_DEVICES may hide it.`)
  }
  const named = shown.filter((card) => plain(card.name) === plain(name))
  if (named.length === 1) return named[0] as Card
  throw new CudaFailure(named.length === 0 ? `The CUDA driver does not show a "${name}".` : `The CUDA driver shows ${named.length} cards called "${name}", and no PCI address tells which one is meant.`)
}

function plain(name: string): string {
  return name.replace(/^nvidia\s+/i, '').trim().toLowerCase()
}

function opened(cuda: Cuda, device: number, card: { name: string; pciAddress: string }): OpenCuda {
  const facts = factsOf(cuda, device, card)
  let context = openContext(cuda, device, card.name)
  let hasCrashed = false
  let hasBegun = false
  let lastSeconds: number | null = null

  /** Notes a fault that costs the context: every later call of it would be answered with the same number. */
  function must(code: number, doing: string): void {
    if (code === CU.SUCCESS) return
    fault(new CudaFailure(cudaSentence(code, doing), code), 'crashed')
  }

  function fault(failure: CudaFailure, state: 'crashed' | 'hung'): never {
    if (lossOf(failure) === 'lost' && context.state === 'well') {
      context.state = state
      hasCrashed = true
    }
    throw failure
  }

  /** The failures here carry no number: the kernel that crashed was told of, and it took nothing but this process's context. */
  function openAnew(): void {
    if (context.state === 'well') return
    if (context.state === 'hung') throw new CudaFailure('A kernel that ran before never came to an end, so that this run can ask nothing more of the card through CUDA.')
    // Its only holder lets it go: the driver clears away all that was in it.
    cuda.primaryContextRelease(device)
    try {
      context = openContext(cuda, device, card.name)
    } catch {
      throw new CudaFailure('A kernel crashed on the card before, and CUDA could not be opened anew in this run.')
    }
    hasBegun = false
  }

  function launch(kernel: CuHandle, name: string, block: ArgumentBlock, shape: LaunchShape): void {
    const { begin, stream } = context
    if (!hasBegun) hasBegun = cuda.eventRecord(begin, stream) === CU.SUCCESS
    must(cuda.launch(kernel, shape.blocks, 1, 1, shape.threads, 1, 1, shape.sharedBytes, stream, block.addresses, null), `Starting the kernel "${name}"`)
  }

  async function finish(limitMs = Infinity): Promise<void> {
    const { begin, end, stream } = context
    const isTimed = hasBegun && cuda.eventRecord(end, stream) === CU.SUCCESS
    hasBegun = false
    lastSeconds = null
    const since = performance.now()
    // Asking once a millisecond costs nothing; the card's own clock tells how long it took.
    for (let code = cuda.streamQuery(stream); code !== CU.SUCCESS; code = cuda.streamQuery(stream)) {
      if (code !== CU.NOT_READY) must(code, 'Running the kernel')
      if (performance.now() - since > limitMs) fault(new CudaFailure(`The kernel did not come to an end within ${limitMs / 1000} s.`, launchTimeout), 'hung')
      await setTimeout(1)
    }
    const ms = new Float32Array(1)
    if (isTimed && cuda.eventElapsed(ms, begin, end) === CU.SUCCESS && (ms[0] as number) > 0) lastSeconds = (ms[0] as number) / 1000
  }

  return {
    facts,
    hasCrashed: () => hasCrashed,
    load(ptx) {
      openAnew()
      const mine = context
      return loadModule(cuda, ptx, { launch, must, isThere: () => mine === context && mine.state === 'well' })
    },
    allocate(bytes) {
      const mine = context
      const address = new BigUint64Array(1)
      must(cuda.allocate(address, bytes), `Allocating ${bytes < 1_048_576 ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.round(bytes / 1_048_576)} MiB`} on the card`)
      const at = address[0] as bigint
      mine.buffers.add(at)
      // Of a context that is gone there is nothing to give back; of one that hangs the driver would wait for ever.
      return { address: at, bytes, release: () => void (mine.buffers.delete(at) && mine === context && mine.state === 'well' && cuda.free(at)) }
    },
    write(buffer, data) {
      if (data.byteLength > buffer.bytes) throw new CudaFailure(`${data.byteLength} bytes do not fit into a buffer of ${buffer.bytes}.`)
      must(cuda.copyToDevice(buffer.address, data, data.byteLength), 'Writing to the card')
    },
    read(buffer, firstByte, bytes) {
      if (firstByte + bytes > buffer.bytes) throw new CudaFailure(`A buffer of ${buffer.bytes} bytes has none at ${firstByte + bytes}.`)
      const into = new Uint8Array(bytes)
      must(cuda.copyToHost(into, buffer.address + BigInt(firstByte), bytes), 'Reading the result back')
      return into
    },
    finish,
    lastSeconds: () => lastSeconds,
    close() {
      if (context.state === 'hung') return
      if (context.state === 'well') {
        for (const address of context.buffers) cuda.free(address)
        cuda.eventDestroy(context.begin)
        cuda.eventDestroy(context.end)
        cuda.streamDestroy(context.stream)
      }
      context.buffers.clear()
      cuda.primaryContextRelease(device)
    },
  }
}

function openContext(cuda: Cuda, device: number, name: string): Context {
  const opening = `Opening "${name}" through CUDA`
  const handle = new BigUint64Array(1)
  function made(code: number): CuHandle {
    checkCuda(code, opening)
    return handle[0] as bigint
  }
  const context = made(cuda.primaryContextRetain(handle, device))
  try {
    // A context belongs to a thread: every call is made on this one, and waiting is asking.
    checkCuda(cuda.contextSetCurrent(context), opening)
    // A stream of the default kind keeps its place among copies, which have no stream of their own.
    return { stream: made(cuda.streamCreate(handle, 0)), begin: made(cuda.eventCreate(handle, 0)), end: made(cuda.eventCreate(handle, 0)), buffers: new Set(), state: 'well' }
  } catch (error) {
    cuda.primaryContextRelease(device)
    throw error
  }
}

function factsOf(cuda: Cuda, device: number, card: { name: string; pciAddress: string }): CudaFacts {
  const version = new Int32Array(1)
  cuda.driverVersion(version)
  const memory = new BigUint64Array(1)
  cuda.deviceMemory(memory, device)
  const major = attribute(cuda, device, CU.ATTRIBUTE_COMPUTE_MAJOR)
  const minor = attribute(cuda, device, CU.ATTRIBUTE_COMPUTE_MINOR)
  if (major === null || minor === null) throw new CudaFailure(`The CUDA driver does not say which generation "${card.name}" is.`)
  return {
    ...card,
    computeCapability: `${major}.${minor}`,
    multiprocessors: Math.max(1, attribute(cuda, device, CU.ATTRIBUTE_MULTIPROCESSORS) ?? 1),
    memoryBytes: Number(memory[0]),
    driverCudaVersion: version[0] ?? 0,
    sharedBytesPerBlock: attribute(cuda, device, CU.ATTRIBUTE_SHARED_BYTES_PER_BLOCK_OPTIN) || plainSharedBytes,
  }
}

function attribute(cuda: Cuda, device: number, what: number): number | null {
  const value = new Int32Array(1)
  return cuda.deviceAttribute(value, what, device) === CU.SUCCESS ? (value[0] ?? null) : null
}
