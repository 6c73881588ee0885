/** Everything that Linux tells of the machine and of whoever sits at it: joins logind, the desktop's bus, its X server and files. */
import type { Clock } from '../system/clock.ts'
import { homeFolder } from '../system/home-folder.ts'
import type { Log } from '../system/log.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { openBus, type Bus } from './dbus.ts'
import { desktopOf, readAuthority, type Desktop } from './linux-desktop.ts'
import { createScreenSearch } from './linux-display.ts'
import { createIdleReader } from './linux-idle.ts'
import { createLogin, peopleHere } from './linux-login.ts'
import { readMetered, hearMetered } from './linux-network.ts'
import { powerOf, readLidFile, readPowerSupplies } from './linux-power.ts'
import { createLockReader, hearGameMode, hearLocks, readFullScreen, readGameMode } from './linux-screen.ts'
import { openWayland, type Wayland } from './linux-wayland.ts'
import { known, unknown, type SensedField } from './readers.ts'
import type { SenseNews, SenseReader, SenseWorld } from './senses-reader.ts'
import { isXwaylandInUse } from './linux-xwayland.ts'
import { connectX11, type XServer } from './x11.ts'
import { displayNumber } from './x11-authority.ts'

export interface LinuxOptions {
  source: MachineSource
  clock: Clock
  log: Log
  world: SenseWorld
}

/** More than a bus that does not answer takes to be given up. */
const limitMs = 6_000
/** Between two attempts to reach a display or a compositor. */
const retryMs = 15_000

export function linuxReaders({ source, clock, log, world }: LinuxOptions): SenseReader[] {
  const { now, steadyMs, env } = world
  const systemBus = openBus({ address: env['DBUS_SYSTEM_BUS_ADDRESS'] ?? 'unix:path=/run/dbus/system_bus_socket', title: 'The system bus', clock, log })
  const login = createLogin(systemBus)
  const screens = createScreenSearch({ source, world })
  /** No logind, and nothing that could show a desktop. */
  let isScreenless = false
  let desktop: Desktop = desktopOf(world, null)
  let session: { address: string; bus: Bus } | null = null
  let onSession: ((bus: Bus) => void)[] = []

  /** The desktop may begin after us, or be another's. */
  function lookForDesktop(): void {
    desktop = desktopOf(world, login.sessions())
    if (session?.address === (desktop.busAddress ?? undefined)) return
    void session?.bus.close()
    session = desktop.busAddress === null ? null : { address: desktop.busAddress, bus: openBus({ address: desktop.busAddress, title: "The desktop's bus", clock, log }) }
    if (session) for (const listener of onSession) listener(session.bus)
  }

  /** Our own environment leads to our own desktop alone. */
  function envOf(of: Desktop): SenseWorld['env'] {
    return of.uid === world.uid ? env : {}
  }

  const display = again<XServer>(async () => {
    const { display: name, isWayland } = desktop
    if (name === null) throw new Error('There is no display that Idlewatt could ask.')
    // Asking for it would have the compositor start an X server that nobody needs.
    if (isWayland && !isXwaylandInUse((await source.readFile('/proc/net/unix')) ?? '', displayNumber(name))) throw new Error('No program draws through X11.')
    return connectX11({ display: name, authority: readAuthority(envOf(desktop), desktop.uid, desktop.uid === world.uid ? homeFolder() : null, displayNumber(name)), clock })
  }, (server) => server.isGone())
  const compositor = again(async () => {
    if (!desktop.isWayland) throw new Error('There is no Wayland desktop.')
    return openWayland({ env: envOf(desktop), uid: desktop.uid, clock, steadyMs })
  }, (one) => one.isGone())

  function again<T extends { close(): void }>(open: () => Promise<T>, isGone: (one: T) => boolean): { get(): Promise<T | null>; why(): string | null; close(): void } {
    let one: T | null = null
    let isClosed = false
    let nextAt = Number.NEGATIVE_INFINITY
    let why: string | null = null
    let opening: Promise<T | null> | null = null
    return {
      why: () => why,
      async get() {
        if (one !== null && !isGone(one)) return one
        if (one !== null) nextAt = steadyMs() + retryMs
        one = null
        if (isClosed || steadyMs() < nextAt) return null
        opening ??= open()
          .then((opened) => {
            why = null
            if (isClosed) opened.close()
            else one = opened
            return one
          })
          .catch((error: unknown) => {
            why = error instanceof Error ? error.message : String(error)
            nextAt = steadyMs() + retryMs
            return null
          })
          .finally(() => (opening = null))
        return opening
      },
      close() {
        isClosed = true
        one?.close()
      },
    }
  }

  let heardDisplay: XServer | null = null
  let isBack = (): void => {}
  let newActive = (): void => {}
  let wayland: Pick<Wayland, 'idleMs' | 'isInputAlone' | 'onBack'> | null = null

  const idle = createIdleReader(
    { desktop: () => desktop, isNobodyThere: () => isScreenless, bus: () => session?.bus ?? null, x11: display.get, wayland: waylandIdle, sessions: login.sessions, now, steadyMs },
    () => isBack(),
  )
  const isLocked = createLockReader({ bus: () => session?.bus ?? null, sessions: login.sessions, desktop: () => desktop, now, steadyMs })
  function waylandIdle(): { idleMs: number; isInputAlone: boolean } | null {
    const idleMs = wayland?.idleMs() ?? null
    return wayland === null || idleMs === null ? null : { idleMs, isInputAlone: wayland.isInputAlone }
  }

  let isReady = (): void => {}
  /** Once it is known who is logged in, and so whose desktop is to be asked. */
  const ready = new Promise<void>((done) => void (isReady = done))
  /** Those who wait for news of the sessions: who is there, locks, idle hints. */
  const followers: (() => void)[] = []

  function reader(name: string, fields: SensedField[], everyMs: number, read: SenseReader['read'], more: Partial<SenseReader> = {}): SenseReader {
    return { name, fields, everyMs, limitMs, read, close() {}, ...more }
  }

  return [
    reader('logind', ['isAttended'], 10_000, readAttended, {
      begin(news: SenseNews) {
        login.onNews(news.again)
        login.onSleep(news.sleep)
      },
      close() {
        onSession = []
        idle.close()
        display.close()
        compositor.close()
        void systemBus.close()
        void session?.bus.close()
      },
    }),
    reader('The keyboard and mouse', ['idleMs'], 1_000, readIdle, {
      begin(news) {
        isBack = news.again
        followers.push(news.again)
      },
    }),
    reader('The lock screen', ['isLocked'], 5_000, async () => ready.then(async () => ({ isLocked: await isLocked() })), {
      begin(news) {
        onSession.push((bus) => hearLocks(bus, news.again))
        followers.push(news.again)
      },
    }),
    reader('The screen', ['fullScreen'], 1_000, readScreen, { begin: (news) => (newActive = news.again) }),
    reader('GameMode', ['gameMode'], 5_000, async () => ready.then(async () => ({ gameMode: await readGameMode(session?.bus ?? null, now()) })), { begin: (news) => void onSession.push((bus) => hearGameMode(bus, news.again)) }),
    reader('The battery', ['onBattery', 'charge'], 2_000, async () => powerOf(await readPowerSupplies(source), now())),
    reader('The lid', ['isLidClosed'], 2_000, readLid),
    reader('NetworkManager', ['isMetered'], 60_000, async () => ({ isMetered: await readMetered(systemBus, now()) }), { begin: (news) => hearMetered(systemBus, news.again) }),
  ]

  async function readAttended(): ReturnType<SenseReader['read']> {
    await login.refresh()
    const sessions = login.sessions()
    const found = sessions === null ? await screens().catch(() => ({ isPossible: null, how: 'Nor could the programs of this machine be looked at.' })) : null
    isScreenless = found?.isPossible === false
    lookForDesktop()
    isReady()
    for (const follower of followers) follower()
    if (found !== null) return { isAttended: found.isPossible === false ? known(false, found.how, now()) : unknown(`${login.why()} ${found.how}`, now()) }
    const there = new Set(peopleHere(sessions ?? []).map(({ uid }) => uid)).size
    return { isAttended: known(there > 0, there === 0 ? 'logind: nobody is logged in at a screen' : there === 1 ? 'logind: 1 person' : `logind: ${there} people`, now()) }
  }

  async function readIdle(): ReturnType<SenseReader['read']> {
    await ready
    if (desktop.isWayland && wayland === null) {
      const one = await compositor.get()
      if (one !== null) {
        wayland = one
        one.onBack(() => isBack())
      }
    }
    if (wayland !== null && (await compositor.get()) !== wayland) wayland = null
    return { idleMs: await idle.read() }
  }

  async function readScreen(): ReturnType<SenseReader['read']> {
    await ready
    const server = await display.get()
    if (server !== null && server !== heardDisplay) {
      heardDisplay = server
      server.onActive(() => newActive())
    }
    return { fullScreen: await readFullScreen(desktop, server, display.why(), now()) }
  }

  async function readLid(): ReturnType<SenseReader['read']> {
    const told = await readLidFile(source)
    if (told !== null) return { isLidClosed: known(told, 'the lid', now()) }
    const closed = await login.isLidClosed().catch(() => null)
    return { isLidClosed: closed === null ? unknown('Nothing tells whether the lid is closed.', now()) : known(closed, 'logind', now()) }
  }
}
