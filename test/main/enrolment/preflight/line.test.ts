/** The line against a loopback server: slow, fast, and with every way to be of no use. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { readLine } from '../../../../main/enrolment/preflight/line.ts'
import { httpServer, type Opened } from './servers.ts'
import { context } from './survey.ts'

const open: Opened[] = []
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())))

const piece = Buffer.alloc(1024 * 1024, 'x')
const give = (response: ServerResponse, bytes = piece): void => void response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes)
const take = (request: IncomingMessage, response: ServerResponse): void => void request.resume().on('end', () => response.writeHead(200).end())

async function measured(handle: (request: IncomingMessage, response: ServerResponse) => void, more: Parameters<typeof context>[0] = {}) {
  const server = await httpServer(handle)
  open.push(server)
  return readLine(context({ servers: { bandwidth: server.url, stun: null, ntp: null }, ...more }))
}

test('down, up and the time of a connection', async () => {
  const { value, why } = await measured((request, response) => (request.method === 'GET' ? give(response) : take(request, response)))
  expect(why).toBeNull()
  // Loopback: far more than any line, and never nothing.
  expect(value?.downMbps).toBeGreaterThan(100)
  expect(value?.upMbps).toBeGreaterThan(100)
  expect(value?.latencyMs).toBeGreaterThan(0)
  expect(value?.latencyMs).toBeLessThan(100)
  expect(value?.server).toBe('127.0.0.1')
})

test('a server that lets little through shows so', { timeout: 30_000 }, async () => {
  // 100 kB every 50 ms and stream: 4 × 16 Mbit/s.
  const drip = (response: ServerResponse): void => {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' })
    const timer = setInterval(() => response.write(piece.subarray(0, 100_000)), 50)
    response.on('close', () => clearInterval(timer))
  }
  const { value } = await measured((request, response) => (request.method === 'GET' ? drip(response) : take(request, response)), { lineMs: 1_500 })
  expect(value?.downMbps).toBeGreaterThan(20)
  expect(value?.downMbps).toBeLessThan(90)
})

test.each<[string, (request: IncomingMessage, response: ServerResponse) => void, RegExp]>([
  ['answers with an error', (_, response) => void response.writeHead(404).end(), /answers with status 404/],
  ['sends on elsewhere', (_, response) => void response.writeHead(302, { Location: 'http://elsewhere.example.org/' }).end(), /sends on elsewhere \(302\)/],
  ['answers with nothing', (_, response) => void response.writeHead(200).end(), /without a single byte/],
  ['answers with a line', (_, response) => give(response, Buffer.from('hello')), /5 bytes at a time, too few/],
  ['cuts its answers', (_, response) => void response.writeHead(200, { 'Content-Length': 10 }).write('12345', () => response.destroy()), /broke off: the connection was cut/],
  ['never answers', () => {}, /let nothing through/],
  ['takes no uploads', (request, response) => (request.method === 'GET' ? give(response) : void response.writeHead(405).end()), /Downwards it is [\d.e+]+ Mbit\/s; upwards .* takes no uploads \(405\)/],
  ['never takes an upload whole', (request, response) => (request.method === 'GET' ? give(response) : void request.resume()), /upwards .* took not even 256 kB/],
])('of a server that %s nothing is made up', async (_, handle, why) => {
  const reading = await measured(handle)
  expect(reading.value).toBeNull()
  expect(reading.why).toMatch(why)
})

test('no server, no address, a refusal, and one that is not there', async () => {
  const of = async (bandwidth: string | null, refusal: string | null = null) => (await readLine(context({ servers: { bandwidth, stun: null, ntp: null }, rules: { refusal: () => refusal, loopback: null } }))).why
  expect(await of(null)).toContain('No server to measure the line against')
  expect(await of('ftp://example.org/')).toContain('no address that begins with https://')
  expect(await of('https://example.org/', 'Off.')).toBe('Off.')
  expect(await of('http://127.0.0.1:1/')).toContain('nothing listens at that address')
})

test('a stand-in is asked in place of every real host, with the host in its path', async () => {
  const asked = new Set<string>()
  const server = await httpServer((request, response) => {
    asked.add(request.url ?? '')
    if (request.method === 'GET') give(response)
    else take(request, response)
  })
  open.push(server)
  const reading = await readLine(context({ servers: { bandwidth: 'https://speed.example.org/file?bytes=1', stun: null, ntp: null }, rules: { refusal: () => null, loopback: server.url } }))
  expect(reading.value).not.toBeNull()
  expect([...asked]).toEqual(['/speed.example.org/file?bytes=1'])
})

test('it can be stopped in its midst', async () => {
  const stop = new AbortController()
  const reading = await measured((request, response) => {
    stop.abort()
    if (request.method === 'GET') give(response)
    else take(request, response)
  }, { signal: stop.signal, lineMs: 10_000 })
  expect(reading).toEqual({ value: null, why: 'It was stopped.' })
})
