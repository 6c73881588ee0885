/** Workers as processes: what is said to them and by them, and that none is left behind. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { WorkerHandle } from '../../../main/host.ts'
import { startNodeWorker } from '../../../main/system/node-worker.ts'
import { moduleUrl, newFolder } from '../../helpers/files.ts'

function writeWorker(code: string): string {
  const file = join(newFolder(), 'worker.ts')
  writeFileSync(file, `import { openWorkerPort } from ${moduleUrl('main/system/worker-port.ts')}\nconst port = openWorkerPort()\n${code}`)
  return file
}
function startWorker(code: string): WorkerHandle {
  const worker = startNodeWorker(writeWorker(code))
  onTestFinished(() => worker.kill())
  return worker
}
const nextMessage = (worker: WorkerHandle): Promise<unknown> => new Promise((resolve) => worker.onMessage(resolve))
const exitOf = (worker: WorkerHandle): Promise<{ code: number | null; signal: string | null }> => new Promise((resolve) => worker.onExit(resolve))

/** A zombie is gone; that nobody has fetched its exit code yet is not its fault. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

describe('a worker', () => {
  it('is spoken to in structured clones, also before it listens', async () => {
    const worker = startWorker('setTimeout(() => port.onMessage((message) => port.send({ heard: message })), 50)')
    worker.send({ when: new Date(5), big: 2n ** 70n, bytes: new Uint8Array([1, 2]), missing: undefined })
    expect(await nextMessage(worker)).toEqual({ heard: { when: new Date(5), big: 2n ** 70n, bytes: new Uint8Array([1, 2]), missing: undefined } })
  })

  it('says its last words before it is reported gone', async () => {
    const worker = startWorker('for (let n = 1; n < 500; n += 1) port.send(n); process.send(500, undefined, undefined, () => process.exit(0))')
    const heard: unknown[] = []
    worker.onMessage((message) => heard.push(message))
    await exitOf(worker)
    expect(heard).toHaveLength(500)
  })

  it('is ended at once, also while it hangs in a call that never returns', async () => {
    const worker = startWorker('port.send("hanging"); setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 10)')
    await nextMessage(worker)
    worker.kill()
    expect(await exitOf(worker)).toEqual({ code: null, signal: 'SIGKILL' })
    worker.send('nobody hears this')
    worker.kill()
    // Whoever asks late is told as well.
    expect(await exitOf(worker)).toEqual({ code: null, signal: 'SIGKILL' })
  })

  it('that does not start is reported as gone', async () => {
    expect(await exitOf(startNodeWorker(join(newFolder(), 'none.ts')))).toMatchObject({ code: 1 })
  })

  it('keeps stdout free for documents', async () => {
    const file = writeWorker('console.log("chatter of a driver"); port.send("done")')
    const code = `const { startNodeWorker } = await import(${moduleUrl('main/system/node-worker.ts')}); const worker = startNodeWorker(${JSON.stringify(file)}); worker.onMessage(() => { worker.kill(); console.log('document') })`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    await once(child, 'close')
    expect(stdout).toBe('document\n')
  })

  it.skipIf(process.platform === 'win32').each(['is ended', 'crashes by itself'])('takes with it what it started when it %s (Windows: not looked at here)', async (how) => {
    const worker = startWorker('const { spawn } = await import("node:child_process"); const child = spawn("sleep", ["300"]); child.once("spawn", () => port.send(child.pid)); port.onMessage(() => process.kill(process.pid, "SIGSEGV"))')
    const pid = (await nextMessage(worker)) as number
    expect(isRunning(pid)).toBe(true)
    if (how === 'is ended') worker.kill()
    else worker.send('crash')
    await exitOf(worker)
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false)
  })

  it.each(['ends by itself', 'is killed'])('goes when its starter %s', async (how) => {
    const file = writeWorker('port.onMessage(() => {}); port.send("up")')
    const code = `const { startNodeWorker } = await import(${moduleUrl('main/system/node-worker.ts')}); const worker = startNodeWorker(${JSON.stringify(file)}); worker.onMessage(() => { console.log(worker.pid); process.stdin.once('data', () => process.exit(0)) })`
    const starter = spawn(process.execPath, ['--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', code], { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void starter.kill('SIGKILL'))
    const pid = Number(String((await once(starter.stdout, 'data'))[0]))
    expect(isRunning(pid)).toBe(true)
    if (how === 'is killed') starter.kill('SIGKILL')
    else starter.stdin.write('go')
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false)
  })
})
