/** The tray: its picture, its words and its menu, made anew only when what they say has changed. */
import { join } from 'node:path'
import { Menu, nativeImage, nativeTheme, Tray, type MenuItemConstructorOptions, type NativeImage } from 'electron'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { thisSession, type DesktopSession } from './session.ts'
import { trayMenu, type TrayAct, type TrayEntry } from './tray-menu.ts'
import { trayStatus, type TrayIcon, type TrayState } from './tray-words.ts'

export interface DesktopTray {
  /** What is shown may have changed. */
  again(): void
  stop(): void
}

interface TrayOptions {
  resourcesFolder: string
  state(): TrayState
  act(act: TrayAct): void
  clock: Clock
  log: Log
  session?: DesktopSession
}

/** An open menu closes on some desktops when it is replaced: no oftener than this. */
const restMs = 1000
/** "Until tonight" is another moment tomorrow. */
const atLeastMs = 30_000

/** Not before Electron is ready. null: no tray could be made; the log says why. */
export function openTray({ resourcesFolder, state, act, clock, log, session = thisSession }: TrayOptions): DesktopTray | null {
  let shown: { icon: string; tooltip: string; menu: string }
  let tray: Tray
  try {
    const status = trayStatus(state(), clock.now())
    tray = new Tray(pictureOf(status.icon))
    shown = { icon: pictureName(status.icon), tooltip: '', menu: '' }
  } catch (error) {
    log.warn('no tray could be made', { error: error instanceof Error ? error.message : String(error) })
    return null
  }
  let cancel = (): void => {}
  let drawnAt: number | null = null
  let hasFailed = false

  function pictureName(icon: TrayIcon): string {
    return `${icon}-${toneOf(session)}`
  }
  function pictureOf(icon: TrayIcon): NativeImage {
    const file = (size: number): string => join(resourcesFolder, 'tray', `${pictureName(icon)}-${size}.png`)
    // Panels on Linux scale what they get.
    if (session.platform === 'linux') return nativeImage.createFromPath(file(32))
    const picture = nativeImage.createFromPath(file(16))
    picture.addRepresentation({ scaleFactor: 2, dataURL: nativeImage.createFromPath(file(32)).toDataURL() })
    if (session.platform === 'darwin') picture.setTemplateImage(true)
    return picture
  }

  /** The app goes on whatever the desktop's tray does. */
  function draw(): void {
    cancel()
    const now = clock.now()
    drawnAt = now
    cancel = clock.after(atLeastMs, draw)
    try {
      show(now)
    } catch (error) {
      if (!hasFailed) log.warn('the tray cannot be shown as it is', { error: error instanceof Error ? error.message : String(error) })
      hasFailed = true
    }
  }
  function show(now: number): void {
    const { icon, tooltip } = trayStatus(state(), now)
    const entries = trayMenu(state(), now)
    const menu = JSON.stringify(entries)
    const name = pictureName(icon)
    if (name !== shown.icon) tray.setImage(pictureOf(icon))
    if (tooltip !== shown.tooltip) tray.setToolTip(tooltip)
    if (menu !== shown.menu) tray.setContextMenu(Menu.buildFromTemplate(entries.map(templateOf)))
    shown = { icon: name, tooltip, menu }
  }
  function templateOf(entry: TrayEntry): MenuItemConstructorOptions {
    if (entry.kind === 'line') return { type: 'separator' }
    // A single & would underline the letter after it.
    const label = entry.label.replaceAll('&', '&&')
    if (entry.kind === 'text') return { label, enabled: false }
    if (entry.kind === 'menu') return { label, submenu: entry.entries.map(templateOf) }
    return { label, click: () => act(entry.act) }
  }
  function again(): void {
    const left = drawnAt === null ? 0 : drawnAt + restMs - clock.now()
    // A clock that was set back must not keep it waiting.
    if (left <= 0 || left > restMs) return draw()
    cancel()
    cancel = clock.after(left, draw)
  }

  // With a menu of its own macOS opens that at a click.
  if (session.platform !== 'darwin') tray.on('click', () => act({ kind: 'open' }))
  nativeTheme.on('updated', again)
  draw()
  return {
    again,
    stop() {
      cancel()
      nativeTheme.off('updated', again)
      tray.destroy()
    },
  }
}

/** Of the bar that the picture stands on. */
function toneOf({ platform, env }: DesktopSession): 'template' | 'dark' | 'light' {
  if (platform === 'darwin') return 'template'
  if (platform === 'win32') return nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? 'dark' : 'light'
  // GNOME's bar is dark whatever the theme; the panels of others follow it.
  return /gnome|unity/i.test(env['XDG_CURRENT_DESKTOP'] ?? '') || nativeTheme.shouldUseDarkColors ? 'dark' : 'light'
}
