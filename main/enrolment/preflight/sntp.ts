/** A question to a time server (SNTP, RFC 4330) and how far off this machine's clock is by its answer. Pure. */

/** 1900 to 1970, in seconds. */
const epochSeconds = 2_208_988_800
const eraSeconds = 2 ** 32
/** Two clocks that run a little differently, and rounding. */
const leastMs = 5

/** `sentAt`: ms since epoch by the clock that is checked; it comes back in the answer. */
export function timeQuestion(sentAt: number): Buffer {
  const message = Buffer.alloc(48)
  // No warning, version 4, client.
  message[0] = 0x23
  writeTime(message, 40, sentAt)
  return message
}

export type TimeAnswer = { offMs: number; delayMs: number } | { refused: string }

/** null: no answer to this very question. `offMs` above 0: the server is ahead, so this machine's clock is slow. */
export function readTime(bytes: Uint8Array, question: Uint8Array, sentAt: number, receivedAt: number): TimeAnswer | null {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (message.length < 48 || ((message[0] ?? 0) & 0x07) !== 4) return null
  if (!message.subarray(24, 32).equals(question.subarray(40, 48))) return null
  const stratum = message[1] ?? 0
  if (stratum === 0) return { refused: `it refuses to answer (${message.toString('latin1', 12, 16).replace(/[^A-Z]/g, '') || 'no reason given'})` }
  if (stratum > 15 || (message[0] ?? 0) >> 6 === 3) return { refused: 'its own clock is not set' }
  const arrivedThere = readTimestamp(message, 32, receivedAt)
  const leftThere = readTimestamp(message, 40, receivedAt)
  if (arrivedThere === null || leftThere === null) return { refused: 'it sent no time' }
  const delayMs = receivedAt - sentAt - (leftThere - arrivedThere)
  // An answer before its question: this machine's clock was set in between.
  if (delayMs < -leastMs) return { refused: "this machine's clock was set while it was asked; ask again" }
  return { offMs: (arrivedThere - sentAt + (leftThere - receivedAt)) / 2, delayMs }
}

export function writeTime(message: Buffer, at: number, ms: number): void {
  const seconds = ms / 1000 + epochSeconds
  message.writeUInt32BE(Math.floor(seconds) % eraSeconds, at)
  message.writeUInt32BE(Math.floor((seconds - Math.floor(seconds)) * eraSeconds), at + 4)
}

/** The count of seconds begins again in 2036: the era nearest to `near` is meant. null: all zero. */
function readTimestamp(message: Buffer, at: number, near: number): number | null {
  const whole = message.readUInt32BE(at)
  const part = message.readUInt32BE(at + 4)
  if (whole === 0 && part === 0) return null
  const ms = (whole - epochSeconds + part / eraSeconds) * 1000
  const eraMs = eraSeconds * 1000
  return ms + Math.round((near - ms) / eraMs) * eraMs
}
