/** How fast the disk writes and reads, by a file of our own past the system's cache. It is gone again whatever happens. A person types `dd … oflag=direct`. */
import { randomFillSync, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, rm, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { MachineReadings } from '../../../shared/preflight.ts'
import { readDiskSpace } from '../../system/disk-space.ts'
import { fileErrorWords, hasCode } from '../../system/file-errors.ts'
import { known, notKnown } from './known.ts'
import type { PartContext } from './part.ts'

const leastFreeBytes = 1e9
const pieceBytes = 4 * 1024 * 1024
/** A slow disk is not kept busy for longer in one direction. */
const mostMs = 3_500
const fileName = /^\.disk-speed-[0-9a-f-]{36}\.tmp$/

/** libuv takes this flag on Windows, where Node names none (uv/win.h: UV_FS_O_DIRECT). */
const direct = process.platform === 'win32' ? 0x02000000 : (constants.O_DIRECT ?? 0)

export async function readDiskSpeed(context: Pick<PartContext, 'source' | 'folder' | 'signal' | 'speedFileBytes'>): Promise<MachineReadings['diskSpeed']> {
  const { source, folder, signal, speedFileBytes } = context
  if (source.recorded !== null) return notKnown('A recorded machine has no disk to measure.')
  const { freeBytes } = await readDiskSpace(folder)
  if (freeBytes !== null && freeBytes < leastFreeBytes) return notKnown(`Only ${Math.round(freeBytes / 1e6)} MB are free there: measuring needs 1 GB, so that the disk does not fill up.`)
  const path = join(folder, `.disk-speed-${randomUUID()}.tmp`)
  let file: FileHandle | null = null
  try {
    await mkdir(folder, { recursive: true })
    await removeOld(folder)
    const opened = await openPastCache(path)
    file = opened.file
    // With its name taken away the file ends with this process at the latest.
    if (process.platform !== 'win32') await unlink(path)
    const piece = await alignedPiece(file)
    const write = await pass(speedFileBytes, signal, (at) => file!.write(piece, 0, piece.length, at), () => file!.datasync())
    const writeMBps = rounded(write.bytes / 1000 / write.ms)
    if (!opened.isPastCache) return notKnown(`It writes ${writeMBps} MB/s; how fast it reads cannot be told here, because the system would answer from memory.`)
    const read = await pass(write.bytes, signal, (at) => file!.read(piece, 0, piece.length, at), async () => {})
    return known({ readMBps: rounded(read.bytes / 1000 / read.ms), writeMBps })
  } catch (error) {
    if (signal.aborted) return notKnown('It was stopped.')
    return notKnown(`The disk could not be measured: ${fileErrorWords(error)}.`)
  } finally {
    await file?.close().catch(() => {})
    await rm(path, { force: true }).catch(() => {})
  }
}

/** Not every file system can be passed by (a disk in memory cannot). */
async function openPastCache(path: string): Promise<{ file: FileHandle; isPastCache: boolean }> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL
  if (direct !== 0) {
    try {
      return { file: await open(path, flags | direct, 0o600), isPastCache: true }
    } catch (error) {
      if (!hasCode(error, 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP')) throw error
      // It may have been made before it was refused.
      await rm(path, { force: true })
    }
  }
  return { file: await open(path, flags, 0o600), isPastCache: false }
}

/** Past the cache, memory must lie at a multiple of the disk's block, and nothing tells where a buffer lies: it is tried. */
async function alignedPiece(file: FileHandle): Promise<Buffer> {
  const memory = randomFillSync(Buffer.allocUnsafeSlow(pieceBytes + 4096))
  for (let from = 0; from < 4096; from += 16) {
    try {
      await file.write(memory, from, 4096, 0)
      return memory.subarray(from, from + pieceBytes)
    } catch (error) {
      if (!hasCode(error, 'EINVAL')) throw error
    }
  }
  throw Object.assign(new Error('no place for it in memory'), { code: 'EINVAL' })
}

/** Throws where the signal aborts. */
async function pass(bytes: number, signal: AbortSignal, move: (at: number) => Promise<unknown>, finish: () => Promise<void>): Promise<{ bytes: number; ms: number }> {
  const begunAt = performance.now()
  let at = 0
  while (at < bytes && performance.now() - begunAt < mostMs) {
    signal.throwIfAborted()
    await move(at)
    at += pieceBytes
  }
  await finish()
  return { bytes: at, ms: Math.max(1, performance.now() - begunAt) }
}

/** Left by a run that was cut off, on a system that keeps names of open files. */
async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (fileName.test(name)) await rm(join(folder, name), { force: true }).catch(() => {})
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
