/** Idle time and full screen from a real X server, and what a server that is gone, closed or mad costs. */
import { createServer } from 'node:net'
import { mkdtempSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connectX11 } from '../../../main/policy/x11.ts'
import { cookieFor, displayNumber } from '../../../main/policy/x11-authority.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { noXvfb, startXvfb, type Person, type Xvfb } from '../../helpers/xvfb.ts'

const options = { authority: null, clock: systemClock }

describe.skipIf(noXvfb !== null)(`an X server${noXvfb === null ? '' : `: skipped. ${noXvfb}`}`, () => {
  let server: Xvfb
  let person: Person
  beforeAll(async () => {
    server = await startXvfb()
    person = await server.person()
  })
  afterAll(() => server.stop())

  test('idle time grows, and is near zero right after the pointer moved', async () => {
    const x = await connectX11({ ...options, display: server.display })
    await vi.waitFor(async () => expect(await x.idleMs()).toBeGreaterThan(200))
    await person.movePointer()
    expect(await x.idleMs()).toBeLessThan(200)
    x.close()
  })

  test('a window that fills the screen is told with its name, also while another one is active; a hidden or closed one is not', async () => {
    const x = await connectX11({ ...options, display: server.display })
    expect(await x.fullScreen()).toBe(false)
    const game = await person.openWindow('Blender', ['_NET_WM_STATE_FULLSCREEN'])
    expect(await x.fullScreen()).toBe('Blender')
    const chat = await person.openWindow('Chat', [])
    expect(await x.fullScreen()).toBe('Blender')
    await person.setStates(game, ['_NET_WM_STATE_FULLSCREEN', '_NET_WM_STATE_HIDDEN'])
    expect(await x.fullScreen()).toBe(false)
    await person.setStates(chat, ['_NET_WM_STATE_ABOVE', '_NET_WM_STATE_FULLSCREEN'])
    expect(await x.fullScreen()).toBe('Chat')
    await person.closeWindow(chat)
    expect(await x.fullScreen()).toBe(false)
    x.close()
  })

  test('tells at once that another window is active', async () => {
    const x = await connectX11({ ...options, display: server.display })
    let times = 0
    x.onActive(() => (times += 1))
    await x.fullScreen()
    await person.openWindow('Editor', [])
    await vi.waitFor(() => expect(times).toBeGreaterThan(0))
    x.close()
  })

  test('one that is late once is given up, so that nothing of it piles up', async () => {
    let isLate = false
    const clock = { now: Date.now, after: (ms: number, run: () => void) => systemClock.after(ms, run) }
    const x = await connectX11({ ...options, clock: { ...clock, after: (ms, run) => (isLate ? (queueMicrotask(run), () => {}) : clock.after(ms, run)) }, display: server.display })
    expect(await x.idleMs()).toBeGreaterThanOrEqual(0)
    expect(x.isGone()).toBe(false)
    isLate = true
    await expect(x.idleMs()).rejects.toThrow(/did not answer in 3 s/)
    expect(x.isGone()).toBe(true)
  })

  test('a server that ends rejects with a sentence, and nothing else happens', async () => {
    const other = await startXvfb()
    const x = await connectX11({ ...options, display: other.display })
    expect(await x.idleMs()).toBeGreaterThanOrEqual(0)
    await other.stop()
    await vi.waitFor(() => expect(x.isGone()).toBe(true))
    await expect(x.idleMs()).rejects.toThrow(/is gone/)
    await expect(connectX11({ ...options, display: other.display })).rejects.toThrow(/no X server|did not let/)
  })
})

/** A server of one's own making at display 7. */
async function standIn(answer: (write: (bytes: Buffer) => void) => void): Promise<{ folder: string; stop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-x-'))
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => answer((bytes) => socket.write(bytes)))
  })
  await new Promise<void>((done) => server.listen(join(folder, 'X7'), done))
  return { folder, stop: () => server.close() }
}

describe('servers that are none', () => {
  test('one that talks nonsense costs an answer, never the process', async () => {
    const thrown: unknown[] = []
    const note = (error: unknown): void => void thrown.push(error)
    process.on('uncaughtException', note)
    const mad = await standIn((write) => write(Buffer.alloc(5_000, 1)))
    await expect(connectX11({ ...options, display: ':7', folder: mad.folder, clock: { now: Date.now, after: (ms, run) => systemClock.after(ms / 20, run) } })).rejects.toThrow(/:7/)
    mad.stop()
    process.off('uncaughtException', note)
    expect(thrown).toEqual([])
  })

  test('one that refuses, and one that never answers, are told apart', async () => {
    const reason = Buffer.from('No protocol specified\0\0\0')
    const refuses = await standIn((write) => write(Buffer.concat([Buffer.from([0, 21, 11, 0, 0, 0, 6, 0]), reason])))
    await expect(connectX11({ ...options, display: ':7', folder: refuses.folder })).rejects.toThrow(/did not let Idlewatt in/)
    refuses.stop()
    const silent = await standIn(() => {})
    const quick = { now: Date.now, after: (ms: number, run: () => void) => systemClock.after(ms / 50, run) }
    await expect(connectX11({ display: ':7', authority: null, folder: silent.folder, clock: quick })).rejects.toThrow(/did not answer in 3 s/)
    silent.stop()
  })

  test('a display that is not there, or is of another computer, is said so', async () => {
    await expect(connectX11({ ...options, display: ':7', folder: tmpdir() })).rejects.toThrow('There is no X server at :7.')
    await expect(connectX11({ ...options, display: 'localhost:10.0' })).rejects.toThrow(/not one of this machine/)
  })
})

test('displays of this machine', () => {
  expect([':0', ':1.0', 'unix:2', 'localhost:10.0', 'pc:0', '', ':', 'wayland-0'].map(displayNumber)).toEqual([0, 1, 2, null, null, null, null, null])
})

function entry(family: number, ...texts: string[]): Buffer {
  const parts = texts.map((text) => Buffer.concat([Buffer.from([text.length >> 8, text.length & 255]), Buffer.from(text, 'latin1')]))
  return Buffer.concat([Buffer.from([family >> 8, family & 255]), ...parts])
}

test('the cookie of the display and this machine, of any machine, or of its former name; a file that breaks off keeps what came before', () => {
  const mit = 'MIT-MAGIC-COOKIE-1'
  expect(cookieFor(entry(256, hostname(), '1', mit, 'one'), 0, hostname())).toBeNull()
  expect(cookieFor(Buffer.concat([entry(256, 'elsewhere', '0', mit, 'old'), entry(65535, '', '', mit, 'any')]), 0, hostname())).toEqual({ name: mit, data: 'any' })
  expect(cookieFor(entry(256, 'elsewhere', '0', mit, 'old'), 0, hostname())).toEqual({ name: mit, data: 'old' })
  const whole = Buffer.concat([entry(256, hostname(), '0', mit, '\xff\x00\x01'), entry(0, '1234', '0', 'XDM-AUTHORIZATION-1', 'x')])
  for (let length = 0; length <= whole.length; length += 1) expect(() => cookieFor(whole.subarray(0, length), 0, hostname())).not.toThrow()
  expect(cookieFor(whole.subarray(0, whole.length - 3), 0, hostname())).toEqual({ name: mit, data: '\xff\x00\x01' })
})
