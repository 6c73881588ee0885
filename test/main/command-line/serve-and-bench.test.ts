/** The two commands that run on: they are ready when they say so, end when told to, leave nothing behind, and keep their folder to themselves. */
import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openHistory } from '../../../main/history/index.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { createLog } from '../../../main/system/log.ts'
import { listOpenClDevices } from '../../../main/system/opencl.ts'
import { workloadIds } from '../../../shared/benchmark.ts'
import { emptyFolder, entryFile, idlewatt, machines, machinesFolder, root, startCommand } from './call.ts'
import { benchDocument } from './documents.ts'

const isBuilt = existsSync(join(root, 'out', 'renderer', 'index.html'))
const opencl = listOpenClDevices()
const canMeasure = opencl.ok && opencl.devices.length > 0
const machine = ['--machine', join(machinesFolder, machines().find((name) => name.includes('3090')) ?? '')]

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
    child.once('exit', (code) => reject(new Error(`it ended with ${code} before it said anything`)))
  })
}

/** Exit code and how long it took, in ms. */
function end(child: ChildProcess, signal: NodeJS.Signals): Promise<{ exitCode: number | null; tookMs: number }> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    child.once('exit', (exitCode) => resolve({ exitCode, tookMs: performance.now() - startedAt }))
    child.kill(signal)
  })
}

function descendantsOf(pid: number): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((one) => parentOf(one) === pid)
}
function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return null
  }
}
const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}

describe.skipIf(!isBuilt)('serve (skipped until the page is built)', () => {
  test('what is wrong is said once on stderr, for whoever looks at no page', { timeout: 30_000 }, async () => {
    const data = emptyFolder()
    writeFileSync(join(data, 'history.sqlite'), 'this was a history once')
    const child = startCommand(['serve', '--no-open', '--data', data, ...machine])
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
    await firstLine(child)
    await end(child, 'SIGTERM')
    expect(said.match(/was set aside as history\.broken-[^ ]+\.sqlite and a new one was begun/g)).toHaveLength(1)
    expect(existsSync(join(data, 'history.sqlite'))).toBe(true)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('answers when it says that it is ready, and is gone within 2 s of %s with all it started', { timeout: 30_000 }, async (signal) => {
    const child = startCommand(['serve', '--no-open', '--port', '0', ...machine])
    const line = await firstLine(child)
    const url = /^Idlewatt is ready: (http:\/\/127\.0\.0\.1:\d+\/)#([\w-]{20,})$/.exec(line)
    expect(url, line).not.toBeNull()
    const page = await fetch(url?.[1] ?? '')
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<html')
    const children = descendantsOf(child.pid ?? 0)
    const { exitCode, tookMs } = await end(child, signal)
    expect(exitCode).toBe(0)
    expect(tookMs).toBeLessThan(2_000)
    await expect.poll(() => children.filter((pid) => !isGone(pid)), { timeout: 2_000 }).toEqual([])
  })

  test('a second one on the same folder says who holds it; looking and estimating go on', { timeout: 30_000 }, async () => {
    const data = emptyFolder()
    const child = startCommand(['serve', '--no-open', '--port', '0', '--data', data, ...machine])
    const line = await firstLine(child)
    const second = await idlewatt(['serve', '--no-open', '--port', '0', '--data', data])
    expect(second).toMatchObject({ exitCode: 1, stdout: '' })
    expect(second.stderr).toContain(data)
    expect(second.stderr).toContain(String(child.pid))
    expect(second.stderr).not.toContain(line.split('#')[1])
    expect((await idlewatt(['estimate', '--gpu-model', 'RTX 4090', '--json', '--data', data])).exitCode).toBe(0)
    expect((await idlewatt(['detect', '--json', '--data', data, ...machine])).exitCode).toBe(0)
    await end(child, 'SIGTERM')
    const third = startCommand(['serve', '--no-open', '--port', '0', '--data', data, ...machine])
    expect(await firstLine(third)).toContain('ready')
    await end(third, 'SIGTERM')
  })

  test.skipIf(process.platform !== 'linux')('the browser is opened with an address that does not hold the token: the list of processes is public', { timeout: 30_000 }, async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\nprintf %s "$*" > "${folder}/words.new" && mv "${folder}/words.new" "${folder}/words"\n`)
    chmodSync(join(folder, 'xdg-open'), 0o755)
    const child = startCommand(['serve', ...machine], { DISPLAY: ':0', PATH: `${folder}:${process.env['PATH'] ?? ''}` })
    const token = (await firstLine(child)).split('#')[1] ?? ''
    await expect.poll(() => existsSync(join(folder, 'words')), { timeout: 10_000 }).toBe(true)
    const opened = readFileSync(join(folder, 'words'), 'utf8')
    expect(opened).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/open\/[\w-]{43}$/)
    expect(opened).not.toContain(token)
    const page = await fetch(opened, { redirect: 'manual' })
    expect([page.status, page.headers.get('location')]).toEqual([303, `/#${token}`])
    await end(child, 'SIGTERM')
  })

  test('a port in use is a sentence', { timeout: 30_000 }, async () => {
    const child = startCommand(['serve', '--no-open', '--port', '0', ...machine])
    const port = /:(\d+)\//.exec(await firstLine(child))?.[1] ?? ''
    const second = await idlewatt(['serve', '--no-open', '--port', port])
    expect(second).toMatchObject({ exitCode: 1, stdout: '' })
    expect(second.stderr).toContain(port)
    await end(child, 'SIGTERM')
  })

  test('it ends when the start script that began it is killed without a word', { timeout: 30_000 }, async () => {
    const script = `
      const child = require('node:child_process').spawn(process.execPath, ${JSON.stringify([entryFile, 'serve', '--no-open', '--port', '0', '--data', emptyFolder(), ...machine])}, { stdio: ['ignore', 'inherit', 'ignore'], env: { ...process.env, IDLEWATT_PARENTS: String(process.pid) } })
      process.stdout.write('pid ' + child.pid + '\\n')
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
    let text = ''
    parent.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    await expect.poll(() => text, { timeout: 15_000 }).toContain('Idlewatt is ready')
    const pid = Number(/pid (\d+)/.exec(text)?.[1])
    parent.kill('SIGKILL')
    await expect.poll(() => isGone(pid), { timeout: 3_000 }).toBe(true)
  })
})

describe('bench', () => {
  test('the cards of a recording are not here to be measured', async () => {
    const answer = await idlewatt(['bench', '--json', ...machine])
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
    expect(answer.stderr).toContain('recorded')
  })

  test.skipIf(!canMeasure)('prints one document, and keeps the result (skipped without an OpenCL device)', { timeout: 90_000 }, async () => {
    const answer = await idlewatt(['bench', 'run', '--json'])
    const result = benchDocument.parse(JSON.parse(answer.stdout))
    expect(result.results.map((one) => one.workload)).toEqual(['fp32-compute', 'memory-bandwidth'])
    expect(answer.exitCode).toBe(0)
    expect(answer.stderr).toContain('fp32-compute')
  })

  test.skipIf(!canMeasure)('what did not come back is left out, and the flag that runs it is named (skipped without an OpenCL device)', { timeout: 60_000 }, async () => {
    const data = emptyFolder()
    const { gpus } = JSON.parse((await idlewatt(['detect', '--json', '--data', data])).stdout) as { gpus: { id: string }[] }
    const history = openHistory({ folder: data, clock: systemClock, log: createLog('silent', () => {}), onNotice: () => {} })
    for (const { id } of gpus) for (const workload of workloadIds) history.setMarker({ gpuId: id, workload, startedAt: Date.now(), driverVersion: null })
    history.close()
    const answer = await idlewatt(['bench', '--data', data])
    expect(answer.exitCode).toBe(1)
    expect(answer.stdout).toContain('Skipped single-precision compute')
    expect(answer.stderr).toContain('--even-after-crash')
  })

  test.skipIf(!canMeasure)('Ctrl-C ends it within a second, and its worker with it (skipped without an OpenCL device)', { timeout: 60_000 }, async () => {
    const data = emptyFolder()
    const child = startCommand(['bench', '--data', data])
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    let stdout = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    await expect.poll(() => stderr, { timeout: 40_000 }).toContain('fp32-compute')
    const children = descendantsOf(child.pid ?? 0)
    const { exitCode, tookMs } = await end(child, 'SIGINT')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('Stopped.')
    expect(tookMs).toBeLessThan(1_100)
    await expect.poll(() => children.filter((pid) => !isGone(pid)), { timeout: 1_000 }).toEqual([])
    expect(readdirSync(data)).not.toContain('idlewatt.lock')
  })
})
