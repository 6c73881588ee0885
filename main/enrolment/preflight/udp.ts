/** Asks one question over UDP, again where no answer comes, until the time is over. */
import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { connectionErrorWords } from '../../system/http.ts'
import { isLoopback, type Server } from './addresses.ts'
import { seconds } from './known.ts'

export interface UdpQuestion<T> {
  server: Server
  message(): Uint8Array
  /** null: not an answer to this question; it is waited on. */
  read(answer: Uint8Array): T | null
  timeoutMs: number
  signal: AbortSignal
  /** Between two sendings; RFC 8489 and RFC 4330 both leave room for it. Default 700. */
  againMs?: number
}

/** Never rejects: the answer, or why there is none. */
export function askOverUdp<T>(question: UdpQuestion<T>): Promise<{ answer: T } | { why: string }> {
  const { server, signal, timeoutMs, againMs = 700 } = question
  return new Promise((done) => {
    // Addresses of version 6 are asked where they are named so; a name is asked by version 4, of which port forwarding is the matter.
    const socket = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4')
    let over = false
    const finish = (outcome: { answer: T } | { why: string }): void => {
      if (over) return
      over = true
      if (again !== null) clearInterval(again)
      clearTimeout(limit)
      signal.removeEventListener('abort', stop)
      socket.close()
      done(outcome)
    }
    const stop = (): void => finish({ why: 'It was stopped.' })
    const fail = (error: Error): void => finish({ why: `${nameOf(server)} could not be asked: ${connectionErrorWords(error)}.` })
    const send = (): void => {
      if (!over) socket.send(question.message(), (error) => error && fail(error))
    }
    let again: NodeJS.Timeout | null = null
    const limit = setTimeout(() => finish({ why: `${nameOf(server)} did not answer within ${seconds(timeoutMs)}; UDP may be blocked on the way.` }), timeoutMs)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) return stop()
    socket.on('error', fail)
    socket.on('message', (answer) => {
      const read = question.read(answer)
      if (read !== null) finish({ answer: read })
    })
    // A connected socket hears its server alone, and hears that nothing listens there. Before it is connected, or where its name
    // is not found, sending throws out of everybody's reach; the callback hears of both.
    socket.connect(server.port, server.host, ((error?: Error) => {
      if (over) return
      if (error) return fail(error)
      again = setInterval(send, againMs)
      send()
    }) as () => void)
  })
}

export function nameOf({ host, port }: Server): string {
  return isLoopback(host) ? `the server of this machine (port ${port})` : host
}
