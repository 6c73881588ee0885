/** Keeps the machine from sleeping by way of Electron; the screen may always go dark. */
import { powerSaveBlocker } from 'electron'
import type { Host } from '../host.ts'

/** However many hold it, the system is asked once, and let go with the last of them. */
export function createDesktopKeepAwake(): NonNullable<Host['keepAwake']> {
  const holders = new Set<symbol>()
  let blocker: number | null = null
  return (why) => {
    const holder = Symbol(why)
    holders.add(holder)
    blocker ??= powerSaveBlocker.start('prevent-app-suspension')
    return () => {
      holders.delete(holder)
      if (holders.size > 0 || blocker === null) return
      powerSaveBlocker.stop(blocker)
      blocker = null
    }
  }
}
