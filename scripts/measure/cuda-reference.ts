/** References of NVIDIA's own for one card: the driver's copy within it, and the matrix product of its library. No code of ours computes on the card here. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import koffi from 'koffi'
import { timedHalves } from '../../main/benchmark/workloads/tensor-numbers.ts'
import { median } from './row.ts'

export interface CudaReference {
  /** GB/s read and written; null: `why`. */
  copyGBs(): Reading
  /** TFLOP/s of a 16-bit product with 32-bit sums. */
  productTflops(): Reading
  close(): void
}
export type Reading = { value: number; what: string } | { value: null; what: string }

type Call = (...given: unknown[]) => number

/** From cuda.h, library_types.h and cublas_api.h (CUDA 13.0). */
const CUDA_R_32F = 0
const CUDA_R_16F = 2
const CUBLAS_COMPUTE_32F = 68
const CUBLAS_GEMM_DEFAULT = -1

const gibibyte = 1024 ** 3
const side = 8192
const rounds = 7
/** Of a matrix: as many rows have numbers of their own, and then they come again. */
const ownRows = 512

/** A sentence where there is no way to the card. */
export function openCudaReference(pciAddress: string): CudaReference | string {
  const driver = load(['libcuda.so.1', 'nvcuda.dll'])
  if (driver === null) return 'NVIDIA’s CUDA driver is not installed.'
  const call = (name: string, types: string): Call => driver.func(`int ${name}(${types})`) as unknown as Call
  try {
    const device = new Int32Array(1)
    must(call('cuInit', 'uint32_t flags')(0), 'cuInit')
    must(call('cuDeviceGetByPCIBusId', '_Out_ int *device, const char *address')(device, pciAddress), 'cuDeviceGetByPCIBusId')
    const context = new BigUint64Array(1)
    must(call('cuDevicePrimaryCtxRetain', '_Out_ uint64_t *context, int device')(context, device[0]), 'cuDevicePrimaryCtxRetain')
    must(call('cuCtxSetCurrent', 'uint64_t context')(context[0]), 'cuCtxSetCurrent')
    const allocateCall = call('cuMemAlloc_v2', '_Out_ uint64_t *address, size_t bytes')
    const free = call('cuMemFree_v2', 'uint64_t address')
    const copy = call('cuMemcpyDtoD_v2', 'uint64_t to, uint64_t from, size_t bytes')
    const copyToDevice = call('cuMemcpyHtoD_v2', 'uint64_t to, const uint8_t *from, size_t bytes')
    const wait = call('cuCtxSynchronize', '')
    const release = call('cuDevicePrimaryCtxRelease_v2', 'int device')

    const allocate = (bytes: number): bigint => {
      const address = new BigUint64Array(1)
      must(allocateCall(address, bytes), 'cuMemAlloc')
      return address[0] as bigint
    }
    /** Median seconds of `repeats` calls in a row, waited for together. */
    const secondsOf = (repeats: number, work: () => void): number => {
      work()
      must(wait(), 'cuCtxSynchronize')
      return median(
        Array.from({ length: rounds }, () => {
          const before = performance.now()
          for (let i = 0; i < repeats; i++) work()
          must(wait(), 'cuCtxSynchronize')
          return (performance.now() - before) / 1000 / repeats
        }),
      )
    }

    return {
      copyGBs: () =>
        quietly(() => {
          const [from, to] = [allocate(gibibyte), allocate(gibibyte)]
          const seconds = secondsOf(64, () => must(copy(to, from, gibibyte), 'cuMemcpyDtoD'))
          free(from)
          free(to)
          return { value: (2 * gibibyte) / 1e9 / seconds, what: 'cuMemcpyDtoD of 1 GiB, read and written' }
        }),
      productTflops: () =>
        quietly(() => {
          const library = load(cublasFiles())
          if (library === null) return { value: null, what: 'cuBLAS is not installed here.' }
          const blas = (name: string, types: string): Call => library.func(`int ${name}(${types})`) as unknown as Call
          const handle = new BigUint64Array(1)
          must(blas('cublasCreate_v2', '_Out_ uint64_t *handle')(handle), 'cublasCreate')
          const product = blas(
            'cublasGemmEx',
            'uint64_t handle, int transA, int transB, int m, int n, int k, const float *alpha, uint64_t a, int typeA, int lda, uint64_t b, int typeB, int ldb, const float *beta, uint64_t c, int typeC, int ldc, int compute, int algorithm',
          )
          const bytes = side * side * 2
          const [a, b, c] = [allocate(bytes), allocate(bytes), allocate(side * side * 4)]
          // The same kind of numbers as our own kernels have: ones or zeros would draw less power, and a card at its power limit then runs faster.
          for (const [which, matrix] of [a, b].entries()) {
            const piece = timedHalves(which, ownRows * side)
            for (let at = 0; at < bytes; at += piece.length) must(copyToDevice(matrix + BigInt(at), piece, piece.length), 'cuMemcpyHtoD')
          }
          const [alpha, beta] = [Float32Array.of(1), Float32Array.of(0)]
          const seconds = secondsOf(40, () =>
            must(product(handle[0], 0, 0, side, side, side, alpha, a, CUDA_R_16F, side, b, CUDA_R_16F, side, beta, c, CUDA_R_32F, side, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT), 'cublasGemmEx'),
          )
          for (const one of [a, b, c]) free(one)
          blas('cublasDestroy_v2', 'uint64_t handle')(handle[0])
          return { value: (2 * side ** 3) / 1e12 / seconds, what: `cublasGemmEx, ${side} × ${side} × ${side}, 16-bit with 32-bit sums, whole numbers from -511 to 511` }
        }),
      close: () => void release(device[0]),
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function must(status: number, doing: string): void {
  if (status !== 0) throw new Error(`${doing} failed with error ${status}.`)
}

function quietly(work: () => Reading): Reading {
  try {
    return work()
  } catch (error) {
    return { value: null, what: error instanceof Error ? error.message : String(error) }
  }
}

function load(names: readonly string[]): ReturnType<typeof koffi.load> | null {
  for (const name of names) {
    try {
      return koffi.load(name)
    } catch {
      continue
    }
  }
  return null
}

/** By name, where the loader finds it, and where toolkits and Python packages put it. */
function cublasFiles(): string[] {
  const names = ['13', '12', '11'].map((version) => `libcublas.so.${version}`)
  const folders = ['/usr/local/cuda/lib64', '/usr/lib/x86_64-linux-gnu', ...['/usr/local/lib', '/usr/lib'].flatMap((base) => pythonFolders(base))]
  return [...names, ...folders.flatMap((folder) => names.map((name) => join(folder, name))).filter((file) => existsSync(file))]
}

function pythonFolders(base: string): string[] {
  if (!existsSync(base)) return []
  const pythons = readdirSync(base).filter((name) => name.startsWith('python3'))
  return pythons.flatMap((name) => ['dist-packages', 'site-packages'].flatMap((packages) => ['cublas', 'cu13'].map((part) => join(base, name, packages, 'nvidia', part, 'lib'))))
}
