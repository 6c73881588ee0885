/** Sleep on Linux: what logind and the machine's clock are asked, what is left set, and every refusal a sentence. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hasRemoteSession, linuxSleep } from '../../../main/policy/sleep-linux.ts'
import { createSleep } from '../../../main/policy/sleep.ts'
import { openWakeTimer } from '../../../main/policy/wake-timer.ts'
import type { MachineSource } from '../../../main/system/machine-source.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { busctl, done, hourMs, list, refused, run, world } from '../../helpers/sleep-world.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'idlewatt-sleep-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function rtc(alarm: string, sinceEpoch = '1700000000'): string {
  mkdirSync(join(folder, 'rtc0'), { recursive: true })
  writeFileSync(join(folder, 'rtc0', 'wakealarm'), alarm)
  writeFileSync(join(folder, 'rtc0', 'since_epoch'), `${sinceEpoch}\n`)
  return join(folder, 'rtc0', 'wakealarm')
}

const noTimer = async (): Promise<null> => null

test('the clock’s alarm is set before the machine is asked to sleep, without a password, and cleared after it', async () => {
  const alarm = rtc('')
  const { options, clock, asked, steadyMs, source } = world()
  let atSleep = ''
  const watched = { ...source, run: async (...args: Parameters<MachineSource['run']>) => (args[1].includes('Suspend') && (atSleep = readFileSync(alarm, 'utf8')), source.run(...args)) }
  const ways = linuxSleep({ ...options, source: watched, rtcFolder: folder, steadyMs, wakeTimer: noTimer })
  expect(await run(createSleep({ ...options, source: watched }, ways), clock.now() + hourMs, clock)).toBe('awake')
  expect(atSleep).toBe('+3600')
  expect(readFileSync(alarm, 'utf8')).toBe('0')
  expect(asked).toEqual([list, 'who', `${busctl} Suspend b false`])
})

test('another program’s earlier alarm is left to wake the machine, a later one is put back', async () => {
  const { options, clock, steadyMs } = world()
  const ways = linuxSleep({ ...options, rtcFolder: folder, steadyMs, wakeTimer: noTimer })
  const earlier = rtc('1700000600')
  expect(await run(createSleep(options, ways), clock.now() + hourMs, clock)).toBe('awake')
  expect(readFileSync(earlier, 'utf8')).toBe('1700000600')
  const later = rtc('1700090000')
  expect(await run(createSleep(options, ways), clock.now() + hourMs, clock)).toBe('awake')
  expect(readFileSync(later, 'utf8')).toBe('1700090000')
  // One whose time has passed is nobody's any more.
  const past = rtc('1600000000')
  expect(await run(createSleep(options, ways), clock.now() + hourMs, clock)).toBe('awake')
  expect(readFileSync(past, 'utf8')).toBe('0')
})

test('the kernel’s own timer goes first and leaves the alarm alone', async () => {
  const alarm = rtc('')
  const { options, clock, steadyMs } = world()
  const said: string[] = []
  const ways = linuxSleep({ ...options, rtcFolder: folder, steadyMs, wakeTimer: async (seconds) => (said.push(`set ${seconds}`), () => void said.push('closed')) })
  expect(await run(createSleep(options, ways), clock.now() + hourMs, clock)).toBe('awake')
  expect(said).toEqual(['set 3600', 'closed'])
  expect(readFileSync(alarm, 'utf8')).toBe('')
})

test('without an alarm to be had it stays awake and is asked nothing more', async () => {
  const { options, clock, asked, steadyMs } = world()
  const ways = linuxSleep({ ...options, rtcFolder: folder, steadyMs, wakeTimer: async () => () => {} })
  expect(await run(createSleep(options, ways), clock.now() + hourMs, clock)).toBeInstanceOf(NotPossible)
  rmSync(rtc(''))
  mkdirSync(join(folder, 'rtc0', 'wakealarm'))
  expect(await run(createSleep(options, ways), clock.now() + hourMs, clock)).toMatchObject({ message: expect.stringContaining('stays awake') })
  expect(asked).toEqual([list, 'who', list, 'who'])
})

test('where the alarm may not be written, rtcwake is tried, and taken back', async () => {
  // A file that reads, and that nobody may write, root neither.
  rmSync(rtc(''))
  symlinkSync('/proc/sys/kernel/ostype', join(folder, 'rtc0', 'wakealarm'))
  const answers = { 'rtcwake -m no -s 3600': done(), 'rtcwake -m disable': done() }
  const allowed = world({ answers })
  const ways = linuxSleep({ ...allowed.options, rtcFolder: folder, steadyMs: allowed.steadyMs, wakeTimer: noTimer })
  expect((await ways.can()).wakes).toBeNull()
  expect(await run(createSleep(allowed.options, ways), allowed.clock.now() + hourMs, allowed.clock)).toBe('awake')
  expect(allowed.asked.slice(-3)).toEqual(['rtcwake -m no -s 3600', `${busctl} Suspend b false`, 'rtcwake -m disable'])
  const barred = world({ answers: { 'rtcwake -m no -s 3600': refused('rtcwake: /dev/rtc0: unable to find device: Permission denied') } })
  const none = linuxSleep({ ...barred.options, rtcFolder: folder, steadyMs: barred.steadyMs, wakeTimer: noTimer })
  expect(await run(createSleep(barred.options, none), barred.clock.now() + hourMs, barred.clock)).toMatchObject({ name: 'NotPossible', message: expect.stringContaining('administrator can allow it') })
  expect(barred.asked.some((line) => line.includes('Suspend'))).toBe(false)
})

test('refused by the system, the alarm is cleared and the system’s words are told', async () => {
  const alarm = rtc('')
  const { options, clock, steadyMs } = world({ answers: { [`${busctl} Suspend b false`]: refused('Call failed: Interactive authentication required.\n') } })
  const ways = linuxSleep({ ...options, rtcFolder: folder, steadyMs, wakeTimer: noTimer })
  expect(await run(createSleep(options, ways), clock.now() + hourMs, clock)).toMatchObject({ name: 'NotPossible', message: expect.stringContaining('Interactive authentication required') })
  expect(readFileSync(alarm, 'utf8')).toBe('0')
})

test('a machine that takes the wish and stays awake is told apart from one that slept', async () => {
  const alarm = rtc('')
  const { options, clock, steadyMs } = world({ sleepsMs: 0 })
  const ways = linuxSleep({ ...options, rtcFolder: folder, steadyMs, wakeTimer: noTimer })
  expect(await run(createSleep(options, ways), clock.now() + hourMs, clock)).toMatchObject({ name: 'NotPossible', message: expect.stringContaining('did not go to sleep') })
  expect(readFileSync(alarm, 'utf8')).toBe('0')
})

test.each([
  ['s "yes"', true],
  ['s "challenge"', false],
  ['s "no"', false],
  ['s "na"', false],
])('logind’s %s is told in words', async (answer, sleeps) => {
  rtc('')
  const { options, steadyMs } = world({ answers: { [`${busctl} CanSuspend`]: done(`${answer}\n`) } })
  const can = await linuxSleep({ ...options, rtcFolder: folder, steadyMs, wakeTimer: noTimer }).can()
  expect(can).toMatchObject({ sleeps, wakes: true, sentence: expect.stringMatching(/^[A-Z].*\.$/) })
})

test('no logind and no clock: unknown and no, never yes', async () => {
  const { options, steadyMs } = world({ answers: { [`${busctl} CanSuspend`]: { kind: 'not-found' } } })
  // The kernel gives its timer also where no clock can wake the machine.
  const can = await linuxSleep({ ...options, rtcFolder: join(folder, 'none'), steadyMs, wakeTimer: async () => () => {} }).can()
  expect(can).toMatchObject({ sleeps: null, wakes: false })
})

test.skipIf(process.platform !== 'linux')('the kernel’s timer is the one that wakes, where this process may have it, and is gone once closed', async () => {
  const mine = (): string[] => readdirSync('/proc/self/fdinfo').map((name) => { try { return readFileSync(`/proc/self/fdinfo/${name}`, 'utf8') } catch { return '' } }).filter((text) => /^clockid: 9$/m.test(text))
  const mayWake = ((BigInt(`0x${/^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]}`) >> 35n) & 1n) === 1n
  const timer = await openWakeTimer(3_600)
  expect(timer !== null).toBe(mayWake)
  expect(mine()).toHaveLength(mayWake ? 1 : 0)
  if (mayWake) expect(mine()[0]).toMatch(/it_value: \((3600|3599), /)
  timer?.()
  timer?.()
  expect(mine()).toEqual([])
})

test('logind’s remote sessions count, local ones and those that close do not', async () => {
  const session = (remote: string, state: string, kind = 'user'): string => `Class=${kind}\nRemote=${remote}\nState=${state}\n`
  expect(hasRemoteSession(`${session('no', 'active')}\n${session('yes', 'active')}`)).toBe(true)
  expect(hasRemoteSession(`${session('no', 'active')}\n${session('yes', 'closing')}\n${session('yes', 'active', 'manager')}`)).toBe(false)
  const show = 'loginctl show-session --no-pager -p Remote -p State -p Class 2 c1'
  const { options, clock, steadyMs, asked } = world({ answers: { [list]: done('  2 1000 ada seat0 tty2\n c1 1000 ada - pts/0\n'), [show]: done(`${session('no', 'active')}\n${session('yes', 'active')}`) } })
  await expect(createSleep(options, linuxSleep({ ...options, rtcFolder: folder, steadyMs })).sleepUntil(clock.now() + hourMs)).rejects.toThrow('another machine')
  expect(asked).toEqual([list, show])
  expect(await linuxSleep(world({ answers: { who: done('ada pts/0 2026-11-23 19:00 (192.168.1.5)\n') } }).options).isUsedFromElsewhere()).toBe(true)
  expect(await linuxSleep(world().options).isUsedFromElsewhere()).toBeNull()
})
