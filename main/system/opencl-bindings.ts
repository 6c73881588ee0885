/** The OpenCL functions Idlewatt calls, bound through koffi from whatever ICD loader this machine has. */
import koffi from 'koffi'
import { driverFunctions, driverNames, type FunctionSource } from './opencl-driver.ts'

/** Numbers from Khronos' CL/cl.h and CL/cl_ext.h (OpenCL-Headers, 2023.02.06). */
export const CL = {
  SUCCESS: 0,
  DEVICE_NOT_FOUND: -1,
  BUILD_PROGRAM_FAILURE: -11,
  PLATFORM_NOT_FOUND_KHR: -1001,
  PLATFORM_NAME: 0x0902,
  PLATFORM_VENDOR: 0x0903,
  DEVICE_TYPE_CPU: 1 << 1,
  DEVICE_TYPE_GPU: 1 << 2,
  DEVICE_TYPE_ACCELERATOR: 1 << 3,
  DEVICE_TYPE_ALL: 0xffffffff,
  DEVICE_TYPE: 0x1000,
  DEVICE_MAX_COMPUTE_UNITS: 0x1002,
  DEVICE_MAX_WORK_GROUP_SIZE: 0x1004,
  DEVICE_MAX_CLOCK_FREQUENCY: 0x100c,
  DEVICE_MAX_MEM_ALLOC_SIZE: 0x1010,
  DEVICE_SINGLE_FP_CONFIG: 0x101b,
  FP_FMA: 1 << 5,
  DEVICE_GLOBAL_MEM_CACHE_SIZE: 0x101e,
  DEVICE_GLOBAL_MEM_SIZE: 0x101f,
  DEVICE_LOCAL_MEM_SIZE: 0x1023,
  DEVICE_NAME: 0x102b,
  DEVICE_VENDOR: 0x102c,
  DRIVER_VERSION: 0x102d,
  DEVICE_VERSION: 0x102f,
  DEVICE_EXTENSIONS: 0x1030,
  DEVICE_DOUBLE_FP_CONFIG: 0x1032,
  DEVICE_HOST_UNIFIED_MEMORY: 0x1035,
  DEVICE_UUID_KHR: 0x106a,
  DEVICE_INTEGER_DOT_PRODUCT_CAPABILITIES_KHR: 0x1073,
  INTEGER_DOT_PRODUCT_8BIT_KHR: 1 << 1,
  DEVICE_INTEGER_DOT_PRODUCT_ACCELERATION_PROPERTIES_8BIT_KHR: 0x1074,
  DEVICE_PCI_BUS_INFO_KHR: 0x410f,
  DEVICE_PCI_BUS_ID_NV: 0x4008,
  DEVICE_PCI_SLOT_ID_NV: 0x4009,
  DEVICE_PCI_DOMAIN_ID_NV: 0x400a,
  DEVICE_TOPOLOGY_AMD: 0x4037,
  DEVICE_TOPOLOGY_TYPE_PCIE_AMD: 1,
  DEVICE_BOARD_NAME_AMD: 0x4038,
  MEM_READ_WRITE: 1 << 0,
  MEM_WRITE_ONLY: 1 << 1,
  MEM_READ_ONLY: 1 << 2,
  MEM_ALLOC_HOST_PTR: 1 << 4,
  MAP_READ: 1 << 0,
  MAP_WRITE: 1 << 1,
  QUEUE_PROFILING_ENABLE: 1 << 1,
  EVENT_COMMAND_EXECUTION_STATUS: 0x11d3,
  COMPLETE: 0,
  PROFILING_COMMAND_QUEUED: 0x1280,
  PROFILING_COMMAND_START: 0x1282,
  PROGRAM_BUILD_LOG: 0x1183,
  KERNEL_WORK_GROUP_SIZE: 0x11b0,
} as const

/** A platform, device, context, queue, … : an address, 0n where there is none. */
export type ClHandle = bigint
type Status = number

/** Synchronous calls block; `async` variants run on another thread and call back. Out parameters are typed arrays. */
export interface OpenCl {
  getPlatformIds(max: number, platforms: BigUint64Array | null, count: Uint32Array | null): Status
  getPlatformInfo(platform: ClHandle, what: number, size: number, value: Uint8Array | null, needed: BigUint64Array | null): Status
  getDeviceIds(platform: ClHandle, type: number, max: number, devices: BigUint64Array | null, count: Uint32Array | null): Status
  getDeviceInfo(device: ClHandle, what: number, size: number, value: Uint8Array | null, needed: BigUint64Array | null): Status
  createContext(properties: null, count: number, devices: BigUint64Array, notify: null, user: null, status: Int32Array): ClHandle | null
  createCommandQueue(context: ClHandle, device: ClHandle, properties: number, status: Int32Array): ClHandle | null
  createProgramWithSource(context: ClHandle, count: number, texts: string[], lengths: null, status: Int32Array): ClHandle | null
  buildProgram: Asynchronous<[program: ClHandle, count: number, devices: BigUint64Array, options: string, notify: null, user: null]>
  getProgramBuildInfo(program: ClHandle, device: ClHandle, what: number, size: number, value: Uint8Array | null, needed: BigUint64Array | null): Status
  createKernel(program: ClHandle, name: string, status: Int32Array): ClHandle | null
  getKernelWorkGroupInfo(kernel: ClHandle, device: ClHandle, what: number, size: number, value: Uint8Array, needed: null): Status
  /** `value` null: `size` bytes of local memory. */
  setKernelArg(kernel: ClHandle, index: number, size: number, value: Uint8Array | null): Status
  createBuffer(context: ClHandle, flags: number, bytes: number, host: null, status: Int32Array): ClHandle | null
  enqueueKernel(queue: ClHandle, kernel: ClHandle, dimensions: number, offset: null, globalSize: BigUint64Array, localSize: BigUint64Array | null, waitCount: number, wait: null, event: null): Status
  enqueueRead(queue: ClHandle, buffer: ClHandle, blocking: number, offset: number, bytes: number, into: Uint8Array, waitCount: number, wait: null, event: null): Status
  enqueueWrite(queue: ClHandle, buffer: ClHandle, blocking: number, offset: number, bytes: number, from: Uint8Array, waitCount: number, wait: null, event: null): Status
  /** As enqueueKernel; the event is the caller's to release. */
  enqueueKernelWithEvent(queue: ClHandle, kernel: ClHandle, dimensions: number, offset: null, globalSize: BigUint64Array, localSize: BigUint64Array | null, waitCount: number, wait: null, event: BigUint64Array): Status
  /** From and to memory outside JavaScript's, by address: it stays where it is while a transfer is under way. */
  enqueueReadToAddress: Asynchronous<[queue: ClHandle, buffer: ClHandle, blocking: number, offset: number, bytes: number, into: bigint, waitCount: number, wait: null, event: null]>
  enqueueWriteFromAddress: Asynchronous<[queue: ClHandle, buffer: ClHandle, blocking: number, offset: number, bytes: number, from: bigint, waitCount: number, wait: null, event: null]>
  enqueueCopy(queue: ClHandle, from: ClHandle, to: ClHandle, fromOffset: number, toOffset: number, bytes: number, waitCount: number, wait: null, event: null): Status
  enqueueMap(queue: ClHandle, buffer: ClHandle, blocking: number, flags: number, offset: number, bytes: number, waitCount: number, wait: null, event: null, status: Int32Array): bigint | null
  enqueueUnmap(queue: ClHandle, buffer: ClHandle, address: bigint, waitCount: number, wait: null, event: null): Status
  getEventInfo(event: ClHandle, what: number, size: number, value: Int32Array, needed: null): Status
  getEventProfilingInfo(event: ClHandle, what: number, size: number, value: BigUint64Array, needed: null): Status
  releaseEvent(event: ClHandle): Status
  flush(queue: ClHandle): Status
  finish: Asynchronous<[queue: ClHandle]>
  releaseBuffer(buffer: ClHandle): Status
  releaseKernel(kernel: ClHandle): Status
  releaseProgram(program: ClHandle): Status
  releaseQueue(queue: ClHandle): Status
  releaseContext(context: ClHandle): Status
}

interface Asynchronous<Parameters extends unknown[]> {
  (...given: Parameters): Status
  async(...given: [...Parameters, done: (error: unknown, status: Status) => void]): void
}

/** Where the loader may lie; the first that opens is taken. */
export function openClLibraryNames(platform: NodeJS.Platform, override: string | undefined): string[] {
  if (override) return [override]
  if (platform === 'win32') return ['OpenCL.dll']
  if (platform === 'darwin') return ['/System/Library/Frameworks/OpenCL.framework/OpenCL']
  return ['libOpenCL.so.1', 'libOpenCL.so']
}

let loaded: OpenCl | null = null

/** The bound library, loaded once. Throws an Error with a sentence where there is none. */
export function loadOpenCl(): OpenCl {
  loaded ??= bind(openLibrary())
  return loaded
}

/** The loader; where it is missing or knows of no driver, the first driver that answers by itself. */
function openLibrary(): FunctionSource {
  const override = process.env['IDLEWATT_OPENCL_LIBRARY']
  const failures: string[] = []
  const loader = firstThatOpens(openClLibraryNames(process.platform, override), failures)
  // Whoever tells the loader where to look has said which drivers there are to be.
  const isTold = Boolean(override || process.env['OCL_ICD_VENDORS'] || process.env['OCL_ICD_FILENAMES'])
  if (isTold && loader) return hasFunction(loader, 'clGetPlatformIDs') ? loader : (driverFunctions(loader) ?? loader)
  if (loader && offersPlatforms(loader)) return loader
  const direct = process.platform === 'linux' && !isTold ? firstDriver() : null
  if (direct ?? loader) return (direct ?? loader) as FunctionSource
  throw new Error(`The OpenCL library could not be loaded (${failures.join('; ')}).`)
}

function firstThatOpens(names: readonly string[], failures: string[]): ReturnType<typeof koffi.load> | null {
  for (const name of names) {
    try {
      return koffi.load(name)
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return null
}

function firstDriver(): FunctionSource | null {
  for (const name of driverNames()) {
    const library = firstThatOpens([name], [])
    const functions = library && driverFunctions(library)
    if (functions) return functions
  }
  return null
}

function hasFunction(library: ReturnType<typeof koffi.load>, name: string): boolean {
  try {
    library.func(`int32_t ${name}()`)
    return true
  } catch {
    return false
  }
}

function offersPlatforms(library: ReturnType<typeof koffi.load>): boolean {
  const count = new Uint32Array(1)
  const list = library.func('int32_t clGetPlatformIDs(uint32_t max, _Out_ uint64_t *platforms, _Out_ uint32_t *count)') as unknown as OpenCl['getPlatformIds']
  return list(0, null, count) === CL.SUCCESS && (count[0] ?? 0) > 0
}

function bind(library: FunctionSource): OpenCl {
  const info = 'const void *handle, uint32_t what, size_t size, _Out_ uint8_t *value, _Out_ uint64_t *needed'
  const wait = 'uint32_t waitCount, const void *wait, void *event'
  function f(definition: string): never {
    try {
      return library.func(definition) as never
    } catch (error) {
      throw new Error(`The OpenCL library found here lacks a function Idlewatt needs (${error instanceof Error ? error.message : String(error)}).`)
    }
  }
  return {
    getPlatformIds: f('int32_t clGetPlatformIDs(uint32_t max, _Out_ uint64_t *platforms, _Out_ uint32_t *count)'),
    getPlatformInfo: f(`int32_t clGetPlatformInfo(${info})`),
    getDeviceIds: f('int32_t clGetDeviceIDs(const void *platform, uint64_t type, uint32_t max, _Out_ uint64_t *devices, _Out_ uint32_t *count)'),
    getDeviceInfo: f(`int32_t clGetDeviceInfo(${info})`),
    createContext: f('void *clCreateContext(const void *properties, uint32_t count, const uint64_t *devices, void *notify, void *user, _Out_ int32_t *status)'),
    createCommandQueue: f('void *clCreateCommandQueue(const void *context, const void *device, uint64_t properties, _Out_ int32_t *status)'),
    createProgramWithSource: f('void *clCreateProgramWithSource(const void *context, uint32_t count, const char **texts, const void *lengths, _Out_ int32_t *status)'),
    buildProgram: f('int32_t clBuildProgram(const void *program, uint32_t count, const uint64_t *devices, const char *options, void *notify, void *user)'),
    getProgramBuildInfo: f('int32_t clGetProgramBuildInfo(const void *program, const void *device, uint32_t what, size_t size, _Out_ uint8_t *value, _Out_ uint64_t *needed)'),
    createKernel: f('void *clCreateKernel(const void *program, const char *name, _Out_ int32_t *status)'),
    getKernelWorkGroupInfo: f('int32_t clGetKernelWorkGroupInfo(const void *kernel, const void *device, uint32_t what, size_t size, _Out_ uint8_t *value, void *needed)'),
    setKernelArg: f('int32_t clSetKernelArg(const void *kernel, uint32_t index, size_t size, const uint8_t *value)'),
    createBuffer: f('void *clCreateBuffer(const void *context, uint64_t flags, size_t bytes, void *host, _Out_ int32_t *status)'),
    enqueueKernel: f(`int32_t clEnqueueNDRangeKernel(const void *queue, const void *kernel, uint32_t dimensions, const void *offset, const uint64_t *globalSize, const uint64_t *localSize, ${wait})`),
    enqueueRead: f(`int32_t clEnqueueReadBuffer(const void *queue, const void *buffer, uint32_t blocking, size_t offset, size_t bytes, _Out_ uint8_t *into, ${wait})`),
    enqueueWrite: f(`int32_t clEnqueueWriteBuffer(const void *queue, const void *buffer, uint32_t blocking, size_t offset, size_t bytes, const uint8_t *from, ${wait})`),
    enqueueKernelWithEvent: f('int32_t clEnqueueNDRangeKernel(const void *queue, const void *kernel, uint32_t dimensions, const void *offset, const uint64_t *globalSize, const uint64_t *localSize, uint32_t waitCount, const void *wait, _Out_ uint64_t *event)'),
    enqueueReadToAddress: f(`int32_t clEnqueueReadBuffer(const void *queue, const void *buffer, uint32_t blocking, size_t offset, size_t bytes, void *into, ${wait})`),
    enqueueWriteFromAddress: f(`int32_t clEnqueueWriteBuffer(const void *queue, const void *buffer, uint32_t blocking, size_t offset, size_t bytes, const void *from, ${wait})`),
    enqueueCopy: f(`int32_t clEnqueueCopyBuffer(const void *queue, const void *from, const void *to, size_t fromOffset, size_t toOffset, size_t bytes, ${wait})`),
    enqueueMap: f(`void *clEnqueueMapBuffer(const void *queue, const void *buffer, uint32_t blocking, uint64_t flags, size_t offset, size_t bytes, ${wait}, _Out_ int32_t *status)`),
    enqueueUnmap: f(`int32_t clEnqueueUnmapMemObject(const void *queue, const void *buffer, void *address, ${wait})`),
    getEventInfo: f('int32_t clGetEventInfo(const void *event, uint32_t what, size_t size, _Out_ int32_t *value, void *needed)'),
    getEventProfilingInfo: f('int32_t clGetEventProfilingInfo(const void *event, uint32_t what, size_t size, _Out_ uint64_t *value, void *needed)'),
    releaseEvent: f('int32_t clReleaseEvent(const void *event)'),
    flush: f('int32_t clFlush(const void *queue)'),
    finish: f('int32_t clFinish(const void *queue)'),
    releaseBuffer: f('int32_t clReleaseMemObject(const void *buffer)'),
    releaseKernel: f('int32_t clReleaseKernel(const void *kernel)'),
    releaseProgram: f('int32_t clReleaseProgram(const void *program)'),
    releaseQueue: f('int32_t clReleaseCommandQueue(const void *queue)'),
    releaseContext: f('int32_t clReleaseContext(const void *context)'),
  }
}
