/** A binding question of STUN (RFC 8489) and its answer: under which address this machine is seen outside. Pure. */
import { isIP } from 'node:net'

const magicCookie = 0x2112a442
const mappedAddress = 0x0001
const xorMappedAddress = 0x0020

/** `transaction`: 12 random bytes, by which the answer is told from others. */
export function bindingQuestion(transaction: Uint8Array): Buffer {
  const message = Buffer.alloc(20)
  message.writeUInt16BE(0x0001, 0)
  message.writeUInt32BE(magicCookie, 4)
  message.set(transaction.subarray(0, 12), 8)
  return message
}

/** The address in a success answer to that very question; null: it is none. */
export function readBinding(bytes: Uint8Array, transaction: Uint8Array): string | null {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (message.length < 20 || message.readUInt16BE(0) !== 0x0101 || message.readUInt32BE(4) !== magicCookie) return null
  if (!message.subarray(8, 20).equals(transaction.subarray(0, 12))) return null
  const end = Math.min(message.length, 20 + message.readUInt16BE(2))
  let plain: string | null = null
  for (let at = 20; at + 4 <= end; ) {
    const kind = message.readUInt16BE(at)
    const length = message.readUInt16BE(at + 2)
    const value = message.subarray(at + 4, Math.min(end, at + 4 + length))
    if (value.length < length) break
    if (kind === xorMappedAddress) return addressIn(value, message.subarray(4, 20)) ?? plain
    // Old servers send it alone; routers that meddle with addresses in packets spoil it, so the other counts.
    if (kind === mappedAddress) plain = addressIn(value, null)
    at += 4 + length + ((4 - (length % 4)) % 4)
  }
  return plain
}

/** `key`: cookie and transaction, with which the address is masked; null: it stands plain. */
function addressIn(value: Buffer, key: Buffer | null): string | null {
  const length = value[1] === 1 ? 4 : value[1] === 2 ? 16 : 0
  if (length === 0 || value.length < 4 + length) return null
  const bytes = [...value.subarray(4, 4 + length)].map((byte, index) => byte ^ (key?.[index] ?? 0))
  if (length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, index) => (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16))
  const text = groups.join(':')
  return isIP(text) === 6 ? text : null
}
