/** Tells memory that ran out from a device that is gone: after a reset a driver may answer both with the same number. */
import { isOutOfMemory } from './opencl-failure.ts'
import type { OpenDevice } from './open-device.ts'

/** A page of memory: there is always that much where a device is there. */
const words = Uint32Array.from({ length: 1024 }, (_, k) => Math.imul(k + 1, 0x9e3779b1))

/** Whether less memory may do. Release what was too large before asking. */
export async function isMemoryLack(device: OpenDevice, error: unknown): Promise<boolean> {
  return isOutOfMemory(error) && (await carriesWords(device))
}

async function carriesWords(device: OpenDevice): Promise<boolean> {
  try {
    const buffer = device.allocate(words.byteLength)
    try {
      device.write(buffer, 0, words)
      await device.finish()
      const got = device.read(buffer, 0, new Uint32Array(words.length))
      return got.every((word, k) => word === words[k])
    } finally {
      buffer.release()
    }
  } catch {
    return false
  }
}
