/** What Windows tells of its user: the decoders, and the real calls through koffi into a library that stands in for Windows'. */
import fc from 'fast-check'
import koffi from 'koffi'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { PolicyMachine } from '../../../shared/policy-state.ts'
import { createPlatformReaders, type PlatformReader } from '../../../main/policy/readers.ts'
import { openWindowsCalls, type WindowsCalls } from '../../../main/policy/windows-calls.ts'
import { fullScreenOf, isEveryoneLocked, lastInputAt, powerOf, sessionOf, type FrontWindow } from '../../../main/policy/windows-decode.ts'
import { costScript, isMeteredIn, networkCostReader } from '../../../main/policy/windows-network.ts'
import { windowsReaders } from '../../../main/policy/windows-readers.ts'
import type { CommandResult, MachineSource } from '../../../main/system/machine-source.ts'
import { buildStub, canBuild } from '../../native/system-stubs.ts'

const now = 1_700_000_000_000
const wrap = 2n ** 32n

describe('the last input', () => {
  test('is told across the moment at which 32 bits begin again', () => {
    const ticks = wrap + 400n
    expect(Number(ticks - lastInputAt(Number(wrap - 600n), ticks, null).at)).toBe(1_000)
    expect(lastInputAt(500, 500n, null).at).toBe(500n)
  })

  test('that came a moment after the clock was read is now, and not 49.7 days ago', () => {
    expect(lastInputAt(1_016, 1_000n, null).at).toBe(1_000n)
  })

  test('keeps nobody there for months from looking like somebody who has just come', () => {
    const first = lastInputAt(1_000, 2_000n, null)
    for (const days of [1n, 49n, 50n, 51n, 120n]) expect(lastInputAt(1_000, 2_000n + days * 86_400_000n, first).at).toBe(1_000n)
  })

  test('is right for any moment, any machine, as long as it is asked now and then', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n * wrap }), fc.integer({ min: 0, max: 40 * 86_400_000 }), (input, idleMs) => {
        const at = input + BigInt(idleMs)
        expect(lastInputAt(Number(input % wrap), at, null).at).toBe(input)
      }),
    )
  })
})

describe('sessions', () => {
  const bytes = (level: number, state: number, flags: number, user: string): Buffer => {
    const made = Buffer.alloc(200)
    made.writeUInt32LE(level, 0)
    made.writeUInt32LE(3, 8)
    made.writeInt32LE(state, 12)
    made.writeInt32LE(flags, 16)
    made.write('Console', 20, 'utf16le')
    made.write(user, 86, 'utf16le')
    return made
  }

  test('tell locked and unlocked, the wrong way round on Windows 7, and unknown as unknown', () => {
    expect(sessionOf(bytes(1, 0, 0, 'ada'), false)).toEqual({ id: 3, isActive: true, isLocked: true, station: 'Console', user: 'ada' })
    expect(sessionOf(bytes(1, 0, 1, 'ada'), false)?.isLocked).toBe(false)
    expect(sessionOf(bytes(1, 0, 0, 'ada'), true)?.isLocked).toBe(false)
    expect(sessionOf(bytes(1, 0, 1, 'ada'), true)?.isLocked).toBe(true)
    expect(sessionOf(bytes(1, 0, -1, 'ada'), false)?.isLocked).toBeNull()
    expect(sessionOf(bytes(2, 0, 0, 'ada'), false)).toBeNull()
    expect(sessionOf(Buffer.alloc(20), false)).toBeNull()
  })

  test('count as locked only where every one that somebody sees is', () => {
    const session = (isLocked: boolean | null, isActive = true, user = 'ada') => ({ id: 1, isActive, isLocked, user, station: 'Console' })
    expect(isEveryoneLocked([session(true), session(false)])).toBe(false)
    expect(isEveryoneLocked([session(true), session(null)])).toBeNull()
    expect(isEveryoneLocked([session(true), session(false, false)])).toBe(true)
    expect(isEveryoneLocked([session(false, true, '')])).toBeNull()
  })
})

describe('full screen', () => {
  const monitor = { left: 0, top: 0, right: 2560, bottom: 1440 }
  const game: FrontWindow = { pid: 77, program: 'eldenring.exe', className: 'ELDEN RING', window: monitor, monitor, hasTitleBar: false }

  test('is a window without a title bar that covers its screen, and Windows’ own word for games and slides', () => {
    expect(fullScreenOf(5, game, 1)).toMatchObject({ value: 'eldenring.exe' })
    expect(fullScreenOf(3, game, 1)).toMatchObject({ value: 'eldenring.exe', how: expect.stringContaining('Direct3D') })
    expect(fullScreenOf(4, null, 1)).toMatchObject({ value: '', how: expect.stringContaining('presentation') })
    // On a second screen to the left.
    const left = { left: -1920, top: 0, right: 0, bottom: 1080 }
    expect(fullScreenOf(5, { ...game, window: left, monitor: left }, 1)).toMatchObject({ value: 'eldenring.exe' })
  })

  test('is no large window with a title bar, no desktop, no overlay, no start menu, not Idlewatt itself', () => {
    expect(fullScreenOf(5, { ...game, hasTitleBar: true, window: { left: -8, top: -8, right: 2568, bottom: 1448 } }, 1)).toMatchObject({ value: false })
    expect(fullScreenOf(5, { ...game, window: { ...monitor, bottom: 1400 } }, 1)).toMatchObject({ value: false })
    for (const className of ['Progman', 'WorkerW', 'Windows.UI.Core.CoreWindow']) expect(fullScreenOf(2, { ...game, className, program: 'explorer.exe' }, 1)).toMatchObject({ value: false })
    expect(fullScreenOf(2, { ...game, program: 'NVIDIA Overlay.exe' }, 1)).toMatchObject({ value: false })
    expect(fullScreenOf(7, null, 1)).toMatchObject({ value: false })
    expect(fullScreenOf(3, game, 77)).toMatchObject({ value: false })
    // Where a screen's place is not told, everything would cover it.
    const nothing = { left: 0, top: 0, right: 0, bottom: 0 }
    expect(fullScreenOf(5, { ...game, window: nothing, monitor: nothing }, 1)).toMatchObject({ value: false })
  })

  test('is nobody’s while the screen is locked, and unknown where nothing tells', () => {
    expect(fullScreenOf(1, game, 1)).toMatchObject({ value: false })
    expect(fullScreenOf(null, null, 1)).toMatchObject({ value: null, why: expect.any(String) })
    expect(fullScreenOf(null, game, 1)).toMatchObject({ value: 'eldenring.exe' })
  })
})

test('power: mains, battery, no battery, and 255 for not told', () => {
  expect(powerOf(Buffer.from([0, 1, 64]))).toEqual({ onBattery: true, hasBattery: true, charge: 0.64 })
  expect(powerOf(Buffer.from([1, 8, 100]))).toEqual({ onBattery: false, hasBattery: true, charge: 1 })
  expect(powerOf(Buffer.from([1, 128, 255]))).toEqual({ onBattery: false, hasBattery: false, charge: null })
  expect(powerOf(Buffer.from([255, 255, 255]))).toEqual({ onBattery: null, hasBattery: null, charge: null })
})

describe('the connection’s cost', () => {
  test('counts data plans, roaming and used-up plans as metered, and says where it is not told', () => {
    expect(['Unrestricted False False\r\n', 'Fixed False False', 'Variable False False', 'Unrestricted True False', 'Unrestricted False True', 'None', 'Unknown False False', ''].map(isMeteredIn)).toEqual([false, true, true, true, true, false, null, null])
  })

  test('is asked anew where an address changes, and else rarely', async () => {
    const asked: string[][] = []
    let [at, addresses, answer] = [now, 'a', 'Unrestricted False False']
    const source = { recorded: null, run: async (program: string, args: string[]): Promise<CommandResult> => (asked.push([program, ...args]), { kind: 'done', exitCode: 0, stdout: answer, stderr: '' }) } as unknown as MachineSource
    const reader = networkCostReader(source, () => at, () => addresses)
    expect(await reader.read()).toEqual({ isMetered: { value: false, how: 'Windows', at: now } })
    at += 5_000
    expect(await reader.read()).toEqual({ isMetered: { value: false, how: 'Windows', at } })
    expect(asked).toEqual([['powershell.exe', '-NoProfile', '-NonInteractive', '-Command', costScript]])
    ;[addresses, answer] = ['b', 'Variable False False']
    expect((await reader.read()).isMetered?.value).toBe(true)
    at += 11 * 60_000
    await reader.read()
    at -= 3_600_000
    await reader.read()
    expect(asked).toHaveLength(4)
  })

  test('is unknown where PowerShell does not answer', async () => {
    const source = { recorded: null, run: async (): Promise<CommandResult> => ({ kind: 'timed-out', afterMs: 1 }) } as unknown as MachineSource
    expect((await networkCostReader(source, () => now, () => '').read()).isMetered).toMatchObject({ value: null, why: expect.stringContaining('metered') })
  })
})

test('a recorded machine and another system are asked nothing', async () => {
  const run = async (): Promise<CommandResult> => ({ kind: 'not-found' })
  const recorded = { platform: 'win32', recorded: 'rtx-4090-windows', run } as unknown as MachineSource
  expect((await createPlatformReaders('win32', recorded)).map(({ fields }) => fields)).toEqual([['isMetered']])
  expect(await createPlatformReaders('linux', { ...recorded, platform: 'linux' })).toEqual([])
  expect(await createPlatformReaders('freebsd', recorded)).toEqual([])
})

describe.skipIf(!canBuild)('the real calls', () => {
  let calls: WindowsCalls
  let taken: () => number
  beforeAll(() => {
    const path = buildStub('windows-stub')
    calls = openWindowsCalls({ pathOf: () => path, isWindows7: false })
    taken = koffi.load(path).func('int stub_taken(void)') as unknown as () => number
  })
  const set: string[] = []
  function env(values: Record<string, string>): void {
    set.push(...Object.keys(values))
    Object.assign(process.env, values)
  }
  afterEach(() => {
    for (const name of set.splice(0)) delete process.env[name]
  })
  async function read(): Promise<Partial<PolicyMachine>> {
    const source = { recorded: null, run: async (): Promise<CommandResult> => ({ kind: 'not-found' }) } as unknown as MachineSource
    const readers: PlatformReader[] = await windowsReaders(source, () => now, calls)
    const all = await Promise.all(readers.map(async (reader) => {
      const readings = await reader.read()
      expect(Object.keys(readings).sort()).toEqual([...reader.fields].sort())
      return readings
    }))
    return Object.assign({}, ...all) as Partial<PolicyMachine>
  }

  test('somebody at the keyboard, plugged in, in a game', async () => {
    env({ WIN_TICKS: String(wrap + 9_000n), WIN_INPUT: '6500', WIN_STATE: '5', WIN_FRONT: '1', WIN_PATH: 'C:\\Games\\eldenring.exe', WIN_POWER: '1 1 88', WIN_CAPABILITIES: '1 1 1 0' })
    const told = await read()
    expect(told.idleMs).toEqual({ value: 2_500, how: 'Windows', at: now })
    expect(told.isAttended).toMatchObject({ value: true })
    expect(told.isLocked).toMatchObject({ value: false })
    expect(told.fullScreen).toMatchObject({ value: 'eldenring.exe' })
    expect(told.onBattery).toMatchObject({ value: false })
    expect(told.charge).toMatchObject({ value: 0.88 })
    expect(told.isLidClosed).toMatchObject({ value: null, why: expect.stringContaining('lid') })
    expect(told.gameMode).toMatchObject({ value: null })
  })

  test('a locked desktop without a battery; everything that Windows allocates is given back', async () => {
    env({ WIN_TICKS: '900000', WIN_INPUT: '0', WIN_STATE: '1', WIN_SESSIONS: '0 4 -1 Services\n1 0 0 Console ada', WIN_POWER: '1 128 255', WIN_CAPABILITIES: '0 1 1 0' })
    const told = await read()
    expect(told.isLocked).toMatchObject({ value: true })
    expect(told.idleMs).toMatchObject({ value: 900_000 })
    expect(told.charge).toMatchObject({ value: null, why: 'This machine has no battery.' })
    expect(told.isLidClosed).toMatchObject({ value: false })
    expect(taken()).toBe(0)
  })

  test('a service sees nobody, and says so instead of “idle for ever”', async () => {
    env({ WIN_TICKS: '900000', WIN_INPUT: '0', WIN_OWN: '0', WIN_STATE: '5', WIN_FRONT: '1' })
    const told = await read()
    expect(told.idleMs).toMatchObject({ value: null, why: expect.stringContaining('service') })
    expect(told.fullScreen).toMatchObject({ value: null, why: expect.stringContaining('service') })
    expect(told.isAttended).toMatchObject({ value: true })
    expect(told.isLocked).toMatchObject({ value: false })
  })

  test('another user at the screen makes our own idle time worth nothing', async () => {
    env({ WIN_TICKS: '900000', WIN_INPUT: '0', WIN_OWN: '2', WIN_SESSIONS: '1 0 1 Console ben\n2 4 0 Console ada' })
    expect((await read()).idleMs).toMatchObject({ value: null, why: expect.stringContaining('Somebody else'), isFinal: true })
  })

  test('nobody logged in: nobody can be disturbed', async () => {
    env({ WIN_SESSIONS: '1 1 -1 Console' })
    const told = await read()
    expect(told.isAttended).toMatchObject({ value: false })
    expect(told.isLocked).toMatchObject({ value: null, why: 'Nobody is logged in at a screen.' })
  })

  test('where Windows answers nothing, all of it is unknown, each with why', async () => {
    env({ WIN_NO_SESSIONS: '1' })
    for (const reading of Object.values(await read())) expect(reading).toMatchObject({ value: null, why: expect.stringMatching(/^[A-Z].*\.$/) })
  })

  test('where the libraries are not there, nothing breaks', async () => {
    const none = openWindowsCalls({ pathOf: (name) => `/nowhere/${name}.dll`, isWindows7: false })
    expect([none.tickCount(), none.lastInputTick(), none.notificationState(), none.frontWindow(), none.ownSession(), none.sessions(), none.powerStatus(), none.powerCapabilities()]).toEqual(Array.from({ length: 8 }, () => null))
    none.close()
  })
})
