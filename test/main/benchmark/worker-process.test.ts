/** The measuring process as a process: what it prints, what it starts, and how it ends. Real processes. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { startNodeWorker } from '../../../main/system/node-worker.ts'
import { isAlive, root } from './support.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
function file(name: string, text: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'idlewatt-process-'))
  folders.push(folder)
  const at = path.join(folder, name)
  writeFileSync(at, text)
  return at
}

describe('a measuring process', () => {
  test('that prints to its standard output, as some drivers do, prints nothing into ours', () => {
    const noisy = file('worker.mjs', `import { writeSync } from 'node:fs'; writeSync(1, 'pocl: hello\\n'); console.log('and again'); process.send('ready')`)
    const starter = file('starter.mjs', `import { startNodeWorker } from ${JSON.stringify(path.join(root, 'main/system/node-worker.ts'))}
const worker = startNodeWorker(${JSON.stringify(noisy)})
worker.onMessage(() => { console.log('{"one":"document"}'); worker.kill() })`)
    const ran = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', starter], { encoding: 'utf8', timeout: 15_000 })
    expect(ran.stdout).toBe('{"one":"document"}\n')
    expect(ran.stderr).toMatch(/pocl: hello[^]*and again/)
  })

  test.skipIf(process.platform === 'win32')('takes with it what it started, also while it hangs in native code', async () => {
    const parent = startNodeWorker(file('worker.mjs', `import { spawn } from 'node:child_process'
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); for (;;);'], { stdio: 'ignore' })
process.send(child.pid, () => { for (;;); })`))
    const childPid = await new Promise<number>((resolve) => parent.onMessage((pid) => resolve(pid as number)))
    expect(isAlive(childPid)).toBe(true)
    const gone = new Promise<void>((resolve) => parent.onExit(() => resolve()))
    parent.kill()
    await gone
    expect(isAlive(parent.pid as number)).toBe(false)
    // Its own parent is gone: whoever takes orphans up has to notice its end.
    await expect.poll(() => isRunning(childPid), { timeout: 5_000 }).toBe(false)
  })
})

/** A process that ended and was not noticed yet is no longer running. */
function isRunning(pid: number): boolean {
  if (!isAlive(pid)) return false
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()
  return state !== '' && !state.startsWith('Z')
}
