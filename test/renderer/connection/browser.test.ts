/** The browser door of the window against a real HTTP server: key, line stream, reconnecting, silence. */
import { createServer, type ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { backOffMs, connectBrowser } from '../../../renderer/connection/browser.ts'
import type { LinkStatus } from '../../../renderer/connection/connection.ts'
import { createLineReader, isPing } from '../../../renderer/connection/lines.ts'
import { takeToken, tokenIn } from '../../../renderer/connection/token.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A stand-in for the headless door; `streams` are the answers to GET /updates, in order. */
async function openDoor(options: { status?: number } = {}) {
  const streams: ServerResponse[] = []
  const asked: { name: string; input: unknown; authorization: string | undefined }[] = []
  const server = createServer((request, response) => {
    if (request.url === '/updates') {
      if (options.status) return void response.writeHead(options.status).end()
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
      response.flushHeaders()
      streams.push(response)
      return
    }
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      asked.push({ ...(JSON.parse(body) as { name: string; input: unknown }), authorization: request.headers.authorization })
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ ok: true, value: 'pong' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${address.port}/`, streams, asked, server }
}

/** Timers run by hand: `pending` holds what waits. */
function connect(origin: string, token: string | null = 'secret') {
  const pending = new Map<() => void, number>()
  const links: LinkStatus[] = []
  const updates: unknown[] = []
  let opened = 0
  const waiters: (() => void)[] = []
  const changed = () => waiters.splice(0).forEach((wake) => wake())
  const connection = connectBrowser({
    fetch: (path, init) => fetch(new URL(String(path), origin), init),
    token,
    now: () => 1000,
    after(ms, run) {
      pending.set(run, ms)
      return () => pending.delete(run)
    },
  })
  const stop = connection.listen({
    onOpen() {
      opened += 1
      changed()
    },
    onUpdate(update) {
      updates.push(update)
      changed()
    },
    onLink(link) {
      links.push(link)
      changed()
    },
  })
  closers.push(stop)
  async function until(reached: () => boolean): Promise<void> {
    while (!reached()) await new Promise<void>((resolve) => waiters.push(resolve))
  }
  return { connection, links, updates, pending, until, opened: () => opened }
}

describe('asking', () => {
  it('sends name, input and the key, and gives the reply back', async () => {
    const door = await openDoor()
    const { connection } = connect(door.origin)
    expect(await connection.ask('gpus.rescan', null)).toEqual({ ok: true, value: 'pong' })
    expect(door.asked).toEqual([{ name: 'gpus.rescan', input: null, authorization: 'Bearer secret' }])
  })

  it('says in words that nobody answers, instead of throwing', async () => {
    const { connection } = connect('http://127.0.0.1:9/')
    const reply = await connection.ask('gpus.rescan', null)
    expect(reply).toMatchObject({ ok: false, failure: { code: 'connection' } })
  })
})

describe('updates', () => {
  it('arrive line by line, also when a line is cut by the network, and pings are not passed on', async () => {
    const door = await openDoor()
    const seen = connect(door.origin)
    await seen.until(() => seen.opened() === 1)
    door.streams[0]?.write('{"part":"app","revision":2,')
    door.streams[0]?.write('"value":{}}\n{"ping":1}\n{"part":"gpus","revision":3,"value":{}}\n')
    await seen.until(() => seen.updates.length === 2)
    expect(seen.updates).toEqual([{ part: 'app', revision: 2, value: {} }, { part: 'gpus', revision: 3, value: {} }])
    expect(seen.links.at(-1)).toEqual({ phase: 'open' })
  })

  it('a stream that ends is opened again after a wait, and the listener is told to read anew', async () => {
    const door = await openDoor()
    const seen = connect(door.origin)
    await seen.until(() => seen.opened() === 1)
    door.streams[0]?.end()
    await seen.until(() => seen.links.at(-1)?.phase === 'lost')
    expect(seen.links.at(-1)).toMatchObject({ phase: 'lost', since: 1000, retryAt: 1500 })
    seen.connection.retryNow()
    await seen.until(() => seen.opened() === 2)
    expect(seen.links.at(-1)).toEqual({ phase: 'open' })
  })

  it('a wrong key is said and not tried again', async () => {
    const door = await openDoor({ status: 401 })
    const seen = connect(door.origin, 'wrong')
    await seen.until(() => seen.links.at(-1)?.phase === 'refused')
    expect(seen.links.at(-1)).toMatchObject({ phase: 'refused', sentence: expect.stringContaining('#') })
    expect(seen.pending.size).toBe(0)
  })

  it('a stream that falls silent is given up', async () => {
    const door = await openDoor()
    const seen = connect(door.origin)
    await seen.until(() => seen.opened() === 1)
    const [silence] = [...seen.pending].find(([, ms]) => ms === 40_000) ?? []
    silence?.()
    await seen.until(() => seen.links.at(-1)?.phase === 'lost')
  })

  it('waits longer with every failure, ten seconds at most', () => {
    expect([0, 1, 2, 3, 4, 5, 20].map(backOffMs)).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000])
  })
})

describe('lines', () => {
  it('keeps a letter whole that two chunks share', () => {
    const read = createLineReader()
    const bytes = new TextEncoder().encode('"größer"\n')
    expect([...read(bytes.slice(0, 4)), ...read(bytes.slice(4))]).toEqual(['größer'])
  })
  it('tells a ping from an update', () => {
    expect(isPing({ ping: 3 })).toBe(true)
    expect(isPing({ part: 'app' })).toBe(false)
    expect(isPing(null)).toBe(false)
  })
})

describe('the key', () => {
  function place(hash: string, kept: string | null = null, canStore = true) {
    const store = new Map(kept === null ? [] : [['idlewatt.token', kept]])
    const urls: string[] = []
    return {
      urls,
      location: { hash, pathname: '/', search: '' },
      history: { replaceState: (_: unknown, __: string, url: string) => void urls.push(url) },
      sessionStorage: {
        getItem: (key: string) => store.get(key) ?? null,
        setItem(key: string, value: string) {
          if (!canStore) throw new Error('denied')
          store.set(key, value)
        },
      },
    }
  }
  it('is taken from the address and leaves it', () => {
    const window = place('#abc123')
    expect(takeToken(window)).toBe('abc123')
    expect(window.urls).toEqual(['/#/'])
  })
  it('is found again after a reload, when the address names a page', () => {
    expect(takeToken(place('#/compare', 'abc123'))).toBe('abc123')
  })
  it('stays in the address where the tab cannot keep it', () => {
    const window = place('#abc123', null, false)
    expect(takeToken(window)).toBe('abc123')
    expect(window.urls).toEqual([])
  })
  it('is none where there is none', () => {
    expect(takeToken(place(''))).toBeNull()
    expect(tokenIn('#/gpus/GPU-1')).toBeNull()
  })
})
