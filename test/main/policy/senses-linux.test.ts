/** What Linux tells, against a real dbus-daemon with logind, GNOME and others played on it, and a real X server. */
import { createServer, type Socket } from 'node:net'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { linuxReaders } from '../../../main/policy/linux-readers.ts'
import type { Readings, SensedField } from '../../../main/policy/readers.ts'
import type { SenseReader } from '../../../main/policy/senses-reader.ts'
import { createSenses } from '../../../main/policy/senses.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { createLog } from '../../../main/system/log.ts'
import type { MachineSource } from '../../../main/system/machine-source.ts'
import { noDbusDaemon, startDaemon, type Daemon } from '../../helpers/dbus-daemon.ts'
import { adaAtScreen, serveGameMode, serveLocker, serveLogin, serveMutter, serveNetworkManager, type FakeSession } from '../../helpers/desktop-programs.ts'
import { noXvfb, startXvfb } from '../../helpers/xvfb.ts'

const log = createLog('silent', () => {})
const uid = process.getuid?.() ?? 0
const source = { platform: 'linux', recorded: null, readFile: async () => null, listFolder: async () => [], recordedLayer: async () => null } as unknown as MachineSource
const steadyMs = (): number => performance.now()

let system: Daemon
let desktop: Daemon
let open: SenseReader[] = []

/** The readers of a machine with these buses; its first question settles who is logged in. */
async function machine(env: Record<string, string> = {}, at: { steadyMs?: () => number } = {}): Promise<{ read<Field extends SensedField>(field: Field): Promise<NonNullable<Readings[Field]>>; again: Record<string, number>; sleeps: boolean[] }> {
  const again: Record<string, number> = {}
  const sleeps: boolean[] = []
  const readers = linuxReaders({ source, clock: systemClock, log, world: { now: Date.now, steadyMs: at.steadyMs ?? steadyMs, uid, env: { DBUS_SYSTEM_BUS_ADDRESS: system.address, DBUS_SESSION_BUS_ADDRESS: desktop.address, ...env } } })
  for (const reader of readers) reader.begin?.({ again: () => (again[reader.fields[0] ?? ''] = (again[reader.fields[0] ?? ''] ?? 0) + 1), sleep: (isGoing) => void sleeps.push(isGoing) })
  open.push(...readers)
  await readers[0]?.read()
  return {
    again,
    sleeps,
    async read(field) {
      const told = await readers.find(({ fields }) => fields.includes(field))?.read()
      return told?.[field] as never
    },
  }
}

describe.skipIf(noDbusDaemon !== null)(`on buses${noDbusDaemon === null ? '' : `: skipped. ${noDbusDaemon}`}`, () => {
  beforeEach(async () => {
    ;[system, desktop] = await Promise.all([startDaemon(), startDaemon()])
  })
  afterEach(async () => {
    for (const reader of open) reader.close()
    open = []
    await Promise.all([system.stop(), desktop.stop()])
  })

  test('GNOME tells idle time on X11 and Wayland, and at once that the user is back; its end is unknown, not the last figure', async () => {
    await serveLogin(system, [{ ...adaAtScreen, Type: 'wayland' }])
    const mutter = await serveMutter(desktop)
    const here = await machine()
    mutter.idle.ms = 240_000
    expect(await here.read('idleMs')).toMatchObject({ value: 240_000, how: 'GNOME' })
    await here.read('idleMs')
    expect(mutter.watches).toBe(1)
    const before = here.again['idleMs'] ?? 0
    mutter.back()
    await vi.waitFor(() => expect(here.again['idleMs']).toBeGreaterThan(before))
    await mutter.leave()
    expect(await here.read('idleMs')).toMatchObject({ value: null, why: 'On this Wayland desktop nothing tells when a key was last pressed.' })
  })

  test("a Wayland desktop that nothing answers for is unknown, never 0 and never for ever; KDE's 0 for ever is no answer either", async () => {
    await serveLogin(system, [{ ...adaAtScreen, Type: 'wayland' }])
    await serveLocker(desktop, 'org.freedesktop.ScreenSaver', { isActive: false, idle: () => 0 })
    let steady = 0
    const here = await machine({ DISPLAY: ':0', WAYLAND_DISPLAY: 'wayland-none', XDG_RUNTIME_DIR: '/nowhere' }, { steadyMs: () => (steady += 2_000) })
    for (let turn = 0; turn < 5; turn += 1) expect(await here.read('idleMs')).toMatchObject({ value: null, why: expect.stringContaining('Wayland') })
    expect(await here.read('fullScreen')).toMatchObject({ value: null, why: expect.stringContaining('Wayland') })
  })

  test("logind's idle hint is believed once it has said so", async () => {
    const login = await serveLogin(system, [{ ...adaAtScreen, Type: 'wayland' }])
    const here = await machine({ WAYLAND_DISPLAY: '/nowhere/wayland' })
    expect((await here.read('idleMs')).value).toBeNull()
    const before = here.again['isAttended'] ?? 0
    login.set(0, { IdleHint: true, IdleSinceHint: (Date.now() - 300_000) * 1000 })
    await vi.waitFor(() => expect(here.again['isAttended']).toBeGreaterThan(before))
    await here.read('isAttended')
    const idle = await here.read('idleMs')
    expect(idle).toMatchObject({ how: 'logind' })
    expect(idle.value).toBeGreaterThan(299_000)
    login.set(0, { IdleHint: false })
    await here.read('isAttended')
    expect(await here.read('idleMs')).toMatchObject({ value: 0, how: 'logind: not idle' })
  })

  test.each([
    ['a desktop', [adaAtScreen], true],
    ['the log-in screen', [{ ...adaAtScreen, Class: 'greeter' }], false],
    ['SSH alone', [{ ...adaAtScreen, Type: 'tty', Remote: true }], false],
    ['a forwarded desktop', [{ ...adaAtScreen, Remote: true }], false],
    ['one who logs out', [{ ...adaAtScreen, State: 'closing' }], false],
    ['nobody', [], false],
  ] as [string, FakeSession[], boolean][])('attended: %s', async (_, sessions, isAttended) => {
    await serveLogin(system, sessions)
    const here = await machine()
    expect((await here.read('isAttended')).value).toBe(isAttended)
    if (!isAttended) expect(await here.read('idleMs')).toMatchObject({ value: null, why: 'Nobody is logged in at a screen of this machine.' })
  })

  test('without logind nobody knows who is there', async () => {
    const here = await machine()
    expect(await here.read('isAttended')).toMatchObject({ value: null, why: expect.stringContaining('Nothing tells who is logged in') })
    expect((await here.read('isLocked')).value).toBeNull()
  })

  test("another user at the screen: our own desktop's idle time is not theirs", async () => {
    const mutter = await serveMutter(desktop)
    mutter.idle.ms = 3_600_000
    await serveLogin(system, [{ ...adaAtScreen, Active: false, State: 'online' }, { ...adaAtScreen, Id: '9', uid: uid + 4321, Name: 'bob' }])
    const here = await machine({ DISPLAY: ':0' })
    expect(await here.read('idleMs')).toMatchObject({ value: null, why: expect.stringContaining('Another user is at the screen') })
    expect(await here.read('fullScreen')).toMatchObject({ value: null, why: expect.stringContaining('Another user is at the screen') })
  })

  test('nobody is named in words, and a question to logind that fails once does not send them away', async () => {
    const login = await serveLogin(system, [adaAtScreen])
    const here = await machine()
    expect(await here.read('isAttended')).toMatchObject({ value: true, how: 'logind: 1 person' })
    login.add({ ...adaAtScreen, Id: '9', uid: uid + 4321, Name: 'bob', Type: 'tty', Active: false })
    expect(await here.read('isAttended')).toMatchObject({ value: true, how: 'logind: 2 people' })
    await system.stop()
    expect(await here.read('isAttended')).toMatchObject({ value: true })
    expect(await here.read('isAttended')).toMatchObject({ value: true })
    expect(await here.read('isAttended')).toMatchObject({ value: null })
  })

  test('locked: by logind or any screen saver, told at once', async () => {
    const login = await serveLogin(system, [adaAtScreen])
    const gnome = await serveLocker(desktop, 'org.gnome.ScreenSaver', { isActive: false })
    const here = await machine()
    expect(await here.read('isLocked')).toMatchObject({ value: false })
    const before = here.again['isLocked'] ?? 0
    gnome.activeChanged(true)
    await vi.waitFor(() => expect(here.again['isLocked']).toBeGreaterThan(before))
    expect(await here.read('isLocked')).toMatchObject({ value: true, how: 'the screen saver' })
    gnome.activeChanged(false)
    login.set(0, { LockedHint: true })
    await here.read('isAttended')
    expect(await here.read('isLocked')).toMatchObject({ value: true, how: 'logind' })
  })

  test('GameMode is off where it does not run, is not started by asking, and is told at once when a game registers', async () => {
    await serveLogin(system, [adaAtScreen])
    const here = await machine()
    expect(await here.read('gameMode')).toMatchObject({ value: false, how: 'GameMode does not run' })
    const game = await serveGameMode(desktop, 0)
    await vi.waitFor(() => expect(here.again['gameMode']).toBeGreaterThan(0))
    expect(await here.read('gameMode')).toMatchObject({ value: false })
    const before = here.again['gameMode'] ?? 0
    game.register()
    await vi.waitFor(() => expect(here.again['gameMode']).toBeGreaterThan(before))
    expect(await here.read('gameMode')).toMatchObject({ value: true, how: 'GameMode: one game' })
  })

  test.each([[1, true], [2, false], [3, true], [4, false], [0, null]])('metered: NetworkManager says %s', async (told, isMetered) => {
    await serveNetworkManager(system, told)
    const here = await machine()
    expect((await here.read('isMetered')).value).toBe(isMetered)
  })

  test('a connection that becomes metered, a lid, and sleep are told', async () => {
    const network = await serveNetworkManager(system, 2)
    const login = await serveLogin(system, [adaAtScreen])
    const here = await machine()
    network.set(1)
    await vi.waitFor(() => expect(here.again['isMetered']).toBeGreaterThan(0))
    expect(await here.read('isLidClosed')).toMatchObject({ value: false, how: 'logind' })
    login.lid.closed = true
    expect((await here.read('isLidClosed')).value).toBe(true)
    login.prepareForSleep(true)
    login.prepareForSleep(false)
    await vi.waitFor(() => expect(here.sleeps).toEqual([true, false]))
  })

  test('joined: the return of the user reaches who listens long before the next second', async () => {
    await serveLogin(system, [adaAtScreen])
    const mutter = await serveMutter(desktop)
    mutter.idle.ms = 600_000
    const senses = createSenses({ source, host: null, clock: systemClock, steadyMs, log, dataFolder: mkdtempSync(join(tmpdir(), 'idlewatt-senses-')), isRecorded: false, world: { env: { DBUS_SYSTEM_BUS_ADDRESS: system.address, DBUS_SESSION_BUS_ADDRESS: desktop.address } } })
    senses.begin()
    await vi.waitFor(() => expect(mutter.watches).toBe(1), { timeout: 5_000 })
    expect(senses.machine().idleMs.value).toBe(600_000)
    const told = new Promise<number>((done) => senses.onChange(() => senses.machine().idleMs.value === 0 && done(performance.now())))
    mutter.idle.ms = 0
    const at = performance.now()
    mutter.back()
    expect((await told) - at).toBeLessThan(500)
    await senses.stop()
  })

  test.skipIf(noXvfb !== null)(`on X11 the X server tells idle time and full screen${noXvfb === null ? '' : `: skipped. ${noXvfb}`}`, async () => {
    await serveLogin(system, [adaAtScreen])
    const x = await startXvfb()
    const person = await x.person()
    const here = await machine({ DISPLAY: x.display })
    await person.movePointer()
    expect(await here.read('idleMs')).toMatchObject({ how: 'the X server' })
    await person.openWindow('Game', ['_NET_WM_STATE_FULLSCREEN'])
    expect(await here.read('fullScreen')).toMatchObject({ value: 'Game', how: 'the X server' })
    await x.stop()
    await vi.waitFor(async () => expect((await here.read('idleMs')).value).toBeNull())
    await here.read('fullScreen').catch(() => null)
    expect((await here.read('fullScreen')).value).toBeNull()
  })
})

/** A compositor that speaks just enough: globals, then idleness as it is told to. */
async function compositor(kind: 'ext_idle_notifier_v1' | 'org_kde_kwin_idle' | null, version = 1): Promise<{ folder: string; idle(): void; resumed(): void; requests: Buffer[]; stop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-wl-'))
  const requests: Buffer[] = []
  let socket: Socket | null = null
  let notification = 0
  const event = (object: number, code: number, body = Buffer.alloc(0)): void => {
    const head = Buffer.alloc(8)
    head.writeUInt32LE(object, 0)
    head.writeUInt32LE(((8 + body.length) << 16) | code, 4)
    const whole = Buffer.concat([head, body])
    // In two pieces, as a socket may give them.
    socket?.write(whole.subarray(0, 5))
    socket?.write(whole.subarray(5))
  }
  const global = (number: number, name: string, version = 1): void => {
    const text = Buffer.from(`${name}\0`)
    const body = Buffer.alloc(12 + Math.ceil(text.length / 4) * 4)
    body.writeUInt32LE(number, 0)
    body.writeUInt32LE(text.length, 4)
    text.copy(body, 8)
    body.writeUInt32LE(version, body.length - 4)
    event(2, 0, body)
  }
  const server = createServer((one) => {
    socket = one
    one.on('error', () => {})
    one.on('data', (data: Buffer) => {
      for (let place = 0; place < data.length; place += data.readUInt32LE(place + 4) >>> 16) {
        const request = data.subarray(place, place + (data.readUInt32LE(place + 4) >>> 16))
        requests.push(request)
        const [object, code] = [request.readUInt32LE(0), request.readUInt32LE(4) & 0xffff]
        if (object === 1 && code === 0) {
          global(1, 'wl_seat')
          if (kind) global(2, kind, version)
          event(3, 0, Buffer.alloc(4))
        } else if (object === 5) notification = request.readUInt32LE(8)
      }
    })
  })
  await new Promise<void>((done) => server.listen(join(folder, 'wayland-7'), done))
  return { folder, requests, idle: () => event(notification, 0), resumed: () => event(notification, 1), stop: () => void (socket?.destroy(), server.close()) }
}

describe('Wayland itself', () => {
  test.each([['ext_idle_notifier_v1', 1], ['ext_idle_notifier_v1', 2], ['org_kde_kwin_idle', 1]] as const)('%s %i: idle time grows from the last input, and input is told at once', async (kind, version) => {
    const { openWayland } = await import('../../../main/policy/linux-wayland.ts')
    const desktop = await compositor(kind, version)
    let steady = 10_000
    const wayland = await openWayland({ env: { XDG_RUNTIME_DIR: desktop.folder, WAYLAND_DISPLAY: 'wayland-7' }, uid: 0, clock: systemClock, steadyMs: () => steady })
    expect(wayland.idleMs()).toBeNull()
    await vi.waitFor(() => expect(desktop.requests.length).toBe(5))
    const asked = desktop.requests[4] as Buffer
    const words = [8, 12, 16].map((place) => asked.readUInt32LE(place))
    expect(words).toEqual(kind === 'ext_idle_notifier_v1' ? [6, 1_000, 4] : [6, 4, 1_000])
    // Version 1 obeys whatever keeps the screen awake; 2 can be asked for input alone, which is its request 2.
    expect(asked.readUInt32LE(4) & 0xffff).toBe(kind === 'org_kde_kwin_idle' ? 0 : version)
    const bound = desktop.requests[3] as Buffer
    expect(bound.readUInt32LE(bound.length - 8)).toBe(version)
    expect(wayland.isInputAlone).toBe(version === 2)
    desktop.idle()
    await vi.waitFor(() => expect(wayland.idleMs()).toBe(1_000))
    steady += 300_000
    expect(wayland.idleMs()).toBe(301_000)
    let backs = 0
    wayland.onBack(() => (backs += 1))
    desktop.resumed()
    await vi.waitFor(() => expect(backs).toBe(1))
    expect(wayland.idleMs()).toBe(0)
    desktop.stop()
    await vi.waitFor(() => expect(wayland.isGone()).toBe(true))
    expect(wayland.idleMs()).toBeNull()
  })

  test('a compositor that does not tell, and one that is not there, are said so', async () => {
    const { openWayland } = await import('../../../main/policy/linux-wayland.ts')
    const desktop = await compositor(null)
    const options = { uid: 0, clock: systemClock, steadyMs }
    await expect(openWayland({ ...options, env: { XDG_RUNTIME_DIR: desktop.folder, WAYLAND_DISPLAY: 'wayland-7' } })).rejects.toThrow('On this Wayland desktop nothing tells')
    desktop.stop()
    await expect(openWayland({ ...options, env: { XDG_RUNTIME_DIR: '/nowhere', WAYLAND_DISPLAY: 'wayland-7' } })).rejects.toThrow('There is no Wayland desktop at /nowhere/wayland-7.')
  })
})
