/** Who is logged in at this Linux machine, as logind tells: screens, locks, idle hints, lid and sleep. A person types `loginctl list-sessions`. */
import type { Bus } from './dbus.ts'

export interface LoginSession {
  id: string
  uid: number
  user: string
  /** "x11", "wayland", "mir", "tty", "unspecified". */
  type: string
  /** "user"; "greeter" is the log-in screen, "manager" nobody. */
  class: string
  /** "seat0"; "": none, as over SSH. */
  seat: string
  isActive: boolean
  isRemote: boolean
  /** "closing": the user has logged out. */
  state: string
  isLocked: boolean
  isIdleHint: boolean
  /** ms since epoch; 0: not told. */
  idleSince: number
  /** ":0"; "" where none is told. */
  display: string
}

export interface Login {
  /** null: logind does not answer, and `why` says so. */
  sessions(): LoginSession[] | null
  why(): string
  refresh(): Promise<void>
  isLidClosed(): Promise<boolean | null>
  /** Something of the sessions has changed. */
  onNews(listener: () => void): void
  onSleep(listener: (isGoing: boolean) => void): void
}

const name = 'org.freedesktop.login1'
const manager = { name, path: '/org/freedesktop/login1', interface: 'org.freedesktop.login1.Manager' }
/** A question that is not answered in time once or twice says nothing of who is there. */
const keptTurns = 2
const sessionInterface = 'org.freedesktop.login1.Session'

export function createLogin(bus: Bus): Login {
  let sessions: LoginSession[] | null = null
  let failures = 0
  let why = 'Nobody was asked yet who is logged in.'

  async function refresh(): Promise<void> {
    try {
      const [list] = await bus.call({ ...manager, member: 'ListSessions' })
      const rows = (Array.isArray(list) ? (list as unknown[]) : []).flatMap((row) => (Array.isArray(row) && row[4] ? [{ seat: String(row[3] ?? ''), path: String(row[4]) }] : []))
      // One that ends between the two questions is left out.
      const told = await Promise.all(rows.map(({ path, seat }) => bus.properties({ name, path, interface: sessionInterface }).then((properties) => sessionOf(properties, seat), () => null)))
      sessions = told.filter((session) => session !== null)
      failures = 0
    } catch (error) {
      failures += 1
      if (failures > keptTurns) sessions = null
      why = `Nothing tells who is logged in: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  return {
    sessions: () => sessions,
    why: () => why,
    refresh,
    async isLidClosed() {
      const value = await bus.property({ ...manager, property: 'LidClosed' })
      return typeof value === 'boolean' ? value : null
    },
    onNews(listener) {
      bus.onSignal({ sender: name, interface: manager.interface, member: 'SessionNew' }, listener)
      bus.onSignal({ sender: name, interface: manager.interface, member: 'SessionRemoved' }, listener)
      bus.onSignal({ sender: name, interface: 'org.freedesktop.DBus.Properties', member: 'PropertiesChanged', arg0: sessionInterface }, listener)
      bus.onOpen(listener)
    },
    onSleep(listener) {
      bus.onSignal({ sender: name, interface: manager.interface, member: 'PrepareForSleep' }, ([isGoing]) => listener(isGoing === true))
      bus.onSignal({ sender: name, interface: manager.interface, member: 'PrepareForShutdown' }, ([isGoing]) => listener(isGoing === true))
    },
  }
}

function sessionOf(told: Record<string, unknown>, seat: string): LoginSession {
  const user = Array.isArray(told['User']) ? Number(told['User'][0]) : Number.NaN
  const text = (key: string): string => (typeof told[key] === 'string' ? told[key] : '')
  return {
    id: text('Id'),
    uid: Number.isInteger(user) ? user : -1,
    user: text('Name'),
    type: text('Type'),
    class: text('Class'),
    seat,
    isActive: told['Active'] === true,
    isRemote: told['Remote'] === true,
    state: text('State'),
    isLocked: told['LockedHint'] === true,
    isIdleHint: told['IdleHint'] === true,
    idleSince: Math.floor(Number(told['IdleSinceHint'] ?? 0) / 1000) || 0,
    display: text('Display'),
  }
}

const screens = ['x11', 'wayland', 'mir']

/** Sessions of people at a screen of this machine. */
export function atScreen(sessions: readonly LoginSession[]): LoginSession[] {
  return sessions.filter((session) => session.class.startsWith('user') && screens.includes(session.type) && !session.isRemote && session.state !== 'closing')
}

/** Those, and who is logged in at a text console of this machine. */
export function peopleHere(sessions: readonly LoginSession[]): LoginSession[] {
  return [...atScreen(sessions), ...sessions.filter((session) => session.class.startsWith('user') && session.type === 'tty' && session.seat !== '' && !session.isRemote && session.state !== 'closing')]
}

/** Whatever keyboards and screens are given to now: a desktop, a text console, the log-in screen. */
export function frontSessions(sessions: readonly LoginSession[]): LoginSession[] {
  return sessions.filter((session) => session.isActive && session.seat !== '' && !session.isRemote && session.state !== 'closing' && (session.class.startsWith('user') || session.class === 'greeter'))
}

/** The one whose picture is shown; null: none of them, for one because the log-in screen is. */
export function shownSession(sessions: readonly LoginSession[]): LoginSession | null {
  return atScreen(sessions).find(({ isActive }) => isActive) ?? null
}
