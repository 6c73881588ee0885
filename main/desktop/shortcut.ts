/** "I need my GPU" from anywhere on the desktop: one combination of keys, taken and given back with the setting. */
import { app, globalShortcut } from 'electron'
import type { PolicyState } from '../../shared/policy-state.ts'
import type { Log } from '../system/log.ts'
import { isWayland, thisSession, type DesktopSession } from './session.ts'
import { readableKeys } from './tray-words.ts'

export interface Shortcut {
  /** As Electron writes keys; null: none. The same again is nothing. */
  set(keys: string | null): void
  stop(): void
}

interface ShortcutOptions {
  onPress(): void
  tell(shortcut: PolicyState['shortcut']): void
  log: Log
  session?: DesktopSession
}

const portal = 'GlobalShortcutsPortal'

/** Before Electron is ready: under Wayland keys are only heard by way of the desktop's portal, which Chromium must be told to use. */
export function allowPortalShortcuts(session: DesktopSession = thisSession): void {
  if (!isWayland(session)) return
  const before = app.commandLine.getSwitchValue('enable-features')
  app.commandLine.appendSwitch('enable-features', before === '' ? portal : `${before},${portal}`)
}

export function createShortcut({ onPress, tell, log, session = thisSession }: ShortcutOptions): Shortcut {
  let taken: string | null = null
  /** undefined: never set. */
  let wanted: string | null | undefined

  function release(): void {
    if (taken !== null) globalShortcut.unregister(taken)
    taken = null
  }

  return {
    set(keys) {
      if (keys === wanted) return
      wanted = keys
      release()
      if (keys === null) return tell({ keys, isTaken: null, sentence: 'No keys are set for "I need my GPU".' })
      const name = readableKeys(keys, session.platform)
      try {
        if (!globalShortcut.register(keys, onPress)) return tell({ keys, isTaken: true, sentence: `Another program has ${name} already. Set other keys for "I need my GPU".` })
      } catch (error) {
        log.warn('these keys cannot be used', { keys, error: error instanceof Error ? error.message : String(error) })
        return tell({ keys, isTaken: null, sentence: `${name} is not a combination of keys that can be used here. Set others for "I need my GPU", such as Ctrl+Alt+G.` })
      }
      taken = keys
      const doubt = isWayland(session) ? ' On this Wayland desktop it works only where the desktop hands keys to other programs; it may ask you first.' : ''
      tell({ keys, isTaken: false, sentence: `${name} pauses everything for an hour.${doubt}` })
    },
    stop: release,
  }
}
