/** Asks a router for its own outside address (NAT-PMP, RFC 6886, operation 0), which opens nothing and changes nothing. Pure. */

export const natPmpPort = 5351

export function addressQuestion(): Buffer {
  return Buffer.from([0, 0])
}

/** null: no answer to it. A router that speaks it and knows no address says so by its code. */
export function readOutsideAddress(bytes: Uint8Array): { address: string } | { refused: string } | null {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (message.length < 4 || message[1] !== 128) return null
  const code = message.readUInt16BE(2)
  if (code !== 0) return { refused: refusals[code] ?? `it refused with code ${code}` }
  if (message.length < 12) return null
  return { address: [...message.subarray(8, 12)].join('.') }
}

const refusals: Record<number, string> = { 1: 'it speaks another version of the protocol', 2: 'it does not allow it', 3: 'it has no address outside itself', 4: 'it is out of resources', 5: 'it does not know the question' }
