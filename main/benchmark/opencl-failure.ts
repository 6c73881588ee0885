/** What OpenCL refuses, in words for the user. */
import { CL } from '../system/opencl-bindings.ts'

/** The driver refused something; the message says what, in words for the user. */
export class OpenClFailure extends Error {
  override name = 'OpenClFailure'
  /** OpenCL's own number; null: it gave none. */
  readonly code: number | null
  constructor(message: string, code: number | null = null) {
    super(message)
    this.code = code
  }
}

/** Khronos' names for the refusals that a working program can meet. */
const refusals: Record<number, string> = {
  [-2]: 'the device is not available',
  [-3]: 'the driver has no compiler',
  [-4]: 'the device could not allocate the memory',
  [-5]: 'the device is out of resources',
  [-6]: 'the machine is out of memory',
  [-11]: 'the kernel did not compile',
  [-12]: 'the driver could not map the memory',
  [-14]: 'the driver stopped the work',
  [-36]: 'the driver lost the command queue',
  [-54]: 'the group size is not supported',
  [-55]: 'the group is larger than the device allows',
  [-61]: 'the buffer is larger than the device allows',
  [-9999]: 'the driver stopped the kernel',
}

/** Memory of the device or the machine ran out: less of it may do. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof OpenClFailure && error.code !== null && [-4, -5, -6, -12, -61].includes(error.code)
}

export function checkStatus(status: number, doing: string): void {
  if (status === CL.SUCCESS) return
  throw new OpenClFailure(`${doing} failed: ${refusals[status] ?? 'the driver refused'} (OpenCL error ${status}).`, status)
}
