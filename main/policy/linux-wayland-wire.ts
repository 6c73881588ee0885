/** Wayland's wire: messages of an object's number, length and request's number, then words of 32 bits in the machine's own order. */

export interface Wire {
  newId(): number
  send(object: number, request: number, words: number[]): void
  /** wl_registry.bind, whose new object says of which interface and version it is. */
  bind(registry: number, global: { number: number; name: string }, version: number, id: number): void
  /** What the socket gave, in whatever pieces. */
  take(bytes: Buffer): void
}

/** No message of those that are asked for is as long; a longer one means that the stream is not understood. */
const longestBytes = 65_536

/** `take` throws where the stream is none of Wayland. */
export function createWire(write: (bytes: Buffer) => void, heard: (object: number, event: number, body: Buffer) => void): Wire {
  /** 1 is wl_display. */
  let last = 1
  let waiting = Buffer.alloc(0)

  function put(object: number, request: number, body: Buffer): void {
    const head = Buffer.alloc(8)
    head.writeUInt32LE(object, 0)
    head.writeUInt32LE((((8 + body.length) << 16) | request) >>> 0, 4)
    write(Buffer.concat([head, body]))
  }

  return {
    newId: () => (last += 1),
    send: (object, request, words) => put(object, request, wordsOf(words)),
    bind: (registry, global, version, id) => put(registry, 0, Buffer.concat([wordsOf([global.number]), stringOf(global.name), wordsOf([version, id])])),
    take(bytes) {
      waiting = Buffer.concat([waiting, bytes])
      while (waiting.length >= 8) {
        const length = waiting.readUInt32LE(4) >>> 16
        if (length < 8 || length > longestBytes) throw new Error('this is no Wayland desktop')
        if (waiting.length < length) return
        const message = waiting.subarray(0, length)
        waiting = waiting.subarray(length)
        heard(message.readUInt32LE(0), message.readUInt32LE(4) & 0xffff, message.subarray(8))
      }
    },
  }
}

function wordsOf(words: number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 4)
  words.forEach((word, index) => bytes.writeUInt32LE(word >>> 0, index * 4))
  return bytes
}

/** Length with its closing zero, the text, and up to a full word. */
function stringOf(text: string): Buffer {
  const bytes = Buffer.from(`${text}\0`, 'utf8')
  return Buffer.concat([wordsOf([bytes.length]), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}
