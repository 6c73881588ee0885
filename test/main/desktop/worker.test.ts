/** The desktop's workers, started by the Electron stand-in: ending one ends what it started. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { moduleUrl, newFolder } from '../../helpers/files.ts'

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test.skipIf(process.platform !== 'linux')('a worker that hangs in a driver call takes its compiler with it (skipped where there is no /proc)', async () => {
  const electron = await import('../../helpers/electron-stand-in.ts')
  vi.doMock('electron', () => electron)
  const { startUtilityWorker } = await import('../../../main/desktop/worker.ts')
  await electron.app.whenReady()
  const file = join(newFolder(), 'worker.ts')
  writeFileSync(file, `import { spawn } from 'node:child_process'
import { openWorkerPort } from ${moduleUrl('main/system/worker-port.ts')}
const port = openWorkerPort()
const child = spawn('sleep', ['300'])
child.once('spawn', () => { port.send(child.pid); setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 10) })`)
  const worker = startUtilityWorker(file, 'bench')
  onTestFinished(() => worker.kill())
  const pid = await new Promise<unknown>((resolve) => worker.onMessage(resolve)) as number
  expect(isRunning(pid)).toBe(true)
  worker.kill()
  expect(await new Promise((resolve) => worker.onExit(resolve))).toEqual({ code: null, signal: 'SIGKILL' })
  await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false)
})
