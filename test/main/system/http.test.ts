/** One request out: time limit, cut-off, and words for what goes wrong. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createServer as createSocketServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connectionErrorWords, post, retryAfter } from '../../../main/system/http.ts'
import { newFolder } from '../../helpers/files.ts'

async function serve(server: Server): Promise<URL> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}
const http = (answer: RequestListener): Promise<URL> => {
  const server = createServer(answer)
  onTestFinished(() => server.closeAllConnections())
  return serve(server)
}
const plain = { headers: {}, body: '', timeoutMs: 10_000 }

describe('a request out', () => {
  it('carries its body whole, in bytes', async () => {
    let heard = ''
    const url = await http((request, response) => void request.on('data', (chunk: Buffer) => (heard += chunk.toString())).on('end', () => response.end()))
    expect(await post({ ...plain, url, body: '{"text":"91 °C 🔥"}' })).toEqual({ kind: 'answered', status: 200, retryAfterMs: null })
    expect(heard).toBe('{"text":"91 °C 🔥"}')
  })

  it('carries the user and password of its address, whatever signs they hold', async () => {
    let heard = ''
    const url = await http((request, response) => {
      heard = request.headers.authorization ?? ''
      response.end()
    })
    expect(await post({ ...plain, url: new URL(url.href.replace('http://', 'http://jo:100%25%zz%0d%0aX:1@')) })).toMatchObject({ kind: 'answered', status: 200 })
    expect(Buffer.from(heard.replace('Basic ', ''), 'base64').toString()).toBe('jo:100%%zz\r\nX:1')
  })

  it('ends in time where nobody answers, and where it is told to', async () => {
    const url = await http(() => {})
    expect(await post({ ...plain, url, timeoutMs: 100 })).toEqual({ kind: 'failed', words: 'it did not answer within 0 seconds' })
    const abort = new AbortController()
    const answer = post({ ...plain, url, signal: abort.signal })
    abort.abort()
    expect(await answer).toEqual({ kind: 'failed', words: 'Idlewatt was stopped meanwhile' })
    expect(await post({ ...plain, url, signal: abort.signal })).toMatchObject({ kind: 'failed' })
  })

  it('knows the status though the answer never ends', async () => {
    const url = await http((_request, response) => {
      response.writeHead(200)
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', pour)
      pour()
    })
    expect(await post({ ...plain, url })).toMatchObject({ kind: 'answered', status: 200 })
    const slow = await http((_request, response) => void response.writeHead(202).write('and'))
    expect(await post({ ...plain, url: slow, timeoutMs: 300 })).toMatchObject({ kind: 'answered', status: 202 })
  })

  it('says what is wrong where something else answers, or nothing', async () => {
    const chatty = await serve(createSocketServer((socket) => void socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.9\r\n')))
    expect(await post({ ...plain, url: chatty })).toEqual({ kind: 'failed', words: 'what answered does not speak HTTP' })
    const shy = await serve(createSocketServer((socket) => void socket.on('error', () => {}).destroy()))
    expect(await post({ ...plain, url: shy })).toEqual({ kind: 'failed', words: 'the connection was cut' })
    const changing = await serve(createSocketServer((socket) => void socket.on('error', () => {}).write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')))
    expect(await post({ ...plain, url: changing })).toMatchObject({ kind: 'answered', status: 101 })
    expect(await post({ ...plain, url: new URL('http://127.0.0.1:1/') })).toEqual({ kind: 'failed', words: 'nothing listens at that address' })
    const secure = new URL((await http(() => {})).href.replace('http:', 'https:'))
    expect(await post({ ...plain, url: secure })).toMatchObject({ kind: 'failed', words: expect.stringMatching(/https|HTTP|connection/) as string })
    expect(await post({ ...plain, url: new URL('http://127.0.0.1:1/'), headers: { Authorization: 'Bearer a\nb' } })).toEqual({ kind: 'failed', words: 'a header holds a character that cannot be sent' })
  })

  it.skipIf(spawnSync('openssl', ['version']).status !== 0)('refuses a certificate that nobody it trusts has signed, before anything is sent', async () => {
    const folder = newFolder()
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost'])
    let heard = 0
    const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) => {
      heard += 1
      response.end()
    })
    const url = await serve(server)
    expect(await post({ ...plain, url: new URL(url.href.replace('http:', 'https:')) })).toEqual({ kind: 'failed', words: 'the host’s certificate is signed by itself' })
    expect(heard).toBe(0)
  })

  it('never repeats an address in its words', () => {
    expect(connectionErrorWords(Object.assign(new Error('getaddrinfo EWHAT hooks.example.org'), { code: 'EWHAT' }))).toBe('the connection failed (EWHAT)')
    expect(connectionErrorWords(new Error('https://hooks.example.org/T0KEN'))).toBe('the connection failed')
    expect(connectionErrorWords(new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]))).toBe('nothing listens at that address')
  })

  it('reads how long it shall wait', () => {
    expect(retryAfter('120')).toBe(120_000)
    expect(retryAfter('Mon, 23 Nov 2026 07:01:00 GMT', Date.UTC(2026, 10, 23, 7))).toBe(60_000)
    expect(retryAfter('Mon, 23 Nov 2020 07:01:00 GMT')).toBe(0)
    expect(retryAfter('soon')).toBeNull()
    expect(retryAfter(undefined)).toBeNull()
  })
})
