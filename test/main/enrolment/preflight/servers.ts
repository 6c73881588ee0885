/** Loopback servers for preflight: each speaks its real protocol over a real socket, and can be told to misbehave. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeTime } from '../../../../main/enrolment/preflight/sntp.ts'

export interface Opened {
  port: number
  close(): Promise<void>
}

/** `answer` gives nothing, or what is sent back. */
export function udpServer(answer: (message: Buffer, from: RemoteInfo, turn: number) => Uint8Array[] | Uint8Array | null): Promise<Opened> {
  return new Promise((done) => {
    const socket: Socket = createSocket('udp4')
    let turn = 0
    socket.on('message', (message, from) => {
      const answers = answer(message, from, turn++)
      for (const bytes of answers === null ? [] : Array.isArray(answers) ? answers : [answers]) socket.send(bytes, from.port, from.address)
    })
    socket.bind(0, '127.0.0.1', () => done({ port: socket.address().port, close: () => new Promise((closed) => socket.close(() => closed())) }))
  })
}

export function stunAnswer(question: Buffer, address: string): Buffer {
  const answer = Buffer.alloc(32)
  answer.writeUInt16BE(0x0101, 0)
  answer.writeUInt16BE(12, 2)
  question.copy(answer, 4, 4, 20)
  answer.writeUInt16BE(0x0020, 20)
  answer.writeUInt16BE(8, 22)
  answer[25] = 1
  address.split('.').forEach((part, index) => (answer[28 + index] = Number(part) ^ (question[4 + index] ?? 0)))
  return answer
}

export function timeAnswer(question: Buffer, at: number): Buffer {
  const answer = Buffer.alloc(48)
  answer[0] = 0x24
  answer[1] = 2
  question.copy(answer, 24, 40, 48)
  writeTime(answer, 32, at)
  writeTime(answer, 40, at)
  return answer
}

/** A name server: the names it knows with their addresses; what it does not know does not exist. */
export function nameAnswer(question: Buffer, names: Record<string, string>): Buffer {
  const labels: string[] = []
  let at = 12
  for (let length = question[at] ?? 0; length !== 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  const end = at + 5
  const address = question.readUInt16BE(at + 1) === 1 ? names[labels.join('.').toLowerCase()] : undefined
  const head = Buffer.from(question.subarray(0, end))
  head.writeUInt16BE(names[labels.join('.').toLowerCase()] === undefined ? 0x8183 : 0x8180, 2)
  head.writeUInt16BE(address === undefined ? 0 : 1, 6)
  head.writeUInt32BE(0, 8)
  if (address === undefined) return head
  return Buffer.concat([head, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)])])
}

export function httpServer(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Opened & { url: string }> {
  return new Promise((done) => {
    const server: Server = createServer(handle)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      done({
        port,
        url: `http://127.0.0.1:${port}/`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          }),
      })
    })
  })
}
