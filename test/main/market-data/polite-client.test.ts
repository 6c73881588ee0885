/** The polite client against a loopback server with every fault that a public source has on record: addresses, answers, what is kept. */
import { createServer, type AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createExchange } from '../../../main/market-data/http-exchange.ts'
import { failureOf, get, host, path, politeBench, rpc } from '../../helpers/polite-bench.ts'

const bench = politeBench()

describe('a question', () => {
  it('gives the parsed answer and tells what went out', async () => {
    bench.server.on(path, { body: { gpus: [1, 2] }, gzip: true })
    expect(await bench.client.ask(get())).toEqual({ gpus: [1, 2] })
    expect(bench.server.heard[0]).toMatchObject({ method: 'GET', path, query: 'key=hidden', headers: { 'user-agent': 'Idlewatt/1.2.3', 'accept-encoding': 'gzip, deflate, br' } })
    expect(Object.keys(bench.server.heard[0]?.headers ?? {}).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent'])
    expect(bench.records).toEqual([{ at: bench.clock.now(), sourceId: 'net/market', what: 'prices of GPUs', method: 'GET', rpcMethod: null, host, path: '/v1/prices', status: 200, outcome: 'taken', sentence: 'took 14 bytes', bytes: 14, tookMs: 0, attempt: 1 }])
    expect(bench.logged.join('')).not.toContain('hidden')
  })

  it('goes out as JSON where it has a body, and is called by its method where it is JSON-RPC', async () => {
    bench.server.on(path, { body: { jsonrpc: '2.0', id: 1, result: '0x10' } })
    expect(await bench.client.ask(rpc())).toMatchObject({ result: '0x10' })
    expect(bench.server.heard[0]).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[]}' })
    expect(bench.records[0]).toMatchObject({ method: 'POST', rpcMethod: 'eth_call', outcome: 'taken' })
  })

  it('keeps an address of the user’s out of records, logs and sentences', async () => {
    const address = 'DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263'
    bench.server.on(`/${host}/v1/${address}`, { body: { error: `no account ${address}` } })
    const failure = await failureOf(bench.client.ask(rpc({ url: `https://${host}/v1/${address}`, secretParts: [address] })))
    expect(failure.message).toBe('api.example.com answered with an error: “no account DezXAZ…B263”.')
    expect(bench.records[0]).toMatchObject({ path: '/v1/DezXAZ…B263', sentence: 'answered with an error: “no account DezXAZ…B263”' })
    expect(JSON.stringify([bench.records, bench.logged])).not.toContain(address)
  })

  it('gives text where text was asked, in the character set that is named', async () => {
    bench.server.on(path, { body: Buffer.from('Z\xfcrich', 'latin1'), headers: { 'content-type': 'text/csv; charset=iso-8859-1' } })
    expect(await bench.client.ask(get({ as: 'text' }))).toBe('Zürich')
  })

  it('takes JSON under a wrong type, and drops keys that change what an object inherits', async () => {
    bench.server.on(path, { body: '\uFEFF{"a":1,"__proto__":{"b":2},"\\u005f_proto__":{"c":3}}', headers: { 'content-type': 'text/html' } })
    const answer = await bench.client.ask(get())
    expect(Object.getOwnPropertyNames(answer)).toEqual(['a'])
  })
})

describe('where it may go', () => {
  it('refuses what is not https, not listed, or not public, before anything goes out', async () => {
    const refusals: [string, string[], RegExp][] = [
      ['http://api.example.com/', [host], /over https alone/],
      ['https://other.example.com/', [host], /not among the hosts/],
      ['https://api.example.com:8443/', [host], /not among the hosts/],
      ['https://api.example.com./', [host], /not among the hosts/],
      ['https://jo:pw@api.example.com/', [host], /without a user/],
      ['https://127.0.0.1/', ['127.0.0.1'], /not on the public internet/],
      ['https://2130706433/', ['127.0.0.1'], /not on the public internet/],
      ['https://[::ffff:10.0.0.1]/', ['[::ffff:a00:1]'], /not on the public internet/],
      ['https://169.254.169.254/latest', ['169.254.169.254'], /not on the public internet/],
      ['https://localhost/', ['localhost'], /not on the public internet/],
      ['file:///etc/passwd', [''], /over https alone/],
      ['nonsense', [host], /no address/],
    ]
    for (const [url, hosts, why] of refusals) expect((await failureOf(bench.client.ask(get({ url, hosts })))).message, url).toMatch(why)
    expect(bench.server.heard).toEqual([])
    expect(bench.records).toEqual([])
  })

  it('connects to no name that stands for this machine', async () => {
    const guarded = await createExchange(true)
    const { port } = new URL(bench.server.base)
    const outgoing = { method: 'GET' as const, url: `http://localhost:${port}/`, headers: {}, body: null, mostBytes: 1, readsErrors: false, signal: new AbortController().signal }
    await expect(guarded.send(outgoing)).rejects.toMatchObject({ words: 'has a name that stands for an address of a private network', mayPass: false })
    guarded.close()
    expect(bench.server.heard).toEqual([])
  })

  it('takes a loopback of this machine alone', () => {
    for (const loopback of ['https://127.0.0.1:1', 'http://10.0.0.1:1', 'http://localhost:1', 'http://jo@127.0.0.1:1', 'http://127.0.0.1.example.com', 'x']) expect(() => bench.newClient({ loopback }), loopback).toThrow(/no address of this machine/)
    for (const loopback of ['http://127.0.0.1:1/', 'http://[::1]:1']) bench.newClient({ loopback })
  })

  it('follows a redirect within its host, and tells of both requests', async () => {
    bench.server.on(path, { status: 308, headers: { location: '/v2/prices?page=1' } })
    bench.server.on(`/${host}/v2/prices`, { status: 307, headers: { location: `https://${host}/v3/prices` } })
    bench.server.on(`/${host}/v3/prices`, { body: { ok: true } })
    expect(await bench.client.ask(rpc())).toEqual({ ok: true })
    expect(bench.server.heard.map((each) => [each.method, each.path, each.query])).toEqual([
      ['POST', path, 'key=hidden'],
      ['POST', `/${host}/v2/prices`, 'page=1'],
      ['POST', `/${host}/v3/prices`, ''],
    ])
    expect(bench.records.map((record) => [record.path, record.status, record.sentence])).toEqual([
      ['/v1/prices', 308, 'sent on to /v2/prices'],
      ['/v2/prices', 307, 'sent on to /v3/prices'],
      ['/v3/prices', 200, 'took 11 bytes'],
    ])
  })

  it.each([
    ['another host', 'https://evil.example.net/v1', 'sent on to another host (evil.example.net), which is not followed'],
    ['another of its own hosts', 'https://two.example.com/v1', 'sent on to another host (two.example.com), which is not followed'],
    ['no scheme', '//evil.example.net/v1', 'sent on to another host (evil.example.net), which is not followed'],
    ['another port', `https://${host}:8443/v1`, 'sent on to another host (api.example.com:8443), which is not followed'],
    ['http', `http://${host}/v1`, 'sent on to an address without https, which is not followed'],
    ['a file', 'file:///etc/passwd', 'sent on to an address without https, which is not followed'],
    ['a user', `https://jo:pw@${host}/v1`, 'sent on to an address that is not followed'],
    ['nowhere', '', 'sent on to nowhere'],
  ])('follows no redirect to %s', async (_name, location, words) => {
    bench.server.on(path, { status: 302, headers: { location } })
    expect(await failureOf(bench.client.ask(get({ hosts: [host, 'two.example.com'] })))).toMatchObject({ message: `${host} ${words}.`, status: 302 })
    expect(bench.server.heard).toHaveLength(1)
    expect(bench.records).toMatchObject([{ outcome: 'refused', status: 302, sentence: words }])
  })

  it('ends a circle of redirects', async () => {
    bench.server.on(path, { status: 301, headers: { location: '/v1/prices' } })
    expect((await failureOf(bench.client.ask(get()))).message).toContain('sent on more than 3 times')
    expect(bench.server.heard).toHaveLength(4)
  })
})

describe('an answer that cannot be used', () => {
  it.each([
    ['a web page with status 200', { body: '<!DOCTYPE html><title>Just a moment</title>', headers: { 'content-type': 'text/html' } }, 'answered a web page instead of data'],
    ['words under the type of a page', { body: 'Service is fine', headers: { 'content-type': 'text/html' } }, 'answered a web page instead of data'],
    ['XML', { body: '<?xml version="1.0"?><a/>' }, 'answered something that is not JSON'],
    ['half of JSON', { body: '{"a":[1,2' }, 'answered something that is not JSON'],
    ['nothing', { body: '' }, 'answered nothing at all'],
    ['no content', { status: 204 }, 'answered nothing at all'],
    ['a tower of brackets', { body: '['.repeat(400_000) }, 'answered data that is nested too deeply'],
    ['too much, as announced', { body: '1', headers: { 'content-length': '5000001' } }, 'sent more than 5 MB, which is not read'],
    ['too much, unannounced', { zeros: 40_000_000 }, 'sent more than 5 MB, which is not read'],
    ['a packing that was not asked for', { body: 'x', headers: { 'content-encoding': 'zstd' } }, 'packed its answer in a way that was not asked for'],
    ['404', { status: 404, body: {} }, 'has nothing at that address (404)'],
    ['403 with a page', { status: 403, body: '<html>' }, 'does not allow the question (403)'],
    ['304 to nothing', { status: 304 }, 'answered 304'],
  ])('%s is refused at once, and the host is not left alone for it', async (_name, answer, words) => {
    bench.server.on(path, answer)
    const failure = await failureOf(bench.client.ask(get()))
    expect(failure.message).toBe(`${host} ${words}.`)
    expect(bench.records).toMatchObject([{ outcome: 'refused', sentence: words, attempt: 1 }])
    expect(bench.client.leftAloneUntil(host)).toBeNull()
  })

  it.each([
    ['cut short of its length', { body: { a: 'x'.repeat(1000) }, cutAfter: 100, cutLength: true }, 'broke off in the midst of its answer'],
    ['cut in its chunks', { body: { a: 'x'.repeat(1000) }, cutAfter: 100 }, 'broke off in the midst of its answer'],
    ['cut before a byte', { body: { a: 1 }, cutAfter: 0, cutLength: true }, null],
    ['packed, and the end missing', { body: { a: 'x'.repeat(1000) }, gzip: true, truncated: 20 }, 'sent an answer that was cut or damaged on its way'],
    ['said to be packed, and not', { body: { a: 1 }, headers: { 'content-encoding': 'gzip' } }, 'sent an answer that was cut or damaged on its way'],
  ])('%s: asked again, and taken once it is whole', async (_name, answer, words) => {
    bench.server.on(path, answer, { body: { good: true } })
    const asked = bench.client.ask(get())
    await bench.triedTimes(2)
    expect(await asked).toEqual({ good: true })
    expect(bench.records).toMatchObject([{ outcome: 'failed', attempt: 1 }, { outcome: 'taken', attempt: 2 }])
    if (words) expect(bench.records[0]?.sentence).toBe(words)
  })

  it('an error of JSON-RPC gives its words, short and on one line', async () => {
    bench.server.on(path, { body: { jsonrpc: '2.0', id: 1, error: { code: -32000, message: `execution\u0007 reverted\n\u202e${'x'.repeat(500)}` } } })
    const failure = await failureOf(bench.client.ask(rpc()))
    expect(failure.message).toMatch(/^api\.example\.com answered with an error: “execution reverted x{100,}…”\.$/)
    expect(failure.message.length).toBeLessThan(250)
    bench.server.on(path, { status: 400, body: { error: { code: -32602 } } })
    await bench.clock.advance(250)
    expect((await failureOf(bench.client.ask(rpc()))).message).toBe(`${host} answered 400, with an error (-32602).`)
  })

  it.each([
    ['what speaks no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'what answered does not speak HTTP', false],
    ['headers without end', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, 'what answered does not speak HTTP', false],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}', 'what answered does not speak HTTP', false],
    ['nothing at all', '', 'the connection was cut', true],
  ])('%s is a sentence', async (_name, bytes, words, mayPass) => {
    const socketServer = createServer((socket) => void socket.on('error', () => {}).once('data', () => socket.end(bytes)))
    await new Promise<void>((done) => socketServer.listen(0, '127.0.0.1', done))
    const exchange = await createExchange(false)
    const outgoing = { method: 'GET' as const, url: `http://127.0.0.1:${(socketServer.address() as AddressInfo).port}/`, headers: {}, body: null, mostBytes: 100, readsErrors: false, signal: new AbortController().signal }
    await expect(exchange.send(outgoing)).rejects.toMatchObject({ words: `could not be asked: ${words}`, mayPass, status: null })
    exchange.close()
    socketServer.close()
  })

  it('a gigabyte of zeros in a megabyte is cut at the limit, with no memory for it', async () => {
    const piece = gzipSync(Buffer.alloc(1 << 20))
    // Packed members one after another unpack to their sum.
    bench.server.on(path, { body: Buffer.concat(Array.from({ length: 1024 }, () => piece)), headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' } })
    globalThis.gc?.()
    const before = process.memoryUsage().rss
    let peak = before
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 1)
    expect((await failureOf(bench.client.ask(get()))).message).toBe(`${host} sent more than 5 MB, which is not read.`)
    clearInterval(watch)
    expect(Math.max(peak, process.memoryUsage().rss) - before).toBeLessThan(60e6)
  })
})

describe('asking whether there is anything newer', () => {
  it.each([['etag', '"v1"'], ['lastModified', 'Mon, 23 Nov 2026 00:00:00 GMT']])('with %s', async (header, value) => {
    bench.server.on(path, { body: { v: 1 }, [header]: value })
    bench.client = bench.newClient({ startEveryMs: 0 })
    expect(await bench.client.ask(get())).toEqual({ v: 1 })
    expect(await bench.client.ask(get())).toEqual({ v: 1 })
    expect(bench.records.map((record) => [record.outcome, record.status, record.bytes])).toEqual([['taken', 200, 7], ['not-modified', 304, null]])
    expect(bench.kept.size).toBe(1)
    bench.server.on(path, { body: { v: 2 } })
    expect(await bench.client.ask(get())).toEqual({ v: 2 })
  })

  it('forgets what it cannot read, and asks anew', async () => {
    bench.server.on(path, { body: { v: 1 }, etag: '"v1"' })
    bench.client = bench.newClient({ startEveryMs: 0 })
    await bench.client.ask(get())
    for (const answer of bench.kept.values()) answer.body = '{"v":'
    const asked = bench.client.ask(get())
    await bench.triedTimes(3)
    expect(await asked).toEqual({ v: 1 })
    expect(bench.server.heard.map((each) => each.headers['if-none-match'])).toEqual([undefined, '"v1"', undefined])
  })

  it('keeps nothing that depends on an address, nothing of a fault, and nothing unreadable', async () => {
    bench.client = bench.newClient({ startEveryMs: 0 })
    bench.server.on(path, { body: { v: 1 }, etag: '"v1"' }, { body: '<html>', etag: '"page"' }, { status: 404, etag: '"none"', body: {} })
    await bench.client.ask(get({ secretParts: ['prices'] }))
    await failureOf(bench.client.ask(get()))
    await failureOf(bench.client.ask(get()))
    expect(bench.kept.size).toBe(0)
  })
})

describe('this machine’s clock', () => {
  it('is wrong where two hosts agree, whatever their answer', async () => {
    const date = new Date(bench.clock.now() + 2 * 365 * 86_400_000).toUTCString()
    bench.server.on(path, { status: 404, headers: { date } })
    bench.server.on('/two.example.com/', { body: 1, headers: { date } })
    await failureOf(bench.client.ask(get()))
    expect(bench.client.clockOffMs()).toBeNull()
    await bench.client.ask(get({ url: 'https://two.example.com/', hosts: ['two.example.com'] }))
    expect(bench.client.clockOffMs()).toBe(-2 * 365 * 86_400_000)
  })
})
