/** Who may speak to the headless door, asked over real connections. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHeadless, type Headless } from '../../../main/headless/index.ts'
import { createLog } from '../../../main/system/log.ts'
import { send, sendRaw, type Answer, type Ask } from '../../helpers/http.ts'
import { createSmallHouse } from '../../helpers/small-house.ts'

const log = createLog('silent', () => {})
const folder = mkdtempSync(join(tmpdir(), 'idlewatt-page-'))
const rendererFolder = join(folder, 'renderer')
let door: Headless
let token: string

beforeAll(async () => {
  mkdirSync(join(rendererFolder, 'assets'), { recursive: true })
  writeFileSync(join(rendererFolder, 'index.html'), '<!doctype html><title>Idlewatt</title>')
  writeFileSync(join(rendererFolder, 'assets', 'index-1a2b.js'), 'export {}')
  writeFileSync(join(folder, 'secret.txt'), 'not for the browser')
  symlinkSync(join(folder, 'secret.txt'), join(rendererFolder, 'link.txt'))
  door = await startHeadless({ app: createSmallHouse(), port: 0, rendererFolder, log })
  token = new URL(door.url).hash.slice(1)
})
afterAll(async () => {
  await door.stop()
  rmSync(folder, { recursive: true })
})

function ask(name: unknown, change: Ask = {}): Promise<Answer> {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...change.headers }
  return send(door.origin, { method: 'POST', path: '/ask', body: JSON.stringify({ name, input: null }), ...change, headers })
}
const host = (): string => new URL(door.origin).host

describe('the page', () => {
  it('is served without a token, since the address with the token must be able to load it', async () => {
    const page = await send(door.origin, {})
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(page.body).toContain('<title>Idlewatt</title>')
    expect((await send(door.origin, { path: '/assets/index-1a2b.js' })).headers['content-type']).toContain('javascript')
    expect(await send(door.origin, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  it.each(['/../secret.txt', '/assets/../../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/..%5c..%5csecret.txt', '//secret.txt', '/link.txt', '/index.html%00.js', '/assets/', '/assets', 'http://elsewhere.example/index.html', '*'])(
    'gives nothing at %s',
    async (path) => {
      const answer = await send(door.origin, { path })
      expect(answer.status).toBe(404)
      expect(answer.body).toBe('There is no such page here.\n')
    },
  )

  it('follows a build that is made while it is served', async () => {
    const old = join(rendererFolder, 'assets', 'index-0old.js')
    writeFileSync(old, 'export {}')
    expect((await send(door.origin, { path: '/assets/index-0old.js' })).status).toBe(200)
    rmSync(old)
    writeFileSync(join(rendererFolder, 'assets', 'index-9new.js'), 'export {}')
    expect((await send(door.origin, { path: '/assets/index-9new.js' })).status).toBe(200)
    expect((await send(door.origin, { path: '/assets/index-0old.js' })).status).toBe(404)
  })

  it('carries a strict policy on every answer, refusals too', async () => {
    const answers = [await send(door.origin, {}), await ask('state.read'), await ask('state.read', { method: 'GET', body: '' }), await send(door.origin, { path: '/none' }), await send(door.origin, { headers: { Host: 'evil.example' } })]
    for (const { headers } of answers) {
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-resource-policy': 'same-origin' })
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })
})

describe('the token', () => {
  it('is 256 random bits, new with every start', async () => {
    const other = await startHeadless({ app: createSmallHouse(), port: 0, rendererFolder, log })
    const second = new URL(other.url).hash.slice(1)
    await other.stop()
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    expect(second).not.toBe(token)
  })

  it('opens the two addresses that carry data', async () => {
    expect(await ask('state.read')).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
  })

  it.each([['none', ''], ['empty', 'Bearer '], ['wrong', `Bearer ${'x'.repeat(43)}`], ['of another scheme', 'Basic eDp5']])('%s: refused', async (_, authorization) => {
    for (const [method, path] of [['POST', '/ask'], ['GET', '/updates']] as const) {
      const answer = await send(door.origin, { method, path, headers: { 'Content-Type': 'application/json', ...(authorization ? { Authorization: authorization } : {}) }, ...(method === 'POST' ? { body: '{}' } : {}) })
      expect(answer.status).toBe(401)
      expect(answer.body).toContain('Open the address that Idlewatt printed')
    }
  })

  it('in the address itself does not count: addresses end up in logs', async () => {
    expect((await send(door.origin, { path: `/updates?token=${token}` })).status).toBe(401)
  })

  it('given twice is refused', async () => {
    const body = '{"name":"state.read"}'
    const raw = await sendRaw(door.origin, `POST /ask HTTP/1.1\r\nHost: ${host()}\r\nAuthorization: Bearer ${token}\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
    expect(raw).toMatch(/^HTTP\/1\.1 401 /)
  })
})

describe('an address for one use', () => {
  const pathOf = (url: string): string => new URL(url).pathname

  it('leads to the page with the token, once, and does not hold the token itself', async () => {
    const url = door.urlForOneUse()
    expect(url.startsWith(`${door.origin}/`)).toBe(true)
    expect(url).not.toContain(token)
    expect((await send(door.origin, { method: 'HEAD', path: pathOf(url) })).status).toBe(405)
    const foreign = await send(door.origin, { path: pathOf(url), headers: { Host: 'evil.example' } })
    expect([foreign.status, foreign.headers.location]).toEqual([403, undefined])
    expect(await send(door.origin, { path: pathOf(url) })).toMatchObject({ status: 303, headers: { location: `/#${token}`, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } })
    const again = await send(door.origin, { path: pathOf(url) })
    expect([again.status, again.headers.location]).toEqual([410, undefined])
    expect(again.body).toContain('used up')
  })

  it.each(['/open/', '/open/guess', '/open/__proto__'])('%s leads nowhere', async (path) => {
    expect((await send(door.origin, { path })).status).toBe(410)
  })
})

describe('names', () => {
  it.each(['127.0.0.1:9', 'localhost', 'LocalHost:8080', '[::1]:4711'])('Host %s is this machine, whatever the port: a tunnel changes it', async (name) => {
    expect((await send(door.origin, { headers: { Host: name } })).status).toBe(200)
    expect((await ask('state.read', { headers: { Host: name } })).status).toBe(200)
  })

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example', '127.0.0.1:80@evil.example', '0.0.0.0', '127.1', '[::ffff:127.0.0.1]', 'localhost:', 'localhost:123456'])('Host "%s" is refused with token and all (DNS rebinding)', async (name) => {
    expect((await send(door.origin, { headers: { Host: name } })).status).toBe(403)
    expect((await ask('state.read', { headers: { Host: name } })).status).toBe(403)
  })

  it('no Host, an empty one and two are refused', async () => {
    expect(await sendRaw(door.origin, 'GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /)
    expect(await sendRaw(door.origin, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /)
    expect(await sendRaw(door.origin, `GET / HTTP/1.1\r\nHost: ${host()}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 40[03] /)
  })

  it('Origin must be the very page that was served', async () => {
    expect((await ask('state.read', { headers: { Origin: door.origin } })).status).toBe(200)
    expect((await ask('state.read', { headers: { Host: 'localhost:80', Origin: 'http://localhost' } })).status).toBe(200)
    for (const origin of ['http://evil.example', 'null', `https://${host()}`, 'http://127.0.0.1:1', 'http://localhost', 'file://', '']) {
      expect(await ask('state.read', { headers: { Origin: origin } }), origin).toMatchObject({ status: 403 })
    }
  })

  it('a preflight from another site gets no permission', async () => {
    const answer = await send(door.origin, { method: 'OPTIONS', path: '/ask', headers: { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'POST' } })
    expect(answer.status).toBe(403)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })
})

describe('requests', () => {
  it('are answered with a reply, also where they cannot be', async () => {
    expect(JSON.parse((await ask('state.read')).body)).toMatchObject({ ok: true, value: { state: { app: { door: 'headless' } } } })
    expect(JSON.parse((await ask('nothing.such')).body)).toMatchObject({ ok: false, failure: { code: 'unknown-request' } })
    const refused = await ask('benchmark.start', { body: JSON.stringify({ name: 'benchmark.start', input: { gpuIds: ['a'], mode: 'quick' } }) })
    expect(JSON.parse(refused.body)).toEqual({ ok: false, failure: { code: 'not-possible', message: 'There is nothing to measure here.' } })
  })

  it.each([['GET', '/ask', 405], ['PUT', '/ask', 405], ['POST', '/updates', 405], ['DELETE', '/', 405], ['POST', '/index.html', 405]] as const)('%s %s gives %d and says what is taken', async (method, path, status) => {
    const answer = await send(door.origin, { method, path, headers: { Authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(status)
    expect(answer.headers.allow).toBeTruthy()
    expect(answer.body).toContain('only.')
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', 'multipart/form-data; x=application/json'])('%s is not taken: a form on another site could send it', async (type) => {
    expect((await ask('state.read', { headers: { 'Content-Type': type } })).status).toBe(415)
  })

  it.each(['', '{', '[]', 'null', '"x"', '{"name":', Buffer.from([0x7b, 0xff, 0x7d])])('a body of %j is refused with a sentence', async (body) => {
    const answer = await ask('state.read', { body })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ ok: false, failure: { code: 'bad-input' } })
  })

  it('a body over 12 MB is refused, announced or not', async () => {
    const body = `{"name":"state.read","input":"${'x'.repeat(12_500_000)}"}`
    for (const headers of [{}, { 'Transfer-Encoding': 'chunked' }] as Record<string, string>[]) {
      const answer = await ask('state.read', { body, headers })
      expect(answer.status).toBe(413)
      expect(JSON.parse(answer.body).failure.message).toContain('larger than 12 MB')
    }
  })

  it('headers over the limit and rubbish are refused in words', async () => {
    expect((await send(door.origin, { headers: { Rubbish: 'x'.repeat(40_000) } }))).toMatchObject({ status: 431, body: 'The headers of that request are too large.\n' })
    expect(await sendRaw(door.origin, 'rubbish\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*Content-Security-Policy[\s\S]*not a request Idlewatt can read/)
  })

  it('other protocols are refused', async () => {
    expect(await sendRaw(door.origin, `GET /updates HTTP/1.1\r\nHost: ${host()}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)).toMatch(/^HTTP\/1\.1 405 /)
    expect(await sendRaw(door.origin, `CONNECT evil.example:443 HTTP/1.1\r\nHost: ${host()}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 405 /)
  })
})
