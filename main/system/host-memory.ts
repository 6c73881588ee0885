/** Memory of this machine outside JavaScript's, by address: drivers may read and write it while JavaScript goes on. */
import koffi from 'koffi'

/** Drivers move whole pages fastest. */
const pageBytes = 4096

export interface HostBlock {
  readonly address: bigint
  readonly bytes: number
  release(): void
}

/** Ordinary (pageable) memory of the process, at the beginning of a page. Throws where there is none left. */
export function allocateHostBlock(bytes: number): HostBlock {
  const whole: unknown = koffi.alloc('uint8_t', bytes + pageBytes)
  const begin = koffi.address(whole)
  let isReleased = false
  return {
    address: (begin + BigInt(pageBytes - 1)) & ~BigInt(pageBytes - 1),
    bytes,
    release() {
      if (!isReleased) koffi.free(whole)
      isReleased = true
    },
  }
}

/** A copy of `bytes` bytes at `address`. No view of the memory itself: Electron forbids those. */
export function readHost(address: bigint, bytes: number): Uint8Array {
  return koffi.decode(address, 0, 'uint8_t', bytes) as unknown as Uint8Array
}

export function writeHost(address: bigint, data: Uint8Array): void {
  koffi.encode(address, 0, 'uint8_t', data, data.length)
}

type CopyMemory = { async(to: bigint, from: bigint, bytes: number, done: (error: unknown) => void): void }

/** Where the C library's `memcpy` lies. */
const cLibraries: Partial<Record<NodeJS.Platform, string>> = { win32: 'msvcrt.dll', darwin: '/usr/lib/libSystem.B.dylib', linux: 'libc.so.6' }

let copyMemory: CopyMemory | null = null

/** The processor copies, on another thread. Rejects where the C library does not open. */
export async function copyHost(to: bigint, from: bigint, bytes: number): Promise<void> {
  copyMemory ??= koffi.load(cLibraries[process.platform] ?? 'libc.so').func('void *memcpy(void *to, const void *from, size_t bytes)') as unknown as CopyMemory
  const { async: copy } = copyMemory
  await new Promise<void>((resolve, reject) => copy(to, from, bytes, (error) => (error ? reject(error instanceof Error ? error : new Error('memcpy failed')) : resolve())))
}
