/** Where the desktop of whoever sits at this Linux machine can be asked: its bus and its display, also from a service that was started at boot. Pure but for looking at files. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { atScreen, frontSessions, shownSession, type LoginSession } from './linux-login.ts'
import { isWaylandIn } from './senses-common.ts'
import type { SenseWorld } from './senses-reader.ts'
import { cookieFor } from './x11-authority.ts'

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
  const own = screens.find((session) => session.uid === uid && session.isActive) ?? screens.find((session) => session.uid === uid) ?? null
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
    elsewhere: whoElse(sessions ?? [], of, user, isInside),
  }
}

/** null: nobody but whoever is asked about is in front of the machine. */
function whoElse(sessions: readonly LoginSession[], of: LoginSession | null, user: number | null, isInside: boolean): string | null {
  // `startx` begins a desktop within the session of a text console, which stays one.
  const isOurs = (session: LoginSession): boolean => session.id === of?.id || (of === null && isInside && session.uid === user && session.class !== 'greeter')
  // Who works here from afar has no seat, and the log-in screen stands at the machine all the while.
  const other = frontSessions(sessions).find((session) => !isOurs(session) && (session.class !== 'greeter' || of === null || of.seat === session.seat))
  if (other === undefined) return null
  if (other.class === 'greeter') return 'The log-in screen is shown, and Idlewatt cannot see what is typed there.'
  if (other.uid !== user) return 'Another user is at the screen, and Idlewatt cannot see their keyboard and mouse.'
  return 'Another session is at the screen, for one a text console, and Idlewatt cannot see its keyboard.'
}

/** The file with the display's cookie: as the environment says, or where the usual log-in screens put it; the first with a cookie of that display. null: none that this user may read has one. */
export function readAuthority(env: Record<string, string | undefined>, uid: number | null, home: string | null, display: number | null): Uint8Array | null {
  const run = uid === null ? null : `/run/user/${uid}`
  const places = [env['XAUTHORITY'], home === null ? undefined : join(home, '.Xauthority'), ...(run === null ? [] : [`${run}/gdm/Xauthority`, ...inFolder(run, /^(xauth_|\.mutter-Xwaylandauth|Xauthority)/)])]
  for (const place of places) {
    if (place === undefined || place === '') continue
    try {
      const file = readFileSync(place)
      if (display === null || cookieFor(file, display, hostname()) !== null) return file
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
