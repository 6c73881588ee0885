/** Putting the machine to sleep and waking it, on every system, macOS and Windows: what is asked, what is taken back, and every refusal a sentence. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { macSleep, pmsetTime } from '../../../main/policy/sleep-mac.ts'
import { mayWakeIn, windowsSleep } from '../../../main/policy/sleep-windows.ts'
import { createSleep, isFromElsewhere, type Sleep, type SleepWays } from '../../../main/policy/sleep.ts'
import type { CommandResult } from '../../../main/system/machine-source.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { done, hourMs, run, world, type SleepWorld } from '../../helpers/sleep-world.ts'
import { buildStub, canBuild } from '../../native/system-stubs.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'idlewatt-sleep-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('on every system', () => {
  const never: SleepWays = { can: () => Promise.reject(new Error()), isUsedFromElsewhere: async () => false, setAlarm: () => Promise.reject(new Error('alarm')), sleep: () => Promise.reject(new Error('slept')) }

  test('somebody who is logged in from elsewhere keeps it awake', async () => {
    const { options, clock } = world()
    const sleep = createSleep(options, { ...never, isUsedFromElsewhere: async () => true })
    await expect(sleep.sleepUntil(clock.now() + hourMs)).rejects.toThrow('logged in from another machine')
  })

  test('a wake-up that is too near, past or no number keeps it awake', async () => {
    const { options, clock } = world()
    for (const wakeAt of [clock.now() + 60_000, clock.now() - hourMs, Number.NaN]) await expect(createSleep(options, never).sleepUntil(wakeAt)).rejects.toThrow(NotPossible)
  })

  test('asked once more when all is ready: what is no longer wanted does not sleep, and its alarm is taken back', async () => {
    for (const [isWanted, expected] of [[true, ['who', 'alarm', 'asked', 'slept', 'taken back']], [false, ['who', 'alarm', 'asked', 'taken back']]] as const) {
      const { options, clock } = world()
      const steps: string[] = []
      const step = async (what: string): Promise<void> => void steps.push(what)
      const ways: SleepWays = { ...never, isUsedFromElsewhere: async () => (await step('who'), false), setAlarm: async () => (await step('alarm'), () => step('taken back')), sleep: () => step('slept') }
      await createSleep(options, ways).sleepUntil(clock.now() + hourMs, () => (steps.push('asked'), isWanted))
      expect(steps).toEqual(expected)
    }
  })

  test('a recorded machine and an unknown system do not sleep', async () => {
    const recorded = world({ recorded: 'laptop' })
    expect(await createSleep(recorded.options).can()).toMatchObject({ sleeps: false, wakes: false })
    await expect(createSleep(recorded.options).sleepUntil(null)).rejects.toThrow(NotPossible)
    const other = world({ platform: 'freebsd' })
    expect(await createSleep(other.options).can()).toMatchObject({ sleeps: null, wakes: null })
    await expect(createSleep(other.options).sleepUntil(null)).rejects.toThrow(NotPossible)
    expect([...recorded.asked, ...other.asked]).toEqual([])
  })

  test('who comes from elsewhere is told from screens and terminals of this machine', () => {
    expect(isFromElsewhere('ada      pts/0        2026-11-23 19:00 (192.168.1.5)\n')).toBe(true)
    expect(isFromElsewhere('ada      pts/0        2026-11-23 19:00 (laptop.example.org)\n')).toBe(true)
    expect(isFromElsewhere('ada      :0           2026-11-23 08:00 (:0)\nada      tty2         2026-11-23 08:00 (tty2)\nada      pts/1        2026-11-23 08:00 (tmux(4711).%0)\nben      seat0        2026-11-23 08:00 (login screen)\nben      tty1         2026-11-23 08:00\n')).toBe(false)
    expect(isFromElsewhere('')).toBe(false)
  })
})

describe('on macOS', () => {
  test('pmset is told the time in its own writing, and its alarm is taken back', async () => {
    const { options, clock, asked, source } = world({ platform: 'darwin' })
    const wakeAt = clock.now() + hourMs
    const when = pmsetTime(new Date(wakeAt))
    const ask = source.run.bind(source)
    source.run = async (program, args, how) => (program === 'pmset' ? (asked.push([program, ...args].join(' ')), done()) : ask(program, args, how))
    expect(await run(createSleep(options, macSleep(options, true)), wakeAt, clock)).toBe('awake')
    expect(asked).toEqual(['who', `pmset schedule wake ${when}`, 'pmset sleepnow', `pmset schedule cancel wake ${when}`])
    expect(pmsetTime(new Date(2026, 0, 5, 3, 4, 9))).toBe('01/05/26 03:04:09')
  })

  test('without an administrator nothing could wake it, so it stays awake', async () => {
    const { options, clock, asked } = world({ platform: 'darwin' })
    expect(await run(createSleep(options, macSleep(options, false)), clock.now() + hourMs, clock)).toMatchObject({ message: expect.stringContaining('administrator') })
    expect(asked).toEqual(['who'])
    expect(await macSleep(options, false).can()).toMatchObject({ sleeps: true, wakes: false })
  })
})

const query = (mains: string): string => `Untergruppe-GUID: 238c9fa8-0aad-41ed-83f4-97be242c8f20  (Energie sparen)\n      Mögl. Einstellungsindex: 000\n    Index der aktuellen Wechselstromeinstellung: ${mains}\n    Index der aktuellen Gleichstromeinstellung: 0x00000000\n`

test('Windows’ power plan is read in any language', () => {
  expect([query('0x00000001'), query('0x00000000'), query('0x00000002'), '', '0x00000001'].map(mayWakeIn)).toEqual([true, false, false, null, null])
})

describe.skipIf(!canBuild)('on Windows, with a library in the place of its own', () => {
  const line = 'powercfg /query SCHEME_CURRENT SUB_SLEEP RTCWAKE'
  const names = ['WIN_LOG', 'WIN_CAPABILITIES', 'WIN_SUSPEND', 'WIN_TIMER', 'WIN_SESSIONS']
  afterEach(() => {
    for (const name of names) delete process.env[name]
  })
  function windows(answers: Record<string, CommandResult> = { [line]: done(query('0x00000001')) }): SleepWorld & { sleep: Sleep } {
    const path = buildStub('windows-stub')
    const made = world({ platform: 'win32', answers })
    process.env['WIN_LOG'] = join(folder, 'calls')
    return { ...made, sleep: createSleep(made.options, windowsSleep(made.options, () => path)) }
  }
  const calls = (): string[] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')

  test('a timer of ours wakes it at a moment, the right to sleep is asked for, and the timer is given back', async () => {
    const { sleep, clock } = windows()
    const wakeAt = clock.now() + hourMs
    await sleep.sleepUntil(wakeAt)
    expect(calls()).toEqual([
      `timer 40 due ${BigInt(wakeAt) * 10_000n + 116_444_736_000_000_000n} period 0 resume 1`,
      'privilege 50 0 1 19 2',
      'close 50',
      'suspend 0 0 0',
      'close 40',
    ])
  })

  test('refused sleep, refused timers, and a power plan without them are sentences', async () => {
    const one = windows()
    process.env['WIN_SUSPEND'] = '0'
    await expect(one.sleep.sleepUntil(one.clock.now() + hourMs)).rejects.toThrow('powercfg /requests')
    expect(calls().at(-1)).toBe('close 40')
    process.env['WIN_TIMER'] = '0'
    await expect(one.sleep.sleepUntil(one.clock.now() + hourMs)).rejects.toThrow('wake timers')
    delete process.env['WIN_TIMER']
    const two = windows({ [line]: done(query('0x00000000')) })
    await expect(two.sleep.sleepUntil(two.clock.now() + hourMs)).rejects.toThrow('wake timers')
    expect(calls().filter((call) => call.startsWith('suspend'))).toHaveLength(1)
  })

  test.each([
    ['1 1 1 0', true, true],
    ['0 1 0 0', true, false],
    ['1 0 1 1', false, false],
  ])('capabilities %s', async (capabilities, sleeps, wakes) => {
    process.env['WIN_CAPABILITIES'] = capabilities
    expect(await windows().sleep.can()).toMatchObject({ sleeps, wakes, sentence: expect.stringMatching(/\.$/) })
  })

  test('somebody on Remote Desktop keeps it awake', async () => {
    process.env['WIN_SESSIONS'] = '1 1 -1 Console\n2 0 1 RDP-Tcp#3 ada'
    const { sleep, clock } = windows()
    await expect(sleep.sleepUntil(clock.now() + hourMs)).rejects.toThrow('another machine')
  })
})
