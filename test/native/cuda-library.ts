/** Builds the library that stands in for NVIDIA's CUDA driver, once for each set of flags. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const canBuild = process.platform === 'linux' && spawnSync('gcc', ['--version']).status === 0

const built = new Map<string, string>()

/** Path of the library; it lasts as long as this process. What it can be told by its environment stands at the top of cuda-stub.c. */
export function buildCudaStub(...flags: string[]): string {
  const before = built.get(flags.join())
  if (before !== undefined) return before
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-cuda-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'libcuda-stub.so')
  const made = spawnSync('gcc', ['-shared', '-fPIC', '-O2', ...flags, '-o', path, join(import.meta.dirname, 'cuda-stub.c')], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(made.stderr)
  built.set(flags.join(), path)
  return path
}
