/** Sends one POST request: with a time limit, without following redirects, and without keeping what comes back. */
import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'

export interface Post {
  /** http or https; a user and password in it go out as Basic authorisation. */
  url: URL
  headers: Record<string, string>
  body: string
  timeoutMs: number
  signal?: AbortSignal
}

/** The body of an answer is read to its end, or its limit, and thrown away: it may hold anything, and goes into no log. */
export type PostAnswer = { kind: 'answered'; status: number; retryAfterMs: number | null } | { kind: 'failed'; words: string }

/** Of an answer's body; a server that goes on sending is cut off. */
const mostBytes = 64 * 1024
/** So long after the last piece of it. */
const patienceMs = 500

/** Never rejects. */
export function post(options: Post): Promise<PostAnswer> {
  const { url, body, timeoutMs, signal } = options
  return new Promise((done) => {
    const limit = AbortSignal.timeout(timeoutMs)
    const either = signal ? AbortSignal.any([limit, signal]) : limit
    const fail = (error: Error): void => {
      if (limit.aborted) done({ kind: 'failed', words: `it did not answer within ${Math.round(timeoutMs / 1000)} seconds` })
      else if (signal?.aborted) done({ kind: 'failed', words: 'Idlewatt was stopped meanwhile' })
      else done({ kind: 'failed', words: connectionErrorWords(error) })
    }
    try {
      const send = url.protocol === 'https:' ? requestSecure : requestPlain
      // No connection is kept open: messages are rare.
      const outgoing = send(withoutUser(url), { method: 'POST', agent: false, signal: either, headers: { ...authorisation(url), ...options.headers, 'Content-Length': Buffer.byteLength(body) } }, (response) => {
        // The status says it all. The rest is let in, up to a limit, since a connection cut in its midst looks like a fault over there.
        done({ kind: 'answered', status: response.statusCode ?? 0, retryAfterMs: retryAfter(response.headers['retry-after']) })
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes > mostBytes) response.destroy()
        })
        response.on('error', () => {})
        response.setTimeout(patienceMs, () => void response.destroy())
      })
      outgoing.on('error', fail)
      // Neither an answer nor an error: Node drops a connection whose other end wants to change the protocol.
      outgoing.on('upgrade', (response, socket) => {
        socket.destroy()
        done({ kind: 'answered', status: response.statusCode ?? 101, retryAfterMs: null })
      })
      outgoing.on('close', () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
      outgoing.end(body)
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)))
    }
  })
}

function authorisation(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {}
  return { Authorization: `Basic ${Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`).toString('base64')}` }
}

/** Node would read them itself, and throw at a password with a "%" that stands for itself. */
function withoutUser(url: URL): URL {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  return bare
}

/** What cannot be read as an escape stays as it is. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes
    }
  })
}

/** Seconds, or a date; null: absent, or neither. */
export function retryAfter(header: string | undefined, now = Date.now()): number | null {
  if (header === undefined) return null
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isFinite(at) ? Math.max(0, at - now) : null
}

const words: Record<string, string> = {
  ECONNREFUSED: 'nothing listens at that address',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the host’s name could not be looked up: is this machine online?',
  EHOSTUNREACH: 'the host cannot be reached from here',
  ENETUNREACH: 'this machine has no way to that network',
  ETIMEDOUT: 'the host did not answer in time',
  CERT_HAS_EXPIRED: 'the host’s certificate has expired (or this machine’s clock is wrong)',
  CERT_NOT_YET_VALID: 'the host’s certificate is not valid yet (or this machine’s clock is wrong)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the host’s certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'the host’s certificate is signed by nobody this machine trusts',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the host’s certificate is signed by nobody this machine trusts',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the host’s certificate is signed by nobody this machine trusts',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the host’s certificate is for another name',
  EPROTO: 'the host does not speak https there',
  HPE_INVALID_CONSTANT: 'what answered does not speak HTTP',
  ERR_INVALID_URL: 'the address is not one',
  ERR_INVALID_CHAR: 'a header holds a character that cannot be sent',
}

/** For after "because". Messages of the system may repeat the address, which is a secret: an unknown code is given alone. */
export function connectionErrorWords(error: Error): string {
  // Where a name has several addresses, each one's failure is inside.
  const inner = error instanceof AggregateError && error.errors[0] instanceof Error ? (error.errors[0] as Error) : error
  const code = (inner as NodeJS.ErrnoException).code ?? (error as NodeJS.ErrnoException).code
  if (code === undefined) return 'the connection failed'
  return words[code] ?? (code.startsWith('HPE_') ? 'what answered does not speak HTTP' : `the connection failed (${code})`)
}
