/**
 * OpenCL straight from a graphics driver, where the loader that usually stands before it (libOpenCL) is missing or knows of no
 * driver: containers and bare rigs often have the one without the other. Every object of a driver begins with the address of
 * its table of functions; the loader calls through that table, and so does this.
 */
import { readdirSync, readFileSync } from 'node:fs'
import koffi from 'koffi'

/** The part of a koffi library that is needed: a C declaration gives a function. */
export interface FunctionSource {
  func(definition: string): unknown
}

/** Positions in the table that this app calls (Khronos cl_icd.h, 2020: the order never changes, new ones come at the end). */
const positions: Record<string, number> = {
  clGetPlatformInfo: 1,
  clGetDeviceIDs: 2,
  clGetDeviceInfo: 3,
  clCreateContext: 4,
  clRetainContext: 6,
  clReleaseContext: 7,
  clCreateCommandQueue: 9,
  clReleaseCommandQueue: 11,
  clCreateBuffer: 14,
  clReleaseMemObject: 18,
  clCreateProgramWithSource: 26,
  clReleaseProgram: 29,
  clBuildProgram: 30,
  clGetProgramBuildInfo: 33,
  clCreateKernel: 34,
  clReleaseKernel: 37,
  clSetKernelArg: 38,
  clGetKernelWorkGroupInfo: 40,
  clWaitForEvents: 41,
  clGetEventInfo: 42,
  clReleaseEvent: 44,
  clGetEventProfilingInfo: 45,
  clFlush: 46,
  clFinish: 47,
  clEnqueueReadBuffer: 48,
  clEnqueueWriteBuffer: 49,
  clEnqueueCopyBuffer: 50,
  clEnqueueMapBuffer: 56,
  clEnqueueUnmapMemObject: 58,
  clEnqueueNDRangeKernel: 59,
}
const pointerBytes = 8

/** Drivers by the names the loader would find in its registry, then by the names they have where nobody registered them. Linux. */
export function driverNames(folder = '/etc/OpenCL/vendors'): string[] {
  return [...new Set([...registered(folder), 'libnvidia-opencl.so.1', 'libamdocl64.so', '/usr/lib/x86_64-linux-gnu/intel-opencl/libigdrcl.so', 'libigdrcl.so'])]
}

function registered(folder: string): string[] {
  return registrations(folder).map(({ library }) => library)
}

function registrations(folder: string): { file: string; library: string }[] {
  try {
    const files = readdirSync(folder).filter((name) => name.endsWith('.icd')).sort().map((name) => `${folder}/${name}`)
    return files.flatMap((file) => readFileSync(file, 'utf8').split('\n').map((line) => line.trim()).filter((line) => line !== '').map((library) => ({ file, library })))
  } catch {
    return []
  }
}

/** Files of the loader's registry that name a library which cannot be loaded, a sentence each. Linux. */
export function brokenRegistrations(folder: string): string[] {
  return registrations(folder).flatMap(({ file, library }) => {
    try {
      koffi.load(library)
      return []
    } catch (error) {
      return [`${file} names ${library}, which cannot be loaded (${error instanceof Error ? error.message : String(error)}).`]
    }
  })
}

/** Functions by name out of a driver's own library; null: it is none, or offers no device. */
export function driverFunctions(library: ReturnType<typeof koffi.load>): FunctionSource | null {
  const platformsOf = platformLister(library)
  if (platformsOf === null) return null
  const count = new Uint32Array(1)
  const first = new BigUint64Array(1)
  if (callable(platformsOf, 'int32_t clIcdGetPlatformIDsKHR(uint32_t max, _Out_ uint64_t *platforms, _Out_ uint32_t *count)')(1, first, count) !== 0 || count[0] === 0) return null
  const table = koffi.decode(first[0] as bigint, 'uint64_t') as number | bigint
  return {
    func(definition) {
      const name = /(\w+)\s*\(/.exec(definition)?.[1] ?? ''
      if (name === 'clGetPlatformIDs') return callable(platformsOf, definition)
      const position = positions[name]
      const address = position === undefined ? 0n : BigInt(koffi.decode(BigInt(table) + BigInt(position * pointerBytes), 'uint64_t') as number | bigint)
      if (address === 0n) throw new Error(`the driver has no ${name}`)
      return callable(address, definition)
    },
  }
}

/** Address of the function that lists a driver's platforms. */
function platformLister(library: ReturnType<typeof koffi.load>): bigint | null {
  try {
    const find = library.func('uint64_t clGetExtensionFunctionAddress(const char *name)') as unknown as (name: string) => number | bigint
    const address = BigInt(find('clIcdGetPlatformIDsKHR'))
    return address === 0n ? null : address
  } catch {
    return null
  }
}

let made = 0

/** The declaration's name may stand once in a process. */
function callable(address: bigint, definition: string): (...given: unknown[]) => number {
  made += 1
  const type = koffi.proto(definition.replace(/(\w+)(\s*\()/, `Driver${made}_$1$2`))
  return koffi.decode(address, type) as (...given: unknown[]) => number
}
