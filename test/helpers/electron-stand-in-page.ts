/**
 * The page side of the Electron stand-in: a real Chromium page that is served by the protocol handler, runs the real
 * preload in a scope of its own, and reports navigations, new windows and permission wishes as Electron would.
 */
import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, Frame, Page, Route } from 'playwright-core'
import { launchChromium } from './chromium.ts'

/** What the page wants of Electron's main side. */
export interface PageHost {
  /** `ipcRenderer.invoke`: gives the value or throws as Electron does. */
  invoke(frame: FrameLike, channel: string, args: unknown[]): Promise<unknown>
  /** What is served at a custom scheme; null: no handler, the load fails. */
  serve(request: Request): Promise<Response> | null
  /** The webRequest filter. */
  isCancelled(url: string): boolean
  /** The page wants to go elsewhere; true: denied. */
  isNavigationDenied(url: string, isMainFrame: boolean): boolean
  /** The page wants another window; true: denied. */
  isWindowDenied(url: string): boolean
  isPermissionGranted(permission: string): boolean
}
export interface FrameLike {
  url: string
  processId: number
  routingId: number
}

/** Chromium refuses schemes it does not know, so `app://idlewatt/x` is loaded as `https://app--idlewatt.test/x`. */
function toWeb(url: string): string {
  return url.replace(/^(app):\/\/([^/]+)/, 'https://$1--$2.test')
}
export function fromWeb(url: string): string {
  return url.replace(/^https:\/\/(app)--([^/.]+)\.test/, '$1://$2')
}

const mainFrameIds = { processId: 4, routingId: 1 }

export interface StandInPage {
  page: Page
  load(url: string): Promise<void>
  deliver(channel: string, args: unknown[]): void
  /** Every address that was asked for outside the custom scheme, and every window that was opened. */
  outside: string[]
  close(): Promise<void>
}

export async function openStandInPage(host: PageHost, preloadFile: string | null): Promise<StandInPage> {
  const browser: Browser = await launchChromium()
  const context: BrowserContext = await browser.newContext()
  const outside: string[] = []
  let expected: string | null = null
  let isClosed = false

  await context.route('**/*', (route) => handle(route).catch(() => route.abort().catch(() => {})))
  await context.exposeBinding('__electronCall', async (source, kind: string, ...args: unknown[]) => {
    if (kind === 'permission') return host.isPermissionGranted(String(args[0]))
    return host.invoke(frameLike(source.frame, page), String(args[0]), args[1] as unknown[])
  })
  const preload = preloadFile === null ? '' : readFileSync(preloadFile, 'utf8')
  await context.addInitScript({ content: `(${inPage.toString()})(function (require, module, exports) {\n${preload}\n})` })
  const page = await context.newPage()
  context.on('page', (other) => {
    outside.push(other.url())
    if (host.isWindowDenied(fromWeb(other.url()))) void other.close()
  })

  async function handle(route: Route): Promise<void> {
    const request = route.request()
    const url = fromWeb(request.url())
    const frame = request.frame()
    if (frame.page() !== page) {
      outside.push(url)
      return route.abort()
    }
    if (request.isNavigationRequest() && url !== expected && host.isNavigationDenied(url, frame === page.mainFrame())) {
      outside.push(url)
      return route.abort('aborted')
    }
    expected = null
    const served = host.isCancelled(url) ? null : host.serve(new Request(url, { method: request.method() }))
    if (served === null) {
      outside.push(url)
      return route.abort()
    }
    const response = await served
    await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body: Buffer.from(await response.arrayBuffer()) })
  }

  let deliveries: Promise<unknown> = Promise.resolve()
  return {
    page,
    outside,
    async load(url) {
      expected = url
      await page.goto(toWeb(url))
    },
    deliver(channel, args) {
      deliveries = deliveries
        .then(() => page.evaluate((detail) => void window.dispatchEvent(new CustomEvent('electron-stand-in', { detail })), { channel, args }))
        .catch((error: unknown) => {
          if (!isClosed && !/closed|navigation|destroyed/i.test(String(error))) throw error
        })
    },
    async close() {
      isClosed = true
      await browser.close()
    },
  }
}

function frameLike(frame: Frame, page: Page): FrameLike {
  const ids = frame === page.mainFrame() ? mainFrameIds : { processId: 9, routingId: 77 }
  return { url: fromWeb(frame.url()), ...ids }
}
export { mainFrameIds }

/** Runs in the page before any of its own scripts; must not refer to anything outside itself. */
function inPage(preload: (require: (name: string) => unknown, module: object, exports: object) => void): void {
  const globals = window as unknown as Record<string, unknown>
  const call = globals['__electronCall'] as (kind: string, ...args: unknown[]) => Promise<unknown>
  delete globals['__electronCall']
  // A preload runs in the top frame alone, unless a window asks for more.
  if (window !== window.top) return

  const listeners = new Map<string, Set<(event: unknown, ...args: unknown[]) => void>>()
  window.addEventListener('electron-stand-in', (event) => {
    const { channel, args } = (event as CustomEvent<{ channel: string; args: unknown[] }>).detail
    for (const listener of listeners.get(channel) ?? []) listener({}, ...args)
  })
  const electron = {
    ipcRenderer: {
      invoke: (channel: string, ...args: unknown[]) => call('invoke', channel, args),
      on(channel: string, listener: (event: unknown, ...args: unknown[]) => void) {
        listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
      },
      removeListener: (channel: string, listener: (event: unknown, ...args: unknown[]) => void) => void listeners.get(channel)?.delete(listener),
    },
    contextBridge: {
      exposeInMainWorld(key: string, api: object) {
        if (key in window) throw new Error(`Cannot bind an API on top of an existing property on the window object: ${key}`)
        Object.defineProperty(window, key, { value: Object.freeze({ ...api }), enumerable: true })
      },
    },
  }
  /** A sandboxed preload finds Electron and nothing else. */
  function require(name: string): unknown {
    if (name === 'electron') return electron
    throw new Error(`module not found: ${name}`)
  }
  preload(require, { exports: {} }, {})

  navigator.geolocation.getCurrentPosition = (_found, refuse) => {
    void call('permission', 'geolocation').then((granted) => {
      if (granted !== true) refuse?.({ code: 1, message: 'User denied Geolocation' } as GeolocationPositionError)
    })
  }
  Notification.requestPermission = async () => ((await call('permission', 'notifications')) === true ? 'granted' : 'denied')
}
