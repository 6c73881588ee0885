/** Whether a card still computes: a tiny kernel, checked to the last number. Inside the worker. */
import type { OpenDevice } from './open-device.ts'

const items = 4096
const turns = 16

/** null: it does; else what is wrong, as the end of a sentence. Throws what the driver refuses. */
export async function checkSanity(device: OpenDevice, kernelText: string, seed: number): Promise<string | null> {
  const program = await device.build(kernelText, '')
  try {
    const into = device.allocate(items * 4)
    try {
      const kernel = program.kernel('sane')
      kernel.setArguments([{ buffer: into }, { uint: seed }])
      kernel.enqueue(items, Math.min(64, kernel.maxGroupSize))
      await device.finish()
      const got = device.readFloats(into, 0, items)
      const wrong = got.findIndex((value, item) => value !== saneValue(item, seed))
      return wrong === -1 ? null : `it computed ${got[wrong]} where ${saneValue(wrong, seed)} is right`
    } finally {
      into.release()
    }
  } finally {
    program.release()
  }
}

/** What work-item `item` must write. Pure. */
export function saneValue(item: number, seed: number): number {
  let value = (item * 7 + seed) >>> 0
  for (let turn = 0; turn < turns; turn++) value = (((Math.imul(value, 31) >>> 0) + 17) >>> 0) % 8191
  return value
}
