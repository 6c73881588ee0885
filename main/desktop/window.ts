/** The window, locked down: a sandboxed page that can neither leave its address, open windows, embed pages nor get a permission. */
import { app, BrowserWindow, session, type Session } from 'electron'
import { isPageAddress, pageAddress, pageOrigin } from './page-address.ts'

/** Not persisted: nothing of the page is worth keeping, and nothing may be left in it. */
export function openPageSession(): Session {
  const pageSession = session.fromPartition('page', { cache: false })
  pageSession.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  pageSession.setPermissionCheckHandler(() => false)
  pageSession.setDevicePermissionHandler(() => false)
  // What the page makes itself (a range as CSV) may be saved: Electron then asks where. Nothing else is downloaded.
  pageSession.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${pageOrigin}/`)) event.preventDefault()
  })
  // The page needs no network at all: what Idlewatt reads from outside, main reads.
  pageSession.webRequest.onBeforeRequest((details, decide) => decide({ cancel: !/^(app|devtools|data|blob):/.test(details.url) }))
  return pageSession
}

/** For every page that is ever made, also one that we did not make. Call before the first window. */
export function lockDownPages(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.on('will-navigate', (event) => stayOnPage(event))
    contents.on('will-frame-navigate', (event) => stayOnPage(event))
    contents.on('will-redirect', (event) => stayOnPage(event))
  })
}

/** A reload of the page is the one navigation there is. */
function stayOnPage(event: { url: string; isMainFrame: boolean; preventDefault(): void }): void {
  if (!event.isMainFrame || !isPageAddress(event.url)) event.preventDefault()
}

export function openWindow(pageSession: Session, preloadFile: string): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Idlewatt',
    width: 1280,
    height: 860,
    minWidth: 480,
    minHeight: 400,
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload: preloadFile,
      session: pageSession,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      disableDialogs: true,
      safeDialogs: true,
    },
  })
  window.once('ready-to-show', () => window.show())
  return window
}

/** Rejects where the page cannot be shown; the address is our own, so that means it was not built. */
export async function showPage(window: BrowserWindow): Promise<void> {
  await window.loadURL(pageAddress)
}

export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

