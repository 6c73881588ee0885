/** What a driver says of its OpenCL device, made believable: a driver may leave things out, and some lie. */
import os from 'node:os'
import { CL, type ClHandle, type OpenCl } from '../system/opencl-bindings.ts'
import { wholeNumber } from '../system/opencl.ts'

export interface DeviceFacts {
  type: 'gpu' | 'cpu' | 'other'
  /** At least 1, also where the driver says 0. */
  computeUnits: number
  /** As the driver states it, and no more than the machine has where it shares the machine's. 0: not stated. */
  memoryBytes: number
  /** At least 1 MiB. */
  maxAllocationBytes: number
  /** Size of the global memory cache as the driver states it; 0: not stated. */
  cacheBytes: number
  /** Device and machine use the same memory: a processor or an integrated GPU. */
  sharesMemory: boolean
  /** fma() is one instruction here, not an emulation. */
  hasFma: boolean
  /** cl_khr_fp16 is claimed. Whether it compiles, a workload finds out: a compiler that crashes must not take the others with it. */
  hasFp16: boolean
  /** Double precision of any kind. */
  hasFp64: boolean
  /** cl_khr_integer_dot_product of signed 8-bit numbers, by the hardware: the extension may be offered by emulation, too. */
  hasIntegerDot: boolean
  localMemoryBytes: number
  maxGroupSize: number
  /** Of the core, as the driver states it; null: not stated. */
  clockMhz: number | null
  extensions: ReadonlySet<string>
}

const mebibyte = 1_048_576
/** No device of today has more; a larger figure is a driver's mistake. */
const mostMemoryBytes = 16 * 1024 ** 4

export function factsOf(cl: OpenCl, device: ClHandle): DeviceFacts {
  const read = (what: number, size: 4 | 8): number => Number(wholeNumber(cl, device, what, size) ?? 0n)
  const type = read(CL.DEVICE_TYPE, 8)
  const isProcessor = (type & CL.DEVICE_TYPE_CPU) !== 0
  const extensions = extensionsOf(cl, device)
  const sharesMemory = isProcessor || read(CL.DEVICE_HOST_UNIFIED_MEMORY, 4) !== 0
  const memoryBytes = believableMemory(read(CL.DEVICE_GLOBAL_MEM_SIZE, 8), sharesMemory ? os.totalmem() : null)
  return {
    type: type & CL.DEVICE_TYPE_GPU ? 'gpu' : isProcessor ? 'cpu' : 'other',
    computeUnits: Math.max(1, read(CL.DEVICE_MAX_COMPUTE_UNITS, 4)),
    memoryBytes,
    maxAllocationBytes: believableAllocation(read(CL.DEVICE_MAX_MEM_ALLOC_SIZE, 8), memoryBytes),
    cacheBytes: read(CL.DEVICE_GLOBAL_MEM_CACHE_SIZE, 8),
    sharesMemory,
    hasFma: (read(CL.DEVICE_SINGLE_FP_CONFIG, 8) & CL.FP_FMA) !== 0,
    hasFp16: extensions.has('cl_khr_fp16'),
    hasFp64: extensions.has('cl_khr_fp64') || read(CL.DEVICE_DOUBLE_FP_CONFIG, 8) !== 0,
    hasIntegerDot:
      extensions.has('cl_khr_integer_dot_product') && (read(CL.DEVICE_INTEGER_DOT_PRODUCT_CAPABILITIES_KHR, 8) & CL.INTEGER_DOT_PRODUCT_8BIT_KHR) !== 0 && isDotAccelerated(cl, device),
    localMemoryBytes: read(CL.DEVICE_LOCAL_MEM_SIZE, 8),
    maxGroupSize: Math.max(1, read(CL.DEVICE_MAX_WORK_GROUP_SIZE, 8)),
    clockMhz: read(CL.DEVICE_MAX_CLOCK_FREQUENCY, 4) || null,
    extensions,
  }
}

/** 0: not to be believed. `machineBytes`: the machine's own memory where the device uses that. Pure. */
export function believableMemory(statedBytes: number, machineBytes: number | null): number {
  if (!(statedBytes > 0) || statedBytes > mostMemoryBytes) return machineBytes ?? 0
  return Math.min(statedBytes, machineBytes ?? Infinity)
}

/** Khronos promises a quarter of the memory, 128 MiB at least; what is stated beyond the memory itself is not there. Pure. */
export function believableAllocation(statedBytes: number, memoryBytes: number): number {
  const promised = memoryBytes > 0 ? memoryBytes / 4 : 128 * mebibyte
  const stated = statedBytes > 0 && statedBytes <= mostMemoryBytes ? statedBytes : promised
  return Math.max(mebibyte, Math.floor(Math.min(stated, memoryBytes > 0 ? memoryBytes : promised)))
}

/** Six cl_bool of cl_device_integer_dot_product_acceleration_properties_khr (cl_ext.h); the first is "signed". Not told: not believed. */
function isDotAccelerated(cl: OpenCl, device: ClHandle): boolean {
  const properties = new Uint8Array(24)
  const told = cl.getDeviceInfo(device, CL.DEVICE_INTEGER_DOT_PRODUCT_ACCELERATION_PROPERTIES_8BIT_KHR, properties.length, properties, null)
  return told === CL.SUCCESS && new DataView(properties.buffer).getUint32(0, true) !== 0
}

function extensionsOf(cl: OpenCl, device: ClHandle): ReadonlySet<string> {
  const text = new Uint8Array(65_536)
  const needed = new BigUint64Array(1)
  if (cl.getDeviceInfo(device, CL.DEVICE_EXTENSIONS, text.length, text, needed) !== CL.SUCCESS) return new Set()
  const end = text.indexOf(0)
  return new Set(new TextDecoder().decode(text.subarray(0, end < 0 ? Number(needed[0]) : end)).split(/\s+/).filter((name) => name !== ''))
}
