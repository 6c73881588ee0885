/** What files of Linux say of battery, processor and traffic, whose desktop is asked, and figures whose unit nobody tells. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Bus } from '../../../main/policy/dbus.ts'
import { desktopOf, readAuthority, type Desktop } from '../../../main/policy/linux-desktop.ts'
import { createIdleReader, createUnitFinder, type IdleWays } from '../../../main/policy/linux-idle.ts'
import { peopleHere, type LoginSession } from '../../../main/policy/linux-login.ts'
import { powerOf, type PowerSupply } from '../../../main/policy/linux-power.ts'
import { isXwaylandInUse } from '../../../main/policy/linux-xwayland.ts'
import { ticksIn } from '../../../main/policy/senses-common.ts'
import { adapterScript, counterReader, countersIn, macCountersIn, windowsCountersIn } from '../../../main/policy/senses-counters.ts'
import { countTraffic, createTrafficBook } from '../../../main/policy/senses-traffic.ts'
import type { CommandResult, MachineSource } from '../../../main/system/machine-source.ts'

const battery: PowerSupply = { name: 'BAT0', type: 'Battery', scope: null, isOnline: null, status: 'Discharging', charge: 0.5, full: null }
const mains: PowerSupply = { name: 'AC', type: 'Mains', scope: null, isOnline: true, status: null, charge: null, full: null }

test.each([
  ['no battery at all', [mains], false, null],
  ['on battery', [{ ...mains, isOnline: false }, battery], true, 0.5],
  ['plugged in with a charger too weak', [mains, battery], false, 0.5],
  ['charging, no mains told', [{ ...battery, status: 'Charging' }], false, 0.5],
  ['full', [{ ...battery, status: 'Full', charge: 1 }], false, 1],
  ['a wireless mouse and a UPS', [{ ...battery, scope: 'Device' }, { ...battery, type: 'UPS' }], false, null],
  ['status unknown, unplugged', [{ ...mains, isOnline: false }, { ...battery, status: 'Unknown' }], true, 0.5],
  ['status unknown, no mains', [{ ...battery, status: 'Unknown' }], null, 0.5],
  ['two batteries weighed by size', [{ ...battery, charge: 1, full: 30 }, { ...battery, name: 'BAT1', charge: 0, full: 10 }], true, 0.75],
] as [string, PowerSupply[], boolean | null, number | null][])('battery: %s', (_, supplies, onBattery, charge) => {
  const power = powerOf(supplies, 0)
  expect(power.onBattery?.value).toBe(onBattery)
  expect(power.charge?.value).toBe(charge)
})

test('processor time of /proc/stat, guest time counted once; what is none is unknown', () => {
  expect(ticksIn('cpu  100 0 50 800 50 0 0 0 30 0\ncpu0 1 2 3 4')).toEqual({ busy: 150, all: 1000 })
  expect(['', 'cpu', 'cpu a b c d'].map(ticksIn)).toEqual([null, null, null])
})

describe('traffic', () => {
  const at = Date.parse('2026-11-23T12:00:00Z')
  const now = { at, zone: 'UTC', boot: 'b1', bootedAt: at - 3_600_000 }

  test('network cards count, loopback, containers, bridges and tunnels do not', () => {
    const text = 'Inter-|   Receive\n face |bytes\n    lo: 9 0 0 0 0 0 0 0 9 0\n  eth0: 100 1 0 0 0 0 0 0 20 1\n wlp3s0:7 0 0 0 0 0 0 0 1 0\ndocker0: 5 0 0 0 0 0 0 0 5 0\nveth1a@if2: 5 0 0 0 0 0 0 0 5 0\n  wg0: 5 0 0 0 0 0 0 0 5 0\neth0.10: 5 0 0 0 0 0 0 0 5 0\nbroken: x\n'
    expect(countersIn(text)).toEqual({ eth0: 120, wlp3s0: 8 })
  })

  test('what the machine moved since its start today counts, of a start on an earlier day nothing is known', () => {
    expect(countTraffic(null, { eth0: 500 }, now).bytes).toBe(500)
    expect(countTraffic(null, { eth0: 500 }, { ...now, bootedAt: at - 86_400_000 })).toMatchObject({ bytes: 0, since: at })
  })

  test('a counter that went back began anew; a restart of the machine and of Idlewatt forget nothing; midnight begins at nothing', () => {
    const first = countTraffic(null, { eth0: 500 }, now)
    expect(countTraffic(first, { eth0: 700 }, now).bytes).toBe(700)
    expect(countTraffic(first, { eth0: 40 }, now).bytes).toBe(540)
    expect(countTraffic(first, { eth0: 40 }, { ...now, boot: 'b2', bootedAt: at - 60_000 }).bytes).toBe(540)
    const gone = countTraffic(first, {}, now)
    expect(countTraffic(gone, { eth0: 510 }, now).bytes).toBe(510)
    const evening = countTraffic(first, { eth0: 520 }, { ...now, at: at + 43_200_000 - 60_000 })
    expect(countTraffic(evening, { eth0: 530 }, { ...now, at: at + 43_200_000 })).toMatchObject({ day: '2026-11-24', bytes: 10, since: at + 43_200_000 })
  })

  test('what went over while nobody looked at midnight is not taken for that of today', () => {
    const first = countTraffic(null, { eth0: 500 }, now)
    const later = { ...now, at: at + 3 * 86_400_000 }
    expect(countTraffic(first, { eth0: 9e12 }, later)).toMatchObject({ day: '2026-11-26', bytes: 0, since: later.at })
    expect(countTraffic({ ...first, at: undefined }, { eth0: 9e12 }, later)).toMatchObject({ bytes: 0, since: later.at })
    // A start of the machine today did not carry anything over.
    expect(countTraffic(first, { eth0: 70 }, { ...later, boot: 'b2', bootedAt: later.at - 60_000 })).toMatchObject({ bytes: 70, since: later.at - 43_200_000 })
  })

  test('is kept in a file; a broken one begins the count anew', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'idlewatt-traffic-'))
    let bytes = 100
    const source = { platform: 'linux', readFile: async (path: string) => ({ '/proc/net/dev': `eth0: ${bytes} 0 0 0 0 0 0 0 0 0`, '/proc/sys/kernel/random/boot_id': 'b1\n', '/proc/uptime': '60.0 1.0' })[path] ?? null } as unknown as MachineSource
    const options = { counters: counterReader(source, () => at)!, dataFolder, now: () => at, zone: () => 'UTC' }
    const book = createTrafficBook(options)
    await book.count()
    bytes = 250
    await book.count()
    book.save()
    bytes = 300
    expect((await createTrafficBook(options).count())?.bytes).toBe(300)
    expect(JSON.parse(readFileSync(join(dataFolder, 'traffic.json'), 'utf8')).day).toBe('2026-11-23')
    writeFileSync(join(dataFolder, 'traffic.json'), '{"day":')
    expect((await createTrafficBook(options).count())?.bytes).toBe(300)
    expect(await createTrafficBook({ ...options, counters: { look: async () => null } }).count()).toBeNull()
  })
})

describe('traffic told by a program', () => {
  const at = Date.parse('2026-11-23T12:00:00Z')
  const netstat = (received: number, sent: number): string => `Name       Mtu   Network       Address            Ipkts Ierrs     Ibytes    Opkts Oerrs     Obytes  Coll
lo0        16384 <Link#1>                       903412     0  207361844   903412     0  207361844     0
gif0*      1280  <Link#2>                            0     0          0        0     0          0     0
en0        1500  <Link#4>    d4:9a:20:0d:e6:ec 22184840     0 ${received} 29605843     0 ${sent}     0
en0        1500  fe80::1c4a: fe80:4::1c4a:1%en 22184840     - ${received} 29605843     - ${sent}     -
en0        1500  192.168.3     192.168.3.4     22184840     - ${received} 29605843     - ${sent}     -
en1*       1500  <Link#5>    36:4a:20:0d:e6:00        0     0          0        0     0          0     0
bridge0    1500  <Link#7>    36:4a:20:0d:e6:00        0     0          5        0     0          5     0
utun3      1380  <Link#9>                          4711     0     999999     4711     0     999999     0
`
  const machine = (platform: 'darwin' | 'win32', answer: () => CommandResult): MachineSource & { asked: string[][] } => {
    const asked: string[][] = []
    return { platform, asked, run: async (program: string, args: string[]) => (asked.push([program, ...args]), answer()) } as unknown as MachineSource & { asked: string[][] }
  }
  const done = (stdout: string, exitCode = 0): CommandResult => ({ kind: 'done', exitCode, stdout, stderr: '' })

  test('macOS: each card once, both ways apart, and no loopback, tunnel or bridge', () => {
    expect(macCountersIn(netstat(30_277_303_935, 6_652_036_717))).toEqual({ 'en0 received': 30_277_303_935, 'en0 sent': 6_652_036_717, 'en1 received': 0, 'en1 sent': 0 })
    expect(['', 'netstat: sysctl failed', 'en0 1500 <Link#4> a b c'].map(macCountersIn)).toEqual([{}, {}, {}])
  })

  test('Windows: each adapter by its GUID; one that does not tell is left out', () => {
    expect(windowsCountersIn('{9B3F4F30-2C6A-4A7E-8F8B-7B1D5C1E0A01} 5399113933 360739612\r\n{9B3F4F30-2C6A-4A7E-8F8B-7B1D5C1E0A02}  \r\n')).toEqual({ '{9B3F4F30-2C6A-4A7E-8F8B-7B1D5C1E0A01} received': 5_399_113_933, '{9B3F4F30-2C6A-4A7E-8F8B-7B1D5C1E0A01} sent': 360_739_612 })
    expect(windowsCountersIn('Get-CimInstance : Invalid namespace')).toEqual({})
  })

  test.each(['darwin', 'win32'] as const)('on %s a program is asked seldom, PowerShell most seldom, and what it does not tell is unknown', async (platform) => {
    let answer = done('')
    const source = machine(platform, () => answer)
    const reader = counterReader(source, () => at, () => 60)!
    expect(reader.everyMs).toBe(platform === 'darwin' ? 60_000 : 600_000)
    for (answer of [done(''), done('en0', 1), { kind: 'not-found' }, { kind: 'timed-out', afterMs: 5_000 }] as CommandResult[]) expect(await reader.look()).toBeNull()
    expect(source.asked[0]).toEqual(platform === 'darwin' ? ['netstat', '-ibn'] : ['powershell.exe', '-NoProfile', '-NonInteractive', '-Command', adapterScript])
    // Each line of a script would be a command of its own.
    expect(adapterScript).not.toContain('\n')
  })

  test('a restart of Idlewatt forgets nothing, a restart of the machine counts from nothing, and a clock that is set does neither', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'idlewatt-traffic-'))
    const is = { at, received: 500, sent: 100, uptime: 3_600 }
    const book = (): ReturnType<typeof createTrafficBook> => createTrafficBook({ counters: counterReader(machine('darwin', () => done(netstat(is.received, is.sent))), () => is.at, () => is.uptime)!, dataFolder, now: () => is.at, zone: () => 'UTC' })
    const first = book()
    expect((await first.count())?.bytes).toBe(600)
    // An hour back: the system's start seems to lie an hour earlier, and the process knows that it is the same.
    Object.assign(is, { at: at - 3_600_000, received: 700 })
    expect((await first.count())?.bytes).toBe(800)
    Object.assign(is, { at: at + 120_000, uptime: 3_720, sent: 150 })
    expect((await first.count())?.bytes).toBe(850)
    first.save()
    Object.assign(is, { at: at + 240_000, uptime: 3_840, received: 800 })
    const second = book()
    expect((await second.count())?.bytes).toBe(950)
    second.save()
    // Higher than before, and yet begun anew.
    Object.assign(is, { at: at + 7_200_000, uptime: 600, received: 5_000, sent: 1_000 })
    expect((await book().count())?.bytes).toBe(6_950)
  })
})

test('idle time of unknown unit: milliseconds, seconds, or 0 for ever, which is no answer', () => {
  const ms = createUnitFinder()
  expect([ms(1_000, 0), ms(1_600, 600), ms(2_000, 1_000), ms(100, 3_000)]).toEqual([null, null, 2_000, 100])
  const seconds = createUnitFinder()
  const told = Array.from({ length: 11 }, (_, turn) => seconds(10 + turn, turn * 1_000))
  expect(told.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => null))
  expect(told.slice(9)).toEqual([19_000, 20_000])
  // Somebody presses a key half-way: all over again.
  const pressed = createUnitFinder()
  expect(Array.from({ length: 14 }, (_, turn) => pressed(turn < 7 ? 10 + turn : turn - 7, turn * 1_000)).every((value) => value === null)).toBe(true)
  const zero = createUnitFinder()
  expect([0, 2_000, 4_000, 60_000].map((at) => zero(0, at))).toEqual([null, null, null, null])
  // Asked many times within a moment.
  const dense = createUnitFinder()
  expect(Array.from({ length: 50 }, (_, turn) => dense(3, turn)).every((value) => value === null)).toBe(true)
})

test.each([16, 200])('milliseconds of somebody who types, below %s, are never taken for seconds', (below) => {
  let state = 12_345
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
  const unit = createUnitFinder()
  for (let turn = 0; turn < 20_000; turn += 1) expect(unit(Math.floor(next() * below), turn * 1_000 + Math.floor(next() * 50))).toBeNull()
  // He goes away.
  expect([unit(400, 20_000_000), unit(1_400, 20_001_000), unit(2_400, 20_002_000)].at(-1)).toBe(2_400)
})

const session: LoginSession = { id: '2', uid: 1000, user: 'ada', type: 'wayland', class: 'user', isActive: true, isRemote: false, state: 'active', seat: 'seat0', isLocked: false, isIdleHint: false, idleSince: 0, display: ':0' }

test('whose desktop is asked: our own, that of whoever is at the screen, and never one user for another', () => {
  const exists = (): boolean => true
  const service = { env: {}, uid: 0 }
  expect(desktopOf(service, [session], exists)).toEqual({ uid: 1000, busAddress: 'unix:path=/run/user/1000/bus', display: ':0', isWayland: true, elsewhere: null })
  const own = { env: { DISPLAY: ':1', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/a', XDG_SESSION_TYPE: 'x11' }, uid: 1000 }
  expect(desktopOf(own, null, exists)).toEqual({ uid: 1000, busAddress: 'unix:path=/a', display: ':1', isWayland: false, elsewhere: null })
  const switched = desktopOf(own, [{ ...session, isActive: false, type: 'x11' }, { ...session, id: '5', uid: 1001, user: 'bob' }], exists)
  expect(switched.elsewhere).toBe('Another user is at the screen, and Idlewatt cannot see their keyboard and mouse.')
  expect(desktopOf(service, [{ ...session, type: 'tty' }], exists)).toMatchObject({ uid: 0, display: null })
})

test('a text console or the log-in screen before our desktop is somebody elsewhere; startx, SSH and a seat of none are not', () => {
  const own = { env: { DISPLAY: ':0' }, uid: 1000 }
  const hidden = { ...session, isActive: false, state: 'online' }
  const text = { ...session, id: '7', type: 'tty', display: '' }
  const elsewhere = (sessions: LoginSession[]): string | null => desktopOf(own, sessions, () => false).elsewhere
  expect(elsewhere([hidden, text])).toContain('text console')
  expect(elsewhere([hidden, { ...text, uid: 1001 }])).toContain('Another user')
  expect(elsewhere([hidden, { ...session, id: 'c1', uid: 120, class: 'greeter' }])).toContain('log-in screen')
  expect(elsewhere([session, { ...session, id: '8', uid: 1001, seat: 'seat1' }])).toContain('Another user')
  expect(elsewhere([text])).toBeNull()
  expect(elsewhere([session, { ...text, isActive: false }])).toBeNull()
  expect(elsewhere([session, { ...text, uid: 1001, isRemote: true, seat: '' }])).toBeNull()
  expect(elsewhere([{ ...session, seat: '' }, { ...session, id: 'c1', uid: 120, class: 'greeter' }])).toBeNull()
  expect(peopleHere([text, { ...text, isRemote: true }, { ...text, seat: '' }, { ...session, class: 'greeter' }])).toEqual([text])
})

test('the cookie file of the display is the first that has one for it, not the first that can be read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-cookies-'))
  const cookie = (display: string, data: string): Buffer => Buffer.concat([Buffer.from([255, 255]), ...['', display, 'MIT-MAGIC-COOKIE-1', data].map((text) => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]))])
  writeFileSync(join(folder, 'other'), cookie('5', 'five'))
  writeFileSync(join(folder, '.Xauthority'), cookie('0', 'zero'))
  expect(readAuthority({ XAUTHORITY: join(folder, 'other') }, null, folder, 0)).toEqual(readFileSync(join(folder, '.Xauthority')))
  expect(readAuthority({ XAUTHORITY: join(folder, 'other') }, null, folder, 5)).toEqual(readFileSync(join(folder, 'other')))
  expect(readAuthority({ XAUTHORITY: '/nowhere' }, null, folder, 3)).toBeNull()
})

test('a figure whose unit is not clear says so, and another bus begins anew; what counts as use on Wayland is told; another session is final', async () => {
  let steadyMs = 0
  const bus = (): Bus => ({ call: async ({ member }: { member: string }) => { if (member !== 'GetSessionIdleTime') throw new Error('not there'); return [steadyMs + 5] }, onOpen: () => {}, onSignal: () => () => {} }) as unknown as Bus
  let here = bus()
  let wayland: ReturnType<IdleWays['wayland']> = null
  let desktop: Desktop = { uid: 1000, busAddress: null, display: ':0', isWayland: false, elsewhere: null }
  const idle = createIdleReader({ desktop: () => desktop, bus: () => here, x11: async () => null, wayland: () => wayland, sessions: () => null, isNobodyThere: () => false, now: () => at, steadyMs: () => steadyMs }, () => {})
  const at = 7
  const open = { value: null, why: expect.stringContaining('seconds or in milliseconds') as string }
  expect(await idle.read()).toMatchObject(open)
  steadyMs = 1_000
  expect(await idle.read()).toMatchObject({ value: 1_005 })
  here = bus()
  expect(await idle.read()).toMatchObject(open)
  desktop = { ...desktop, isWayland: true }
  wayland = { idleMs: 0, isInputAlone: false }
  expect(await idle.read()).toMatchObject({ value: 0, how: 'the Wayland desktop, where whatever keeps the screen awake counts as use' })
  desktop = { ...desktop, elsewhere: 'Another user is at the screen.' }
  expect(await idle.read()).toMatchObject({ value: null, why: 'Another user is at the screen.', isFinal: true })
})

test('an X server under Wayland is asked only where some program uses it already', () => {
  const listening = '0000: 00000002 00000000 00010000 0001 01 123 /tmp/.X11-unix/X0\n'
  expect(isXwaylandInUse(listening, 0)).toBe(false)
  expect(isXwaylandInUse(`${listening}0000: 00000003 00000000 00000000 0001 03 124 @/tmp/.X11-unix/X0\n`, 0)).toBe(true)
  expect(isXwaylandInUse(`${listening}0000: 00000003 00000000 00000000 0001 03 124 @/tmp/.X11-unix/X0\n`, 1)).toBe(false)
})
