/**
 * Stands in for Electron where its binary cannot be had: runs main/desktop as it is, with windows that are real Chromium
 * pages and workers that are real processes. Typed with Electron's own types, so that a change of its API fails to compile;
 * strict where Electron is (what must come before "ready", channels without a handler), so that wrong wiring fails.
 * A test hands it in with `vi.doMock('electron', …)` after `vi.resetModules()`, and loads main/desktop/index.ts afresh.
 */
import type { fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as Electron from 'electron'
import type { Page } from 'playwright-core'
import { createDesktopParts } from './electron-stand-in-desktop.ts'
import { createNotification, createSafeStorage, createUtilityProcess, type ShownNotification } from './electron-stand-in-system.ts'
import { fromWeb, mainFrameIds, openStandInPage, type FrameLike, type StandInPage } from './electron-stand-in-page.ts'

type InvokeHandler = Parameters<Electron.IpcMain['handle']>[1]
type Listens = Pick<EventEmitter, 'emit'>

const appEvents = new EventEmitter()
const invokeHandlers = new Map<string, InvokeHandler>()
const privileged = new Set<string>()
const schemeHandlers = new Map<string, (request: Request) => Response | Promise<Response>>()
const paths = new Map<string, string>()
const windows: StandInWindow[] = []
const workers = new Set<ReturnType<typeof fork>>()
let isReady = false
let isQuitting = false
let exitCode: number | null = null
const exited = Promise.withResolvers<number>()

const permissions: {
  request: Parameters<Electron.Session['setPermissionRequestHandler']>[0]
  check: Parameters<Electron.Session['setPermissionCheckHandler']>[0]
} = { request: null, check: null }
let willDownload: ((event: { preventDefault(): void }, item: { getURL(): string }) => void) | null = null
let beforeRequest: ((details: { url: string }, decide: (answer: { cancel?: boolean }) => void) => void) | null = null

interface StandInWindow {
  options: Electron.BrowserWindowConstructorOptions
  events: Listens
  contents: Listens
  opened: Promise<StandInPage>
  isShown: boolean
  timesFocused: number
  close(): void
  destroy(): Promise<void>
}

const desktop = createDesktopParts(afterReady, beforeReady)
export const { Tray, Menu, nativeImage, nativeTheme, globalShortcut, powerMonitor, powerSaveBlocker } = desktop

/** What a test looks at and plays. */
export const standIn = {
  ...desktop.play,
  windows,
  isSecondInstance: false,
  errorBoxes: [] as { title: string; content: string }[],
  openedOutside: [] as string[],
  notifications: [] as ShownNotification[],
  sandboxedEverywhere: false,
  workers,
  /** The code Electron ended with. */
  exited: exited.promise,
  async page(): Promise<Page> {
    const ended = exited.promise.then((code) => Promise.reject(new Error(`Electron ended with ${code} instead: ${standIn.errorBoxes[0]?.content ?? 'no box was shown'}`)))
    if (windows.length === 0) await Promise.race([once(appEvents, 'browser-window-created'), ended])
    const { page } = await (windows[0] as StandInWindow).opened
    if (!fromWeb(page.url()).startsWith('app:')) await page.waitForURL((url) => fromWeb(url.href).startsWith('app:'))
    return page
  },
  /** Asks as `ipcRenderer.invoke` in some frame would. */
  askAs: (frame: Partial<FrameLike> & { url: string }, channel: string, ...args: unknown[]) => invoke({ ...mainFrameIds, ...frame }, channel, args),
  /** Whether a file at this address would be saved. */
  wouldDownload(url: string): boolean {
    let isAllowed = true
    willDownload?.({ preventDefault: () => void (isAllowed = false) }, { getURL: () => url })
    return isAllowed
  },
  /** As a click on the window's own cross. */
  closeWindow: () => windows[0]?.close(),
  secondInstance: () => void appEvents.emit('second-instance', {}, [], '', null),
  async end(): Promise<void> {
    app.quit()
    await exited.promise
  },
}

function beforeReady(what: string): void {
  if (isReady) throw new Error(`${what} should be called before app is ready`)
}
function afterReady(what: string): void {
  if (!isReady) throw new Error(`${what} can only be used when app is ready`)
}

async function invoke(frame: FrameLike, channel: string, args: unknown[]): Promise<unknown> {
  const handler = invokeHandlers.get(channel)
  if (!handler) throw new Error(`Error invoking remote method '${channel}': Error: No handler registered for '${channel}'`)
  const event = { senderFrame: frame, sender: {}, frameId: frame.routingId, processId: frame.processId } as unknown as Electron.IpcMainInvokeEvent
  return structuredClone(await handler(event, ...args))
}

/** An event that can be prevented, as Electron's are. */
function preventable<T extends object>(fields: T): T & { defaultPrevented: boolean; preventDefault(): void } {
  return { ...fields, defaultPrevented: false, preventDefault() { this.defaultPrevented = true } }
}

export const app = {
  isPackaged: false,
  enableSandbox() {
    beforeReady('app.enableSandbox()')
    standIn.sandboxedEverywhere = true
  },
  setPath: (name: string, path: string) => void paths.set(name, path),
  getPath: (name: string) => paths.get(name) ?? join(tmpdir(), 'electron-stand-in'),
  getVersion: () => '0.0.0',
  commandLine: desktop.commandLine as Electron.CommandLine,
  requestSingleInstanceLock: () => !standIn.isSecondInstance,
  async whenReady() {
    await new Promise((resolve) => setImmediate(resolve))
    isReady = true
  },
  quit() {
    if (isQuitting || exitCode !== null) return
    const event = preventable({})
    appEvents.emit('before-quit', event)
    if (event.defaultPrevented) return
    isQuitting = true
    app.exit(0)
  },
  exit(code = 0) {
    if (exitCode !== null) return
    exitCode = code
    // Chromium takes its utility processes along.
    for (const worker of workers) worker.kill('SIGKILL')
    void Promise.all(windows.map((window) => window.destroy())).then(() => exited.resolve(code))
  },
  on: ((event: string, listener: (...args: unknown[]) => void) => appEvents.on(event, listener)) as unknown as Electron.App['on'],
} satisfies Partial<Electron.App>

export const ipcMain = {
  handle(channel, listener) {
    if (invokeHandlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    invokeHandlers.set(channel, listener)
  },
  removeHandler: (channel) => void invokeHandlers.delete(channel),
  on: (() => ipcMain) as unknown as Electron.IpcMain['on'],
} satisfies Partial<Electron.IpcMain>

export const protocol = {
  registerSchemesAsPrivileged(schemes) {
    beforeReady('protocol.registerSchemesAsPrivileged')
    for (const { scheme, privileges } of schemes) if (privileges?.standard && privileges.secure) privileged.add(scheme)
  },
} satisfies Partial<Electron.Protocol>

const pageSession = {
  setPermissionRequestHandler: (handler) => void (permissions.request = handler),
  setPermissionCheckHandler: (handler) => void (permissions.check = handler),
  setDevicePermissionHandler: () => {},
  on: ((event: string, listener: typeof willDownload) => {
    if (event === 'will-download') willDownload = listener
    return pageSession
  }) as unknown as Electron.Session['on'],
  webRequest: {
    onBeforeRequest: ((listener: typeof beforeRequest) => void (beforeRequest = listener)) as unknown as Electron.WebRequest['onBeforeRequest'],
  } satisfies Partial<Electron.WebRequest> as Electron.WebRequest,
  protocol: {
    handle(scheme, handler) {
      if (!privileged.has(scheme)) throw new Error(`The scheme ${scheme} was not registered as standard and secure`)
      schemeHandlers.set(scheme, handler as (request: Request) => Response | Promise<Response>)
    },
  } satisfies Partial<Electron.Protocol> as Electron.Protocol,
} satisfies Partial<Electron.Session>

export const session = {
  fromPartition() {
    afterReady('Session')
    return pageSession as unknown as Electron.Session
  },
} satisfies Partial<typeof Electron.session>

export const dialog = {
  showErrorBox: (title: string, content: string) => void standIn.errorBoxes.push({ title, content }),
} satisfies Partial<Electron.Dialog>

export const shell = {
  openExternal: async (url: string) => void standIn.openedOutside.push(url),
  openPath: async () => '',
} satisfies Partial<Electron.Shell>

export const safeStorage = createSafeStorage(afterReady)
export const Notification = createNotification(afterReady, (shown) => void standIn.notifications.push(shown))

export const utilityProcess = createUtilityProcess(afterReady, workers)

type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0]
const openHandlers = new WeakMap<EventEmitter, OpenHandler>()

function createContents(opened: Promise<StandInPage>): EventEmitter {
  const contents = new EventEmitter()
  Object.assign(contents, {
    mainFrame: mainFrameIds,
    isDestroyed: () => false,
    send(channel: string, ...args: unknown[]) {
      const copy = structuredClone(args)
      opened.then((page) => page.deliver(channel, copy)).catch(() => {})
    },
    setWindowOpenHandler: (handler: OpenHandler) => void openHandlers.set(contents, handler),
  })
  appEvents.emit('web-contents-created', {}, contents)
  return contents
}

function createWindow(options: Electron.BrowserWindowConstructorOptions = {}): unknown {
  afterReady('BrowserWindow')
  const preferences = options.webPreferences ?? {}
  if (preferences.contextIsolation === false) throw new Error('contextBridge API can only be used when contextIsolation is enabled')
  const events = new EventEmitter()
  const opened = openStandInPage(
    {
      invoke,
      serve(request) {
        const handler = schemeHandlers.get(new URL(request.url).protocol.replace(':', ''))
        return handler ? Promise.resolve(handler(request)) : null
      },
      isCancelled(url) {
        let isCancelled = false
        beforeRequest?.({ url }, ({ cancel }) => (isCancelled = cancel === true))
        return isCancelled
      },
      isNavigationDenied(url, isMainFrame) {
        const event = preventable({ url, isMainFrame, isSameDocument: false })
        if (isMainFrame) contents.emit('will-navigate', event)
        contents.emit('will-frame-navigate', event)
        return event.defaultPrevented
      },
      isWindowDenied: (url) => openHandlers.get(contents)?.({ url, frameName: '', features: '', disposition: 'foreground-tab', referrer: { url: '', policy: 'no-referrer' } }).action !== 'allow',
      isPermissionGranted(permission) {
        let isGranted = permissions.request === null
        permissions.request?.(contents as unknown as Electron.WebContents, permission as 'geolocation', (granted) => (isGranted = granted), {} as never)
        return isGranted && (permissions.check?.(null, permission as 'geolocation', '', {} as never) ?? true)
      },
    },
    preferences.preload ?? null,
  )
  let isDestroyed = false
  const contents = createContents(opened)
  const window: StandInWindow = {
    options,
    events,
    contents,
    opened,
    isShown: false,
    timesFocused: 0,
    close() {
      const event = preventable({})
      events.emit('close', event)
      if (!event.defaultPrevented) void window.destroy()
    },
    async destroy() {
      if (isDestroyed) return
      isDestroyed = true
      await opened.then((page) => page.close()).catch(() => {})
      events.emit('closed')
      if (!isQuitting && exitCode === null && windows.every((one) => one === window || one.isShown === false)) appEvents.emit('window-all-closed')
    },
  }
  windows.push(window)
  appEvents.emit('browser-window-created', {}, events)
  void opened.then(({ page }) => page.on('close', () => void window.destroy())).catch(() => {})
  return Object.assign(events, {
    webContents: contents,
    isDestroyed: () => isDestroyed,
    isMinimized: () => false,
    restore() {},
    focus: () => void (window.timesFocused += 1),
    show: () => void (window.isShown = true),
    hide: () => void (window.isShown = false),
    async loadURL(url: string) {
      await (await opened).load(url)
      events.emit('ready-to-show')
    },
    close: window.close,
  })
}

// A function, not a class, is enough to be called with `new`.
export const BrowserWindow = function (options?: Electron.BrowserWindowConstructorOptions) {
  return createWindow(options)
} as unknown as new (
  options?: Electron.BrowserWindowConstructorOptions,
) => Pick<Electron.BrowserWindow, 'webContents' | 'isDestroyed' | 'isMinimized' | 'restore' | 'focus' | 'show' | 'hide' | 'loadURL' | 'close' | 'on' | 'once'>

/** Modules that are not ES modules are imported whole: `import electron from 'electron'`. */
export default { app, ipcMain, protocol, session, dialog, Menu, shell, safeStorage, Notification, utilityProcess, BrowserWindow, Tray, nativeImage, nativeTheme, globalShortcut, powerMonitor, powerSaveBlocker }
