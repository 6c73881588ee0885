/** Ending a process that has no group of its own: what it started goes with it, and nobody else does. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { endProcessTree, endProcessTreeAtOnce } from '../../../main/system/process-tree.ts'

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test.skipIf(process.platform !== 'linux').each([
  ['while we go on', endProcessTree],
  ['while we end ourselves', endProcessTreeAtOnce],
])('a worker, its compiler and what that started are gone, %s (skipped where there is no /proc)', async (_when, end) => {
  const bystander = spawn('sleep', ['300'], { stdio: 'ignore' })
  onTestFinished(() => void bystander.kill('SIGKILL'))
  // The grandchild has a session of its own, as a group's end would not reach it.
  const code = 'const { spawn } = require("node:child_process"); const child = spawn("sh", ["-c", "setsid sleep 300 & echo $!; wait"], { stdio: ["ignore", "pipe", "ignore"] }); child.stdout.once("data", (text) => console.log(process.pid, child.pid, String(text).trim()))'
  const worker = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void worker.kill('SIGKILL'))
  const pids = String((await once(worker.stdout, 'data'))[0]).trim().split(' ').map(Number)
  expect(pids).toHaveLength(3)
  expect(pids.map(isRunning)).toEqual([true, true, true])
  end(worker.pid as number, () => void worker.kill('SIGKILL'))
  expect(await once(worker, 'exit')).toEqual([null, 'SIGKILL'])
  await expect.poll(() => pids.map(isRunning), { timeout: 5000 }).toEqual([false, false, false])
  expect(isRunning(bystander.pid as number)).toBe(true)
})
