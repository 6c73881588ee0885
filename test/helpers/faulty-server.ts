/** A loopback server that answers as it is told, faults and all: what stands in for the internet in tests of public data. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGzip, gzipSync } from 'node:zlib'

/** One answer. Without `status`: 200. An object or array as `body` goes out as JSON; text as it is. */
export interface Scripted {
  status?: number
  headers?: Record<string, string>
  body?: unknown
  /** Packs the body and says so. */
  gzip?: boolean
  /** Nothing comes until `release()`: "headers": not even a status; "body": status and headers come; "drip": and one byte. */
  held?: 'headers' | 'body' | 'drip'
  /** So many bytes of the (packed) body, then the connection is cut. `cutLength`: with a Content-Length that promises all of it; else in chunks. */
  cutAfter?: number
  cutLength?: boolean
  /** Packed bytes end early, but the answer itself ends well. */
  truncated?: number
  /** So many zero bytes on the fly, in chunks; with `gzip`, packed. Ends early where the other side hangs up. */
  zeros?: number
  /** Answers 304 to a question with this If-None-Match; else sends it along as ETag. */
  etag?: string
  /** The same with If-Modified-Since and Last-Modified. */
  lastModified?: string
}

export interface Heard {
  method: string
  /** "/api.example.com/v1/prices": as scripted; without the query. */
  path: string
  query: string
  headers: IncomingHttpHeaders
  body: string
}

export interface FaultyServer {
  /** "http://127.0.0.1:4711": the `loopback` of what is tested. */
  base: string
  /** The answers of a path, in turn; the last one again and again. `path`: "/host/path". Paths without answers get 404. Replaces what was told before. */
  on(path: string, ...answers: [Scripted, ...Scripted[]]): void
  /** Everything heard so far, in order. */
  heard: Heard[]
  /** Once so many questions in all were heard to their end. */
  heardOf(count: number): Promise<void>
  /** Ends everything held, with the whole body. */
  release(): void
  /** Bytes sent of answers made of zeros. */
  zerosSent(): number
  close(): Promise<void>
}

/** No Date header goes out but a scripted one: a test's clock stands where it likes. */
export async function startFaultyServer(): Promise<FaultyServer> {
  const scripts = new Map<string, Scripted[]>()
  const heard: Heard[] = []
  const waiting: { count: number; done: () => void }[] = []
  let holding: (() => void)[] = []
  let zerosSent = 0

  const server = createServer((request, response) => {
    response.sendDate = false
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('error', () => {})
    response.on('error', () => {})
    request.on('end', () => {
      const [path = '', query = ''] = (request.url ?? '').split('?')
      heard.push({ method: request.method ?? '', path, query, headers: request.headers, body: Buffer.concat(pieces).toString() })
      for (const each of waiting) if (heard.length >= each.count) each.done()
      const answers = scripts.get(path)
      const answer = (answers && answers.length > 1 ? answers.shift() : answers?.[0]) ?? { status: 404, body: { error: 'no such path' } }
      const isKnown = (answer.etag !== undefined && request.headers['if-none-match'] === answer.etag) || (answer.lastModified !== undefined && request.headers['if-modified-since'] === answer.lastModified)
      give(response, isKnown ? { status: 304, headers: answer.headers ?? {} } : answer, isKnown)
    })
  })

  function give(response: ServerResponse, answer: Scripted, isBare: boolean): void {
    const isText = typeof answer.body === 'string' || Buffer.isBuffer(answer.body)
    const plain = answer.body === undefined ? Buffer.alloc(0) : Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(isText ? (answer.body as string) : JSON.stringify(answer.body))
    const packed = answer.gzip && answer.zeros === undefined ? gzipSync(plain) : plain
    const body = answer.truncated === undefined ? packed : packed.subarray(0, answer.truncated)
    const headers: Record<string, string> = {
      ...(isBare ? {} : { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' }),
      ...(answer.gzip ? { 'content-encoding': 'gzip' } : {}),
      ...(answer.etag ? { etag: answer.etag } : {}),
      ...(answer.lastModified ? { 'last-modified': answer.lastModified } : {}),
      ...(answer.cutLength ? { 'content-length': String(body.length) } : {}),
      ...answer.headers,
    }
    const open = (): void => void response.writeHead(answer.status ?? 200, headers)
    if (answer.zeros !== undefined) {
      open()
      void pourZeros(response, answer.zeros, answer.gzip === true)
    } else if (answer.cutAfter !== undefined) {
      open()
      response.write(body.subarray(0, answer.cutAfter), () => response.destroy())
    } else if (answer.held !== undefined) {
      if (answer.held !== 'headers') {
        open()
        response.flushHeaders()
      }
      if (answer.held === 'drip') response.write(body.subarray(0, 1))
      holding.push(() => {
        if (answer.held === 'headers') open()
        response.end(answer.held === 'drip' ? body.subarray(1) : body)
      })
    } else {
      open()
      response.end(isBare ? undefined : body)
    }
  }

  async function pourZeros(response: ServerResponse, bytes: number, isPacked: boolean): Promise<void> {
    const piece = Buffer.alloc(1 << 18)
    const way = isPacked ? createGzip({ level: 1 }) : response
    if (way !== response) way.pipe(response)
    way.on('error', () => {})
    const closed = once(response, 'close')
    for (let sent = 0; sent < bytes && !response.destroyed; sent += piece.length) {
      const isTaken = way.write(piece)
      zerosSent += piece.length
      if (!isTaken) await Promise.race([new Promise<void>((done) => void way.once('drain', done)), closed])
    }
    way.end()
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    on: (path, ...answers) => void scripts.set(path, answers),
    heard,
    heardOf: (count) => new Promise((done) => (heard.length >= count ? done() : waiting.push({ count, done }))),
    release() {
      const held = holding
      holding = []
      for (const end of held) end()
    },
    zerosSent: () => zerosSent,
    close() {
      return new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      })
    },
  }
}
