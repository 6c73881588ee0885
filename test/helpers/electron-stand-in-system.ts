/** The Electron stand-in's part of the system: notifications and the store of keys. */
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
