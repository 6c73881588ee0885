/** The loopback door: the page's files, `POST /ask` and `GET /updates`. Every answer goes through the access checks first. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { channels, type FailureCode, type Reply } from '../../shared/requests.ts'
import { answer } from '../api/answer.ts'
import type { App } from '../app.ts'
import type { Log } from '../system/log.ts'
import type { PageFiles } from '../system/page-files.ts'
import { securityHeaders } from '../system/page-policy.ts'
import { checkHost, checkJson, checkMethod, checkOrigin, checkToken, type Refusal } from './access.ts'
import type { UpdateStreams } from './update-streams.ts'

/** A measurement of another machine that is handed in may have 5 million letters, each of them escaped at worst. */
export const maxBodyBytes = 12_000_000
/** Where addresses for one use lie. */
export const oncePath = 'open'

export interface ServerOptions {
  app: Pick<App, 'handlers'>
  page: PageFiles
  streams: UpdateStreams
  token: string
  /** Whether this path is an address that was made for one use, and not used yet; using it up. */
  useOnce(path: string): boolean
  log: Log
}

export function createDoorServer(options: ServerOptions): Server {
  const server = createServer(
    // Kept open past the 5 s after which a window repeats that it is looking: a new connection each time costs more than the sample.
    { maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 30_000, requireHostHeader: false },
    (request, response) => {
      serve(options, request, response).catch((error: unknown) => {
        options.log.error('an answer to the browser failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
        if (response.headersSent) response.destroy()
        else refuse(response, { status: 500, sentence: 'Something went wrong inside Idlewatt. The log has the details.' })
      })
    },
  )
  server.maxConnections = 200
  server.on('clientError', refuseUnreadable)
  // Nothing here speaks another protocol or through a proxy.
  server.on('upgrade', (_request, socket) => refuseUnreadable({ code: 'UPGRADE' }, socket as Socket))
  server.on('connect', (_request, socket) => refuseUnreadable({ code: 'CONNECT' }, socket as Socket))
  return server
}

async function serve(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { rawHeaders, method } = request
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  const early = checkHost(rawHeaders) ?? checkOrigin(rawHeaders)
  if (early) return refuse(response, early)

  if (path === `/${channels.ask}`) {
    const refusal = checkMethod(method, ['POST']) ?? checkToken(rawHeaders, options.token) ?? checkJson(rawHeaders)
    return refusal ? refuseAsk(response, refusal) : serveAsk(options, request, response)
  }
  if (path === `/${channels.updates}`) {
    const refusal = checkMethod(method, ['GET']) ?? checkToken(rawHeaders, options.token)
    if (refusal) return refuse(response, refusal)
    response.writeHead(200, { ...securityHeaders, 'Content-Type': 'application/x-ndjson; charset=utf-8', 'Cache-Control': 'no-store' })
    return options.streams.add(response)
  }
  if (path.startsWith(`/${oncePath}/`)) return serveOnce(options, path, request, response)
  return servePage(options.page, path, request, response)
}

/** Sends the browser on to the address with the token. A preview or a HEAD must not use it up. */
function serveOnce(options: ServerOptions, path: string, request: IncomingMessage, response: ServerResponse): void {
  const refusal = checkMethod(request.method, ['GET'])
  if (refusal) return refuse(response, refusal)
  if (!options.useOnce(path)) return refuse(response, { status: 410, sentence: 'This address opened Idlewatt once and is used up. Open the address that Idlewatt printed when it started.' })
  response.writeHead(303, { ...securityHeaders, Location: `/#${options.token}`, 'Cache-Control': 'no-store', 'Content-Length': 0 })
  response.end()
}

async function servePage(page: PageFiles, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refusal = checkMethod(request.method, ['GET', 'HEAD'])
  if (refusal) return refuse(response, refusal)
  const file = page.find(path)
  if (!file) {
    const isMissing = !page.isBuilt() && (path === '/' || path === '/index.html')
    return refuse(response, isMissing ? { status: 503, sentence: 'The page of Idlewatt has not been built yet. Run "npm run build", then reload.' } : { status: 404, sentence: 'There is no such page here.' })
  }
  const body = await file.read()
  response.writeHead(200, { ...securityHeaders, 'Content-Type': file.contentType, 'Cache-Control': file.cacheControl, 'Content-Length': body.byteLength })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function serveAsk(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  if (body.kind === 'gone') return
  if (body.kind === 'too-large') return refuseAsk(response, { status: 413, sentence: `That request is larger than ${maxBodyBytes / 1e6} MB, which no question of Idlewatt is.` })
  let asked: unknown
  try {
    asked = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body.bytes))
  } catch {
    return refuseAsk(response, { status: 400, sentence: 'The request is not valid JSON.' })
  }
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    return refuseAsk(response, { status: 400, sentence: 'A request is an object with "name" and "input".' })
  }
  const { name, input } = asked as { name?: unknown; input?: unknown }
  sendReply(response, 200, await answer(options.app.handlers, options.log, name, input))
}

type Body = { kind: 'whole'; bytes: Uint8Array } | { kind: 'too-large' } | { kind: 'gone' }

/** What is too large is read and dropped for a while: a connection cut with bytes on the line loses the answer that says why. */
function readBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve) => {
    let chunks: Uint8Array[] = []
    let length = 0
    request.on('data', (chunk: Uint8Array) => {
      length += chunk.byteLength
      if (length <= maxBodyBytes) return void chunks.push(chunk)
      chunks = []
      if (length > 6 * maxBodyBytes) resolve({ kind: 'too-large' })
    })
    request.once('end', () => resolve(length > maxBodyBytes ? { kind: 'too-large' } : { kind: 'whole', bytes: Buffer.concat(chunks) }))
    request.once('close', () => resolve({ kind: 'gone' }))
  })
}

function refuseAsk(response: ServerResponse, refusal: Refusal): void {
  const code: FailureCode = refusal.status === 401 || refusal.status === 403 ? 'connection' : 'bad-input'
  sendReply(response, refusal.status, { ok: false, failure: { code, message: refusal.sentence } }, refusal.headers)
}

function sendReply(response: ServerResponse, status: number, reply: Reply<unknown>, headers: Record<string, string> = {}): void {
  if (response.destroyed) return
  response.writeHead(status, { ...securityHeaders, ...headers, ...closing(response, status), 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(JSON.stringify(reply))
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  const { status, sentence, headers } = refusal
  response.writeHead(status, { ...securityHeaders, ...headers, ...closing(response, status), 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(`${sentence}\n`)
}

/** After a refusal there may be a body on the line that nobody will read; the connection is of no more use. */
function closing(response: ServerResponse, status: number): Record<string, string> {
  const hasRest = !response.req.complete && response.req.method !== 'GET' && response.req.method !== 'HEAD'
  return status >= 400 && hasRest ? { Connection: 'close' } : {}
}

/** What Node could not read as a request, so that there is no response object to answer with. */
function refuseUnreadable(error: { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const [status, sentence] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'The headers of that request are too large.']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'That request did not arrive in time.']
        : error.code === 'UPGRADE' || error.code === 'CONNECT'
          ? ['405 Method Not Allowed', 'This door speaks plain HTTP only.']
          : ['400 Bad Request', 'That is not a request Idlewatt can read.']
  const headers = Object.entries({ ...securityHeaders, 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': String(sentence.length + 1), Connection: 'close' })
  socket.end(`HTTP/1.1 ${status}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${sentence}\n`)
}
