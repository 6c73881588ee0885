/** Starts the headless door as a user does, for measurements: its own empty data folder, its address once it is ready. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const root = join(import.meta.dirname, '..', '..')
export const entryFile = join(root, 'out', 'main', 'idlewatt.js')

export interface RunningDoor {
  url: string
  pid: number
  /** performance.now() at the start. */
  startedAt: number
  stop(): Promise<void>
}

/** Asks nobody outside unless `env` names a loopback address in place of the hosts. */
export async function startDoor(words: string[] = [], env: Record<string, string> = {}): Promise<RunningDoor> {
  const data = mkdtempSync(join(tmpdir(), 'idlewatt-measure-'))
  const startedAt = performance.now()
  const child = spawn(process.execPath, [entryFile, 'serve', '--no-open', '--port', '0', '--data', data, ...words], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...(env['IDLEWATT_LOOPBACK'] === undefined ? { IDLEWATT_OFFLINE: '1' } : {}), ...env } })
  const url = await readAddress(child)
  return {
    url,
    pid: child.pid ?? 0,
    startedAt,
    async stop() {
      await ended(child)
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** Asks the door as its page does. */
export async function ask(door: RunningDoor, name: string, input: unknown): Promise<unknown> {
  const { origin, hash } = new URL(door.url)
  const answer = await fetch(`${origin}/ask`, { method: 'POST', headers: { Authorization: `Bearer ${hash.slice(1)}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ name, input }) })
  const reply = (await answer.json()) as { ok: boolean; value?: unknown; failure?: { message: string } }
  if (!reply.ok) throw new Error(`${name}: ${reply.failure?.message ?? answer.status}`)
  return reply.value
}

function readAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the headless door ended (${code}) before it was ready`)))
    child.once('error', reject)
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /^Idlewatt is ready: (\S+)$/.exec(line)?.[1]
      if (url) resolve(url)
    })
  })
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}
