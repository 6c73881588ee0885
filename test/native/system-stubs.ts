/** Builds the libraries that stand in for those of Windows and of macOS, once each. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const canBuild = process.platform === 'linux' && spawnSync('gcc', ['--version']).status === 0

const built = new Map<string, string>()

/** Path of the library; it lasts as long as this process. What its environment can tell it stands at the top of the C file. */
export function buildStub(name: 'windows-stub' | 'mac-stub'): string {
  const before = built.get(name)
  if (before !== undefined) return before
  const folder = mkdtempSync(join(tmpdir(), `idlewatt-${name}-`))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, `lib${name}.so`)
  const made = spawnSync('gcc', ['-shared', '-fPIC', '-O1', '-o', path, join(import.meta.dirname, `${name}.c`)], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(made.stderr)
  built.set(name, path)
  return path
}
