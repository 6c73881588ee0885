/** Speaks HTTP by hand: what a browser would refuse to send, a test must be able to. */
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface Ask {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string | Uint8Array
}

/** `origin`: "http://127.0.0.1:4711". The path goes out as it is, dots and all. */
export function send(origin: string, ask: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = open(origin, ask, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }))
      response.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(ask.body)
  })
}

/** The answer's stream, unread. */
export function openStream(origin: string, ask: Ask): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = open(origin, ask, resolve)
    outgoing.on('error', reject)
    outgoing.end()
  })
}

function open(origin: string, ask: Ask, heard: (response: IncomingMessage) => void) {
  const { hostname, port } = new URL(origin)
  return request({ hostname, port, method: ask.method ?? 'GET', path: ask.path ?? '/', headers: ask.headers, agent: false }, heard)
}

/** Sends these bytes and gives all that comes back until the other side closes. */
export function sendRaw(origin: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    let heard = ''
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(text))
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
    socket.on('close', () => resolve(heard))
    socket.on('error', reject)
  })
}
