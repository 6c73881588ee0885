/** One stream of a line's measurement: asks or sends again and again until its time is over, and counts what went through. */
import { randomFillSync } from 'node:crypto'
import { Agent as PlainAgent, request as requestPlain } from 'node:http'
import { Agent as SecureAgent, request as requestSecure } from 'node:https'
import { connectionErrorWords } from '../../system/http.ts'

export interface Flow {
  bytes: number
  /** The time in which these went through. */
  ms: number
  /** Whole answers, or uploads that were taken. */
  answers: number
  /** Why nothing more came, for after the server's name; null: its time was over. */
  why: string | null
}

/** Uploads grow until one takes a while: what lies in buffers on the way must stay small beside it. */
const firstUploadBytes = 256 * 1024
const mostUploadBytes = 16 * 1024 * 1024
const growBelowMs = 400

/** Bytes are counted as they arrive; the first piece starts the time. */
export async function streamDown(url: URL, forMs: number, signal: AbortSignal): Promise<Flow> {
  const agent = agentFor(url)
  const end = performance.now() + forMs
  const flow: Flow = { bytes: 0, ms: 0, answers: 0, why: null }
  let firstAt: number | null = null
  try {
    while (performance.now() < end && flow.why === null && !signal.aborted) {
      const before = flow.bytes
      const outcome = await exchange(url, { method: 'GET', agent, until: end, signal, body: null }, (bytes) => {
        firstAt ??= performance.now()
        flow.bytes += bytes
        flow.ms = performance.now() - firstAt
      })
      if (outcome.kind === 'failed') flow.why = outcome.why
      else if (outcome.kind === 'whole') {
        flow.answers += 1
        if (flow.bytes === before) flow.why = 'answers without a single byte.'
      }
    }
  } finally {
    agent.destroy()
  }
  return flow
}

/** Only what the server has taken whole counts: what was handed to the system may still lie here. */
export async function streamUp(url: URL, forMs: number, signal: AbortSignal): Promise<Flow> {
  const agent = agentFor(url)
  const begunAt = performance.now()
  const end = begunAt + forMs
  const flow: Flow = { bytes: 0, ms: 0, answers: 0, why: null }
  let size = firstUploadBytes
  try {
    while (performance.now() < end && flow.why === null && !signal.aborted) {
      const sentAt = performance.now()
      const outcome = await exchange(url, { method: 'POST', agent, until: end, signal, body: noise(size) }, () => {})
      if (outcome.kind === 'failed') flow.why = outcome.why
      if (outcome.kind !== 'whole') break
      const now = performance.now()
      flow.answers += 1
      flow.bytes += size
      flow.ms = now - begunAt
      // Not beyond what would still come to its end in the time that is left.
      const fits = ((end - now) / Math.max(1, now - sentAt)) * size
      if (now - sentAt < growBelowMs) size = Math.min(mostUploadBytes, size * 2)
      size = Math.max(firstUploadBytes, Math.min(size, Math.floor(fits * 0.8)))
    }
  } finally {
    agent.destroy()
  }
  return flow.bytes === 0 && flow.why === null ? { ...flow, why: `took not even ${firstUploadBytes / 1024} kB in ${Math.round(forMs / 1000)} seconds.` } : flow
}

type Outcome = { kind: 'whole' } | { kind: 'time-over' } | { kind: 'failed'; why: string }

interface Exchange {
  method: 'GET' | 'POST'
  agent: PlainAgent
  until: number
  signal: AbortSignal
  body: Buffer | null
}

/** Never rejects. Redirects are not followed: the user names the server that counts. */
function exchange(url: URL, { method, agent, until, signal, body }: Exchange, onBytes: (bytes: number) => void): Promise<Outcome> {
  return new Promise((done) => {
    const finish = (outcome: Outcome): void => {
      clearTimeout(limit)
      signal.removeEventListener('abort', stop)
      outgoing.destroy()
      done(outcome)
    }
    const stop = (): void => finish({ kind: 'time-over' })
    const limit = setTimeout(stop, Math.max(0, until - performance.now()))
    signal.addEventListener('abort', stop, { once: true })
    const send = url.protocol === 'https:' ? requestSecure : requestPlain
    const headers = { 'Accept-Encoding': 'identity', 'Cache-Control': 'no-store', 'User-Agent': 'Idlewatt', ...(body === null ? {} : { 'Content-Type': 'application/octet-stream', 'Content-Length': body.length }) }
    const outgoing = send(url, { method, agent, headers }, (response) => {
      const status = response.statusCode ?? 0
      if (status < 200 || status > 299) return finish({ kind: 'failed', why: statusWords(status, method) })
      response.on('data', (chunk: Buffer) => onBytes(chunk.length))
      response.on('error', (error) => finish({ kind: 'failed', why: `broke off: ${connectionErrorWords(error)}.` }))
      response.on('end', () => {
        clearTimeout(limit)
        signal.removeEventListener('abort', stop)
        done({ kind: 'whole' })
      })
    })
    outgoing.on('error', (error) => finish({ kind: 'failed', why: `broke off: ${connectionErrorWords(error)}.` }))
    outgoing.end(body ?? undefined)
  })
}

function statusWords(status: number, method: string): string {
  if (status >= 300 && status < 400) return `sends on elsewhere (${status}). Name the last address itself.`
  if (status === 405 || status === 501 || (status === 404 && method === 'POST')) return `takes no ${method === 'POST' ? 'uploads' : 'questions'} (${status}).`
  return `answers with status ${status}.`
}

/** Kept open between exchanges: a connection's slow start counts once. */
function agentFor(url: URL): PlainAgent {
  const options = { keepAlive: true, maxSockets: 1 }
  return url.protocol === 'https:' ? new SecureAgent(options) : new PlainAgent(options)
}

let pool: Buffer | null = null
/** Random, so that nothing on the way can make it smaller. */
function noise(bytes: number): Buffer {
  pool ??= randomFillSync(Buffer.allocUnsafe(1024 * 1024))
  const body = Buffer.allocUnsafe(bytes)
  for (let at = 0; at < bytes; at += pool.length) pool.copy(body, at, 0, Math.min(pool.length, bytes - at))
  return body
}
