/** When somebody last pressed a key or moved the pointer on Linux: every way that there is, in order of how far each can be believed. */
import type { Bus } from './dbus.ts'
import { BusFault } from './dbus.ts'
import type { Desktop } from './linux-desktop.ts'
import { atScreen, shownSession, type LoginSession } from './linux-login.ts'
import { known, unknown, type Readings } from './readers.ts'
import type { XServer } from './x11.ts'

type Idle = NonNullable<Readings['idleMs']>

export interface IdleWays {
  desktop(): Desktop
  bus(): Bus | null
  x11(): Promise<XServer | null>
  /** Told by the Wayland compositor itself; null: it does not, or there is none. */
  wayland(): number | null
  sessions(): LoginSession[] | null
  /** Nothing on this machine could show a desktop. */
  isNobodyThere(): boolean
  now(): number
  steadyMs(): number
}

const mutter = { name: 'org.gnome.Mutter.IdleMonitor', path: '/org/gnome/Mutter/IdleMonitor/Core', interface: 'org.gnome.Mutter.IdleMonitor' }
const screenSaver = { name: 'org.freedesktop.ScreenSaver', path: '/org/freedesktop/ScreenSaver', interface: 'org.freedesktop.ScreenSaver' }
/** A way that is not there is looked for again after this. */
const absentMs = 30_000
/** Before their unit is known, two answers must lie so far apart. */
const unitAfterMs = 1_500

export interface IdleReader {
  read(): Promise<Idle>
  /** Whether a watch was laid in Mutter, whose signal says at once that the user is back. */
  close(): void
}

/** `isBack`: called as soon as the desktop says that the user is back. */
export function createIdleReader(ways: IdleWays, isBack: () => void): IdleReader {
  const absentUntil = new Map<string, number>()
  const unit = createUnitFinder()
  const hint = createHintReader()
  let watched: { bus: Bus; end(): void } | null = null
  let hasWatch = false

  /** null: that way is not there now. A way that fails otherwise is passed over for this once. */
  async function tried(way: string, ask: () => Promise<Idle | null>): Promise<Idle | null> {
    if ((absentUntil.get(way) ?? 0) > ways.steadyMs()) return null
    try {
      return await ask()
    } catch (error) {
      if (error instanceof BusFault && error.isAbsent) absentUntil.set(way, ways.steadyMs() + absentMs)
      return null
    }
  }

  async function fromMutter(bus: Bus): Promise<Idle | null> {
    const [value] = await bus.call({ ...mutter, member: 'GetIdletime' })
    const idleMs = Number(value)
    if (!Number.isFinite(idleMs) || idleMs < 0) return null
    if (idleMs > 1_000) await watchMutter(bus)
    return known(idleMs, 'GNOME', ways.now())
  }

  /** Fires once at the next input, and is then gone. */
  async function watchMutter(bus: Bus): Promise<void> {
    if (watched?.bus !== bus) {
      watched?.end()
      hasWatch = false
      const end = bus.onSignal({ sender: mutter.name, interface: mutter.interface, member: 'WatchFired' }, () => {
        hasWatch = false
        isBack()
      })
      bus.onOpen(() => (hasWatch = false))
      watched = { bus, end }
    }
    if (hasWatch) return
    hasWatch = true
    await bus.call({ ...mutter, member: 'AddUserActiveWatch' }).catch(() => (hasWatch = false))
  }

  async function fromX11(): Promise<Idle | null> {
    const server = await ways.x11()
    const idleMs = (await server?.idleMs()) ?? null
    return idleMs === null ? null : known(idleMs, 'the X server', ways.now())
  }

  async function fromScreenSaver(bus: Bus): Promise<Idle | null> {
    const [value] = await bus.call({ ...screenSaver, member: 'GetSessionIdleTime' })
    const idleMs = unit(Number(value), ways.steadyMs())
    return idleMs === null ? null : known(idleMs, 'the screen saver', ways.now())
  }

  return {
    async read() {
      const at = ways.now()
      const sessions = ways.sessions()
      if (ways.isNobodyThere() || (sessions !== null && atScreen(sessions).length === 0 && ways.desktop().display === null)) return unknown('Nobody is logged in at a screen of this machine.', at)
      const desktop = ways.desktop()
      const shown = sessions === null ? null : shownSession(sessions)
      if (desktop.elsewhere === null) {
        const bus = ways.bus()
        const wayland = desktop.isWayland ? ways.wayland() : null
        const answer =
          (bus && (await tried('mutter', () => fromMutter(bus)))) ??
          // An X server under Wayland hears only what goes to its own windows.
          (desktop.isWayland ? null : await tried('x11', fromX11)) ??
          (wayland === null ? null : known(wayland, 'the Wayland desktop', at)) ??
          (bus && (await tried('screen-saver', () => fromScreenSaver(bus))))
        if (answer) return answer
      }
      return hint(shown, at) ?? unknown(desktop.elsewhere ?? whyNot(desktop, ways.bus() !== null), at)
    },
    close: () => watched?.end(),
  }
}

function whyNot(desktop: Desktop, hasBus: boolean): string {
  if (!hasBus && desktop.display === null) return 'Idlewatt has no way to the desktop of whoever sits at this machine: it was started outside of it. Start it from within the desktop.'
  return desktop.isWayland ? 'On this Wayland desktop nothing tells when a key was last pressed.' : 'On this desktop nothing tells when a key was last pressed.'
}

/**
 * The specification says seconds; KDE answers in milliseconds, and on Wayland with 0 for ever or an error (its kscreenlocker).
 * Two answers with nothing pressed in between tell which it is; until then, and where it never grows, there is no answer.
 */
export function createUnitFinder(): (value: number, steadyMs: number) => number | null {
  let first: { value: number; steadyMs: number } | null = null
  let msEach: number | null = null
  return (value, steadyMs) => {
    if (!Number.isFinite(value) || value < 0) return null
    if (msEach !== null) return value * msEach
    if (first === null || value < first.value) {
      first = { value, steadyMs }
      return null
    }
    const passedMs = steadyMs - first.steadyMs
    if (passedMs < unitAfterMs) return null
    const grown = (value - first.value) / passedMs
    if (grown > 0.5 && grown < 2) msEach = 1
    else if (grown > 0.0003 && grown < 0.003) msEach = 1_000
    else first = { value, steadyMs }
    return msEach === null ? null : value * msEach
  }
}

/** Many desktops never set logind's hint: it is believed once it has said "idle". Until it does, somebody may be there or not. */
function createHintReader(): (session: LoginSession | null, at: number) => Idle | null {
  const believed = new Set<string>()
  return (session, at) => {
    if (session === null) return null
    if (session.isIdleHint) believed.add(session.id)
    if (!believed.has(session.id)) return null
    if (!session.isIdleHint) return known(0, 'logind: not idle', at)
    return session.idleSince > 0 ? known(Math.max(0, at - session.idleSince), 'logind', at) : null
  }
}
