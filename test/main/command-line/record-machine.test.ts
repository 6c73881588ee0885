/** `record-machine`: a new folder that opens as the same machine, with nothing of the old one's in it; nothing is overwritten. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { recordedText, writeCapture } from '../../../main/command-line/record-machine.ts'
import { emptyFolder, idlewatt, machinesFolder } from './call.ts'
import { detectDocument } from './documents.ts'

test('the recording of a machine shows the same cards under other ids', { timeout: 60_000 }, async () => {
  const folder = join(emptyFolder(), 'my rig')
  const original = ['--machine', join(machinesFolder, 'two-rtx-3090-linux')]
  const answer = await idlewatt(['record-machine', folder, '--json', ...original])
  expect(answer.exitCode, answer.stderr).toBe(0)
  const { replaced, files } = JSON.parse(answer.stdout) as { replaced: { what: string; count: number }[]; files: string[] }
  expect(files).toContain('machine.json')
  expect(replaced.some((one) => one.count > 0)).toBe(true)
  const [before, after] = await Promise.all([original, ['--machine', folder]].map(async (words) => detectDocument.parse(JSON.parse((await idlewatt(['detect', '--json', ...words])).stdout))))
  expect(after?.gpus.map((gpu) => [gpu.name, gpu.pciAddress, gpu.memoryBytes])).toEqual(before?.gpus.map((gpu) => [gpu.name, gpu.pciAddress, gpu.memoryBytes]))
  const written = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((file) => /\.\w+$/.test(file)).map((file) => readFileSync(file, 'utf8')).join('\n')
  for (const { uuid } of before?.gpus ?? []) expect(written).not.toContain(uuid)

  const again = await idlewatt(['record-machine', folder, ...original])
  expect(again).toMatchObject({ exitCode: 1, stdout: '' })
  expect(again.stderr).toContain('nothing is overwritten')
})

describe('what is there stays', () => {
  test.each(['folder', 'file'])('a %s of that name', { timeout: 20_000 }, async (what) => {
    const at = join(emptyFolder(), 'rig')
    if (what === 'folder') mkdirSync(at)
    else writeFileSync(at, 'mine')
    const answer = await idlewatt(['record-machine', at])
    expect(answer.exitCode).toBe(1)
    expect(answer.stderr).toContain(at)
    expect(what === 'folder' ? readdirSync(at) : readFileSync(at, 'utf8')).toEqual(what === 'folder' ? [] : 'mine')
  })

  test('a folder that cannot be made is a sentence', { timeout: 20_000 }, async () => {
    const answer = await idlewatt(['record-machine', join(emptyFolder(), 'no', 'such', 'place')])
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' })
    expect(answer.stderr).toContain('is not a folder')
  })

  test('a name that no file system takes is refused before anything is read', { timeout: 20_000 }, async () => {
    const answer = await idlewatt(['record-machine', join(emptyFolder(), 'x'.repeat(250))])
    expect(answer).toMatchObject({ exitCode: 2, stdout: '' })
    expect(answer.stderr).toMatch(/^"x+…" is too long for the name of a folder\.\n$/)
  })

  test('a recording may not write outside its folder, and leaves nothing half done', () => {
    const parent = emptyFolder()
    expect(() => writeCapture(join(parent, 'rig'), { files: { 'machine.json': '{}', '../evil': 'x' }, replaced: [], notes: [] })).toThrow('may not write')
    expect(readdirSync(parent)).toEqual([])
    expect(existsSync(join(parent, '..', 'evil'))).toBe(false)
  })
})

test('it says what was replaced, and that nothing was sent', () => {
  const text = recordedText('/home/x/my rig', { files: { 'machine.json': '{}' }, replaced: [{ what: 'serial numbers', count: 3 }, { what: 'MAC addresses', count: 0 }], notes: ['OpenCL did not answer.'] })
  for (const said of ['Nothing was sent anywhere', 'serial numbers: 3 places', 'OpenCL did not answer', '--machine "/home/x/my rig" detect']) expect(text).toContain(said)
  expect(text).not.toContain('MAC')
})
