/** Ends everything on the way out: whatever asks Electron to quit, the app's own processes go first, and it never takes long. */
import { app } from 'electron'
import type { Log } from '../system/log.ts'

const limitMs = 1500

/** `stop` is called once. Signals count as a wish to quit. */
export function stopBeforeQuit(stop: () => Promise<void>, log: Log): void {
  let isStopping = false
  app.on('window-all-closed', () => app.quit())
  // Not "will-quit": that waits for every window to close, and a page that hangs never does.
  app.on('before-quit', (event) => {
    event.preventDefault()
    if (isStopping) return
    isStopping = true
    const limit = new Promise<void>((resolve) => setTimeout(resolve, limitMs))
    const end = stop().catch((error: unknown) => log.error('the app did not stop cleanly', { error: String(error) }))
    void Promise.race([end, limit]).then(() => app.exit(0))
  })
  process.once('SIGINT', () => app.quit())
  process.once('SIGTERM', () => app.quit())
}
