/** Programs on a real D-Bus daemon that answer as logind, GNOME, a screen saver, GameMode and NetworkManager do. */
import type { InterfaceDescriptor, MessageBus } from 'dbus-native'
import { serve, type Daemon } from './dbus-daemon.ts'

export interface FakeSession {
  Id: string
  uid: number
  Name: string
  Type: string
  Class: string
  Active: boolean
  Remote: boolean
  State: string
  LockedHint: boolean
  IdleHint: boolean
  IdleSinceHint: number
  Display: string
}

export const adaAtScreen: FakeSession = { Id: '2', uid: process.getuid?.() ?? 0, Name: 'ada', Type: 'x11', Class: 'user', Active: true, Remote: false, State: 'active', LockedHint: false, IdleHint: false, IdleSinceHint: 0, Display: ':0' }

const login = 'org.freedesktop.login1'
const sessionKeys = { Id: 's', User: '(uo)', Name: 's', Type: 's', Class: 's', Active: 'b', Remote: 'b', State: 's', LockedHint: 'b', IdleHint: 'b', IdleSinceHint: 't', Display: 's' }

export interface FakeLogin {
  set(index: number, change: Partial<FakeSession>): void
  lid: { closed: boolean }
  prepareForSleep(isGoing: boolean): void
  add(session: FakeSession): void
}

export async function serveLogin(daemon: Daemon, sessions: FakeSession[]): Promise<FakeLogin> {
  const bus = await daemon.program()
  const lid = { closed: false }
  const objects: Record<string, unknown>[] = []
  const pathOf = (index: number): string => `/org/freedesktop/login1/session/_3${index}`

  function put(session: FakeSession): void {
    const index = objects.length
    const { uid, ...rest } = session
    const of = { ...rest, User: [uid, `/org/freedesktop/login1/user/_${uid}`] }
    objects.push(of)
    bus.exportInterface(of, pathOf(index), { name: `${login}.Session`, methods: {}, signals: {}, properties: sessionKeys } as InterfaceDescriptor)
  }
  sessions.forEach(put)
  const manager = {
    ListSessions: () => objects.map((of, index) => [of['Id'], (of['User'] as [number])[0], of['Name'], 'seat0', pathOf(index)]),
    get LidClosed() {
      return lid.closed
    },
  }
  await serve(bus, login, '/org/freedesktop/login1', manager as never, { name: `${login}.Manager`, methods: { ListSessions: ['', 'a(susso)', [], ['sessions']] }, signals: { PrepareForSleep: ['b', 'start'], SessionNew: ['so', 'id', 'path'] }, properties: { LidClosed: 'b' } } as never)
  return {
    lid,
    set(index, change) {
      Object.assign(objects[index] as object, change)
      bus.emitPropertiesChanged(pathOf(index), `${login}.Session`, change)
    },
    prepareForSleep: (isGoing) => bus.sendSignal('/org/freedesktop/login1', `${login}.Manager`, 'PrepareForSleep', 'b', [isGoing]),
    add(session) {
      put(session)
      bus.sendSignal('/org/freedesktop/login1', `${login}.Manager`, 'SessionNew', 'so', [session.Id, pathOf(objects.length - 1)])
    },
  }
}

export interface FakeMutter {
  idle: { ms: number }
  watches: number
  /** The user is back: the watch fires once. */
  back(): void
  leave(): Promise<void>
}

export async function serveMutter(daemon: Daemon): Promise<FakeMutter> {
  const bus: MessageBus = await daemon.program()
  const name = 'org.gnome.Mutter.IdleMonitor'
  const path = '/org/gnome/Mutter/IdleMonitor/Core'
  const made: FakeMutter = {
    idle: { ms: 0 },
    watches: 0,
    back: () => bus.sendSignal(path, name, 'WatchFired', 'u', [made.watches]),
    leave: () => bus.close(),
  }
  const monitor = { GetIdletime: () => made.idle.ms, AddUserActiveWatch: () => (made.watches += 1) }
  await serve(bus, name, path, monitor, { name, methods: { GetIdletime: ['', 't', [], ['ms']], AddUserActiveWatch: ['', 'u', [], ['id']] }, signals: { WatchFired: ['u', 'id'] } } as never)
  return made
}

/** `org.freedesktop.ScreenSaver` and its kind. */
export async function serveLocker(daemon: Daemon, name: string, of: { isActive: boolean; idle?: () => number }): Promise<{ activeChanged(isActive: boolean): void }> {
  const bus = await daemon.program()
  const path = `/${name.replaceAll('.', '/')}`
  const locker = { GetActive: () => of.isActive, GetSessionIdleTime: () => of.idle?.() ?? 0 }
  await serve(bus, name, path, locker, { name, methods: { GetActive: ['', 'b', [], ['isActive']], GetSessionIdleTime: ['', 'u', [], ['idle']] }, signals: { ActiveChanged: ['b', 'isActive'] } } as never)
  return {
    activeChanged(isActive) {
      of.isActive = isActive
      bus.sendSignal(path, name, 'ActiveChanged', 'b', [isActive])
    },
  }
}

export async function serveGameMode(daemon: Daemon, count: number): Promise<{ register(): void }> {
  const bus = await daemon.program()
  const [name, path] = ['com.feralinteractive.GameMode', '/com/feralinteractive/GameMode']
  const of = { ClientCount: count }
  await serve(bus, name, path, of, { name, methods: {}, signals: { GameRegistered: ['io', 'pid', 'path'] }, properties: { ClientCount: 'i' } } as never)
  return {
    register() {
      of.ClientCount += 1
      bus.sendSignal(path, name, 'GameRegistered', 'io', [4711, path])
    },
  }
}

export async function serveNetworkManager(daemon: Daemon, metered: number): Promise<{ set(metered: number): void }> {
  const bus = await daemon.program()
  const [name, path] = ['org.freedesktop.NetworkManager', '/org/freedesktop/NetworkManager']
  const of = { Metered: metered }
  await serve(bus, name, path, of, { name, methods: {}, signals: {}, properties: { Metered: 'u' } } as never)
  return {
    set(value) {
      of.Metered = value
      bus.emitPropertiesChanged(path, name, { Metered: value })
    },
  }
}
