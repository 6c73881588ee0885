/** Recorded machines as a format: what is read, what is "not found", and every refusal as a sentence. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../main/system/clock.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { openRecordedMachine } from '../../../main/system/recorded-machine.ts'
import { handClock } from '../../helpers/clocks.ts'
import { newFolder } from '../../helpers/files.ts'
import { brokenFolder, machineFolder } from '../../helpers/gpus.ts'

function recording(machine: unknown, files: Record<string, string | Buffer> = {}): string {
  const folder = join(newFolder(), 'some-machine')
  mkdirSync(folder)
  writeFileSync(join(folder, 'machine.json'), typeof machine === 'string' ? machine : JSON.stringify(machine))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}
const open = (machine: unknown, files?: Record<string, string | Buffer>) => openRecordedMachine(recording(machine, files), systemClock)
const soon = { timeoutMs: 1000 }

describe('what is read', () => {
  test('the platform alone is enough; all else is not found or unknown', async () => {
    const machine = open({ platform: 'linux' })
    expect([machine.platform, machine.arch, machine.recorded]).toEqual(['linux', 'x64', 'some-machine'])
    expect(await machine.run('nvidia-smi', ['-q', '-x'], soon)).toEqual({ kind: 'not-found' })
    expect(await machine.readFile('/etc/os-release')).toBeNull()
    expect(await machine.listFolder('/sys')).toEqual([])
    expect(await machine.recordedLayer('nvml')).toBeNull()
    expect(Object.values(await machine.facts()).every((fact) => fact === null)).toBe(true)
  })

  test('commands by their whole line, quotes and blanks aside', async () => {
    const machine = open({ platform: 'linux', commands: [{ run: '"nvidia-smi"  -q -x', stdout: 'out.xml', stderr: 'err.txt', exitCode: 3 }] }, { 'out.xml': 'hello', 'err.txt': 'oh' })
    expect(await machine.run('nvidia-smi', ['-q', '-x'], soon)).toEqual({ kind: 'done', exitCode: 3, stdout: 'hello', stderr: 'oh', from: 'out.xml' })
    expect(await machine.run('nvidia-smi', ['-q'], soon)).toEqual({ kind: 'not-found' })
  })

  test('a text with a line break stands for itself', async () => {
    const machine = open({ platform: 'linux', commands: [{ run: 'uname', stdout: 'Linux\n' }] })
    expect(await machine.run('uname', [], soon)).toMatchObject({ stdout: 'Linux\n', exitCode: 0 })
  })

  test.each([
    'No devices were found',
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    'WARNING: infoROM is corrupted at gpu 0000:02:00.0',
    '<nvidia_smi_log></nvidia_smi_log>',
    '{"card0":{}}',
  ])('a line that is no file’s name stands for itself: %s', async (text) => {
    const machine = open({ platform: 'linux', commands: [{ run: 'x', stdout: text, stderr: text }] })
    expect(await machine.run('x', [], soon)).toMatchObject({ stdout: text, stderr: text })
  })

  test.each(['/usr/bin/nvidia-smi -q -x', 'nvidia-smi.exe -q -x', '"C:\\Program Files\\NVIDIA Corporation\\NVSMI\\nvidia-smi.exe" -q -x', ' nvidia-smi   -q -x '])('the program’s folder does not count: %s', async (run) => {
    const machine = open({ platform: 'linux', commands: [{ run, stdout: '\n' }] })
    expect(await machine.run('nvidia-smi', ['-q', '-x'], soon)).toMatchObject({ kind: 'done' })
    expect(await machine.run('/usr/lib/wsl/lib/nvidia-smi', ['-q', '-x'], soon)).toMatchObject({ kind: 'done' })
    expect(await machine.run('nvidia-smi', ['-L'], soon)).toEqual({ kind: 'not-found' })
  })

  test('numbers written as text are numbers, null is absent', async () => {
    const machine = open({ platform: 'linux', facts: { memoryBytes: '68719476736', cpuCores: '16', diskFreeBytes: -1, os: null }, files: { '/a': null } })
    expect(await machine.facts()).toMatchObject({ memoryBytes: 68719476736, cpuCores: 16, diskFreeBytes: null, os: null })
    expect(await machine.readFile('/a')).toBeNull()
  })

  test('a series answers one after another, the last repeated', async () => {
    const machine = open({ platform: 'linux', commands: [{ run: 'x', series: [{ stdout: 'a' }, { stdout: 'b', exitCode: 1 }] }] }, { a: 'first', b: 'second' })
    const said = []
    for (let turn = 0; turn < 3; turn++) said.push(await machine.run('x', [], soon))
    expect(said).toMatchObject([{ stdout: 'first', exitCode: 0 }, { stdout: 'second', exitCode: 1 }, { stdout: 'second', exitCode: 1 }])
  })

  test('a hanging command ends at the caller’s limit, a slow one at its own time', async () => {
    const clock = handClock()
    const machine = openRecordedMachine(recording({ platform: 'linux', commands: [{ run: 'hang', hangs: true }, { run: 'slow', delayMs: 700, stdout: '\n' }] }), clock)
    const answers: unknown[] = []
    void machine.run('hang', [], { timeoutMs: 2000 }).then((answer) => answers.push(answer))
    void machine.run('slow', [], { timeoutMs: 2000 }).then((answer) => answers.push(answer))
    void machine.run('slow', [], { timeoutMs: 500 }).then((answer) => answers.push(answer))
    await clock.advance(499)
    expect(answers).toEqual([])
    await clock.advance(300)
    expect(answers).toMatchObject([{ kind: 'timed-out', afterMs: 500 }, { kind: 'done' }])
    await clock.advance(1300)
    expect(answers[2]).toEqual({ kind: 'timed-out', afterMs: 2000 })
  })

  test('PowerShell’s UTF-16 output is read as text', async () => {
    const machine = open({ platform: 'win32', commands: [{ run: 'x', stdout: 'out' }] }, { out: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('<nvidia_smi_log>', 'utf16le')]) })
    expect(await machine.run('x.exe', [], soon)).toMatchObject({ stdout: '<nvidia_smi_log>' })
  })

  test.each([
    ['Ubuntu 24.04', '24.04'],
    ['Ubuntu 24.04.1 LTS', '24.04.1'],
    ['Windows 11 Pro', '11'],
    ['Windows 11 Pro 10.0.26100', '10.0.26100'],
    ['Arch Linux', null],
  ])('the version in "%s" is %s', async (os, version) => {
    expect(await open({ platform: 'linux', facts: { os, memoryBytes: 'much', hasDocker: true } }).facts()).toMatchObject({ os, osVersion: version, memoryBytes: null, hasDocker: true })
  })

  test('files make folders', async () => {
    const machine = open({ platform: 'linux', files: { '/sys/class/drm/card0/device/vendor': '0x1002\n', '/sys/class/drm/card1/device/vendor': '0x10de\n' } })
    expect(await machine.listFolder('/sys/class/drm')).toEqual(['card0', 'card1'])
    expect(await machine.readFile('/sys/class/drm/card0/../card0/device/vendor')).toBe('0x1002\n')
  })
})

describe('refusals', () => {
  function refusal(act: () => unknown): string {
    try {
      act()
    } catch (error) {
      expect(error).toBeInstanceOf(NotPossible)
      return (error as Error).message
    }
    throw new Error('it was not refused')
  }

  test.each([
    ['missing-file', /not-there\.xml.*no such file/],
    ['path-outside', /outside the recording/],
    ['not-json', /machine\.json is not JSON/],
    ['no-platform', /does not say the platform/],
    ['layer-not-json', /opencl\.json is not JSON/],
  ])('%s', (name, sentence) => {
    const message = refusal(() => openRecordedMachine(brokenFolder(name), systemClock))
    expect(message).toMatch(sentence)
    expect(message).toContain(name)
  })

  test('a folder that is not there, is a file, or holds no machine.json', () => {
    expect(refusal(() => openRecordedMachine('/nowhere/at/all', systemClock))).toMatch(/\/nowhere\/at\/all.*does not exist/)
    expect(refusal(() => openRecordedMachine(join(machineFolder('no-gpu'), 'machine.json'), systemClock))).toMatch(/is a file/)
    expect(refusal(() => openRecordedMachine(newFolder(), systemClock))).toMatch(/no machine\.json/)
  })

  test('a link that leads out of the folder', () => {
    const folder = recording({ platform: 'linux', commands: [{ run: 'x', stdout: 'link' }] })
    symlinkSync('/etc/hostname', join(folder, 'link'))
    expect(refusal(() => openRecordedMachine(folder, systemClock))).toMatch(/link to a file outside/)
  })

  test.each([
    [{ platform: 'amiga' }, /"amiga"/],
    [[], /should be an object/],
    [{ platform: 'linux', commands: {} }, /commands should be a list/],
    [{ platform: 'linux', commands: [{ stdout: 'x' }] }, /commands\[0\]\.run/],
    [{ platform: 'linux', commands: [{ run: 'x', stdout: 7 }] }, /commands\[0\]\.stdout should be a file name, but is 7/],
    [{ platform: 'linux', commands: [{ run: 'x', delayMs: -5 }] }, /delayMs/],
    [{ platform: 'linux', commands: [{ run: 'x', series: [{ stdout: '/etc/passwd' }] }] }, /outside/],
    [{ platform: 'linux', commands: [{ run: 'x', stdout: 'C:\\secret' }] }, /outside/],
    [{ platform: 'linux', files: { '/a': 1 } }, /files\["\/a"\] should be text/],
    [{ platform: 'linux', layers: { nvml: '../x.json' } }, /outside/],
  ])('%j', (machine, sentence) => {
    expect(refusal(() => open(machine))).toMatch(sentence)
  })
})
