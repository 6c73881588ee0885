/** One OpenCL device, opened for measuring: build, allocate, launch, move bytes, read back. Used inside the worker alone. */
import { allocateHostBlock, readHost, writeHost } from '../system/host-memory.ts'
import { CL, type ClHandle, type OpenCl } from '../system/opencl-bindings.ts'
import type { OpenClHandles } from '../system/opencl.ts'
import { compilerWords } from './compiler-words.ts'
import { factsOf, type DeviceFacts } from './device-facts.ts'
import { askUntilEnd, secondsBetween } from './launch-stamps.ts'
import { checkStatus, OpenClFailure } from './opencl-failure.ts'

export type { DeviceFacts } from './device-facts.ts'
export { OpenClFailure } from './opencl-failure.ts'

export interface Buffer {
  readonly handle: ClHandle
  readonly bytes: number
  release(): void
}

/** Memory of the machine that the device can read from and write to by itself. */
export interface HostMemory {
  /** `pinned`: the driver's own, kept in place for the device; `pageable`: any program's. */
  readonly kind: 'pinned' | 'pageable'
  readonly address: bigint
  readonly bytes: number
  /** Copies of its bytes; for samples. */
  read(firstByte: number, bytes: number): Uint8Array
  write(firstByte: number, data: Uint8Array): void
  release(): void
}

export type KernelArgument =
  | { buffer: Buffer }
  | { uint: number }
  | { int: number }
  | { ulong: bigint }
  | { float: number }
  | { double: number }
  /** So many bytes of local memory. */
  | { localBytes: number }

/** One to three dimensions, the first runs fastest. */
export type Size = number | readonly number[]

export interface Kernel {
  /** Largest group this kernel can run with on this device, rounded down to a power of two. */
  readonly maxGroupSize: number
  setArguments(given: KernelArgument[]): void
  /** Hands work to the device without waiting. */
  enqueue(globalSize: Size, groupSize: Size): void
  /**
   * Launches and waits, blocking this thread: for kernels of microseconds alone. Seconds from the launch being queued to the
   * kernel's start by the driver's own clock; null: this driver has none. `asking`: asks for the end again and again,
   * so that this thread's core does not fall asleep over it.
   */
  launchAlone(globalSize: Size, groupSize: Size, asking: boolean): number | null
}

export interface Program {
  kernel(name: string): Kernel
  release(): void
}

/** Numbers as the device holds them. */
export type Numbers = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | BigUint64Array | BigInt64Array | Float32Array | Float64Array

export interface Transfer {
  host: HostMemory
  buffer: Buffer
  /** In both of them. */
  firstByte: number
  bytes: number
  /** Transfers of different lanes may run at the same time; 0 is the kernels' own. */
  lane: number
}

export interface OpenDevice {
  readonly facts: DeviceFacts
  /** `options` are compiler options such as `-DLANES=4`. Rejects with the compiler's first words. */
  build(text: string, options: string): Promise<Program>
  allocate(bytes: number): Buffer
  allocateHost(bytes: number, kind: HostMemory['kind']): HostMemory
  /** Waits until everything enqueued is done. */
  finish(): Promise<void>
  /** Both wait. */
  write(buffer: Buffer, firstByte: number, data: Numbers): void
  read<Into extends Numbers>(buffer: Buffer, firstByte: number, into: Into): Into
  readFloats(buffer: Buffer, firstElement: number, count: number): Float32Array
  /** Hands the transfer to the device without waiting. */
  enqueueToDevice(transfer: Transfer): void
  enqueueToHost(transfer: Transfer): void
  /** Waits on a thread of its own, as a driver wants it that goes through memory it can reach. */
  toDevice(transfer: Transfer): Promise<void>
  toHost(transfer: Transfer): Promise<void>
  /** The driver's own copy within the device, without waiting. */
  enqueueCopy(from: Buffer, to: Buffer, bytes: number): void
  close(): void
}

/** Throws OpenClFailure where the driver does not open the device. */
export function openDevice(cl: OpenCl, found: OpenClHandles): OpenDevice {
  const device = found.deviceId
  const devices = BigUint64Array.of(device)
  const status = new Int32Array(1)
  function made(handle: ClHandle | null, doing: string): ClHandle {
    checkStatus(status[0] ?? 0, doing)
    if (handle === null || handle === 0n) throw new OpenClFailure(`${doing} failed: the driver gave nothing back.`)
    return handle
  }

  const context = made(cl.createContext(null, 1, devices, null, null, status), 'Opening the device')
  const openQueue = (properties: number): ClHandle => made(cl.createCommandQueue(context, device, properties, status), 'Opening a queue on the device')
  const queue = openQueue(0)
  const lanes: ClHandle[] = [queue]
  const laneOf = (lane: number): ClHandle => (lanes[lane] ??= openQueue(0))
  /** Stamps every launch with times, which costs some: for latencies alone. null: the driver has none such. */
  let stamping: ClHandle | null | undefined

  const releases = new Set<() => void>()
  function released(release: () => void): () => void {
    const once = (): void => void (releases.delete(once) && release())
    releases.add(once)
    return once
  }

  function stampingQueue(): ClHandle | null {
    if (stamping !== undefined) return stamping
    const handle = cl.createCommandQueue(context, device, CL.QUEUE_PROFILING_ENABLE, status)
    return (stamping = status[0] === CL.SUCCESS && handle ? handle : null)
  }

  function kernelOf(program: ClHandle, name: string, kernels: ClHandle[]): Kernel {
    const kernel = made(cl.createKernel(program, name, status), `Preparing the kernel "${name}"`)
    kernels.push(kernel)
    const limit = new Uint8Array(8)
    const told = cl.getKernelWorkGroupInfo(kernel, device, CL.KERNEL_WORK_GROUP_SIZE, 8, limit, null) === CL.SUCCESS
    const event = new BigUint64Array(1)
    return {
      maxGroupSize: told ? powerOfTwoUpTo(Number(new DataView(limit.buffer).getBigUint64(0, true))) : 1,
      setArguments(given) {
        given.forEach((argument, index) => {
          const [size, value] = 'localBytes' in argument ? [argument.localBytes, null] : [bytesOf(argument).byteLength, bytesOf(argument)]
          checkStatus(cl.setKernelArg(kernel, index, size, value), `Handing argument ${index} to the kernel "${name}"`)
        })
      },
      enqueue(globalSize, groupSize) {
        const whole = sizesOf(globalSize)
        checkStatus(cl.enqueueKernel(queue, kernel, whole.length, null, whole, sizesOf(groupSize), 0, null, null), `Starting the kernel "${name}"`)
      },
      launchAlone(globalSize, groupSize, asking) {
        const whole = sizesOf(globalSize)
        const stamped = stampingQueue()
        if (stamped === null) {
          checkStatus(cl.enqueueKernel(queue, kernel, whole.length, null, whole, sizesOf(groupSize), 0, null, null), `Starting the kernel "${name}"`)
          checkStatus(cl.finish(queue), 'Running the kernel')
          return null
        }
        checkStatus(cl.enqueueKernelWithEvent(stamped, kernel, whole.length, null, whole, sizesOf(groupSize), 0, null, event), `Starting the kernel "${name}"`)
        if (asking) askUntilEnd(cl, stamped, event[0] ?? 0n)
        const ended = cl.finish(stamped)
        const seconds = secondsBetween(cl, event[0] ?? 0n)
        cl.releaseEvent(event[0] ?? 0n)
        checkStatus(ended, 'Running the kernel')
        return seconds
      },
    }
  }

  function pinned(bytes: number): HostMemory {
    const handle = made(cl.createBuffer(context, CL.MEM_READ_WRITE | CL.MEM_ALLOC_HOST_PTR, bytes, null, status), `Allocating ${mebibytes(bytes)} of pinned memory`)
    const release = released(() => void cl.releaseBuffer(handle))
    try {
      const address = made(cl.enqueueMap(queue, handle, 1, CL.MAP_READ | CL.MAP_WRITE, 0, bytes, 0, null, null, status), `Mapping ${mebibytes(bytes)} of pinned memory`)
      return hostMemory('pinned', address, bytes, () => {
        cl.enqueueUnmap(queue, handle, address, 0, null, null)
        release()
      })
    } catch (error) {
      release()
      throw error
    }
  }

  function pageable(bytes: number): HostMemory {
    const block = allocateHostBlock(bytes)
    return hostMemory('pageable', block.address, bytes, released(block.release))
  }

  /** A transfer that waits does so on a thread of its own. */
  function waitFor(start: (done: (error: unknown, code: number) => void) => void, doing: string): Promise<void> {
    return new Promise<number>((resolve, reject) => start((error, code) => (error ? reject(error instanceof Error ? error : new Error(doing)) : resolve(code)))).then((code) => checkStatus(code, doing))
  }
  const sending = 'Sending bytes to the device'
  const fetching = 'Fetching bytes from the device'
  const addressOf = ({ host, firstByte }: Transfer): bigint => host.address + BigInt(firstByte)

  function read<Into extends Numbers>(buffer: Buffer, firstByte: number, into: Into): Into {
    checkStatus(cl.enqueueRead(queue, buffer.handle, 1, firstByte, into.byteLength, rawOf(into), 0, null, null), 'Reading the result back')
    return into
  }

  return {
    facts: factsOf(cl, device),
    async build(text, options) {
      const program = made(cl.createProgramWithSource(context, 1, [text], null, status), 'Loading the kernel')
      const built = await new Promise<number>((resolve, reject) =>
        cl.buildProgram.async(program, 1, devices, options, null, null, (error, code) => (error ? reject(error instanceof Error ? error : new Error('clBuildProgram')) : resolve(code))),
      )
      if (built !== CL.SUCCESS) {
        const words = compilerWords(cl, program, device)
        cl.releaseProgram(program)
        // Whatever a compiler answers for a text it cannot take (NVIDIA's: -9999, -42): no work on the device was lost by it.
        throw new OpenClFailure(`The kernel did not compile (OpenCL error ${built})${words ? `: ${words}` : '.'}`, CL.BUILD_PROGRAM_FAILURE)
      }
      const kernels: ClHandle[] = []
      return {
        kernel: (name) => kernelOf(program, name, kernels),
        release: released(() => {
          for (const kernel of kernels) cl.releaseKernel(kernel)
          cl.releaseProgram(program)
        }),
      }
    },
    allocate(bytes) {
      const handle = made(cl.createBuffer(context, CL.MEM_READ_WRITE, bytes, null, status), `Allocating ${mebibytes(bytes)} on the device`)
      return { handle, bytes, release: released(() => void cl.releaseBuffer(handle)) }
    },
    allocateHost: (bytes, kind) => (kind === 'pinned' ? pinned(bytes) : pageable(bytes)),
    async finish() {
      for (const lane of lanes) if (lane) checkStatus(cl.flush(lane), 'Sending work to the device')
      for (const lane of lanes) if (lane) await waitFor((done) => cl.finish.async(lane, done), 'Running the kernel')
    },
    write(buffer, firstByte, data) {
      checkStatus(cl.enqueueWrite(queue, buffer.handle, 1, firstByte, data.byteLength, rawOf(data), 0, null, null), sending)
    },
    read,
    readFloats: (buffer, firstElement, count) => read(buffer, firstElement * 4, new Float32Array(count)),
    enqueueToDevice(transfer) {
      const { buffer, firstByte, bytes, lane } = transfer
      checkStatus(cl.enqueueWriteFromAddress(laneOf(lane), buffer.handle, 0, firstByte, bytes, addressOf(transfer), 0, null, null), sending)
    },
    enqueueToHost(transfer) {
      const { buffer, firstByte, bytes, lane } = transfer
      checkStatus(cl.enqueueReadToAddress(laneOf(lane), buffer.handle, 0, firstByte, bytes, addressOf(transfer), 0, null, null), fetching)
    },
    toDevice(transfer) {
      const { buffer, firstByte, bytes, lane } = transfer
      return waitFor((done) => cl.enqueueWriteFromAddress.async(laneOf(lane), buffer.handle, 1, firstByte, bytes, addressOf(transfer), 0, null, null, done), sending)
    },
    toHost(transfer) {
      const { buffer, firstByte, bytes, lane } = transfer
      return waitFor((done) => cl.enqueueReadToAddress.async(laneOf(lane), buffer.handle, 1, firstByte, bytes, addressOf(transfer), 0, null, null, done), fetching)
    },
    enqueueCopy(from, to, bytes) {
      checkStatus(cl.enqueueCopy(queue, from.handle, to.handle, 0, 0, bytes, 0, null, null), 'Copying within the device')
    },
    close() {
      for (const release of [...releases]) release()
      for (const lane of lanes) if (lane) cl.releaseQueue(lane)
      if (stamping) cl.releaseQueue(stamping)
      cl.releaseContext(context)
    },
  }
}

function hostMemory(kind: HostMemory['kind'], address: bigint, bytes: number, release: () => void): HostMemory {
  return {
    kind, address, bytes, release,
    read: (firstByte, count) => readHost(address + BigInt(firstByte), count),
    write: (firstByte, data) => writeHost(address + BigInt(firstByte), data),
  }
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`
}

function powerOfTwoUpTo(value: number): number {
  return value < 1 ? 1 : 2 ** Math.floor(Math.log2(value))
}

function sizesOf(size: Size): BigUint64Array {
  return BigUint64Array.from(typeof size === 'number' ? [BigInt(size)] : size.map(BigInt))
}

function rawOf(numbers: Numbers): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

function bytesOf(argument: Exclude<KernelArgument, { localBytes: number }>): Uint8Array {
  if ('buffer' in argument) return rawOf(BigUint64Array.of(argument.buffer.handle))
  if ('uint' in argument) return rawOf(Uint32Array.of(argument.uint))
  if ('int' in argument) return rawOf(Int32Array.of(argument.int))
  if ('ulong' in argument) return rawOf(BigUint64Array.of(argument.ulong))
  if ('double' in argument) return rawOf(Float64Array.of(argument.double))
  return rawOf(Float32Array.of(argument.float))
}
