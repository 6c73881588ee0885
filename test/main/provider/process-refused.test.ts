/** Programs that cannot be started: what is in the way is said, and what to do. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startProcess, type ProcessWanted } from '../../../main/provider/process.ts'
import { canMountTinyDisk, moduleUrl, newFolder, runOnTinyDisk } from '../../helpers/files.ts'

function wanted(folder: string, more: Partial<ProcessWanted>): ProcessWanted {
  return { program: '/bin/sh', args: [], env: {}, cwd: folder, outputFile: join(folder, 'output.txt'), mark: 'refused', needsTerminal: false, ...more }
}

describe.skipIf(process.platform !== 'linux')('what is in the way is said with what to do', () => {
  const cases: [string, (folder: string) => Partial<ProcessWanted>, RegExp][] = [
    ['the program has disappeared', (folder) => ({ program: join(folder, 'gone') }), /gone is missing.*antivirus.*Set the programme up again/],
    ['no such command', () => ({ program: 'idlewatt-no-such-program' }), /“idlewatt-no-such-program” was not found.*Install it/],
    ['it is a folder', (folder) => ({ program: folder }), /is a folder, not a program/],
    ['it may not be run', (folder) => ({ program: file(folder, 'plain', '#!/bin/sh\n', 0o644) }), /may not run .*plain.*chmod \+x/],
    ['0 bytes', (folder) => ({ program: file(folder, 'empty', '') }), /empty \(0 bytes\).*Set the programme up again/],
    ['it is for another processor', (folder) => ({ program: file(folder, 'other', Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(9), Buffer.from([2, 0, 0xf3, 0]), Buffer.alloc(64)])) }), /is no program for this computer/],
    ['it is damaged', (folder) => ({ program: file(folder, 'damaged', Buffer.from([1, 0, 2, 0, 3])) }), /is no program for this computer/],
    ['its interpreter is missing', (folder) => ({ program: file(folder, 'script', '#!/no/such/interpreter\n') }), /is there but cannot be run/],
    ['the folder is missing', (folder) => ({ cwd: join(folder, 'gone') }), /The folder .*gone is missing/],
    ['the folder is a file', (folder) => ({ cwd: file(folder, 'a-file', 'x') }), /is a file, but the program needs a folder/],
    ['the output is a folder', (folder) => (mkdirSync(join(folder, 'output.txt')), {}), /is not an ordinary file/],
    ['the output is a link elsewhere', (folder) => (symlinkSync('/dev/null', join(folder, 'output.txt')), {}), /is not an ordinary file/],
    ['a word that no program can be given', () => ({ args: ['a\0b'] }), /could not be started/],
  ]
  function file(folder: string, name: string, content: string | Buffer, mode = 0o755): string {
    writeFileSync(join(folder, name), content, { mode })
    return join(folder, name)
  }

  test.each(cases)('%s', async (_what, more, sentence) => {
    const folder = newFolder()
    await expect(startProcess(wanted(folder, more(folder)))).rejects.toMatchObject({ name: 'NotPossible', message: expect.stringMatching(sentence) })
  })

  test('no `script` for one that wants a terminal', async () => {
    const folder = newFolder()
    await expect(startProcess(wanted(folder, { needsTerminal: true, env: { PATH: folder } }))).rejects.toThrow(/wants a terminal.*“script”.*Install it/)
  })

  test.skipIf(!canMountTinyDisk)('a full disk (skipped where no small disk can be mounted)', () => {
    const folder = newFolder()
    const code = `import { startProcess } from ${moduleUrl('main/provider/process.ts')}
      try { await startProcess({ program: '/bin/true', args: [], env: {}, cwd: '/', outputFile: ${JSON.stringify(join(folder, 'output.txt'))}, mark: 'm', needsTerminal: false }); console.log('started') } catch (error) { console.log(error.name, error.message) }`
    expect(runOnTinyDisk(folder, 'cat /dev/zero > filler 2>/dev/null || true', code).stdout).toMatch(/^NotPossible The disk with .* is full\. Free some space/)
  })
})
