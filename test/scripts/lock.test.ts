/** The lock around the set-up: one at a time, and none that was left behind is waited for. */
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { withLock } from '../../scripts/lib/lock.js'
import { newFolder } from '../helpers/files.ts'

function lockFile(text?: string, ageMs = 0): string {
  const file = join(newFolder(), 'deep', 'set-up.lock')
  if (text === undefined) return file
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  const at = new Date(Date.now() - ageMs)
  utimesSync(file, at, at)
  return file
}

describe('the lock of the set-up', () => {
  test('is held while the work is on, and gone afterwards, also after a failure', async () => {
    const file = lockFile()
    expect(await withLock(file, async () => existsSync(file), () => {})).toBe(true)
    await expect(withLock(file, () => Promise.reject(new Error('no network')), () => {})).rejects.toThrow('no network')
    expect(existsSync(file)).toBe(false)
  })
  test.each([
    ['of a process that is gone', '2147483646', 0],
    ['of our own number, from an earlier container', String(process.pid), 0],
    ['of a number that another program has by now', '1', 60_000],
    ['that was never written to its end', '', 10_000],
    ['that is no number', 'rubbish', 0],
  ])('one %s is taken over', async (_whose, text, ageMs) => {
    expect(await withLock(lockFile(text, ageMs), async () => 'done', () => {})).toBe('done')
  })
  test.each([
    ['whose process runs', '1'],
    ['that is just being written', ''],
  ])('one %s is waited for, which is said once', async (_whose, text) => {
    const file = lockFile(text)
    const said = vi.fn()
    const work = vi.fn(async () => 'done')
    const done = withLock(file, work, said)
    await vi.waitFor(() => expect(said).toHaveBeenCalledOnce())
    expect(work).not.toHaveBeenCalled()
    // The other one has finished.
    utimesSync(file, 0, 0)
    expect(await done).toBe('done')
    expect(said).toHaveBeenCalledOnce()
  })
})
