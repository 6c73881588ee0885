/** Shows notifications on the desktop; a click brings the window to the front. */
import { Notification } from 'electron'
import type { Host } from '../host.ts'

/** More at once would only pile up: the oldest is taken away. */
const mostShown = 8

/** Not before Electron is ready. null: this desktop shows none. */
export function createDesktopNotify(onClick: () => void): Host['notify'] {
  if (!Notification.isSupported()) return null
  // Held here, since one that is collected no longer hears its click.
  const shown = new Set<Notification>()
  return ({ title, body, isUrgent }) => {
    const notification = new Notification({ title, body, urgency: isUrgent ? 'critical' : 'normal', timeoutType: isUrgent ? 'never' : 'default' })
    const forget = (): void => void shown.delete(notification)
    notification.on('click', () => {
      forget()
      onClick()
    })
    notification.on('close', forget)
    notification.on('failed', forget)
    shown.add(notification)
    for (const oldest of shown) {
      if (shown.size <= mostShown) break
      shown.delete(oldest)
      oldest.close()
    }
    notification.show()
  }
}
