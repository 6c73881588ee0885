/** A loopback server of one file per path, with ranges and validators as real ones have them, and misbehaviour as told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface FileServer {
  base: string
  /** By path ("/host.example/file"); the handlers take turns, the last one again and again. */
  on(path: string, ...handlers: [Handler, ...Handler[]]): void
  heard: { path: string; range: string | undefined; ifRange: string | undefined }[]
}

export async function startFileServer(): Promise<FileServer> {
  const handlers = new Map<string, Handler[]>()
  const heard: FileServer['heard'] = []
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    heard.push({ path, range: request.headers.range, ifRange: request.headers['if-range'] as string | undefined })
    const own = handlers.get(path)
    const handler = own && own.length > 1 ? own.shift() : own?.[0]
    response.on('error', () => {})
    if (handler) handler(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(
    () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  )
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, on: (path, ...own) => void handlers.set(path, own), heard }
}

/** As a good server gives it. `cutAfter`: so many bytes of what it has promised; once they are `arrived`, the connection is cut. */
export function file(body: Buffer, options: { etag?: string | null; cutAfter?: number; arrived?: (bytes: number) => Promise<void>; shift?: number } = {}): Handler {
  const { etag = '"one"', cutAfter, arrived = async () => {}, shift = 0 } = options
  return (request, response) => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
    const ifRange = request.headers['if-range']
    const from = range && (ifRange === undefined || ifRange === etag) ? Number(range[1]) + shift : 0
    const piece = body.subarray(from)
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': piece.length,
      ...(etag === null ? {} : { etag }),
      ...(from > 0 ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
    })
    if (cutAfter === undefined) response.end(piece)
    else if (cutAfter === 0) {
      response.flushHeaders()
      setImmediate(() => response.destroy())
    } else response.write(piece.subarray(0, cutAfter), () => void arrived(from + cutAfter).then(() => response.destroy()))
  }
}

export function status(code: number, headers: Record<string, string> = {}, body = ''): Handler {
  return (_, response) => void response.writeHead(code, headers).end(body)
}
