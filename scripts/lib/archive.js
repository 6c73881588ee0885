/** Writes archives whose bytes depend on their content alone: sorted names, one time, no owners. Pure. */
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'

/** @typedef {{ name: string, content: Buffer, isProgram: boolean }} Entry */

/** The first day a zip can hold. */
const dosDate = (0 << 9) | (1 << 5) | 1
const unixSeconds = Date.UTC(1980, 0, 1) / 1000
const level = 9

/** @param {Entry[]} entries */
function sorted(entries) {
  return [...entries].sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** POSIX ustar, gzipped. @param {Entry[]} entries @returns {Buffer} */
export function tarGzOf(entries) {
  const parts = sorted(entries).flatMap((entry) => [tarHeader(entry), entry.content, Buffer.alloc((512 - (entry.content.length % 512)) % 512)])
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]), { level })
}

function tarHeader({ name, content, isProgram }) {
  const header = Buffer.alloc(512)
  const [prefix, rest] = splitName(name)
  const octal = (value, length) => `${value.toString(8).padStart(length - 1, '0')}\0`
  header.write(rest, 0, 100)
  header.write(octal(isProgram ? 0o755 : 0o644, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(content.length, 12), 124)
  header.write(octal(unixSeconds, 12), 136)
  // The sum is taken with spaces in its own place.
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  header.write(prefix, 345, 155)
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

/** ustar keeps a long name in two fields, divided at a slash. */
function splitName(name) {
  if (Buffer.byteLength(name) <= 100) return ['', name]
  for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)]
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(rest) <= 100) return [prefix, rest]
  }
  throw new Error(`${name} is too long for an archive.`)
}

/** @param {Entry[]} entries @returns {Buffer} */
export function zipOf(entries) {
  const locals = []
  const directory = []
  let offset = 0
  for (const { name, content, isProgram } of sorted(entries)) {
    const packed = deflateRawSync(content, { level })
    const nameBytes = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    // UTF-8 names, deflate.
    common.writeUInt16LE(0x0800, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt16LE(dosDate, 8)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(nameBytes.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, nameBytes, packed])
    const tail = Buffer.alloc(14)
    // Unix modes in the upper half, as Info-ZIP reads them.
    tail.writeUInt32LE(((isProgram ? 0o100755 : 0o100644) * 0x10000) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, tail, nameBytes)
    locals.push(local)
    offset += local.length
  }
  const table = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(table.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, table, end])
}
