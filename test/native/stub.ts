/** Builds the library that stands in for NVML, once for each set of flags, and reads through it with the real bindings. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadNvml } from '../../main/gpu/nvidia/nvml-library.ts'
import { createNvmlReader, type NvmlReader } from '../../main/gpu/nvidia/nvml-reader.ts'
import type { Nvml } from '../../main/gpu/nvidia/nvml.ts'

export const canBuild = process.platform === 'linux' && spawnSync('gcc', ['--version']).status === 0

const built = new Map<string, string>()

/** Path of the library; it lasts as long as this process. What it can be told by its environment stands at the top of nvml-stub.c. */
export function build(...flags: string[]): string {
  const before = built.get(flags.join())
  if (before !== undefined) return before
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-stub-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'libnvml-stub.so')
  const made = spawnSync('gcc', ['-shared', '-fPIC', '-O1', ...flags, '-o', path, join(import.meta.dirname, 'nvml-stub.c')], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(made.stderr)
  built.set(flags.join(), path)
  return path
}

export function load(path: string): Nvml {
  const nvml = loadNvml([path])
  if (!nvml) throw new Error(`${path} does not load`)
  return nvml
}

export function readerOver(path: string, options: { wddm?: boolean } = {}): NvmlReader {
  const nvml = load(path)
  const code = nvml.init()
  if (code !== 0) throw new Error(`NVML starts with code ${code}`)
  return createNvmlReader(nvml, { wddm: options.wddm ?? false })
}

/** The library reads its environment at every call. */
export function withEnv<T>(env: Record<string, string>, work: () => T): T {
  Object.assign(process.env, env)
  try {
    return work()
  } finally {
    for (const name of Object.keys(env)) delete process.env[name]
  }
}
