/** Idle time and full screen from an X server of this machine; a person types `xprintidle` and `xprop -root _NET_ACTIVE_WINDOW`. */
import { hostname } from 'node:os'
import type { Display, ScreenSaver, XClient } from 'x11'
import type { Clock } from '../system/clock.ts'
import { openSocket } from './dbus-address.ts'
import { cookieFor, displayNumber } from './x11-authority.ts'

export interface XServer {
  /** ms since the last input of any kind; null: the server keeps no such time. */
  idleMs(): Promise<number | null>
  /** The name of the program that fills the screen; "" where it has none; false: none does. */
  fullScreen(): Promise<string | false>
  /** Another window is active. */
  onActive(listener: () => void): void
  isGone(): boolean
  close(): void
}

export interface XOptions {
  display: string
  /** Content of an Xauthority file; null: there is none. */
  authority: Uint8Array | null
  clock: Clock
  /** For tests: where local X servers listen. */
  folder?: string
}

const limitMs = 3_000
const anyType = 0
const replace = { atom: 4, window: 33 }
/** What fills the screen stands in one property of at most so many names. */
const longestProperty = 64

/** Rejects with a sentence. Nothing that the server sends or fails to send can end this process. */
export async function connectX11(options: XOptions): Promise<XServer> {
  const number = displayNumber(options.display)
  if (number === null) throw new Error(`The display "${options.display}" is not one of this machine.`)
  const { client, display, gone, destroy } = await openDisplay(number, options)
  const root = display.screen[0]?.root
  if (root === undefined) {
    destroy()
    throw new Error(`The X server at ${options.display} has no screen.`)
  }
  const active: (() => void)[] = []
  let saver: ScreenSaver | null | undefined
  const atoms = new Map<string, number>()
  /** The last window that filled the screen: it still does while another screen's window is active. */
  let filling: number | null = null

  /** What the server does not answer in time rejects, and so does everything once it is gone. */
  function ask<T>(put: (done: (error: unknown, value: T) => true) => void): Promise<T> {
    return new Promise((done, fail) => {
      if (gone.is) return fail(new Error(`The X server at ${options.display} is gone.`))
      const over = options.clock.after(limitMs, () => {
        gone.listeners.delete(ended)
        fail(new Error(`The X server at ${options.display} did not answer in ${limitMs / 1000} s.`))
        // Late answers would pile up: who asks connects anew.
        destroy()
      })
      gone.listeners.add(ended)
      function ended(): void {
        over()
        fail(new Error(`The X server at ${options.display} is gone.`))
      }
      try {
        put((error, value) => {
          over()
          gone.listeners.delete(ended)
          if (error) fail(error instanceof Error ? error : new Error(String(error)))
          else done(value)
          return true
        })
      } catch (error) {
        over()
        gone.listeners.delete(ended)
        fail(error)
      }
    })
  }

  async function atom(name: string): Promise<number> {
    const known = atoms.get(name)
    if (known !== undefined) return known
    const value = await ask<number>((done) => client.InternAtom(false, name, done))
    atoms.set(name, value)
    return value
  }

  async function property(window: number, name: string): Promise<{ type: number; format: number; data: Buffer }> {
    const key = await atom(name)
    return ask((done) => client.GetProperty(0, window, key, anyType, 0, longestProperty, done))
  }

  async function numbers(window: number, name: string, type: number): Promise<number[]> {
    const { type: told, format, data } = await property(window, name)
    if (told !== type || format !== 32) return []
    return Array.from({ length: Math.floor(data.length / 4) }, (_, index) => data.readUInt32LE(index * 4))
  }

  async function fills(window: number): Promise<boolean> {
    const states = await numbers(window, '_NET_WM_STATE', replace.atom)
    return states.includes(await atom('_NET_WM_STATE_FULLSCREEN')) && !states.includes(await atom('_NET_WM_STATE_HIDDEN'))
  }

  /** "instance\0class\0": the class is what a person knows. */
  async function nameOf(window: number): Promise<string> {
    const { data } = await property(window, 'WM_CLASS')
    const [instance = '', name = ''] = data.toString('latin1').split('\0')
    return name || instance
  }

  client.on('event', (event: { name?: string; atom?: number; window?: number; wid?: number }) => {
    if (event.name === 'PropertyNotify' && event.atom === atoms.get('_NET_ACTIVE_WINDOW')) for (const listener of active) listener()
  })
  const { eventMask } = await import('x11').then((library) => library.default ?? library)
  if (!gone.is) client.ChangeWindowAttributes(root, { eventMask: eventMask.PropertyChange })

  return {
    async idleMs() {
      if (saver === undefined) {
        const { present } = await ask<{ present: number | boolean }>((done) => client.QueryExtension('MIT-SCREEN-SAVER', done))
        saver = present ? await ask<ScreenSaver>((done) => client.require('screen-saver', done)) : null
      }
      const extension = saver
      if (extension === null) return null
      return (await ask<{ idle: number }>((done) => extension.QueryInfo(root, done))).idle
    },
    async fullScreen() {
      const [window] = await numbers(root, '_NET_ACTIVE_WINDOW', replace.window)
      const asked = [...new Set([window, filling])].filter((one) => one !== undefined && one !== null && one !== 0) as number[]
      for (const one of asked) {
        // A window that has gone away in between does not fill the screen.
        if (!(await fills(one).catch(() => false))) continue
        filling = one
        return nameOf(one).catch(() => '')
      }
      filling = null
      return false
    },
    onActive: (listener) => void active.push(listener),
    isGone: () => gone.is,
    close: destroy,
  }
}

interface Gone {
  is: boolean
  listeners: Set<() => void>
}

async function openDisplay(number: number, options: XOptions): Promise<{ client: XClient; display: Display; gone: Gone; destroy(): void }> {
  const { default: x11 } = await import('x11')
  const cookie = options.authority ? cookieFor(options.authority, number, hostname()) : null
  return new Promise((done, fail) => {
    const gone: Gone = { is: false, listeners: new Set() }
    // Our own socket: the library would else try the network where the display is not there, and throw where the cookie cannot be read.
    const stream = openSocket(`${options.folder ?? '/tmp/.X11-unix'}/X${number}`)
    let isUp = false
    const endLimit = options.clock.after(limitMs, () => end(`The X server at ${options.display} did not answer in ${limitMs / 1000} s.`))

    function end(why: string): void {
      endLimit()
      if (!gone.is) {
        gone.is = true
        for (const listener of [...gone.listeners]) listener()
        gone.listeners.clear()
      }
      stream.destroy()
      fail(new Error(why))
    }

    stream.on('close', () => end(`The X server at ${options.display} is gone.`))
    const client = x11.createClient({ stream, display: `:${number}`, auth: { name: cookie?.name ?? '', data: cookie?.data ?? '' }, disableBigRequests: true }, (error, display) => {
      if (error) return end(sentence(error, options.display))
      isUp = true
      endLimit()
      done({ client, display, gone, destroy: () => end('closed') })
    })
    // A refusal comes here. Later: errors of requests that nobody waits for, of a window that has gone for one.
    client.on('error', (error: Error) => !isUp && end(sentence(error, options.display)))
    client.on('end', () => end(`The X server at ${options.display} is gone.`))
  })
}

function sentence(error: Error & { code?: string }, display: string): string {
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') return `There is no X server at ${display}.`
  if (error.code === 'EACCES') return `This user may not ask the X server at ${display}.`
  return `The X server at ${display} did not let Idlewatt in: ${error.message.replace(/[.\s]+$/, '')}.`
}
