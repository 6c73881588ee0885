/** `watch` as it is used: to a pipe, to a program, in a terminal; and it ends when it is told to. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { emptyFolder, entryFile, idlewatt, machinesFolder, startCommand } from './call.ts'
import { turnDocument } from './documents.ts'

const machine = ['--machine', join(machinesFolder, 'two-rtx-3090-linux')]

function firstOutput(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('exit', (code) => reject(new Error(`it ended with ${code} before it said anything`)))
  })
}

describe('to a pipe', () => {
  test('a line for each card and turn, with its id and figures', { timeout: 30_000 }, async () => {
    const { exitCode, stdout } = await idlewatt(['watch', '--count', '2', ...machine])
    expect(exitCode).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}NVIDIA GeForce RTX 3090 {2}GPU-[\w-]+ {2}load \d+ % {2}temp \d+ °C {2}power \d+ \/ \d+ W/)
  })

  test('one card alone, a document a line', { timeout: 30_000 }, async () => {
    const { exitCode, stdout } = await idlewatt(['watch', '--json', '--count', '2', '--gpu', 'GPU-0b7f3d62', ...machine])
    expect(exitCode).toBe(0)
    const turns = stdout.trimEnd().split('\n').map((line) => turnDocument.parse(JSON.parse(line)))
    expect(turns).toHaveLength(2)
    for (const turn of turns) expect(Object.keys(turn.samples)).toEqual(['GPU-0b7f3d62-98ce-1a25-c4d8-91e3a5f6072c'])
    expect((turns[1]?.at ?? 0) - (turns[0]?.at ?? 0)).toBeGreaterThan(500)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('%s is its usual end', { timeout: 30_000 }, async (signal) => {
    const child = startCommand(['watch', ...machine])
    await firstOutput(child)
    const startedAt = performance.now()
    const exitCode = await new Promise((resolve) => {
      child.once('exit', resolve)
      child.kill(signal)
    })
    expect(exitCode).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })

  test('it ends when nobody reads any more', { timeout: 30_000 }, async () => {
    const child = startCommand(['watch', '--json', ...machine])
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await firstOutput(child)
    child.stdout?.destroy()
    expect(await ended).toBe(0)
  })
})

test.skipIf(process.platform !== 'linux')('to a full disk: a sentence, and exit code 1 (skipped where there is no /dev/full)', { timeout: 30_000 }, async () => {
  const call = [process.execPath, entryFile, 'watch', ...machine, '--data', emptyFolder()].map((word) => `'${word}'`).join(' ')
  const { status, stderr } = await new Promise<{ status: number | null; stderr: string }>((resolve) => {
    const child = spawn('sh', ['-c', `exec ${call} > /dev/full`], { stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('close', (status) => resolve({ status, stderr }))
  })
  expect(status).toBe(1)
  expect(stderr.trim()).toBe('The answer could not be written: the disk is full.')
})

test('where there is no card it says so', { timeout: 30_000 }, async () => {
  const answer = await idlewatt(['watch', '--machine', join(machinesFolder, 'no-gpu')])
  expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
  expect(answer.stderr).toContain('No card is here')
})

const canMakeTerminal = process.platform === 'linux' && spawnSync('script', ['--version'], { stdio: 'ignore' }).error === undefined

describe.skipIf(!canMakeTerminal)('in a terminal (skipped where `script` is not installed)', () => {
  /** Runs it in a terminal of 60 columns and 12 rows, presses the keys once the table stands. */
  function inTerminal(keys: string): Promise<{ exitCode: number | null; screen: string }> {
    const call = [process.execPath, entryFile, 'watch', ...machine, '--data', emptyFolder()].map((word) => `'${word}'`).join(' ')
    const child = spawn('script', ['-qec', `stty cols 60 rows 12; exec ${call}`, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] })
    let screen = ''
    let isPressed = false
    return new Promise((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        screen += text
        if (isPressed || !screen.includes('Temp')) return
        isPressed = true
        child.stdin.write(keys)
      })
      child.once('close', (exitCode) => resolve({ exitCode, screen }))
    })
  }

  test.each([['q', 'q'], ['Ctrl-C', '\u0003']])('%s ends it and gives the screen back as it was', { timeout: 30_000 }, async (_what, keys) => {
    const { exitCode, screen } = await inTerminal(keys)
    expect(exitCode).toBe(0)
    expect(screen).toContain('\u001b[?1049h')
    expect(screen.trimEnd().endsWith('\u001b[?25h\u001b[?1049l')).toBe(true)
    const drawn = screen.split('\u001b[H').at(-1) ?? ''
    const lines = drawn.replace(/\u001b\[[?\d]*[a-zA-Z]/g, '').split(/\r?\n/)
    expect(lines.filter((line) => line.startsWith('NVIDIA'))).toHaveLength(2)
    for (const line of lines) expect([...line].length, line).toBeLessThan(60)
  })
})
