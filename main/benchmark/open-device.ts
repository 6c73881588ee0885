/** One OpenCL device, opened for measuring: build, allocate, launch, read back. Used inside the worker alone. */
import { CL, type ClHandle, type OpenCl } from '../system/opencl-bindings.ts'
import { wholeNumber, type OpenClHandles } from '../system/opencl.ts'

export interface DeviceFacts {
  type: 'gpu' | 'cpu' | 'other'
  computeUnits: number
  memoryBytes: number
  maxAllocationBytes: number
  /** Size of the global memory cache as the driver states it; 0: not stated. */
  cacheBytes: number
  /** Device and machine use the same memory: a processor or an integrated GPU. */
  sharesMemory: boolean
  /** fma() is one instruction here, not an emulation. */
  hasFma: boolean
}

export interface Buffer {
  readonly handle: ClHandle
  readonly bytes: number
  release(): void
}

export type KernelArgument = { buffer: Buffer } | { uint: number } | { float: number }

export interface Kernel {
  /** Largest group this kernel can run with on this device, rounded down to a power of two. */
  readonly maxGroupSize: number
  setArguments(given: KernelArgument[]): void
  /** Hands work to the device without waiting. */
  enqueue(globalSize: number, groupSize: number): void
}

export interface Program {
  kernel(name: string): Kernel
  release(): void
}

export interface OpenDevice {
  readonly facts: DeviceFacts
  /** `options` are compiler options such as `-DLANES=4`. Rejects with the compiler's first words. */
  build(text: string, options: string): Promise<Program>
  allocate(bytes: number): Buffer
  /** Waits until everything enqueued is done. */
  finish(): Promise<void>
  readFloats(buffer: Buffer, firstElement: number, count: number): Float32Array
  close(): void
}

/** The driver refused something; the message says what, in words for the user. */
export class OpenClFailure extends Error {
  override name = 'OpenClFailure'
}

/** Khronos' names for the refusals that a working program can meet. */
const refusals: Record<number, string> = {
  [-2]: 'the device is not available',
  [-3]: 'the driver has no compiler',
  [-4]: 'the device could not allocate the memory',
  [-5]: 'the device is out of resources',
  [-6]: 'the machine is out of memory',
  [-11]: 'the kernel did not compile',
  [-36]: 'the driver lost the command queue',
  [-54]: 'the group size is not supported',
  [-61]: 'the buffer is larger than the device allows',
  [-9999]: 'the driver stopped the kernel',
}

function check(status: number, doing: string): void {
  if (status === CL.SUCCESS) return
  throw new OpenClFailure(`${doing} failed: ${refusals[status] ?? 'the driver refused'} (OpenCL error ${status}).`)
}

function factsOf(cl: OpenCl, device: ClHandle): DeviceFacts {
  const read = (what: number, size: 4 | 8): number => Number(wholeNumber(cl, device, what, size) ?? 0n)
  const type = read(CL.DEVICE_TYPE, 8)
  const memoryBytes = read(CL.DEVICE_GLOBAL_MEM_SIZE, 8)
  return {
    type: type & CL.DEVICE_TYPE_GPU ? 'gpu' : type & CL.DEVICE_TYPE_CPU ? 'cpu' : 'other',
    computeUnits: Math.max(1, read(CL.DEVICE_MAX_COMPUTE_UNITS, 4)),
    memoryBytes,
    maxAllocationBytes: read(CL.DEVICE_MAX_MEM_ALLOC_SIZE, 8) || memoryBytes / 4,
    cacheBytes: read(CL.DEVICE_GLOBAL_MEM_CACHE_SIZE, 8),
    sharesMemory: (type & CL.DEVICE_TYPE_CPU) !== 0 || read(CL.DEVICE_HOST_UNIFIED_MEMORY, 4) !== 0,
    hasFma: (read(CL.DEVICE_SINGLE_FP_CONFIG, 8) & CL.FP_FMA) !== 0,
  }
}

/** Throws OpenClFailure where the driver does not open the device. */
export function openDevice(cl: OpenCl, found: OpenClHandles): OpenDevice {
  const device = found.deviceId
  const devices = BigUint64Array.of(device)
  const status = new Int32Array(1)
  function made(handle: ClHandle | null, doing: string): ClHandle {
    check(status[0] ?? 0, doing)
    if (handle === null || handle === 0n) throw new OpenClFailure(`${doing} failed: the driver gave nothing back.`)
    return handle
  }

  const context = made(cl.createContext(null, 1, devices, null, null, status), 'Opening the device')
  const queue = made(cl.createCommandQueue(context, device, 0, status), 'Opening a queue on the device')

  const buffers = new Set<ClHandle>()

  function kernelOf(program: ClHandle, name: string, kernels: ClHandle[]): Kernel {
    const kernel = made(cl.createKernel(program, name, status), `Preparing the kernel "${name}"`)
    kernels.push(kernel)
    const limit = new Uint8Array(8)
    const told = cl.getKernelWorkGroupInfo(kernel, device, CL.KERNEL_WORK_GROUP_SIZE, 8, limit, null) === CL.SUCCESS
    return {
      maxGroupSize: told ? powerOfTwoUpTo(Number(new DataView(limit.buffer).getBigUint64(0, true))) : 1,
      setArguments(given) {
        given.forEach((argument, index) => {
          const value = bytesOf(argument)
          check(cl.setKernelArg(kernel, index, value.byteLength, value), `Handing argument ${index} to the kernel "${name}"`)
        })
      },
      enqueue(globalSize, groupSize) {
        check(
          cl.enqueueKernel(queue, kernel, 1, null, BigUint64Array.of(BigInt(globalSize)), BigUint64Array.of(BigInt(groupSize)), 0, null, null),
          `Starting the kernel "${name}"`,
        )
      },
    }
  }

  return {
    facts: factsOf(cl, device),
    async build(text, options) {
      const program = made(cl.createProgramWithSource(context, 1, [text], null, status), 'Loading the kernel')
      const built = await new Promise<number>((resolve, reject) =>
        cl.buildProgram.async(program, 1, devices, options, null, null, (error, code) => (error ? reject(error) : resolve(code))),
      )
      if (built !== CL.SUCCESS) {
        const words = firstError(buildLog(cl, program, device))
        cl.releaseProgram(program)
        throw new OpenClFailure(`The kernel did not compile (OpenCL error ${built})${words ? `: ${words}` : '.'}`)
      }
      const kernels: ClHandle[] = []
      return {
        kernel: (name) => kernelOf(program, name, kernels),
        release() {
          for (const kernel of kernels) cl.releaseKernel(kernel)
          cl.releaseProgram(program)
        },
      }
    },
    allocate(bytes) {
      const handle = made(cl.createBuffer(context, CL.MEM_READ_WRITE, bytes, null, status), `Allocating ${Math.round(bytes / 1_048_576)} MiB on the device`)
      buffers.add(handle)
      const release = (): void => void (buffers.delete(handle) && cl.releaseBuffer(handle))
      return { handle, bytes, release }
    },
    async finish() {
      check(cl.flush(queue), 'Sending work to the device')
      const code = await new Promise<number>((resolve, reject) => cl.finish.async(queue, (error, code) => (error ? reject(error) : resolve(code))))
      check(code, 'Running the kernel')
    },
    readFloats(buffer, firstElement, count) {
      const into = new Float32Array(count)
      check(cl.enqueueRead(queue, buffer.handle, 1, firstElement * 4, count * 4, new Uint8Array(into.buffer), 0, null, null), 'Reading the result back')
      return into
    },
    close() {
      for (const handle of buffers) cl.releaseBuffer(handle)
      cl.releaseQueue(queue)
      cl.releaseContext(context)
    },
  }
}

function powerOfTwoUpTo(value: number): number {
  return value < 1 ? 1 : 2 ** Math.floor(Math.log2(value))
}

function bytesOf(argument: KernelArgument): Uint8Array {
  if ('buffer' in argument) return new Uint8Array(BigUint64Array.of(argument.buffer.handle).buffer)
  if ('uint' in argument) return new Uint8Array(Uint32Array.of(argument.uint).buffer)
  return new Uint8Array(Float32Array.of(argument.float).buffer)
}

function buildLog(cl: OpenCl, program: ClHandle, device: ClHandle): string {
  const log = new Uint8Array(65_536)
  const needed = new BigUint64Array(1)
  if (cl.getProgramBuildInfo(program, device, CL.PROGRAM_BUILD_LOG, log.length, log, needed) !== CL.SUCCESS) return ''
  return new TextDecoder().decode(log.subarray(0, Math.max(0, Number(needed[0]) - 1)))
}

/** The line a person would look at: the first that names an error, without the path in front. */
function firstError(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '')
  const line = lines.find((text) => /error/i.test(text)) ?? lines[0] ?? ''
  return line.replace(/^.*?(error)/i, '$1').trim().slice(0, 200)
}
