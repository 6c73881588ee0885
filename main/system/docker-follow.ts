/** Follows what a container prints. A storm of lines costs the lines that are too many, never the time of everything else. */
import type { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import type { DockerConnection } from './docker-connection.ts'
import type { InspectedContainer } from './docker-facts.ts'
import { createBareReader, createFrameReader, type DockerLine, type Stream } from './docker-lines.ts'

export interface FollowOptions {
  /** ms since epoch. */
  since: number
  /** The stamp of the last line that was had: that one and older ones are left out. */
  afterStamp?: string
  signal: AbortSignal
  /** `stamp`: the engine's own time of the line, for `afterStamp`. */
  onLine(line: string, stream: Stream, stamp: string): void
}

const openLimitMs = 5_000
/** So many bytes are read into lines in a quarter of a second; more is left out and counted. */
const bytesInWindow = 1024 * 1024
const windowMs = 250
const mostLastLines = 200

export async function followContainer(connection: DockerConnection, id: string, options: FollowOptions): Promise<void> {
  const what = 'what a container prints'
  const { signal } = options
  const about = await connection.call({ what, limitMs: openLimitMs, signal, ask: (docker, abortSignal) => docker.getContainer(id).inspect({ abortSignal } as object) as Promise<InspectedContainer> })
  const isBare = about.Config?.Tty === true
  // The engine takes parts of a second as a decimal fraction.
  const asked = { stdout: true, stderr: true, timestamps: true }
  const stream = (await connection.call({
    what,
    limitMs: openLimitMs,
    signal,
    ask: (docker, abortSignal) => docker.getContainer(id).logs({ ...asked, follow: true, since: (options.since / 1000).toFixed(3), abortSignal } as unknown as Dockerode.ContainerLogsOptions & { follow: true }),
  })) as Readable

  let upTo = options.afterStamp ?? ''
  let lastStamp = upTo
  let leftOut = 0
  let windowBytes = 0
  let windowEndsAt = performance.now() + windowMs
  function take(line: DockerLine): void {
    if (line.stamp !== '' && line.stamp <= upTo) return
    if (line.stamp > lastStamp) lastStamp = line.stamp
    if (windowBytes > bytesInWindow) return void (leftOut += 1)
    options.onLine(line.text, line.stream, line.stamp)
  }
  function newWindow(): void {
    if (leftOut > 0) options.onLine(`[${leftOut} lines were left out: more was printed than can be followed.]`, 'error', '')
    leftOut = 0
    windowBytes = 0
    windowEndsAt = performance.now() + windowMs
  }

  const reader = isBare ? createBareReader(take) : createFrameReader(take)
  try {
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      if (performance.now() >= windowEndsAt) newWindow()
      windowBytes += bytes.length
      reader.add(bytes)
      // Pieces that are there already come without a turn of the loop between them.
      await nextTurn()
    }
  } catch (error) {
    if (!signal.aborted) throw connection.faultOf(error, what)
  }
  if (signal.aborted) return
  reader.end()
  newWindow()
  upTo = lastStamp
  await readLastWords()

  /** Docker's own following loses what is printed in the instant of the end (seen with 20.10): often the reason for it. */
  async function readLastWords(): Promise<void> {
    const since = lastStamp === '' ? options.since : Date.parse(lastStamp)
    const rest = await connection
      .call({ what, limitMs: openLimitMs, signal, ask: (docker, abortSignal) => docker.getContainer(id).logs({ ...asked, follow: false, tail: mostLastLines, since: (since / 1000).toFixed(3), abortSignal } as unknown as Dockerode.ContainerLogsOptions & { follow: false }) })
      .catch(() => null)
    if (!Buffer.isBuffer(rest)) return
    const last = isBare ? createBareReader(take) : createFrameReader(take)
    last.add(rest)
    last.end()
  }
}
