/** Following a container that prints more than can be read: lines are left out and counted, and everything else goes on. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { DockerConnection } from '../../../main/system/docker-connection.ts'
import { followContainer } from '../../../main/system/docker-follow.ts'

const stamp = '2026-11-23T12:00:00.000000001Z'
const linesInPiece = 2000
const pieces = 200

/** As the engine frames it: stream, length, time, text. */
function frame(text: string): Buffer {
  const body = Buffer.from(`${stamp} ${text}\n`)
  const head = Buffer.alloc(8)
  head[0] = 1
  head.writeUInt32BE(body.length, 4)
  return Buffer.concat([head, body])
}

/** An engine that hands over all at once what a real one is too slow for on a busy machine. */
function flooding(piece: Buffer): DockerConnection {
  const answers = [{ Config: { Tty: false } }, Readable.from(Array.from({ length: pieces }, () => piece)), Buffer.alloc(0)]
  return { call: () => Promise.resolve(answers.shift()), faultOf: (error: unknown) => error } as unknown as DockerConnection
}

test('a storm costs lines, which are counted, and not the time of everything else', async () => {
  const piece = Buffer.concat(Array.from({ length: linesInPiece }, (_, no) => frame(`line ${no} of a storm`)))
  const lines: string[] = []
  let turns = 0
  let isOver = false
  const beat = (): void => {
    turns += 1
    if (!isOver) setImmediate(beat)
  }
  setImmediate(beat)
  await followContainer(flooding(piece), 'id', { since: 0, signal: new AbortController().signal, onLine: (line) => lines.push(line) })
  isOver = true
  const leftOut = lines.reduce((sum, line) => sum + Number(/^\[(\d+) lines were left out/.exec(line)?.[1] ?? 0), 0)
  const told = lines.filter((line) => line.startsWith('line ')).length
  expect(leftOut).toBeGreaterThan(0)
  // Each line is told or counted, none is both.
  expect(told + leftOut).toBe(pieces * linesInPiece)
  expect(turns).toBeGreaterThanOrEqual(pieces)
})
