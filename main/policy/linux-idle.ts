/** When somebody last pressed a key or moved the pointer on Linux: every way that there is, in order of how far each can be believed. */
import type { Bus } from './dbus.ts'
import { BusFault } from './dbus.ts'
import type { Desktop } from './linux-desktop.ts'
import { peopleHere, shownSession, type LoginSession } from './linux-login.ts'
import { known, unknown, type Readings } from './readers.ts'
import { unknownToAll } from './senses-reader.ts'
import type { XServer } from './x11.ts'

type Idle = NonNullable<Readings['idleMs']>

export interface IdleWays {
  desktop(): Desktop
  bus(): Bus | null
  x11(): Promise<XServer | null>
  /** Told by the Wayland compositor itself; null: it does not, or there is none. */
  wayland(): { idleMs: number; isInputAlone: boolean } | null
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
/** Seconds are believed after so many answers in a row, over so long, that went along with the clock: noise of some ms looks like them for a while. */
const secondsAnswers = 10
const secondsAfterMs = 9_000
/** Milliseconds are believed once they have grown by so much, as fast as the clock to within `msWithin`. */
const msGrown = 1_000
const msWithin = 500

export interface IdleReader {
  read(): Promise<Idle>
  /** Whether a watch was laid in Mutter, whose signal says at once that the user is back. */
  close(): void
}

/** `isBack`: called as soon as the desktop says that the user is back. */
export function createIdleReader(ways: IdleWays, isBack: () => void): IdleReader {
  const absentUntil = new Map<string, number>()
  let unit = createUnitFinder()
  let unitBus: Bus | null = null
  let isUnitOpen = false
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
    if (unitBus !== bus) {
      unitBus = bus
      unit = createUnitFinder()
      // Another program may answer behind a new connection.
      bus.onOpen(() => bus === unitBus && (unit = createUnitFinder()))
    }
    const [value] = await bus.call({ ...screenSaver, member: 'GetSessionIdleTime' })
    const idleMs = unit(Number(value), ways.steadyMs())
    isUnitOpen = idleMs === null
    return idleMs === null ? null : known(idleMs, 'the screen saver', ways.now())
  }

  return {
    async read() {
      const at = ways.now()
      const sessions = ways.sessions()
      if (ways.isNobodyThere() || (sessions !== null && peopleHere(sessions).length === 0 && ways.desktop().display === null)) return unknown('Nobody is logged in at a screen of this machine.', at)
      const desktop = ways.desktop()
      const shown = sessions === null ? null : shownSession(sessions)
      isUnitOpen = false
      if (desktop.elsewhere === null) {
        const bus = ways.bus()
        const wayland = desktop.isWayland ? ways.wayland() : null
        const answer =
          (bus && (await tried('mutter', () => fromMutter(bus)))) ??
          // An X server under Wayland hears only what goes to its own windows.
          (desktop.isWayland ? null : await tried('x11', fromX11)) ??
          (wayland === null ? null : known(wayland.idleMs, wayland.isInputAlone ? 'the Wayland desktop' : 'the Wayland desktop, where whatever keeps the screen awake counts as use', at)) ??
          (bus && (await tried('screen-saver', () => fromScreenSaver(bus))))
        if (answer) return answer
      }
      const hinted = hint(shown, at)
      // On a machine with several seats the one that is shown may be ours, and somebody else at another.
      if (hinted && (desktop.elsewhere === null || shown?.uid !== desktop.uid)) return hinted
      if (desktop.elsewhere !== null) return unknownToAll(desktop.elsewhere, at)
      return unknown(`${whyNot(desktop, ways.bus() !== null)}${isUnitOpen ? ' The screen saver gives a figure, and it is not clear yet whether that is in seconds or in milliseconds.' : ''}`, at)
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
 * Answers that went along with the clock tell which it is; until then, and where it never grows, there is no answer.
 */
export function createUnitFinder(): (value: number, steadyMs: number) => number | null {
  let seconds: { value: number; steadyMs: number; answers: number } | null = null
  let ms: { value: number; steadyMs: number } | null = null
  let msEach: number | null = null
  return (value, steadyMs) => {
    if (!Number.isFinite(value) || value < 0) return null
    if (msEach !== null) return value * msEach

    const passedS = seconds === null ? 0 : (steadyMs - seconds.steadyMs) / 1_000
    if (seconds === null || Math.abs(value - seconds.value - passedS) > 1) seconds = { value, steadyMs, answers: 1 }
    else seconds.answers += 1
    if (seconds.answers >= secondsAnswers && steadyMs - seconds.steadyMs >= secondsAfterMs) msEach = 1_000

    const grown = ms === null ? 0 : value - ms.value
    if (ms === null || grown < 0 || Math.abs(grown - (steadyMs - ms.steadyMs)) > msWithin) ms = { value, steadyMs }
    else if (grown >= msGrown) msEach = 1
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
