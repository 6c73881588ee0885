/** The practice worker itself: the real script as a real process, and the real program of its container. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import files from '../../../../main/networks/practice/files.json' with { type: 'json' }
import { practiceSoftware, readPracticeLine } from '../../../../main/networks/practice/software.ts'
import { root } from '../../earnings/estimating.ts'

const folder = join(root, 'resources/practice')
const script = join(folder, 'practice-worker.sh')
const onPosix = process.platform !== 'win32'

const started: ChildProcess[] = []
const folders: string[] = []
afterEach(() => {
  for (const child of started.splice(0)) {
    if (child.pid === undefined) continue
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // Its whole group is gone already.
    }
  }
  for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true })
})

function emptyFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'idlewatt-practice-'))
  folders.push(made)
  return made
}

interface Running {
  child: ChildProcess
  lines(): string[]
  events(): string[]
  ended: Promise<{ code: number | null; signal: string | null }>
}

function run(program: string, args: string[], env: Record<string, string> = {}): Running {
  const child = spawn(program, args, { env: { PATH: process.env['PATH'] ?? '', ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const lines = (): string[] => text.split('\n').filter((line) => line !== '')
  return {
    child,
    lines,
    events: () => lines().flatMap((line) => readPracticeLine(line)?.event ?? []),
    ended: new Promise((done) => child.on('close', (code, signal) => done({ code, signal }))),
  }
}

const worker = (behaviour: string, env: Record<string, string> = {}): Running => run('/bin/sh', [script, 'run'], { PRACTICE_NAME: 'test', PRACTICE_BEHAVIOUR: behaviour, PRACTICE_WAIT: '0.05', PRACTICE_WORK: '0.05', ...env })
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 20 })

test('sizes and hashes that are checked are those of the files, and nothing else lies there', () => {
  for (const [name, { sha256, bytes }] of Object.entries(files.files)) {
    const content = readFileSync(join(folder, name))
    expect(content.length, name).toBe(bytes)
    expect(createHash('sha256').update(content).digest('hex'), name).toBe(sha256)
  }
  expect(readdirSync(folder).sort()).toEqual([...Object.keys(files.files), 'README.md', 'practice-container.c'].sort())
})

test('the README names the hashes of the archives', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  for (const [name, { sha256 }] of Object.entries(files.files)) if (name.endsWith('.tar')) expect(readme).toContain(sha256)
})

test('both scripts say the same, but for how they end', () => {
  const pieces = (name: string): Set<string> => new Set([...readFileSync(join(folder, name), 'utf8').matchAll(/practice: [a-z0-9 ,:=]{4,}/g)].map(([piece]) => piece.trim()))
  const [posix, windows] = [pieces('practice-worker.sh'), pieces('practice-worker.ps1')]
  expect(posix.size).toBeGreaterThan(8)
  // Windows ends a process without asking it.
  expect([...posix].filter((piece) => !windows.has(piece))).toEqual(['practice: ended'])
  expect([...windows].filter((piece) => !posix.has(piece))).toEqual(['practice: prepare needs a folder'])
})

describe.runIf(onPosix)('the script as a process', () => {
  test('gets ready, does jobs, and ends at once when it is asked to', async () => {
    const running = worker('usual')
    await until(() => expect(running.events()).toContain('job-finished'))
    expect(running.events().slice(0, 4)).toEqual(['starting', 'ready', 'waiting', 'job-started'])
    running.child.kill('SIGTERM')
    expect(await running.ended).toEqual({ code: 0, signal: null })
    expect(running.events().at(-1)).toBe('ended')
  })

  test('in the middle of a job that ends with it, and leaves no sleeping process behind', async () => {
    const running = worker('usual', { PRACTICE_WORK: '600' })
    await until(() => expect(running.events()).toContain('job-started'))
    running.child.kill('SIGTERM')
    await running.ended
    expect(running.events().slice(-2)).toEqual(['job-cancelled', 'ended'])
    await until(() => expect(() => process.kill(-(running.child.pid ?? 0), 0)).toThrow())
  })

  test.each([
    ['crashes', 'crashing', 7],
  ])('told to, it %s', async (behaviour, event, code) => {
    const running = worker(behaviour)
    expect((await running.ended).code).toBe(code)
    expect(running.events()).toContain(event)
    expect(practiceSoftware.exitCodes[code]).toMatch(/told to/)
  })

  test.each([
    ['fails-jobs', 'job-failed'],
    ['no-jobs', 'no-job'],
    ['unwell', 'unwell'],
  ])('told to, it %s', async (behaviour, event) => {
    const running = worker(behaviour)
    await until(() => expect(running.events()).toContain(event))
  })

  test.each([
    ['unwell', ['starting', 'ready', 'unwell', 'unwell', 'unwell'], { activity: 'unhealthy', cause: 'broken-here' }],
    ['fails-jobs', ['starting', 'ready', 'waiting', 'job-started', 'job-failed', 'waiting'], { activity: 'idle', cause: 'broken-here' }],
  ])('told to be %s, its lines say nothing that hides it', async (behaviour, events, shown) => {
    const running = worker(behaviour)
    await until(() => expect(running.events().length).toBeGreaterThanOrEqual(events.length))
    expect(running.events().slice(0, events.length)).toEqual(events)
    const signs = running.lines().flatMap((line) => readPracticeLine(line) ?? []).slice(0, events.length).map((sign) => ({ ...sign, at: 1 }))
    const container = { id: 'a', name: '/x', image: 'idlewatt-practice:1', state: 'running', labels: {}, startedAt: 0, exitCode: null, restartCount: 0, health: null } as const
    expect(practiceSoftware.read({ at: 1, signs, lastLineAt: null, isProcessThere: true, containers: [container], services: {}, endpoints: {}, registry: null, cards: [], answers: {}, startedAt: 0 })).toMatchObject(shown)
  })

  test('silent: it never gets ready', async () => {
    const running = worker('silent')
    await until(() => expect(running.events()).toContain('starting'))
    expect(running.events()).not.toContain('ready')
  })

  test('deaf: it goes on after SIGTERM', async () => {
    const running = worker('deaf')
    await until(() => expect(running.events()).toContain('ready'))
    running.child.kill('SIGTERM')
    const then = running.events().length
    await until(() => expect(running.events().length).toBeGreaterThan(then + 3))
    expect(running.child.exitCode).toBeNull()
  })

  test('leaves-child: a process of it outlives it', async () => {
    const running = worker('leaves-child')
    await until(() => expect(running.events()).toContain('ready'))
    const pid = Number(/left a child behind: (\d+)/.exec(running.lines().join('\n'))?.[1])
    running.child.kill('SIGKILL')
    await until(() => expect(() => process.kill(pid, 0)).not.toThrow())
  })

  test('prepare makes its folder, and says what it lacks', async () => {
    const made = join(emptyFolder(), 'practice')
    execFileSync('/bin/sh', [script, 'prepare', made])
    expect(existsSync(join(made, 'prepared.txt'))).toBe(true)
    expect((await run('/bin/sh', [script, 'prepare', '/proc/none']).ended).code).toBe(4)
    const wrong = run('/bin/sh', [script, 'dance'])
    expect((await wrong.ended).code).toBe(2)
    expect(wrong.lines().join('')).toContain('"dance"')
  })
})

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('the container\u2019s program', () => {
  function unpacked(): string {
    const into = emptyFolder()
    execFileSync('tar', ['-xf', join(folder, 'practice-container-x64.tar'), '-C', into])
    expect(readdirSync(into)).toEqual(['practice-container'])
    return join(into, 'practice-container')
  }
  test('is static, says that it is ready, and ends on SIGTERM', async () => {
    const running = run(unpacked(), [])
    await until(() => expect(running.events()).toContain('container-ready'))
    running.child.kill('SIGTERM')
    expect(await running.ended).toEqual({ code: 0, signal: null })
    expect(running.events().at(-1)).toBe('container-ended')
  })
  test('told to, it leaves with code 3', async () => {
    expect((await run(unpacked(), ['ends']).ended).code).toBe(3)
  })
  test('needs no library and no interpreter', () => {
    const program = unpacked()
    writeFileSync(`${program}.copy`, readFileSync(program))
    expect(execFileSync('readelf', ['-l', program], { encoding: 'utf8' })).not.toMatch(/INTERP|DYNAMIC/)
  })
})
