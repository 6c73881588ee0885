/** `npm start` from wherever one stands: npm runs it in the project's folder, and relative names still mean the caller's. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { ensureBuilt, repositoryFolder } from '../helpers/built.ts'
import { newFolder } from '../helpers/files.ts'

beforeAll(ensureBuilt)

async function start(words: string[], cwd: string, env: Record<string, string>): Promise<{ code: number; text: string; errors: string }> {
  const child = spawn(process.execPath, [join(repositoryFolder, 'scripts', 'start.js'), ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, npm_lifecycle_event: '', INIT_CWD: '', ...env } })
  let text = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk))
  const [code] = (await once(child, 'close')) as [number]
  return { code, text, errors }
}

test('a relative folder is the caller\'s, with npm between and without', { timeout: 30_000 }, async () => {
  const folder = newFolder()
  cpSync(join(repositoryFolder, 'test', 'machines', 'rtx-3050'), join(folder, 'my machine'), { recursive: true })
  const words = ['detect', '--json', '--machine', 'my machine', '--data', 'data']
  const throughNpm = await start(words, repositoryFolder, { npm_lifecycle_event: 'start', INIT_CWD: folder })
  const direct = await start(words, folder, {})
  for (const { code, text, errors } of [throughNpm, direct]) {
    expect(code, errors).toBe(0)
    expect((JSON.parse(text) as { gpus: unknown[] }).gpus).toHaveLength(1)
  }
})

test('a script of another name does not move it', { timeout: 30_000 }, async () => {
  const { code, errors } = await start(['detect', '--machine', 'my machine', '--data', newFolder()], repositoryFolder, { npm_lifecycle_event: 'test', INIT_CWD: newFolder() })
  expect(code).toBe(1)
  expect(errors).toContain(join(repositoryFolder, 'my machine'))
})
