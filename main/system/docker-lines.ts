/** Turns the bytes of a container's output, in the engine's frames or bare from a terminal, into lines with the engine's own time. */
import { StringDecoder } from 'node:string_decoder'

export type Stream = 'out' | 'error'

export interface DockerLine {
  text: string
  stream: Stream
  /** When it was printed, as the engine writes it ("2026-11-23T16:00:00.123456789Z"); '' where it did not. */
  stamp: string
}

/** A line longer than this is given in pieces; nothing that is of use is longer. */
const mostLetters = 1024 * 1024
/** The engine cuts longer lines into parts of this length. */
const partBytes = 16 * 1024
/** The engine's header: stream (0 to 2), three zero bytes, length. */
const headerBytes = 8
const stampPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z) ?/

/** A frame holds one line, or a part of one that is longer than 16 kB; each part has a time of its own. */
export function createFrameReader(onLine: (line: DockerLine) => void): { add(bytes: Buffer): void; end(): void } {
  let rest: Buffer[] = []
  let restBytes = 0
  /** Bytes that must be there before there is anything to do. */
  let awaited = headerBytes
  const open: Record<Stream, { text: string; stamp: string; decoder: StringDecoder }> = { out: emptyLine(), error: emptyLine() }

  function add(bytes: Buffer): void {
    rest.push(bytes)
    restBytes += bytes.length
    if (restBytes < awaited) return
    const all = rest.length === 1 ? (rest[0] as Buffer) : Buffer.concat(rest)
    let at = 0
    awaited = headerBytes
    while (all.length - at >= headerBytes) {
      const bytesInFrame = all.readUInt32BE(at + 4)
      if (all.length - at < headerBytes + bytesInFrame) {
        awaited = headerBytes + bytesInFrame
        break
      }
      frame(all[at] === 2 ? 'error' : 'out', all.subarray(at + headerBytes, at + headerBytes + bytesInFrame))
      at += headerBytes + bytesInFrame
    }
    rest = at === all.length ? [] : [all.subarray(at)]
    restBytes = all.length - at
  }

  function frame(stream: Stream, bytes: Buffer): void {
    const line = open[stream]
    const stamped = stampPattern.exec(bytes.subarray(0, 40).toString('latin1'))
    if (stamped && line.stamp === '') line.stamp = stamped[1] as string
    line.text += line.decoder.write(stamped ? bytes.subarray(stamped[0].length) : bytes)
    // What ended without a line's end, with its container, is a line all the same; only a part of a long one has this very length.
    const hasEnded = line.text.endsWith('\n') || bytes.length - (stamped?.[0].length ?? 0) !== partBytes
    if (hasEnded || line.text.length >= mostLetters) give(stream)
  }

  function give(stream: Stream): void {
    const { text, stamp, decoder } = open[stream]
    open[stream] = { text: '', stamp: '', decoder }
    for (const part of text.replace(/\r?\n$/, '').split('\n')) onLine({ text: part.replace(/\r$/, ''), stream, stamp })
  }

  return {
    add,
    end() {
      for (const stream of ['out', 'error'] as const) if (open[stream].text !== '') give(stream)
    },
  }
}

/** With a terminal there are no frames and one stream alone. */
export function createBareReader(onLine: (line: DockerLine) => void): { add(bytes: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  function give(text: string): void {
    const stamped = stampPattern.exec(text)
    onLine({ text: text.slice(stamped?.[0].length ?? 0).replace(/\r$/, ''), stream: 'out', stamp: stamped?.[1] ?? '' })
  }
  return {
    add(bytes) {
      const lines = (rest + decoder.write(bytes)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) give(line)
      if (rest.length >= mostLetters) {
        give(rest)
        rest = ''
      }
    },
    end() {
      if (rest !== '') give(rest)
      rest = ''
    },
  }
}

function emptyLine(): { text: string; stamp: string; decoder: StringDecoder } {
  return { text: '', stamp: '', decoder: new StringDecoder('utf8') }
}
