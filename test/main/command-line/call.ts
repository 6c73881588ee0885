/** Runs the command line as a user does: the real entry in its own process, with an empty data folder. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
export const entryFile = join(root, 'main', 'command-line', 'index.ts')
export const machinesFolder = join(root, 'test', 'machines')
const folders: string[] = []

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** An empty folder that goes when the test file is done. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-command-'))
  folders.push(folder)
  return folder
}

export interface Answer {
  exitCode: number | null
  stdout: string
  stderr: string
}

/** `before`: words to put before the call, see heedsReadOnly. */
export function startCommand(words: string[], env: Record<string, string> = {}, before: string[] = []): ChildProcess {
  const data = words.includes('--data') ? [] : ['--data', emptyFolder()]
  const call = [...before, process.execPath, entryFile, ...words, ...data]
  return spawn(call[0] ?? '', call.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', DISPLAY: '', WAYLAND_DISPLAY: '', ...env } })
}

export function idlewatt(words: string[], env: Record<string, string> = {}, before: string[] = []): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = startCommand(words, env, before)
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}

/** Names of the recorded machines. */
export function machines(): string[] {
  return existsSync(machinesFolder) ? readdirSync(machinesFolder).filter((name) => existsSync(join(machinesFolder, name, 'machine.json'))) : []
}
