/** The Electron stand-in's part of the system: notifications, the store of keys, and processes of its own. */
import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type * as Electron from 'electron'

export interface ShownNotification {
  options: Electron.NotificationConstructorOptions
  events: Pick<EventEmitter, 'emit'>
}

/** No encryption worth the name, but what is kept does not show as it is. */
export function createSafeStorage(afterReady: (what: string) => void) {
  const turned = (bytes: Buffer): Buffer => Buffer.from([...bytes].map((byte) => byte ^ 0x5a))
  return {
    isEncryptionAvailable() {
      afterReady('safeStorage')
      return true
    },
    encryptString: (text: string) => turned(Buffer.from(text)),
    decryptString: (sealed: Buffer) => turned(sealed).toString(),
  } satisfies Partial<Electron.SafeStorage>
}

/** A function, not a class, is enough to be called with `new`. */
export function createNotification(afterReady: (what: string) => void, show: (shown: ShownNotification) => void) {
  function create(options: Electron.NotificationConstructorOptions = {}): unknown {
    afterReady('Notification')
    const events = new EventEmitter()
    return Object.assign(events, { show: () => show({ options, events }), close: () => void events.emit('close') })
  }
  const made = create as unknown as new (options?: Electron.NotificationConstructorOptions) => Pick<Electron.Notification, 'on' | 'show' | 'close'>
  return Object.assign(made, { isSupported: () => true })
}

/** Workers are real processes; those that run are kept in `workers`. */
export function createUtilityProcess(afterReady: (what: string) => void, workers: Set<ReturnType<typeof fork>>) {
  return {
    fork(modulePath, args = [], options = {}) {
      afterReady('utilityProcess')
      const shim = new URL('./electron-parent-port.ts', import.meta.url).href
      const child = fork(modulePath, args, { serialization: 'advanced', execArgv: [...(options.execArgv ?? []), '--import', shim], stdio: ['ignore', 2, 2, 'ipc'] })
      const events = new EventEmitter()
      workers.add(child)
      child.on('spawn', () => events.emit('spawn'))
      child.on('message', (message) => events.emit('message', message))
      child.on('exit', (code) => {
        workers.delete(child)
        events.emit('exit', code ?? 9)
      })
      return Object.assign(events, {
        get pid() {
          return child.pid
        },
        postMessage: (message: unknown) => void (child.connected && child.send(message as object)),
        kill: () => child.kill('SIGTERM'),
      }) as unknown as Electron.UtilityProcess
    },
  } satisfies Partial<typeof Electron.utilityProcess>
}
