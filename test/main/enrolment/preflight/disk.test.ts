/** The disk: its space and kind, its speed by a real file that never stays, and downloads that are gone or changed. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readDisk } from '../../../../main/enrolment/preflight/disk.ts'
import { readDiskSpeed } from '../../../../main/enrolment/preflight/disk-speed.ts'
import { readMissingFiles } from '../../../../main/enrolment/preflight/own-downloads.ts'
import { context, emptyFolder, recordedMachine, thisMachine } from './survey.ts'

describe('space and kind', () => {
  test('of this machine', async () => {
    const folder = emptyFolder()
    const reading = await readDisk(context({ source: thisMachine(folder), folder: join(folder, 'not', 'there', 'yet') }))
    expect(reading.value?.totalBytes).toBe(statfsSync(folder).blocks * statfsSync(folder).bsize)
    expect(reading.value?.freeBytes).toBeGreaterThan(0)
  })
  const recorded = (files: Record<string, string>, more: Record<string, unknown> = {}) => readDisk(context({ source: recordedMachine({ platform: 'linux', facts: { diskFreeBytes: 5e11, diskTotalBytes: 1e12 }, files, ...more }) }))
  const on = (device: string, source: string): Record<string, string> => ({ '/proc/self/mountinfo': `22 1 ${device} / / rw - ext4 ${source} rw\n` })
  test.each<[string, Record<string, string>, string | null]>([
    ['a partition of an NVMe', { ...on('259:2', '/dev/nvme0n1p2'), '/sys/dev/block/259:2/uevent': 'MAJOR=259\nDEVNAME=nvme0n1p2\n', '/sys/block/nvme0n1/queue/rotational': '0\n' }, 'nvme'],
    ['a hard disk', { ...on('8:1', '/dev/sda1'), '/sys/dev/block/8:1/uevent': 'DEVNAME=sda1\n', '/sys/block/sda/queue/rotational': '1\n' }, 'hdd'],
    ['an SSD by its mount alone', { ...on('0:33', '/dev/sdb3'), '/sys/block/sdb/queue/rotational': '0\n' }, 'ssd'],
    ['an encrypted volume on an SSD', { ...on('253:0', '/dev/mapper/root'), '/sys/dev/block/253:0/uevent': 'DEVNAME=dm-0\n', '/sys/block/dm-0/slaves/sda3': '', '/sys/block/sda/queue/rotational': '0\n' }, 'ssd'],
    ['a virtual disk that says it turns', { ...on('254:0', '/dev/vda'), '/sys/dev/block/254:0/uevent': 'DEVNAME=vda\n', '/sys/block/vda/queue/rotational': '1\n' }, null],
    ['a file system without a disk', on('0:44', 'overlay'), null],
  ])('%s', async (_, files, kind) => expect((await recorded(files)).value).toMatchObject({ kind, freeBytes: 5e11 }))
  test('Windows and macOS tell it in their ways; without a size it is unknown', async () => {
    const script = 'Get-Partition -DriveLetter C | Get-Disk | Get-PhysicalDisk | Select-Object MediaType,BusType | ConvertTo-Json -Compress'
    const windows = (stdout: string) => recorded({}, { platform: 'win32', commands: [{ run: `powershell.exe -NoProfile -NonInteractive -Command ${script}`, stdout }] })
    expect((await windows('{"MediaType":"SSD","BusType":"NVMe"}')).value?.kind).toBe('nvme')
    expect((await windows('{"MediaType":4,"BusType":11}')).value?.kind).toBe('ssd')
    expect((await windows('{"MediaType":"HDD","BusType":"SATA"}')).value?.kind).toBe('hdd')
    expect((await recorded({}, { platform: 'darwin', commands: [{ run: 'diskutil info /', stdout: '   Protocol:                  Apple Fabric\n   Solid State:               Yes\n' }] })).value?.kind).toBe('nvme')
    expect((await recorded({}, { facts: {} })).why).toContain('does not tell')
  })
})

describe('speed', () => {
  const speedFileBytes = 16 * 2 ** 20
  const ask = (folder: string, more: Partial<Parameters<typeof readDiskSpeed>[0]> = {}) => readDiskSpeed({ source: thisMachine(folder), folder, signal: new AbortController().signal, speedFileBytes, ...more })

  test('is measured past the cache, and nothing stays', async () => {
    const folder = join(emptyFolder(), 'made', 'by it')
    const reading = await ask(folder)
    if (reading.value !== null) {
      expect(reading.value.writeMBps).toBeGreaterThan(1)
      expect(reading.value.readMBps).toBeGreaterThan(1)
    } else expect(reading.why).toContain('would answer from memory')
    expect(readdirSync(folder)).toEqual([])
  })
  test.skipIf(process.platform !== 'linux')('on a disk in memory no reading speed is made up', async () => {
    const folder = mkdtempSync('/dev/shm/idlewatt-preflight-')
    try {
      const reading = await ask(folder)
      // Since Linux 6.6 a disk in memory takes the flag; then there is a figure and nothing else is wrong.
      if (reading.value === null) expect(reading.why).toMatch(/It writes \d.* would answer from memory/)
      expect(readdirSync(folder)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
  test('stopped in its midst, and in a place that cannot be written, it leaves nothing and says why', async () => {
    const folder = emptyFolder()
    expect(await ask(folder, { signal: AbortSignal.abort() })).toEqual({ value: null, why: 'It was stopped.' })
    const file = join(folder, 'file')
    writeFileSync(file, 'x')
    expect((await ask(file)).why).toMatch(/could not be measured: .*(file|there)/)
    expect(readdirSync(folder)).toEqual(['file'])
  })
  test('what a run that was cut off left is taken away, and nothing else', async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, '.disk-speed-01234567-89ab-cdef-0123-456789abcdef.tmp'), 'x')
    writeFileSync(join(folder, '.disk-speed-mine.tmp'), 'x')
    await ask(folder)
    expect(readdirSync(folder)).toEqual(['.disk-speed-mine.tmp'])
  })
  test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)('a disk that is nearly full is not filled (skipped without root, who alone can make one)', async () => {
    const folder = mkdtempSync('/tmp/idlewatt-full-')
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder])
    try {
      expect((await ask(folder)).why).toMatch(/Only 6\d MB are free there: measuring needs 1 GB/)
      expect(readdirSync(folder)).toEqual([])
    } finally {
      execFileSync('umount', [folder])
      rmSync(folder, { recursive: true })
    }
  })
  test('a recorded machine has none', async () => {
    expect((await ask(emptyFolder(), { source: recordedMachine({ platform: 'linux' }) })).why).toContain('recorded machine')
  })
})

describe('downloads', () => {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
  test('gone, changed in size, changed in content, turned into a folder: each is told; what is well is not', async () => {
    const folder = emptyFolder()
    const path = (name: string): string => join(folder, name)
    const download = (name: string) => ({ key: name, sha256: sha256('program'), bytes: 7, firstSeenAt: 0, path: path(name) })
    for (const name of ['well', 'cut', 'swapped']) writeFileSync(path(name), 'program')
    truncateSync(path('cut'), 3)
    writeFileSync(path('swapped'), 'PROGRAM')
    mkdirSync(path('folder'))
    const downloads = [...['well', 'cut', 'swapped', 'folder', 'gone'].map(download), { ...download('removed by us'), path: null }]
    expect((await readMissingFiles(context({ tables: { downloads: () => downloads } }))).value).toEqual([
      { path: path('cut'), what: 'changed' },
      { path: path('swapped'), what: 'changed' },
      { path: path('folder'), what: 'changed' },
      { path: path('gone'), what: 'gone' },
    ])
  })
  test('of a recorded machine nothing is looked at', async () => {
    expect((await readMissingFiles(context({ source: recordedMachine({ platform: 'linux' }) }))).value).toBeNull()
  })
})
