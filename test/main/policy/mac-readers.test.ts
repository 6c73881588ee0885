/** What macOS tells of its user: what its programs print, and the real calls through koffi into a library that stands in for macOS'. */
import koffi from 'koffi'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { PolicyMachine } from '../../../shared/policy-state.ts'
import { openMacCalls, type MacCalls } from '../../../main/policy/mac-calls.ts'
import { batteryIn, fullScreenAmong, idleMsIn, isAttendedIn, isLidClosedIn } from '../../../main/policy/mac-decode.ts'
import { macReaders } from '../../../main/policy/mac-readers.ts'
import { createPlatformReaders } from '../../../main/policy/readers.ts'
import type { CommandResult, MachineSource } from '../../../main/system/machine-source.ts'
import { buildStub, canBuild } from '../../native/system-stubs.ts'

const now = 1_700_000_000_000
const plugged = "Now drawing from 'AC Power'\n -InternalBattery-0 (id=4653155)\t80%; charging; 0:41 remaining present: true\n"
const unplugged = "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4653155)\t57%; discharging; 3:12 remaining present: true\n"
const desktop = "Now drawing from 'AC Power'\n"
const ups = "Now drawing from 'UPS Power'\n -Back-UPS ES 700 FW:871 (id=17)\t91%; discharging; 0:20 remaining present: true\n"

function sourceWith(answers: Record<string, string>, recorded: string | null = null): MachineSource & { asked: string[] } {
  const asked: string[] = []
  const run = async (program: string, args: string[]): Promise<CommandResult> => {
    const line = [program, ...args].join(' ')
    asked.push(line)
    const stdout = answers[line]
    return stdout === undefined ? { kind: 'not-found' } : { kind: 'done', exitCode: 0, stdout, stderr: '' }
  }
  return { platform: 'darwin', recorded, run, asked } as unknown as MachineSource & { asked: string[] }
}

test('pmset: battery, mains, a UPS, no battery, nothing', () => {
  expect(batteryIn(unplugged)).toEqual({ onBattery: true, charge: 0.57, hasBattery: true })
  expect(batteryIn(plugged)).toEqual({ onBattery: false, charge: 0.8, hasBattery: true })
  expect(batteryIn(ups)).toEqual({ onBattery: true, charge: 0.91, hasBattery: true })
  expect(batteryIn(desktop)).toEqual({ onBattery: false, charge: null, hasBattery: false })
  expect(batteryIn('')).toEqual({ onBattery: null, charge: null, hasBattery: null })
})

test('ioreg: the lid, a machine without one, and the input system', () => {
  expect(isLidClosedIn('  | {\n  |   "AppleClamshellState" = Yes\n  | }')).toEqual({ value: true, hasLid: true })
  expect(isLidClosedIn('  |   "AppleClamshellState" = No\n')).toEqual({ value: false, hasLid: true })
  expect(isLidClosedIn('')).toEqual({ value: false, hasLid: false })
  expect(isLidClosedIn(null)).toBeNull()
  expect(idleMsIn('    "HIDIdleTime" = 83541000000\n')).toBe(83_541)
  expect(idleMsIn('')).toBeNull()
  expect([isAttendedIn('ada\n'), isAttendedIn('root\n'), isAttendedIn('')]).toEqual([true, false, null])
})

describe('full screen', () => {
  const display = { x: 0, y: 0, width: 1512, height: 982 }
  const film = { pid: 77, program: 'IINA', layer: 0, x: 0, y: 0, width: 1512, height: 982 }
  const menuBar = { pid: 1, program: 'Window Server', layer: 24, x: 0, y: 0, width: 1512, height: 37 }

  test('is a front window that covers its screen, or all but the notch where no menu bar stands', () => {
    expect(fullScreenAmong([film], [display], 1)).toBe('IINA')
    expect(fullScreenAmong([{ ...film, y: 38, height: 944 }], [display], 1)).toBe('IINA')
    expect(fullScreenAmong([{ ...film, x: -1920, width: 1920, height: 1080 }], [display, { x: -1920, y: 0, width: 1920, height: 1080 }], 1)).toBe('IINA')
  })

  test('is no window below the menu bar, no window behind another, nothing of the system, not Idlewatt itself', () => {
    expect(fullScreenAmong([menuBar, { ...film, y: 38, height: 944 }], [display], 1)).toBe(false)
    expect(fullScreenAmong([{ ...film, program: 'Notes', width: 600, height: 400, x: 100, y: 100 }, film], [display], 1)).toBe(false)
    expect(fullScreenAmong([{ ...film, program: 'Dock' }], [display], 1)).toBe(false)
    expect(fullScreenAmong([film], [display], 77)).toBe(false)
    expect(fullScreenAmong([], [display], 1)).toBe(false)
  })
})

test('of a recorded Mac only what its commands told is read', async () => {
  const source = sourceWith({ 'pmset -g batt': unplugged, 'ioreg -r -k AppleClamshellState -d 1': '"AppleClamshellState" = No' }, 'macbook')
  const readers = await createPlatformReaders('darwin', source, () => now)
  expect(readers.map(({ fields }) => fields)).toEqual([['onBattery', 'charge', 'isLidClosed']])
  expect(await readers[0]!.read()).toEqual({ onBattery: { value: true, how: 'pmset', at: now }, charge: { value: 0.57, how: 'pmset', at: now }, isLidClosed: { value: false, how: 'ioreg', at: now } })
})

async function readAll(source: MachineSource, calls: MacCalls | undefined): Promise<Partial<PolicyMachine>> {
  const all = await Promise.all((await macReaders(source, () => now, calls)).map(async (reader) => {
    const readings = await reader.read()
    expect(Object.keys(readings).sort()).toEqual([...reader.fields].sort())
    return readings
  }))
  return Object.assign({}, ...all) as Partial<PolicyMachine>
}

test('outside of a session the input system itself is asked', async () => {
  const told = await readAll(sourceWith({ 'ioreg -r -c IOHIDSystem -d 1': '"HIDIdleTime" = 5000000000', 'stat -f %Su /dev/console': 'ada\n', 'pmset -g batt': desktop, 'ioreg -r -k AppleClamshellState -d 1': '' }), undefined)
  expect(told.idleMs).toMatchObject({ value: 5_000 })
  expect(told.isAttended).toMatchObject({ value: true })
  expect(told.isLocked).toMatchObject({ value: null, why: expect.stringContaining('session') })
  expect(told.fullScreen).toMatchObject({ value: null })
  expect(told.charge).toMatchObject({ value: null, why: 'This machine has no battery.' })
})

test('where nothing answers, all of it is unknown, each with why', async () => {
  for (const reading of Object.values(await readAll(sourceWith({}), undefined))) expect(reading).toMatchObject({ value: null, why: expect.stringMatching(/\.$/) })
})

test('who is at the screen is asked of a program only now and then', async () => {
  let at = now
  const source = sourceWith({ 'stat -f %Su /dev/console': 'root\n' })
  const [user] = await macReaders(source, () => at)
  for (let second = 0; second < 25; second++) {
    expect((await user!.read()).isAttended).toMatchObject({ value: false })
    at += 1_000
  }
  expect(source.asked.filter((line) => line.startsWith('stat'))).toHaveLength(3)
})

describe.skipIf(!canBuild)('the real calls', () => {
  let calls: MacCalls
  let living: () => number
  beforeAll(() => {
    const path = buildStub('mac-stub')
    calls = openMacCalls({ coreFoundation: path, coreGraphics: path })
    living = koffi.load(path).func('int stub_living(void)') as unknown as () => number
  })
  const names = ['MAC_INPUT', 'MAC_SESSION', 'MAC_WINDOWS', 'MAC_DISPLAYS']
  afterEach(() => {
    for (const name of names) delete process.env[name]
  })

  test('somebody at the keyboard, a film on the second screen; nothing is left behind', async () => {
    Object.assign(process.env, { MAC_INPUT: '2.5', MAC_SESSION: '1 -1', MAC_DISPLAYS: '0 0 1512 982\n1512 0 1920 1080', MAC_WINDOWS: '1 24 0 0 1512 37 Window Server\n5 0 100 100 600 400 Notes\n77 0 1512 0 1920 1080 IINA' })
    const source = sourceWith({ 'pmset -g batt': plugged })
    const told = await readAll(source, calls)
    expect(told.idleMs).toEqual({ value: 2_500, how: 'macOS', at: now })
    expect(told.isAttended).toMatchObject({ value: true })
    expect(told.isLocked).toMatchObject({ value: false })
    expect(told.fullScreen).toEqual({ value: 'IINA', how: 'macOS', at: now })
    expect(source.asked).toEqual(['pmset -g batt', 'ioreg -r -k AppleClamshellState -d 1'])
    const kept = living()
    for (let turn = 0; turn < 20; turn++) await readAll(source, calls)
    expect(living()).toBe(kept)
  })

  test('a locked screen, and a session that another user has pushed away from it', async () => {
    Object.assign(process.env, { MAC_INPUT: '600', MAC_SESSION: '1 1' })
    expect((await readAll(sourceWith({}), calls)).isLocked).toMatchObject({ value: true })
    process.env['MAC_SESSION'] = '0 -1'
    const away = await readAll(sourceWith({ 'ioreg -r -c IOHIDSystem -d 1': '"HIDIdleTime" = 1000000000', 'stat -f %Su /dev/console': 'ben\n' }), calls)
    expect(away.idleMs).toMatchObject({ value: 1_000 })
    expect(away.isAttended).toMatchObject({ value: true })
    expect(away.isLocked).toMatchObject({ value: null, isFinal: true })
    expect((await readAll(sourceWith({}), calls)).idleMs).toMatchObject({ value: null, isFinal: true })
  })

  test('without a session there is no answer, and no crash', () => {
    expect(calls.session()).toBeNull()
    expect(calls.windows()).toBeNull()
    expect(calls.secondsSinceInput()).toBeNull()
    expect(() => openMacCalls({ coreFoundation: '/nowhere', coreGraphics: '/nowhere' })).toThrow()
  })
})
