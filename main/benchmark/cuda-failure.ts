/** What the CUDA driver refuses, in words for the user. */
import { CU } from '../system/cuda-bindings.ts'

/** The driver refused something; the message says what. `code` is its number in cuda.h; null: it gave none. */
export class CudaFailure extends Error {
  override name = 'CudaFailure'
  readonly code: number | null
  constructor(message: string, code: number | null = null) {
    super(message)
    this.code = code
  }
}

/** Names and meanings after NVIDIA's cuda.h (13.0): those that a working program can meet. */
const refusals: Record<number, readonly [name: string, words: string]> = {
  1: ['INVALID_VALUE', 'the driver found a value it cannot use'],
  2: ['OUT_OF_MEMORY', 'the card has too little free memory'],
  3: ['NOT_INITIALIZED', 'the driver is not started'],
  4: ['DEINITIALIZED', 'the driver is shutting down'],
  34: ['STUB_LIBRARY', 'only a stub of the driver library is installed'],
  35: ['INSUFFICIENT_DRIVER', 'the driver is too old'],
  36: ['CALL_REQUIRES_NEWER_DRIVER', 'the driver is too old'],
  46: ['DEVICE_UNAVAILABLE', 'the card is not available: another program holds it alone, or it is reset'],
  100: ['NO_DEVICE', 'the driver shows no card'],
  101: ['INVALID_DEVICE', 'the driver does not know this card'],
  200: ['INVALID_IMAGE', 'the driver cannot read the kernel'],
  201: ['INVALID_CONTEXT', 'the card’s context is gone'],
  209: ['NO_BINARY_FOR_GPU', 'the driver cannot build this kernel for this card'],
  214: ['ECC_UNCORRECTABLE', 'the card’s memory had an error that could not be corrected'],
  218: ['INVALID_PTX', 'the driver did not accept the kernel'],
  220: ['NVLINK_UNCORRECTABLE', 'the card’s link had an error that could not be corrected'],
  221: ['JIT_COMPILER_NOT_FOUND', 'the driver’s compiler library is missing'],
  222: ['UNSUPPORTED_PTX_VERSION', 'the driver is older than this kernel’s language'],
  223: ['JIT_COMPILATION_DISABLED', 'compiling kernels is switched off here (CUDA_DISABLE_PTX_JIT)'],
  226: ['CONTAINED', 'an error on the card was contained'],
  301: ['FILE_NOT_FOUND', 'a file of the driver is missing'],
  304: ['OPERATING_SYSTEM', 'the operating system refused'],
  500: ['NOT_FOUND', 'the kernel has no such entry'],
  700: ['ILLEGAL_ADDRESS', 'the kernel touched memory that is not its own'],
  701: ['LAUNCH_OUT_OF_RESOURCES', 'the kernel needs more than a multiprocessor has'],
  702: ['LAUNCH_TIMEOUT', 'the driver stopped the kernel because it took too long'],
  709: ['CONTEXT_IS_DESTROYED', 'the card’s context is gone'],
  714: ['HARDWARE_STACK_ERROR', 'the card’s hardware met an error'],
  715: ['ILLEGAL_INSTRUCTION', 'the card met an instruction it does not know'],
  716: ['MISALIGNED_ADDRESS', 'the kernel touched memory off its grid'],
  717: ['INVALID_ADDRESS_SPACE', 'the kernel touched the wrong kind of memory'],
  718: ['INVALID_PC', 'the kernel ran astray'],
  719: ['LAUNCH_FAILED', 'the kernel crashed on the card'],
  801: ['NOT_SUPPORTED', 'the driver does not offer it here'],
  802: ['SYSTEM_NOT_READY', 'the system around the card is not ready yet'],
  803: ['SYSTEM_DRIVER_MISMATCH', 'the driver and its libraries are of different versions: a restart of the machine helps'],
  804: ['COMPAT_NOT_SUPPORTED_ON_DEVICE', 'this card takes no newer libraries than its driver'],
  999: ['UNKNOWN', 'the driver met an error it has no name for'],
}

/** "Launching a kernel failed: the kernel crashed on the card (CUDA error 719, LAUNCH_FAILED)." */
export function cudaSentence(code: number, doing: string): string {
  const known = refusals[code]
  return `${doing} failed: ${known?.[1] ?? 'the driver refused'} (CUDA error ${code}${known ? `, ${known[0]}` : ''}).`
}

export function checkCuda(code: number, doing: string): void {
  if (code !== CU.SUCCESS) throw new CudaFailure(cudaSentence(code, doing), code)
}
