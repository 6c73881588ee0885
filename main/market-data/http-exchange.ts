/** One HTTP request out and its answer back, within limits. Policy is polite-client.ts; this holds the library. */
import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { connectionErrorWords } from '../system/http.ts'
import { lookupPublic } from './http-addresses.ts'
import type { AnswerHeaders } from './rate-limits.ts'

export interface Outgoing {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body: string | null
  /** Of the unpacked body, counted while it comes. */
  mostBytes: number
  /** Read a body whose status is no success as well. Never a reason to fail. */
  readsErrors: boolean
  signal: AbortSignal
}

export interface Incoming {
  status: number
  headers: AnswerHeaders
  /** Unpacked; empty where it was not read. */
  body: Uint8Array
}

/** No whole answer came. `words` follow the host's name: "sent more than 5 MB". `status` and `headers`: where they came before it went wrong. */
export class ExchangeFailed extends Error {
  override name = 'ExchangeFailed'
  readonly words: string
  readonly mayPass: boolean
  readonly status: number | null
  readonly headers: AnswerHeaders
  constructor(words: string, mayPass: boolean, status: number | null, headers: AnswerHeaders) {
    super(words)
    this.words = words
    this.mayPass = mayPass
    this.status = status
    this.headers = headers
  }
}

export interface Exchange {
  /** Rejects with `ExchangeFailed`, also when `signal` aborts. */
  send(outgoing: Outgoing): Promise<Incoming>
  /** Closes what is kept open. */
  close(): void
}

/** zstd is left out: its window alone may ask for 128 MB. */
const packings = 'gzip, deflate, br'
const knownPackings = new Set(['', 'identity', 'gzip', 'x-gzip', 'deflate', 'br'])
/** Of an answer that is no success: enough for the sentence in it. */
const mostErrorBytes = 64_000
const connectMs = 10_000

/**
 * `isGuarded`: names that stand for an address off the public internet are not connected to.
 * The library gives streaming, unpacking, and the check of the length; its own retries, redirects, cookies and
 * caches stay off: waits are remembered per host, and a redirect must not leave it.
 */
export async function createExchange(isGuarded: boolean): Promise<Exchange> {
  const { default: got } = await import('got')
  // Kept open between the questions of one refresh, no longer.
  const agents = { http: new Agent({ keepAlive: true, timeout: 20_000, maxFreeSockets: 2 }), https: new SecureAgent({ keepAlive: true, timeout: 20_000, maxFreeSockets: 2 }) }

  async function send(outgoing: Outgoing): Promise<Incoming> {
    let status: number | null = null
    let headers: AnswerHeaders = {}
    const chunks: Uint8Array[] = []
    const isGood = (): boolean => status !== null && status >= 200 && status < 300
    const stream = got.stream(outgoing.url, {
      method: outgoing.method,
      headers: { ...outgoing.headers, 'accept-encoding': packings },
      ...(outgoing.body === null ? {} : { body: outgoing.body }),
      signal: outgoing.signal,
      agent: agents,
      timeout: { lookup: connectMs, connect: connectMs, secureConnect: connectMs },
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      decompress: true,
      strictContentLength: true,
      https: { rejectUnauthorized: true },
      ...(isGuarded ? { dnsLookup: lookupPublic } : {}),
    })
    // What goes wrong after the answer was left half read concerns nobody.
    stream.on('error', () => {})
    try {
      const response = await new Promise<{ statusCode: number; headers: AnswerHeaders; rawHeaders: string[] }>((resolve, reject) => {
        stream.once('response', resolve)
        stream.once('error', reject)
        stream.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
      })
      status = response.statusCode
      headers = response.headers
      if (!isGood() && !outgoing.readsErrors) return { status, headers, body: new Uint8Array() }
      const fail = (words: string): never => {
        throw new ExchangeFailed(words, false, status, headers)
      }
      // The library takes the header away once it unpacks.
      const packing = rawHeader(response.rawHeaders, 'content-encoding').trim().toLowerCase()
      if (!knownPackings.has(packing)) fail('packed its answer in a way that was not asked for')
      const most = isGood() ? outgoing.mostBytes : mostErrorBytes
      const tooMuch = `sent more than ${Math.round(most / 1e6)} MB, which is not read`
      if (isGood() && Number(rawHeader(response.rawHeaders, 'content-length')) > most) fail(tooMuch)
      let bytes = 0
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        bytes += chunk.length
        if (bytes > most) {
          if (isGood()) fail(tooMuch)
          break
        }
        chunks.push(chunk)
      }
      return { status, headers, body: Buffer.concat(chunks) }
    } catch (error) {
      if (error instanceof ExchangeFailed) throw error
      if (status !== null && !isGood() && !outgoing.signal.aborted) return { status, headers, body: Buffer.concat(chunks) }
      if (outgoing.signal.aborted) throw new ExchangeFailed('was not heard out', true, status, headers)
      throw asFailed(error, status, headers)
    } finally {
      stream.destroy()
    }
  }

  return {
    send,
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

function rawHeader(raw: string[], name: string): string {
  const values: string[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) if (raw[at]?.toLowerCase() === name) values.push(raw[at + 1] ?? '')
  return values.join(', ')
}

function asFailed(error: unknown, status: number | null, headers: AnswerHeaders): ExchangeFailed {
  const outer = error as NodeJS.ErrnoException
  const inner = outer.cause instanceof Error ? (outer.cause as NodeJS.ErrnoException) : outer
  const code = inner.code ?? outer.code ?? ''
  if (code === 'EOWNNETWORK') return new ExchangeFailed('has a name that stands for an address of a private network', false, status, headers)
  // By the unpacking the body is cut or no such thing as was said.
  if (/^(Z_|ERR_BROTLI|ERR__ERROR_|ERR_READING)/.test(code) || /unexpected end of file/.test(outer.message)) return new ExchangeFailed('sent an answer that was cut or damaged on its way', true, status, headers)
  if (status !== null) return new ExchangeFailed('broke off in the midst of its answer', true, status, headers)
  const lasts = /CERT|SIGNATURE|SELF_SIGNED|^HPE_|^EPROTO|^ERR_INVALID|^ERR_SSL/.test(code)
  return new ExchangeFailed(`could not be asked: ${connectionErrorWords(inner)}`, !lasts, null, headers)
}
