/** The functions of NVIDIA's CUDA driver library that Idlewatt calls, bound through koffi. No toolkit is needed: the library comes with the driver. */
import koffi from 'koffi'

/** Numbers from NVIDIA's cuda.h (13.0). */
export const CU = {
  SUCCESS: 0,
  NOT_READY: 600,
  ATTRIBUTE_MULTIPROCESSORS: 16,
  ATTRIBUTE_PCI_BUS: 33,
  ATTRIBUTE_PCI_DEVICE: 34,
  ATTRIBUTE_PCI_DOMAIN: 50,
  ATTRIBUTE_COMPUTE_MAJOR: 75,
  ATTRIBUTE_COMPUTE_MINOR: 76,
  ATTRIBUTE_SHARED_BYTES_PER_BLOCK_OPTIN: 97,
  FUNCTION_DYNAMIC_SHARED_BYTES: 8,
  JIT_ERROR_LOG: 5,
  JIT_ERROR_LOG_BYTES: 6,
} as const

/** A context, module, function, stream, event or address on the device. */
export type CuHandle = bigint
type Result = number

/** All calls block but briefly: launches only hand work over, and `streamQuery` asks whether it is done. Out parameters are typed arrays. */
export interface Cuda {
  init(flags: number): Result
  driverVersion(version: Int32Array): Result
  deviceCount(count: Int32Array): Result
  device(device: Int32Array, ordinal: number): Result
  deviceName(name: Uint8Array, bytes: number, device: number): Result
  deviceAttribute(value: Int32Array, attribute: number, device: number): Result
  deviceMemory(bytes: BigUint64Array, device: number): Result
  primaryContextRetain(context: BigUint64Array, device: number): Result
  primaryContextRelease(device: number): Result
  contextSetCurrent(context: CuHandle | null): Result
  moduleLoad(module: BigUint64Array, image: Uint8Array, options: number, names: Int32Array, values: BigUint64Array): Result
  moduleUnload(module: CuHandle): Result
  moduleFunction(found: BigUint64Array, module: CuHandle, name: string): Result
  functionAttribute(kernel: CuHandle, attribute: number, value: number): Result
  allocate(address: BigUint64Array, bytes: number): Result
  free(address: CuHandle): Result
  copyToDevice(to: CuHandle, from: Uint8Array, bytes: number): Result
  copyToHost(to: Uint8Array, from: CuHandle, bytes: number): Result
  streamCreate(stream: BigUint64Array, flags: number): Result
  streamDestroy(stream: CuHandle): Result
  streamQuery(stream: CuHandle): Result
  eventCreate(event: BigUint64Array, flags: number): Result
  eventDestroy(event: CuHandle): Result
  eventRecord(event: CuHandle, stream: CuHandle): Result
  /** Milliseconds between two events that have both happened, to half a microsecond. */
  eventElapsed(ms: Float32Array, start: CuHandle, end: CuHandle): Result
  launch(
    kernel: CuHandle,
    blocksX: number, blocksY: number, blocksZ: number,
    threadsX: number, threadsY: number, threadsZ: number,
    sharedBytes: number, stream: CuHandle, given: BigUint64Array, extra: null,
  ): Result
}

/** Where these bytes lie, for arrays of pointers. They must be kept alive, and in use, for as long as the address is. */
export function addressOf(bytes: Uint8Array): bigint {
  return koffi.address(bytes)
}

/** Where the library may lie; the first that opens is taken. */
export function cudaLibraryNames(platform: NodeJS.Platform, override: string | undefined): string[] {
  if (override) return [override]
  if (platform === 'win32') return ['nvcuda.dll']
  // Beside the loader's own folders: WSL, NixOS, and Google's container nodes. macOS has had none since 10.13.
  if (platform === 'linux') return ['libcuda.so.1', 'libcuda.so', '/usr/lib/wsl/lib/libcuda.so.1', '/run/opengl-driver/lib/libcuda.so.1', '/usr/local/nvidia/lib64/libcuda.so.1']
  return []
}

let loaded: Cuda | null = null

/** The bound library, loaded once. Throws an Error with a sentence where there is none. */
export function loadCuda(): Cuda {
  loaded ??= bind(openLibrary())
  return loaded
}

function openLibrary(): ReturnType<typeof koffi.load> {
  const failures: string[] = []
  for (const name of cudaLibraryNames(process.platform, process.env['IDLEWATT_CUDA_LIBRARY'])) {
    try {
      return koffi.load(name)
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new Error(`NVIDIA’s CUDA driver library could not be loaded${failures.length > 0 ? ` (${failures[0]})` : ': there is none for this system'}.`)
}

function bind(library: ReturnType<typeof koffi.load>): Cuda {
  function f(definition: string): never {
    try {
      return library.func(definition) as never
    } catch (error) {
      throw new Error(`The CUDA driver library found here lacks a function Idlewatt needs (${error instanceof Error ? error.message : String(error)}).`)
    }
  }
  return {
    init: f('int cuInit(uint32_t flags)'),
    driverVersion: f('int cuDriverGetVersion(_Out_ int32_t *version)'),
    deviceCount: f('int cuDeviceGetCount(_Out_ int32_t *count)'),
    device: f('int cuDeviceGet(_Out_ int32_t *device, int ordinal)'),
    deviceName: f('int cuDeviceGetName(_Out_ uint8_t *name, int bytes, int device)'),
    deviceAttribute: f('int cuDeviceGetAttribute(_Out_ int32_t *value, int attribute, int device)'),
    deviceMemory: f('int cuDeviceTotalMem_v2(_Out_ uint64_t *bytes, int device)'),
    primaryContextRetain: f('int cuDevicePrimaryCtxRetain(_Out_ uint64_t *context, int device)'),
    primaryContextRelease: f('int cuDevicePrimaryCtxRelease_v2(int device)'),
    contextSetCurrent: f('int cuCtxSetCurrent(uintptr_t context)'),
    moduleLoad: f('int cuModuleLoadDataEx(_Out_ uint64_t *module, const uint8_t *image, uint32_t options, const int32_t *names, const uint64_t *values)'),
    moduleUnload: f('int cuModuleUnload(uintptr_t module)'),
    moduleFunction: f('int cuModuleGetFunction(_Out_ uint64_t *found, uintptr_t module, const char *name)'),
    functionAttribute: f('int cuFuncSetAttribute(uintptr_t kernel, int attribute, int value)'),
    allocate: f('int cuMemAlloc_v2(_Out_ uint64_t *address, size_t bytes)'),
    free: f('int cuMemFree_v2(uint64_t address)'),
    copyToDevice: f('int cuMemcpyHtoD_v2(uint64_t to, const uint8_t *from, size_t bytes)'),
    copyToHost: f('int cuMemcpyDtoH_v2(_Out_ uint8_t *to, uint64_t from, size_t bytes)'),
    streamCreate: f('int cuStreamCreate(_Out_ uint64_t *stream, uint32_t flags)'),
    streamDestroy: f('int cuStreamDestroy_v2(uintptr_t stream)'),
    streamQuery: f('int cuStreamQuery(uintptr_t stream)'),
    eventCreate: f('int cuEventCreate(_Out_ uint64_t *event, uint32_t flags)'),
    eventDestroy: f('int cuEventDestroy_v2(uintptr_t event)'),
    eventRecord: f('int cuEventRecord(uintptr_t event, uintptr_t stream)'),
    eventElapsed: f('int cuEventElapsedTime(_Out_ float *ms, uintptr_t start, uintptr_t end)'),
    launch: f(
      'int cuLaunchKernel(uintptr_t kernel, uint32_t blocksX, uint32_t blocksY, uint32_t blocksZ, uint32_t threadsX, uint32_t threadsY, uint32_t threadsZ, uint32_t sharedBytes, uintptr_t stream, const uint64_t *given, void *extra)',
    ),
  }
}
