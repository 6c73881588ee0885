/** Tells a card that the driver reset or lost from a workload that merely failed, by the number the driver gave. Pure. */

/**
 * OpenCL: -36 after work that went well is a queue whose context is gone, -2 a device that went away, -9999 NVIDIA's
 * own number for a kernel it stopped (Khronos cl.h; NVIDIA's driver, as clpeak's and hashcat's users met it).
 */
const openClLost = new Set([-2, -36, -9999])
/** CUDA (cuda.h, 13.0): devices unavailable, uncorrectable memory error, contained error, launch timed out, and the sticky faults that cost the context. */
const cudaLost = new Set([46, 214, 220, 226, 700, 702, 714, 715, 716, 717, 718, 719, 721, 999])
/** Out of resources or memory: NVIDIA's word for a fault in a kernel, but also for a group or a buffer that is too large. A small kernel tells. */
const openClDoubtful = new Set([-4, -5, -6, -14, -34, -38, -58])

export type Loss = 'lost' | 'doubtful' | 'no'

export function lossOf(error: unknown): Loss {
  const { api, code } = codeOf(error)
  if (code === null) return 'no'
  if (api === 'cuda') return cudaLost.has(code) ? 'lost' : 'no'
  return openClLost.has(code) ? 'lost' : openClDoubtful.has(code) ? 'doubtful' : 'no'
}

/** The failures of open-device.ts and open-cuda.ts carry the number as `code`; others tell it in words: "(OpenCL error -36)". */
function codeOf(error: unknown): { api: 'opencl' | 'cuda' | null; code: number | null } {
  if (!(error instanceof Error)) return { api: null, code: null }
  const { code } = error as { code?: unknown }
  if (typeof code === 'number') return { api: error.name === 'CudaFailure' ? 'cuda' : 'opencl', code }
  const found = /\b(OpenCL|CUDA)\b[^()]{0,20}?\berror (-?\d+)/i.exec(error.message)
  if (!found) return { api: null, code: null }
  return { api: /cuda/i.test(found[1] as string) ? 'cuda' : 'opencl', code: Number(found[2]) }
}
