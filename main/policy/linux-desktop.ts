/** Where the desktop of whoever sits at this Linux machine can be asked: its bus and its display, also from a service that was started at boot. Pure but for looking at files. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { atScreen, shownSession, type LoginSession } from './linux-login.ts'
import { isWaylandIn } from './senses-common.ts'
import type { SenseWorld } from './senses-reader.ts'

export interface Desktop {
  /** Whose keyboard and mouse it tells of; null: this process's own user. */
  uid: number | null
  busAddress: string | null
  display: string | null
  isWayland: boolean
  /** Why readings of it would be of somebody who is not at the screen; null: they are of who is. */
  elsewhere: string | null
}

/** `sessions`: null where nothing tells who is logged in; then the environment alone counts. */
export function desktopOf(world: Pick<SenseWorld, 'env' | 'uid'>, sessions: readonly LoginSession[] | null, exists: (path: string) => boolean = existsSync): Desktop {
  const { env, uid } = world
  const shown = sessions === null ? null : shownSession(sessions)
  const screens = sessions === null ? [] : atScreen(sessions)
  const own = screens.find((session) => session.uid === uid) ?? null
  const isInside = (env['DISPLAY'] ?? env['WAYLAND_DISPLAY'] ?? '') !== ''
  // A service has no desktop of its own: then that of whoever is at the screen is asked, where it lets us.
  const of = own ?? (isInside ? null : (shown ?? screens[0] ?? null))
  const user = of?.uid ?? uid
  const atBus = user === null ? null : `/run/user/${user}/bus`
  const isOwn = user === uid
  return {
    uid: user,
    busAddress: (isOwn ? env['DBUS_SESSION_BUS_ADDRESS'] : undefined) ?? (atBus !== null && exists(atBus) ? `unix:path=${atBus}` : null),
    display: (isOwn ? env['DISPLAY'] : undefined) || of?.display || null,
    isWayland: of !== null ? of.type !== 'x11' : isWaylandIn(env),
    elsewhere: shown !== null && shown.uid !== user ? `${shown.user || 'Another user'} is at the screen, and Idlewatt runs as another user: it cannot see their keyboard and mouse.` : null,
  }
}

/** The file with the display's cookie: as the environment says, or where the usual log-in screens put it. null: none that this user may read. */
export function readAuthority(env: Record<string, string | undefined>, uid: number | null, home: string | null): Uint8Array | null {
  const run = uid === null ? null : `/run/user/${uid}`
  const places = [env['XAUTHORITY'], home === null ? undefined : join(home, '.Xauthority'), ...(run === null ? [] : [`${run}/gdm/Xauthority`, ...inFolder(run, /^(xauth_|\.mutter-Xwaylandauth|Xauthority)/)])]
  for (const place of places) {
    if (place === undefined || place === '') continue
    try {
      return readFileSync(place)
    } catch {
      continue
    }
  }
  return null
}

function inFolder(folder: string, name: RegExp): string[] {
  try {
    return readdirSync(folder).filter((one) => name.test(one)).map((one) => join(folder, one))
  } catch {
    return []
  }
}
