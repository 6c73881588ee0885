/** What a real process of a provider is started with: no token of ours, and files that nobody else reads. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startProcess } from '../../../main/provider/process.ts'
import { newFolder } from '../../helpers/files.ts'

test.skipIf(process.platform === 'win32')('a process gets no token of ours, and what it makes is readable by this user alone', async () => {
  process.env['EXAMPLE_TOKEN'] = 'HIDE'
  onTestFinished(() => void delete process.env['EXAMPLE_TOKEN'])
  const folder = newFolder()
  const outputFile = join(folder, 'output.txt')
  const mask = process.umask()
  const owned = await startProcess({ program: '/bin/sh', args: ['-c', 'umask; mkdir made; echo x > made/file; env'], env: { GIVEN: 'yes' }, cwd: folder, outputFile, mark: `environment-${process.pid}`, needsTerminal: false })
  expect(await new Promise((done) => owned.onEnd(done))).toEqual({ code: 0, signal: null })
  const said = readFileSync(outputFile, 'utf8')
  expect(said).toMatch(/^0077$/m)
  expect(said).toMatch(/^GIVEN=yes$/m)
  expect(said).not.toContain('HIDE')
  expect([statSync(join(folder, 'made')).mode & 0o777, statSync(join(folder, 'made', 'file')).mode & 0o777]).toEqual([0o700, 0o600])
  expect(process.umask()).toBe(mask)
})
