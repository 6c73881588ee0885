/** Reads on in one open file: bounded pieces, notices that it was emptied or written anew, and passes over what is too much. In a file of our own what was read is blotted out. */
import { constants, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { hasCode } from '../system/file-errors.ts'
import { createLineSplitter, width } from './log-lines.ts'

export interface FileReader {
  /** Whether the path still leads to this file. */
  isSame(): Promise<boolean>
  /** Whether there is more to read than one turn takes. */
  readOn(): Promise<boolean>
  /** Bytes of the half line at the end. */
  pending(): number
  /** Takes the half line at the end for a line. */
  finish(): void
  close(): void
}

export interface ReaderOptions {
  path: string
  from: 'start' | 'end'
  isOwn: boolean
  onLine(line: string, bytes: number): void
  onTrouble(sentence: string): void
}

const pieceBytes = 64 * 1024
const mostPerTurn = 1024 * 1024
/** Further behind than this, and all but the newest of it is passed over. */
const mostBehind = 4 * 1024 * 1024
/** Lines that are passed over are counted up to here. */
const mostCounted = 64 * 1024 * 1024
/** Our own file is emptied when it is larger and has been read, or whenever it is this much larger. */
const emptyAt = 1024 * 1024
const emptyAtOnce = 8 * 1024 * 1024
/** So much before the place is read again: other bytes there, and the file was written anew. */
const knownBytes = 32
/** In our own file what was read is written over with these, for it may hold secrets: where they end, reading goes on after a restart. */
const blots = Buffer.alloc(pieceBytes)

/** null: there is no such file yet. Rejects with the system's error. */
export async function openReader({ path, from, isOwn, onLine, onTrouble }: ReaderOptions): Promise<FileReader | null> {
  const file = await openFile(path, isOwn)
  if (file === null) return null
  const about = await file.stat({ bigint: true })
  const start = Buffer.alloc(2)
  await file.read(start, 0, 2, 0)
  const encoding = start[0] === 0xff && start[1] === 0xfe ? 'utf16le' : 'utf8'
  const splitter = createLineSplitter(encoding, onLine)
  const piece = Buffer.alloc(pieceBytes + knownBytes)
  /** Bytes of the mark by which its letters are told: it stays. */
  let head = 0
  let known = Buffer.alloc(0)
  let blottedTo = 0
  let isReading = false
  let isClosed = false
  let offset = from === 'start' ? 0 : even(Number(about.size))
  if (from === 'end') await beginAtLine()

  function even(bytes: number): number {
    return bytes - (bytes % width(encoding))
  }

  /** The end of a line whose beginning is not read is no line. */
  async function beginAtLine(): Promise<void> {
    if (offset === 0) return
    const before = Buffer.alloc(width(encoding))
    await file?.read(before, 0, before.length, offset - before.length)
    if (before[0] !== 10) splitter.skipToNext()
  }

  function beginAnew(): void {
    offset = 0
    blottedTo = 0
    known = Buffer.alloc(0)
    splitter.reset()
  }

  /** Our own lies on a disk of this computer, where asking at once takes a tenth of the time; another's disk may let us wait. */
  async function sizeOf(of: FileHandle): Promise<number> {
    return isOwn ? fstatSync(of.fd).size : (await of.stat()).size
  }

  async function readAt(of: FileHandle, bytes: number, at: number): Promise<number> {
    return isOwn ? readSync(of.fd, piece, 0, bytes, at) : (await of.read(piece, 0, bytes, at)).bytesRead
  }

  async function sizeNow(): Promise<number> {
    const size = even(await sizeOf(file as FileHandle))
    if (size < offset) beginAnew()
    return size
  }

  /** null: nothing more, or it was written anew. */
  async function readPiece(most: number): Promise<Buffer | null> {
    const from = offset - known.length
    const bytesRead = await readAt(file as FileHandle, known.length + Math.min(most, pieceBytes), from)
    if (bytesRead < known.length || !piece.subarray(0, known.length).equals(known)) {
      beginAnew()
      return null
    }
    const fresh = piece.subarray(known.length, known.length + even(bytesRead - known.length))
    if (fresh.length === 0) return null
    offset += fresh.length
    known = Buffer.from(piece.subarray(0, known.length + fresh.length).subarray(-knownBytes))
    return fresh
  }

  /** Counts the lines up to `to` instead of handing them out. */
  async function passOver(to: number): Promise<void> {
    const bytes = to - offset
    let lines = 0
    for (let at = 0; at < Math.min(bytes, mostCounted); ) {
      const bytesRead = await readAt(file as FileHandle, Math.min(pieceBytes, bytes - at), offset + at)
      if (bytesRead === 0) break
      for (let found = piece.indexOf(10); found !== -1 && found < bytesRead; found = piece.indexOf(10, found + 1)) lines += 1
      at += bytesRead
      if (at % mostPerTurn < bytesRead) await othersTurn()
    }
    splitter.reset()
    known = Buffer.alloc(0)
    offset = to
    await beginAtLine()
    const much = bytes > mostCounted ? `more than ${lines.toLocaleString('en-GB')}` : lines.toLocaleString('en-GB')
    onTrouble(`${much} lines (${Math.ceil(bytes / 1e6)} MB) were left out here: they came faster than they can be read.`)
  }

  async function empty(size: number): Promise<void> {
    if (size <= emptyAt) return
    if (offset < size && size > emptyAtOnce) await passOver(size)
    else if (offset < size) return
    // What is written between these two is lost: some millionths of a second in each megabyte.
    if (fstatSync((file as FileHandle).fd).size !== offset && size <= emptyAtOnce) return
    ftruncateSync((file as FileHandle).fd)
    offset = 0
    blottedTo = 0
    known = Buffer.alloc(0)
  }

  /** All that was read but the half line at the end, which is wanted again should we end before the rest of it comes. */
  function blotOut(): void {
    const to = offset - splitter.pending()
    if (!isOwn || to <= Math.max(blottedTo, head)) return
    const from = Math.max(blottedTo, head)
    try {
      // The program only ever writes at the end, so nothing of it is lost in between.
      for (let at = from; at < to; ) at += writeSync((file as FileHandle).fd, blots, 0, Math.min(blots.length, to - at), at)
    } catch {
      // A full disk that keeps every version of a file: the next turn tries again.
      return
    }
    blottedTo = to
    known.fill(0, Math.max(0, from - (offset - known.length)), Math.max(0, to - (offset - known.length)))
  }

  /** What an earlier Idlewatt read of it. */
  async function skipBlots(size: number): Promise<void> {
    head = (await startsWithMark()) ? 2 : 0
    offset = head
    for (let fresh = -1; fresh === -1 && offset < Math.min(size, emptyAtOnce); ) {
      const bytesRead = await readAt(file as FileHandle, Math.min(pieceBytes, size - offset), offset)
      if (bytesRead === 0) break
      fresh = piece.subarray(0, bytesRead).findIndex((byte) => byte !== 0)
      offset = fresh === -1 ? offset + bytesRead : even(offset + fresh)
    }
    blottedTo = offset
  }

  async function startsWithMark(): Promise<boolean> {
    return encoding === 'utf16le' && (await readAt(file as FileHandle, 2, 0)) === 2 && piece[0] === 0xff && piece[1] === 0xfe
  }

  function end(): void {
    try {
      blotOut()
    } finally {
      void file?.close().catch(() => {})
    }
  }

  async function readOn(): Promise<boolean> {
    if (isClosed) return false
    isReading = true
    try {
      const size = await sizeNow()
      if (isOwn && offset === 0 && size > 0) await skipBlots(size)
      if (size - offset > mostBehind) await passOver(even(size - mostPerTurn))
      for (let budget = mostPerTurn; budget > 0 && offset < size && !isClosed; ) {
        const fresh = await readPiece(Math.min(budget, size - offset))
        if (fresh === null) return offset === 0
        budget -= fresh.length
        splitter.push(fresh)
        await othersTurn()
      }
      const hasMore = offset < size
      if (isOwn && !isClosed) {
        if (size > emptyAt) await empty(await sizeNow())
        blotOut()
      }
      return hasMore
    } finally {
      isReading = false
      if (isClosed) end()
    }
  }

  return {
    async isSame() {
      try {
        const now = await stat(path, { bigint: true })
        return now.ino === about.ino && now.dev === about.dev
      } catch (error) {
        if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false
        throw error
      }
    },
    readOn,
    pending: splitter.pending,
    finish() {
      splitter.finish()
      if (!isReading && !isClosed) blotOut()
    },
    close() {
      isClosed = true
      if (!isReading) end()
    },
  }
}

/** Between two pieces. */
function othersTurn(): Promise<void> {
  return new Promise((done) => setImmediate(done))
}

async function openFile(path: string, isOwn: boolean): Promise<FileHandle | null> {
  try {
    // A pipe or a device would keep us waiting.
    if (!(await stat(path)).isFile()) throw new Error('it is not an ordinary file')
    return await open(path, isOwn ? constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) : 'r')
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
}
