/** PTX handed to the CUDA driver, its kernels, and what they are launched with. */
import { CU, addressOf, type Cuda, type CuHandle } from '../system/cuda-bindings.ts'
import { CudaFailure, cudaSentence } from './cuda-failure.ts'
import type { CudaArgument, CudaKernel, CudaModule, LaunchShape } from './open-cuda.ts'

const logBytes = 8192
/** Blocks without opt-in have this much shared memory on every card. */
export const plainSharedBytes = 48 * 1024

/** `isThere`: whether the context that a module was loaded into still is. */
export interface Place {
  launch(kernel: CuHandle, name: string, block: ArgumentBlock, shape: LaunchShape): void
  /** Throws a CudaFailure for whatever is not success. */
  must(code: number, doing: string): void
  isThere(): boolean
}

export function loadModule(cuda: Cuda, ptx: string, place: Place): CudaModule {
  const log = new Uint8Array(logBytes)
  const found = new BigUint64Array(1)
  const options = Int32Array.of(CU.JIT_ERROR_LOG, CU.JIT_ERROR_LOG_BYTES)
  // An option's value is a pointer, or a number in a pointer's place.
  const code = cuda.moduleLoad(found, new TextEncoder().encode(`${ptx}\0`), options.length, options, BigUint64Array.of(addressOf(log), BigInt(log.length)))
  if (code !== CU.SUCCESS) {
    const words = firstError(textOf(log))
    throw new CudaFailure(`${cudaSentence(code, 'Building the kernel')}${words ? ` The driver says: ${words.replace(/\.?$/, '.')}` : ''}`, code)
  }
  const module = found[0] as bigint
  return {
    kernel(name) {
      const kernel = new BigUint64Array(1)
      place.must(cuda.moduleFunction(kernel, module, name), `Preparing the kernel "${name}"`)
      return kernelOf(cuda, kernel[0] as bigint, name, place)
    },
    release: () => void (place.isThere() && cuda.moduleUnload(module)),
  }
}

function kernelOf(cuda: Cuda, kernel: CuHandle, name: string, { launch, must, isThere }: Place): CudaKernel {
  let allowed = plainSharedBytes
  const block = createArgumentBlock()
  return {
    launch(given, shape) {
      if (!isThere()) throw new CudaFailure(`The kernel "${name}" is gone: one before it crashed on the card.`)
      if (shape.sharedBytes > allowed) {
        must(cuda.functionAttribute(kernel, CU.FUNCTION_DYNAMIC_SHARED_BYTES, shape.sharedBytes), `Giving the kernel "${name}" its shared memory`)
        allowed = shape.sharedBytes
      }
      block.set(given)
      launch(kernel, name, block, shape)
    },
  }
}

const mostArguments = 16

/** A kernel's arguments, and where they lie, as cuLaunchKernel wants them. */
export interface ArgumentBlock {
  readonly addresses: BigUint64Array
  set(given: CudaArgument[]): void
}

/**
 * Lives as long as its kernel: nothing that the driver reads while it is called can be collected meanwhile. Not so small either
 * that V8 would keep it on its own heap, where it moves things.
 */
export function createArgumentBlock(): ArgumentBlock {
  const bytes = new Uint8Array(new ArrayBuffer(mostArguments * 8))
  const view = new DataView(bytes.buffer)
  const first = addressOf(bytes)
  const addresses = BigUint64Array.from({ length: mostArguments }, (_, index) => first + BigInt(index * 8))
  return {
    addresses,
    set(given) {
      if (given.length > mostArguments) throw new CudaFailure(`A kernel takes at most ${mostArguments} arguments here.`)
      given.forEach((argument, index) => put(view, index * 8, argument))
    },
  }
}

/** In the byte order of every machine that NVIDIA's driver is for. */
function put(view: DataView, at: number, argument: CudaArgument): void {
  if ('buffer' in argument) view.setBigUint64(at, argument.buffer.address, true)
  else if ('ulong' in argument) view.setBigUint64(at, argument.ulong, true)
  else if ('uint' in argument) view.setUint32(at, argument.uint, true)
  else view.setFloat32(at, argument.float, true)
}

export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end)).trim()
}

/** The line a person would look at. */
function firstError(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '')
  return (lines.find((line) => /error|fatal/i.test(line)) ?? lines[0] ?? '').replace(/\s+/g, ' ').trim().slice(0, 200)
}
