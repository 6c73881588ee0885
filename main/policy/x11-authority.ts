/** Which socket a display has, and the cookie that opens it. Pure. A person types `xauth list`. */

/**
 * ":1" and ":1.0" are of this machine. null: of another one: "localhost:10.0" is what SSH forwards, and whoever sits there is not at this machine.
 */
export function displayNumber(display: string): number | null {
  const match = /^(?:unix)?:(\d{1,5})(?:\.\d+)?$/.exec(display.trim())
  return match ? Number(match[1]) : null
}

export interface Cookie {
  name: string
  /** One character a byte. */
  data: string
}

const anyHost = 65535
const thisHost = 256

/** Of an Xauthority file: entries of a family, an address, a display, a name and data, each with its length before it. A file that ends within an entry has those before it. */
export function cookieFor(file: Uint8Array, display: number, hostname: string): Cookie | null {
  const bytes = Buffer.from(file)
  let place = 0
  const number = (): number => {
    if (place + 2 > bytes.length) throw new RangeError('the file ends here')
    place += 2
    return bytes.readUInt16BE(place - 2)
  }
  const text = (): string => {
    const length = number()
    if (place + length > bytes.length) throw new RangeError('the file ends here')
    place += length
    return bytes.toString('latin1', place - length, place)
  }
  let second: Cookie | null = null
  try {
    while (place < bytes.length) {
      const [family, address, of, name, data] = [number(), text(), text(), text(), text()]
      if (name !== 'MIT-MAGIC-COOKIE-1' || (of !== '' && of !== String(display))) continue
      if (family === anyHost || (family === thisHost && address === hostname)) return { name, data }
      // The machine's name may have changed since its user logged in.
      if (family === thisHost) second ??= { name, data }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return second
}
