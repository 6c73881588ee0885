/** Files of a recorded machine that are no text, and open graphics files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openRecordedMachine } from '../../../main/system/recorded-machine.ts'
import { createThisMachine } from '../../../main/system/this-machine.ts'
import { handClock } from '../../helpers/clocks.ts'

const folder = mkdtempSync(join(tmpdir(), 'idlewatt-bytes-'))
afterEach(() => rmSync(join(folder, 'machine.json'), { force: true }))
function machineWith(files: Record<string, unknown>) {
  writeFileSync(join(folder, 'machine.json'), JSON.stringify({ platform: 'linux', files }))
  return openRecordedMachine(folder, handClock())
}

describe('bytes', () => {
  test('stand in base64 and come back as they were', async () => {
    const bytes = Buffer.from([120, 0, 1, 3, 255, 0, 128])
    const machine = machineWith({ '/sys/x/gpu_metrics': { base64: bytes.toString('base64') } })
    expect(Buffer.from((await machine.readBytes('/sys/x/gpu_metrics'))!)).toEqual(bytes)
    expect(await machine.listFolder('/sys/x')).toEqual(['gpu_metrics'])
  })
  test('a text has bytes too, an absent file none', async () => {
    const machine = machineWith({ '/a': 'é\n' })
    expect(Buffer.from((await machine.readBytes('/a'))!).toString('utf8')).toBe('é\n')
    expect(await machine.readBytes('/b')).toBeNull()
  })
  test.each([{ base64: 5 }, { base64: 'not base64!' }, { hex: '00' }, 7, ['x']])('%j is refused with the file’s name', (value) => {
    expect(() => machineWith({ '/sys/x/gpu_metrics': value })).toThrow(/files\["\/sys\/x\/gpu_metrics"\].*base64/)
  })
})

describe('open graphics files', () => {
  test('of a recording: those whose words it holds', async () => {
    expect(await machineWith({ '/proc/41/fdinfo/7': 'drm-driver: xe\n', '/proc/41/comm': 'x\n' }).openGraphicsFiles()).toEqual({ files: [{ pid: 41, fd: 7 }], isComplete: true })
    expect(await machineWith({}).openGraphicsFiles()).toEqual({ files: [], isComplete: false })
  })
  test.skipIf(process.platform !== 'linux')('of this machine: it answers, whatever it may look at', async () => {
    const { files } = await createThisMachine({ dataFolder: folder }).openGraphicsFiles()
    for (const { pid, fd } of files) expect([pid > 0, fd >= 0]).toEqual([true, true])
  })
})
