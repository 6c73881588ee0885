/** The settings file: what users, editors, crashes and full disks do to it, and that nothing saved is lost. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openSettingsFile } from '../../../main/state/settings-file.ts'
import { createSettings, type SettingsStore } from '../../../main/state/settings.ts'
import { createLog } from '../../../main/system/log.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { defaultSettings, settingsChangeSchema } from '../../../shared/settings.ts'
import type { Notice } from '../../../shared/state.ts'
import { canMountTinyDisk, heedsReadOnly, moduleUrl, newFolder, runCode, runOnTinyDisk } from '../../helpers/files.ts'

function open(folder: string): { settings: SettingsStore; notices: Notice[] } {
  const notices: Notice[] = []
  const settings = createSettings({ file: openSettingsFile(folder), log: createLog('silent', () => {}), onNotice: (notice) => notices.push(notice) })
  return { settings, notices }
}
const inFile = (folder: string): unknown => JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'))

describe('settings', () => {
  it('without a file are the standard ones; nothing is written unasked', () => {
    const folder = newFolder()
    expect(open(folder).settings.values()).toEqual(defaultSettings)
    expect(readdirSync(folder)).toEqual([])
  })

  it('are found again at the next start', () => {
    const folder = newFolder()
    expect(open(folder).settings.change({ currency: 'EUR', electricityPricePerKwh: 0.31 })).toMatchObject({ currency: 'EUR', electricityPricePerKwh: 0.31, theme: 'system' })
    expect(open(folder).settings.values()).toEqual({ ...defaultSettings, currency: 'EUR', electricityPricePerKwh: 0.31 })
    expect(readdirSync(folder)).toEqual(['settings.json'])
  })

  it('of a newer version stay in the file', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'settings.json'), '{"theme":"dark","fromTheFuture":{"a":[1]},"__proto__":{"x":1}}')
    const { settings, notices } = open(folder)
    settings.change({ currency: 'GBP' })
    expect(notices).toEqual([])
    expect(readFileSync(join(folder, 'settings.json'), 'utf8')).toContain('__proto__')
    expect(inFile(folder)).toMatchObject({ theme: 'dark', currency: 'GBP', fromTheFuture: { a: [1] } })
  })

  it('edited by hand while Idlewatt runs are not overwritten by the next change', () => {
    const folder = newFolder()
    const { settings } = open(folder)
    settings.change({ theme: 'dark' })
    writeFileSync(join(folder, 'settings.json'), '{"theme":"dark","currency":"CHF"}')
    expect(settings.change({ hostPowerW: 80 })).toMatchObject({ theme: 'dark', currency: 'CHF', hostPowerW: 80 })
  })

  it('a bad rule of the policy costs only itself, and nothing is started or stopped by it until it is set again', () => {
    const folder = newFolder()
    const kept = { idleAfterMinutes: 7, schedule: [{ days: [9], from: '25:00', to: '06:00', may: 'never' }], fromTheFuture: 1 }
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ theme: 'dark', policy: kept }))
    const { settings, notices } = open(folder)
    expect(settings.values()).toEqual({ ...defaultSettings, theme: 'dark', policy: { ...defaultSettings.policy, idleAfterMinutes: 7, isOn: false } })
    expect(notices.map(({ sentence }) => sentence)).toEqual([expect.stringMatching(/"policy\.schedule".*starts and stops nothing by itself/)])
    settings.change({ policy: { ...settings.values().policy, idleAfterMinutes: 5 } })
    expect(inFile(folder)).toEqual({ theme: 'dark', policy: { ...kept, idleAfterMinutes: 5 } })
    expect(settings.change({ policy: { ...settings.values().policy, schedule: [{ days: [1], from: '22:00', to: '06:00', may: 'never', gpuId: null }], isOn: true } }).policy).toMatchObject({ isOn: true, idleAfterMinutes: 5 })
    expect(inFile(folder)).toMatchObject({ policy: { fromTheFuture: 1, isOn: true } })
  })

  it('a policy that is no object is not taken for "run when idle"', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'settings.json'), '{"policy":"never"}')
    expect(open(folder).settings.values().policy).toEqual({ ...defaultSettings.policy, isOn: false })
  })

  it('saved by an editor that puts a byte order mark in front are read', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'settings.json'), '\uFEFF{"theme":"light"}')
    const { settings, notices } = open(folder)
    expect(settings.values().theme).toBe('light')
    expect(notices).toEqual([])
    expect(settings.change({ currency: 'EUR' })).toMatchObject({ theme: 'light', currency: 'EUR' })
  })

  it('with single bad values lose only those, and say which', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'settings.json'), '{"theme":"purple","electricityPricePerKwh":1e400,"currency":"EUR","wallPowerFactor":"1","hostPowerW":-3}')
    const { settings, notices } = open(folder)
    expect(settings.values()).toEqual({ ...defaultSettings, currency: 'EUR' })
    expect(notices).toHaveLength(1)
    for (const key of ['theme', 'electricityPricePerKwh', 'wallPowerFactor', 'hostPowerW']) expect(notices[0]?.sentence).toContain(`"${key}"`)
    expect(notices[0]?.sentence).toContain(join(folder, 'settings.json'))
    // The bad values stay until the user sets those keys: they may be a newer version's.
    settings.change({ hostPowerW: 60 })
    expect(inFile(folder)).toMatchObject({ theme: 'purple', hostPowerW: 60 })
  })
})

describe('a broken settings file', () => {
  it.each([
    ['cut in half', '{"currency":"EUR","electri'],
    ['empty', ''],
    ['only blanks', ' \n'],
    ['a list', '["EUR"]'],
    ['a number', '17'],
    ['null', 'null'],
    ['full of zero bytes, as a power cut leaves it', '\0'.repeat(512)],
    ['an archive', Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe])],
  ])('%s is set aside whole, said once, and never overwritten', (_, content) => {
    const folder = newFolder()
    writeFileSync(join(folder, 'settings.json'), content)
    const { settings, notices } = open(folder)
    expect(settings.values()).toEqual(defaultSettings)
    settings.change({ theme: 'dark' })
    const [aside, ...others] = readdirSync(folder).filter((name) => name !== 'settings.json')
    expect(others).toEqual([])
    expect(aside).toMatch(/^settings\.broken-\d{4}-\d\d-\d\dT[\d-]+Z\.json$/)
    expect(readFileSync(join(folder, aside as string))).toEqual(Buffer.from(content))
    expect(notices).toHaveLength(1)
    expect(notices[0]?.sentence).toContain(aside)
    expect(notices[0]?.sentence).toContain('Your rules on when cards may work went with it')
    expect(open(folder).notices).toEqual([])
  })

  it('that breaks while Idlewatt runs costs none of the settings in use', () => {
    const folder = newFolder()
    const { settings, notices } = open(folder)
    settings.change({ currency: 'EUR' })
    writeFileSync(join(folder, 'settings.json'), '{"curr')
    expect(settings.change({ theme: 'dark' })).toMatchObject({ currency: 'EUR', theme: 'dark' })
    expect(inFile(folder)).toEqual({ currency: 'EUR', theme: 'dark' })
    expect(notices).toHaveLength(1)
  })

  it('whatever it holds, starting never fails and never loses a byte', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array().map((bytes) => Buffer.from(bytes))), (content) => {
        const folder = newFolder()
        writeFileSync(join(folder, 'settings.json'), content)
        open(folder)
        const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name)))
        expect(kept).toEqual([Buffer.from(content as string)])
      }),
      { numRuns: 60 },
    )
  })
})

describe('a place that cannot be used', () => {
  it('a folder in the file\'s place: standard settings, and the refusal says what and where', () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'settings.json'))
    const { settings, notices } = open(folder)
    expect(notices[0]?.sentence).toContain('it is a folder, not a file')
    expect(() => settings.change({ theme: 'dark' })).toThrow(NotPossible)
    expect(settings.values()).toEqual(defaultSettings)
  })

  const code = (folder: string): string => `
    const { openSettingsFile } = await import(${moduleUrl('main/state/settings-file.ts')})
    const { createSettings } = await import(${moduleUrl('main/state/settings.ts')})
    const { createLog } = await import(${moduleUrl('main/system/log.ts')})
    const notices: string[] = []
    const settings = createSettings({ file: openSettingsFile(${JSON.stringify(folder)}), log: createLog('silent', () => {}), onNotice: (notice) => notices.push(notice.sentence) })
    let refusal = null
    try { settings.change({ theme: 'dark' }) } catch (error) { refusal = error.name + ': ' + error.message }
    console.log(JSON.stringify({ notices, refusal, values: settings.values() }))`

  it.skipIf(heedsReadOnly === null)('a read-only folder: what is saved is used, a change is refused with a sentence', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'settings.json'), '{"currency":"EUR"}')
    chmodSync(folder, 0o555)
    const result = runCode(code(folder), { wrap: heedsReadOnly ?? [] })
    chmodSync(folder, 0o755)
    expect(result.stderr).toBe('')
    const seen = JSON.parse(result.stdout) as { refusal: string; values: object }
    expect(seen.refusal).toBe(`NotPossible: The change was not saved: ${join(folder, 'settings.json')} cannot be written because this user may not write there. What was saved before is still there.`)
    expect(seen.values).toMatchObject({ currency: 'EUR', theme: 'system' })
    expect(inFile(folder)).toEqual({ currency: 'EUR' })
  })

  it.skipIf(heedsReadOnly === null)('a broken file in a read-only folder is not overwritten', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'settings.json'), '{"currency":')
    chmodSync(folder, 0o555)
    const result = runCode(code(folder), { wrap: heedsReadOnly ?? [] })
    chmodSync(folder, 0o755)
    const seen = JSON.parse(result.stdout) as { refusal: string; notices: string[] }
    expect(seen.notices[0]).toContain('cannot be set aside: this user may not write there')
    expect(seen.refusal).toContain('The change was not saved')
    expect(readFileSync(join(folder, 'settings.json'), 'utf8')).toBe('{"currency":')
  })

  it.skipIf(!canMountTinyDisk)('a full disk: the change is refused, the old file is whole', () => {
    const folder = newFolder()
    const result = runOnTinyDisk(folder, `echo '{"currency":"EUR"}' > settings.json; cat /dev/zero > fill 2>/dev/null`, `${code(folder)}
      const { readFileSync, readdirSync } = await import('node:fs')
      // The library takes its half-written file away without waiting for it.
      for (const end = Date.now() + 5000; readdirSync('.').length > 2 && Date.now() < end; ) await new Promise(setImmediate)
      console.log(readFileSync('settings.json', 'utf8') + readdirSync('.').join(' '))`)
    const [first, second, names] = result.stdout.trim().split('\n')
    expect(result.stderr).toBe('')
    expect((JSON.parse(first as string) as { refusal: string }).refusal).toContain('cannot be written because the disk is full')
    expect(second).toBe('{"currency":"EUR"}')
    expect(names?.split(' ').sort()).toEqual(['fill', 'settings.json'])
  })
})

describe('a change as a window sends it', () => {
  it('sets what it names and nothing else', () => {
    expect(settingsChangeSchema.parse({ theme: 'dark' })).toEqual({ theme: 'dark' })
    expect(settingsChangeSchema.parse({})).toEqual({})
    expect(settingsChangeSchema.safeParse({ theme: 'purple' }).success).toBe(false)
    expect(settingsChangeSchema.safeParse({ nothing: 1 }).success).toBe(false)
  })
})
