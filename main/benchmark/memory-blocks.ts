/** Takes the memory that is to be tested: block by block, so that nobody else's is pushed out and a driver's figures need not be right. */
import { isMemoryLack } from './memory-lack.ts'
import type { Buffer, OpenDevice } from './open-device.ts'

const mebibyte = 1_048_576
/** Numbers of vectors within a block stay far below 2^31. */
const mostBlockBytes = 2048 * mebibyte
const leastBlockBytes = 16 * mebibyte
/** Where nobody says how much is free, the last tenth is left alone. */
const mostShareUnknown = 0.9

export interface Block {
  buffer: Buffer
  /** Of its first byte within the whole test. */
  begin: number
  vectors: number
}

/** Bytes that may be taken; `freeBytes` null: not known. Pure. */
export function allowedBytes(totalBytes: number, freeBytes: number | null, leaveBytes: number): number {
  const most = freeBytes === null ? Math.min(totalBytes * mostShareUnknown, totalBytes - leaveBytes) : freeBytes - leaveBytes
  return Math.max(0, Math.floor(most / mebibyte) * mebibyte)
}

/**
 * Blocks of `bytes` in all, or of as much as there is. `touch` writes a block from end to end: many drivers hand out memory
 * only when it is used, and one that is not there shows then. Throws what is no lack of memory: also that of a device which was reset amid it.
 */
export async function takeBlocks(device: OpenDevice, bytes: number, touch: (block: Block) => Promise<void>): Promise<Block[]> {
  const blocks: Block[] = []
  const most = Math.max(mebibyte, Math.floor(Math.min(mostBlockBytes, device.facts.maxAllocationBytes) / mebibyte) * mebibyte)
  let taken = 0
  let size = most
  try {
    while (bytes - taken >= Math.min(leastBlockBytes, bytes) && size >= Math.min(leastBlockBytes, most)) {
      const wanted = Math.min(size, bytes - taken)
      const block = await takeBlock(device, wanted, taken, touch)
      if (block) {
        blocks.push(block)
        taken += wanted
      } else size = Math.floor(wanted / 2 / mebibyte) * mebibyte
      if (wanted < mebibyte || size === 0) break
    }
    return blocks
  } catch (error) {
    for (const block of blocks) block.buffer.release()
    throw error
  }
}

/** null: there is not so much. */
async function takeBlock(device: OpenDevice, bytes: number, begin: number, touch: (block: Block) => Promise<void>): Promise<Block | null> {
  let buffer: Buffer | null = null
  try {
    buffer = device.allocate(bytes)
    const block = { buffer, begin, vectors: bytes / 16 }
    await touch(block)
    return block
  } catch (error) {
    buffer?.release()
    if (await isMemoryLack(device, error)) return null
    throw error
  }
}
