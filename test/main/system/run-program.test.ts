/** Programs run without a shell: their answers, limits and ends. */
import { describe, expect, test } from 'vitest'
import { runProgram } from '../../../main/system/run-program.ts'
import { createThisMachine } from '../../../main/system/this-machine.ts'

const node = process.execPath
const script = (code: string): string[] => ['-e', code]

describe('a program', () => {
  test('says what it prints and how it ends', async () => {
    expect(await runProgram(node, script('console.log("ü"); console.error("e"); process.exitCode = 3'), { timeoutMs: 10_000 })).toEqual({ kind: 'done', exitCode: 3, stdout: 'ü\n', stderr: 'e\n' })
  })
  test('that is not there is not found', async () => {
    expect(await runProgram('idlewatt-no-such-program', [], { timeoutMs: 1000 })).toEqual({ kind: 'not-found' })
  })
  test('gets its words as they are: there is no shell', async () => {
    expect(await runProgram(node, ['-p', 'process.argv.slice(1)[0]', '$(id) && echo'], { timeoutMs: 10_000 })).toMatchObject({ stdout: '$(id) && echo\n' })
  })
  test('that does not end is ended at its limit', async () => {
    expect(await runProgram(node, script('setInterval(() => {}, 1000)'), { timeoutMs: 300 })).toEqual({ kind: 'timed-out', afterMs: 300 })
  })
  test.skipIf(process.platform === 'win32')('that prints without end is ended at its limit', async () => {
    expect(await runProgram('yes', ['and so on'], { timeoutMs: 10_000, maxBytes: 2 ** 21 })).toMatchObject({ kind: 'failed', message: expect.stringContaining('2 MiB') })
  })
  test('ends when its signal says so', async () => {
    const ending = new AbortController()
    const running = runProgram(node, script('setInterval(() => {}, 1000)'), { timeoutMs: 60_000, signal: ending.signal })
    ending.abort()
    expect(await running).toEqual({ kind: 'failed', message: 'stopped' })
  })
})

test('this machine knows itself', async () => {
  const machine = createThisMachine({ dataFolder: '/a/folder/that/is/not/there/yet' })
  const facts = await machine.facts()
  expect(machine.recorded).toBeNull()
  expect(facts.memoryBytes).toBeGreaterThan(1e8)
  expect(facts.diskFreeBytes).toBeGreaterThan(0)
  expect(facts.os).toBeTruthy()
  expect(await machine.readFile('/no/such/file')).toBeNull()
  expect(await machine.listFolder('/no/such/folder')).toEqual([])
})
