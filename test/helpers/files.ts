/** Folders for tests, removed afterwards. */
import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** `atEnd`: that of the test's own context, for tests that run one beside the other. */
export function newFolder(atEnd: typeof onTestFinished = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-test-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs TypeScript in a Node of its own: for what only a fresh process shows. `flags` come before the code. */
export function runCode(code: string, options: { args?: string[]; wrap?: string[]; cwd?: string } = {}): SpawnSyncReturns<string> {
  const words = [...(options.wrap ?? []), process.execPath, '--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', code, ...(options.args ?? [])]
  return spawnSync(words[0] ?? '', words.slice(1), { encoding: 'utf8', timeout: 15_000, ...(options.cwd === undefined ? {} : { cwd: options.cwd }) })
}

/** Runs code that prints a line for each thing it has done, and kills it hard after `lines` of them. Resolves to how many it told. */
export function runUntilKilled(code: string, lines: number, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', code, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (piece: Buffer) => {
      text += piece.toString()
      if (text.split('\n').length > lines) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', () => resolve(text.split('\n').length - 1))
  })
}

const isRoot = process.getuid?.() === 0
const lessRights = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', '--inh-caps', '-all']
/**
 * Words to put before a command so that "read-only" holds for it: none for an ordinary user; root gives up what lets it
 * write everywhere, but stays the owner of its files (another user might not even reach this checkout). null: not to be had.
 */
export const heedsReadOnly: string[] | null = !isRoot
  ? process.platform === 'win32'
    ? null
    : []
  : spawnSync(lessRights[0] as string, [...lessRights.slice(1), 'true']).status === 0
    ? lessRights
    : null

/** Address of one of main's modules, for code that is run elsewhere. */
export function moduleUrl(path: string): string {
  return JSON.stringify(new URL(`../../${path}`, import.meta.url).href)
}

const small = ['unshare', '--user', '--map-root-user', '--mount']
/** Whether a tiny disk can be mounted here without being root: Linux with user namespaces. */
export const canMountTinyDisk = process.platform === 'linux' && spawnSync(small[0] as string, [...small.slice(1), 'sh', '-c', 'mount -t tmpfs -o size=64k none /mnt']).status === 0

/** Runs the code with a disk of 64 KiB at `folder`, filled up by `fill` (shell) first. */
export function runOnTinyDisk(folder: string, fill: string, code: string): SpawnSyncReturns<string> {
  return runCode(code, { wrap: [...small, 'sh', '-c', `mount -t tmpfs -o size=64k none "${folder}" && cd "${folder}" && ${fill}; exec "$@"`, 'sh'] })
}
