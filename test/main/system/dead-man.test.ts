/** A worker that hangs in a library ends by itself, also when nobody is left to end it. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startDeadMan } from '../../../main/system/dead-man.ts'

const file = join(import.meta.dirname, '../../../main/system/dead-man.ts')

function run(script: string): Promise<{ code: number | null; signal: string | null }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', `import { startDeadMan } from ${JSON.stringify(file)}; ${script}`], { stdio: 'ignore' })
  return new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })))
}

describe.skipIf(process.platform === 'win32')('where the system has an alarm clock', () => {
  test('a loop that hangs for longer is ended', async () => {
    expect(await run('startDeadMan(1); for (;;) {}')).toEqual({ code: null, signal: 'SIGALRM' })
  }, 15_000)
  test('one that says that it lives is not', async () => {
    expect(await run('const one = startDeadMan(1); let left = 8; const timer = setInterval(() => (one.alive(), --left || clearInterval(timer) || process.exit(7)), 200)')).toEqual({ code: 7, signal: null })
  }, 15_000)
})

test('elsewhere it does nothing', () => {
  expect(() => startDeadMan(1, 'win32').alive()).not.toThrow()
})
