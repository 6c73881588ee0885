/** The Electron stand-in, new, for modules of main/desktop that are loaded after it; and sessions to try them in. */
import { vi } from 'vitest'
import type { DesktopSession } from '../../main/desktop/session.ts'

export const x11: DesktopSession = { platform: 'linux', env: { XDG_SESSION_TYPE: 'x11', DISPLAY: ':0' } }
export const wayland: DesktopSession = { platform: 'linux', env: { XDG_SESSION_TYPE: 'wayland', WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' } }
export const windows: DesktopSession = { platform: 'win32', env: {} }
export const mac: DesktopSession = { platform: 'darwin', env: {} }

/** `isReady`: what must come before Electron is ready has been. */
export async function freshElectron(isReady = true) {
  vi.resetModules()
  const electron = await import('./electron-stand-in.ts')
  vi.doMock('electron', () => electron)
  if (isReady) await electron.app.whenReady()
  return electron
}
