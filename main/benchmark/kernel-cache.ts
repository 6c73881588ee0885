/** The driver's own cache of compiled kernels: what shows that it is damaged, and an empty one instead of it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where drivers are told to keep what they compiled: PoCL, NVIDIA (CUDA and OpenCL), AMD (comgr), Intel (NEO), Mesa. */
const variables = ['POCL_CACHE_DIR', 'CUDA_CACHE_PATH', 'AMD_COMGR_CACHE_DIR', 'NEO_CACHE_DIR', 'MESA_SHADER_CACHE_DIR'] as const

export interface OwnCache {
  /** For the environment of a worker. */
  env: Record<string, string>
  remove(): void
}

/** null: no folder can be made here. */
export function openOwnCache(): OwnCache | null {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'idlewatt-kernels-'))
    const env = Object.fromEntries(variables.map((name) => [name, join(folder, name.toLowerCase())]))
    for (const path of Object.values(env)) mkdirSync(path)
    return { env, remove: () => rmSync(folder, { recursive: true, force: true }) }
  } catch {
    return null
  }
}

/**
 * The driver could not make a kernel of its text, or of what it had kept of it: OpenCL -11 (did not build), -44 to -46 (the
 * program or the name in it is not there); CUDA 200 and 218 (the image or its text is not valid). Nothing has run by then.
 */
export function isCompilerTrouble(reason: string): boolean {
  return /did not compile|build the program|OpenCL error -(11|44|45|46)\b|CUDA error (200|218)\b/.test(reason)
}

/** Said where the empty cache made the difference. */
export const cacheRemark =
  'The driver could not use its own cache of compiled kernels (a damaged file, or a folder that cannot be written), so an empty one was used. Delete the old one: ~/.cache/pocl/kcache or the folder in POCL_CACHE_DIR (PoCL), ~/.nv/ComputeCache (NVIDIA), ~/.cache/comgr_cache (AMD), ~/.cache/neo_compiler_cache (Intel).'
