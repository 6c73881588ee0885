/** Whether the screen is locked, whether a program fills it and whether a game has asked for game mode, on Linux. */
import { BusFault, type Bus } from './dbus.ts'
import type { Desktop } from './linux-desktop.ts'
import { shownSession, type LoginSession } from './linux-login.ts'
import { known, unknown, type Readings } from './readers.ts'
import { unknownToAll } from './senses-reader.ts'
import type { XServer } from './x11.ts'

/** Who locks screens: each answers `GetActive` and tells `ActiveChanged`. */
const lockers = ['org.gnome.ScreenSaver', 'org.freedesktop.ScreenSaver', 'org.cinnamon.ScreenSaver', 'org.mate.ScreenSaver', 'org.xfce.ScreenSaver'].map((name) => ({ name, path: `/${name.replaceAll('.', '/')}`, interface: name }))
const gameMode = { name: 'com.feralinteractive.GameMode', path: '/com/feralinteractive/GameMode', interface: 'com.feralinteractive.GameMode' }
/** A locker that is not there is looked for again after this. */
const absentMs = 60_000

export function hearLocks(bus: Bus, again: () => void): void {
  for (const { interface: of } of lockers) bus.onSignal({ interface: of, member: 'ActiveChanged' }, again)
}

export function createLockReader(ways: { bus(): Bus | null; sessions(): LoginSession[] | null; desktop(): Desktop; now(): number; steadyMs(): number }): () => Promise<NonNullable<Readings['isLocked']>> {
  const absentUntil = new Map<string, number>()

  /** null: it is not there. */
  async function isOn(bus: Bus, locker: (typeof lockers)[number]): Promise<boolean | null> {
    if ((absentUntil.get(locker.name) ?? 0) > ways.steadyMs()) return null
    try {
      const [value] = await bus.call({ ...locker, member: 'GetActive' })
      return typeof value === 'boolean' ? value : null
    } catch (error) {
      if (error instanceof BusFault && error.isAbsent) absentUntil.set(locker.name, ways.steadyMs() + absentMs)
      return null
    }
  }

  return async () => {
    const sessions = ways.sessions()
    const shown = sessions === null ? null : shownSession(sessions)
    if (shown?.isLocked) return known(true, 'logind', ways.now())
    const bus = ways.bus()
    // Another user's screen is told of by logind alone.
    const answers = bus && ways.desktop().elsewhere === null ? await Promise.all(lockers.map((locker) => isOn(bus, locker))) : []
    if (answers.includes(true)) return known(true, 'the screen saver', ways.now())
    if (answers.includes(false)) return known(false, 'the screen saver', ways.now())
    const { elsewhere } = ways.desktop()
    if (!shown && elsewhere !== null) return unknownToAll(elsewhere, ways.now())
    return shown ? known(false, 'logind', ways.now()) : unknown('Nothing tells whether the screen is locked.', ways.now())
  }
}

export function hearGameMode(bus: Bus, again: () => void): void {
  bus.onSignal({ sender: 'org.freedesktop.DBus', interface: 'org.freedesktop.DBus', member: 'NameOwnerChanged', arg0: gameMode.name }, again)
  for (const member of ['GameRegistered', 'GameUnregistered']) bus.onSignal({ sender: gameMode.name, interface: gameMode.interface, member }, again)
}

/** Never starts GameMode by asking. Where it does not run, no game has asked for it. */
export async function readGameMode(bus: Bus | null, at: number): Promise<NonNullable<Readings['gameMode']>> {
  if (bus === null) return unknown('Idlewatt has no way to the desktop, where games ask for GameMode.', at)
  try {
    const count = Number(await bus.property({ ...gameMode, property: 'ClientCount' }))
    return Number.isFinite(count) ? known(count > 0, count === 1 ? 'GameMode: one game' : `GameMode: ${count} games`, at) : unknown('GameMode does not say how many games it serves.', at)
  } catch (error) {
    if (error instanceof BusFault && error.isAbsent) return known(false, 'GameMode does not run', at)
    return unknown(error instanceof Error ? error.message : String(error), at)
  }
}

export async function readFullScreen(desktop: Desktop, server: XServer | null, whyNone: string | null, at: number): Promise<NonNullable<Readings['fullScreen']>> {
  if (desktop.elsewhere !== null) return unknownToAll(desktop.elsewhere, at)
  const filled = server === null ? null : await server.fullScreen()
  if (typeof filled === 'string') return known(filled, 'the X server', at)
  if (desktop.isWayland) return unknown('On Wayland only programs that draw through X11 tell whether they fill the screen.', at)
  if (filled === false) return known(false, 'the X server', at)
  return unknown(whyNone ?? 'There is no display that Idlewatt could ask.', at)
}
