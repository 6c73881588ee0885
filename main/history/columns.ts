/** Columns of whole numbers as bytes: differences from one to the next, small ones in one byte. NaN: unknown. */

export interface ByteWriter {
  byte(value: number): void
  /** A whole number from 0 to 2^53. */
  count(value: number): void
  bytes(values: Uint8Array): void
  text(value: string): void
  finish(): Uint8Array
}

export interface ByteReader {
  byte(): number
  count(): number
  text(): string
  skip(length: number): void
  /** `length` numbers, each as its difference from the one before; NaN where the bitmap says so. */
  differences(length: number, bitmap: Uint8Array | null): Float64Array
  /** The same number throughout. Columns of one reader share it: not to be changed. */
  same(length: number, value: number): Float64Array
}

/** What was read is not what was written. */
export class DamagedBytes extends Error {
  override name = 'DamagedBytes'
}

export function createWriter(size = 4096): ByteWriter {
  let buffer = new Uint8Array(size)
  let length = 0
  function room(more: number): void {
    if (length + more <= buffer.length) return
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + more))
    larger.set(buffer)
    buffer = larger
  }
  function byte(value: number): void {
    room(1)
    buffer[length++] = value
  }
  function count(value: number): void {
    room(9)
    let rest = value
    // Shifts know 32 bits only; memory in KiB and moments in ms are larger.
    while (rest >= 0x8000_0000) {
      buffer[length++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    while (rest >= 128) {
      buffer[length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    buffer[length++] = rest
  }
  function bytes(values: Uint8Array): void {
    room(values.length)
    buffer.set(values, length)
    length += values.length
  }
  return {
    byte,
    count,
    bytes,
    text(value) {
      const encoded = new TextEncoder().encode(value)
      count(encoded.length)
      bytes(encoded)
    },
    finish: () => buffer.slice(0, length),
  }
}

export function createReader(buffer: Uint8Array): ByteReader {
  let at = 0
  const shared = new Map<number, Float64Array>()
  function byte(): number {
    const value = buffer[at++]
    if (value === undefined) throw new DamagedBytes('it ends too early')
    return value
  }
  function count(): number {
    let value = byte()
    if (value < 128) return value
    value &= 0x7f
    for (let scale = 128; ; scale *= 128) {
      const next = byte()
      value += (next & 0x7f) * scale
      if (next < 128) return value
      if (scale > 2 ** 49) throw new DamagedBytes('a number is too long')
    }
  }
  return {
    byte,
    count,
    text() {
      const length = count()
      if (at + length > buffer.length) throw new DamagedBytes('a text is cut off')
      at += length
      return new TextDecoder().decode(buffer.subarray(at - length, at))
    },
    skip(length) {
      if (at + length > buffer.length) throw new DamagedBytes('it ends too early')
      at += length
    },
    same(length, value) {
      const known = shared.get(value)
      if (known?.length === length) return known
      const made = new Float64Array(length).fill(value)
      shared.set(value, made)
      return made
    },
    // The innermost loop of every chart: nothing but local variables.
    differences(length, bitmap) {
      const values = new Float64Array(length)
      let position = at
      let before = 0
      for (let i = 0; i < length; i++) {
        if (bitmap !== null && ((bitmap[i >> 3] as number) & (1 << (i & 7))) === 0) {
          values[i] = Number.NaN
          continue
        }
        let coded = buffer[position++] as number
        if (coded < 128) before += (coded & 1) === 0 ? coded >> 1 : ~(coded >> 1)
        else {
          coded &= 0x7f
          let scale = 128
          let next = 128
          while (next >= 128) {
            next = buffer[position++] as number
            coded += (next & 0x7f) * scale
            scale *= 128
          }
          before += coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2
        }
        values[i] = before
      }
      if (position > buffer.length) throw new DamagedBytes('it ends too early')
      at = position
      return values
    },
  }
}

const allUnknown = 0
const constant = 1
const whole = 2
const withHoles = 3

/** With its length before it, so that a reader may pass over it. */
export function writeColumn(to: ByteWriter, values: Float64Array): void {
  const column = createWriter(values.length * 2 + 32)
  const known = knownOf(values)
  const kind = known.length === 0 ? allUnknown : known.length < values.length ? withHoles : isConstant(known) ? constant : whole
  column.byte(kind)
  if (kind === withHoles) column.bytes(bitmapOf(values))
  let before = 0
  const length = kind === constant ? 1 : known.length
  for (let i = 0; i < length; i++) {
    const value = known[i] as number
    column.count(zigzag(value - before))
    before = value
  }
  const done = column.finish()
  to.count(done.length)
  to.bytes(done)
}

export function readColumn(from: ByteReader, length: number): Float64Array {
  from.count()
  const kind = from.byte()
  if (kind === allUnknown) return from.same(length, Number.NaN)
  if (kind === constant) return from.same(length, unzigzag(from.count()))
  if (kind !== whole && kind !== withHoles) throw new DamagedBytes('a column of an unknown kind')
  const bitmap = kind === withHoles ? Uint8Array.from({ length: (length + 7) >> 3 }, () => from.byte()) : null
  return from.differences(length, bitmap)
}

export function skipColumn(from: ByteReader): void {
  from.skip(from.count())
}

function knownOf(values: Float64Array): Float64Array {
  const known = new Float64Array(values.length)
  let length = 0
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) known[length++] = values[i] as number
  return known.subarray(0, length)
}

function isConstant(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false
  return true
}

function bitmapOf(values: Float64Array): Uint8Array {
  const bitmap = new Uint8Array((values.length + 7) >> 3)
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) bitmap[i >> 3] = (bitmap[i >> 3] ?? 0) | (1 << (i & 7))
  return bitmap
}

/** 0, −1, 1, −2 … as 0, 1, 2, 3 …: small either way. */
function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1
}
function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}
