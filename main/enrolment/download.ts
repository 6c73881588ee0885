/** Downloads one file of a programme: over HTTPS into quarantine, going on after breaks, verified by its hash, then moved to its place at once. */
import { createHash, type Hash } from 'node:crypto'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { KnownDownload } from '../../shared/enrolment.ts'
import { readDiskSpace } from '../system/disk-space.ts'
import { asFailed, one, openDownload, type Opened } from './download-exchange.ts'
import { afterwardsFault, dayText, diskFull, DownloadFailed, sizeText, writeFault } from './download-faults.ts'
import { ownFile, ownScheme, serveOwn } from './download-own.ts'
import { addFile, bootAt, isThisBoot, makeRunnable, openPart, openWithoutLinks, type Part, type PartNote } from './download-part.ts'
import { typeFault, unlikelyFile } from './download-looks.ts'

export interface DownloadWanted {
  /** `<programme>/<file>@<version>`. */
  key: string
  /** "https://…", or "own:practice/<file>" for one that Idlewatt brings itself. */
  url: string
  fileName: string
  version: string
  /** As the publisher gives it; null: the first one is remembered. */
  sha256: string | null
  bytes: number | null
  mostBytes: number
  /** Hosts that the download may be sent on to. */
  hosts: readonly string[]
  isExecutable: boolean
  /** Where it is to lie. */
  folder: string
}

export interface DownloadOptions {
  resourcesFolder: string
  loopback: string | null
  /** Why nobody outside may be asked; null: they may. */
  refusal(): string | null
  known(key: string): KnownDownload | null
  now(): number
  pause(ms: number, signal: AbortSignal): Promise<void>
  signal: AbortSignal
  onProgress(doneBytes: number, totalBytes: number | null): void
  /** Left out: 30 s. */
  silenceMs?: number
  /** Whose programs can run here; left out: this system's. */
  platform?: NodeJS.Platform
}

const usualSilenceMs = 30_000
/** A break is gone on from so often by itself, as long as each try brought something. */
const mostTries = 5
/** Left free on the disk beside the file. */
const spareBytes = 16_000_000

interface Arrived {
  sha256: string
  bytes: number
  /** The beginning, for telling a web page from a file. */
  head: Buffer
  wasResumed: boolean
}

/** Rejects with DownloadFailed alone. What it gives is in place and verified. */
export async function download(wanted: DownloadWanted, options: DownloadOptions): Promise<KnownDownload> {
  if (!/^[^/\\]+$/.test(wanted.fileName) || /^\.+$/.test(wanted.fileName)) throw new DownloadFailed('bad-address', 'That is no name of a file.', 'Tell the makers of Idlewatt.')
  const isOwn = wanted.url.startsWith(ownScheme)
  const refused = isOwn ? null : options.refusal()
  if (refused !== null) throw new DownloadFailed('refused', refused, 'Allow asking outside, then try again.')
  if (!isOwn && !URL.canParse(wanted.url)) throw new DownloadFailed('bad-address', 'The address of this download is none.', 'Tell the makers of Idlewatt.')
  const server = isOwn ? await serveOwn(ownFile(wanted.url, options.resourcesFolder)) : null
  try {
    const part = await openPart(wanted.folder, wanted.fileName, wanted.version).catch((error: unknown) => Promise.reject(error instanceof DownloadFailed ? error : writeFault(error, wanted.folder)))
    return await inQuarantine({ ...wanted, url: server?.url ?? wanted.url }, options, part)
  } finally {
    await server?.close()
  }
}

async function inQuarantine(wanted: DownloadWanted, options: DownloadOptions, part: Part): Promise<KnownDownload> {
  let arrived = await arrive(wanted, options, part)
  let fault = faultOf(arrived, wanted, options)
  // Pieces of two different files may have been joined: only a whole one is judged.
  if (fault !== null && arrived.wasResumed) {
    await part.remove()
    arrived = await arrive(wanted, options, part)
    fault = faultOf(arrived, wanted, options)
  }
  if (fault !== null) {
    await part.remove()
    throw fault
  }
  const path = join(wanted.folder, wanted.fileName)
  try {
    await makeRunnable(part.path, wanted.isExecutable)
    await part.place(path)
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      await file.read(Buffer.alloc(1), 0, 1, 0)
      if (size !== arrived.bytes) throw Object.assign(new Error('changed'), { code: 'EPERM' })
    } finally {
      await file.close()
    }
  } catch (error) {
    await part.remove()
    throw afterwardsFault(error, wanted.fileName, wanted.folder)
  }
  return { key: wanted.key, sha256: arrived.sha256, bytes: arrived.bytes, firstSeenAt: options.known(wanted.key)?.firstSeenAt ?? options.now(), path }
}

/** Tries until the whole file is there. */
async function arrive(wanted: DownloadWanted, options: DownloadOptions, part: Part): Promise<Arrived> {
  for (let attempt = 1; ; attempt++) {
    const before = (await part.found())?.bytes ?? 0
    try {
      return await fetchOnce(wanted, options, part)
    } catch (error) {
      const failed = error instanceof DownloadFailed ? error : writeFault(error, wanted.folder)
      if (failed.isSpoilt || failed.fault === 'disk-full' || failed.fault === 'too-large' || failed.fault === 'empty') await part.remove()
      const gained = ((await part.found())?.bytes ?? 0) > before
      if (!gained || attempt === mostTries || (failed.fault !== 'cut' && failed.fault !== 'timed-out')) throw failed
      await options.pause(1_000 * attempt, options.signal)
    }
  }
}

async function fetchOnce(wanted: DownloadWanted, options: DownloadOptions, part: Part): Promise<Arrived> {
  const { signal, silenceMs = usualSilenceMs } = options
  const found = await part.found()
  const isSame = found !== null && mayGoOn(found.note, wanted)
  let have = isSame ? found.bytes : 0
  const note = isSame ? found.note : null
  const isWhole = note !== null && note.totalBytes === have
  const hash = createHash('sha256')
  if (isWhole) return whole(hash, part, have)
  const opened = await openDownload({
    url: wanted.url,
    loopback: options.loopback,
    hosts: wanted.hosts,
    headers: have > 0 ? { range: `bytes=${have}-`, ...(note?.etag ? { 'if-range': note.etag } : {}) } : {},
    signal,
    silenceMs,
  })
  const host = new URL(wanted.url).host
  try {
    const { status } = opened
    if (have > 0 && (status === 416 || (status === 206 && !goesOn(opened, have, note, wanted)))) {
      await part.remove()
      return await fetchOnce(wanted, options, part)
    }
    if (status !== 200 && !(status === 206 && have > 0)) throw statusFault(status, host)
    if (one(opened.headers['content-encoding']) !== undefined && one(opened.headers['content-encoding']) !== 'identity') throw new DownloadFailed('refused', `${host} packed the file in a way that was not asked for.`, 'Try again later.')
    if (status === 200) have = 0
    const length = lengthOf(opened)
    const total = length === null ? null : have + length
    // With nothing to compare with, what came is all that can be judged.
    const fault = isPinned(wanted) ? null : (typeFault(opened.headers, wanted.fileName, host) ?? (hasEnd(opened, wanted) ? null : endless(host)))
    if (fault !== null) throw fault
    await refuseSize(total, have, wanted)
    if (have === 0) await part.begin({ url: wanted.url, etag: strongTag(opened), totalBytes: total, bootAt: bootAt() })
    else await addFile(hash, part.path)
    const bytes = await writeOn(opened, part, { hash, have, total, wanted, options, host, silenceMs })
    if (total !== null && bytes < total) throw asFailed(new Error('cut'), host, { signal, silenceMs })
    return { sha256: hash.digest('hex'), bytes, head: await headOf(part), wasResumed: have > 0 }
  } finally {
    opened.stream.destroy()
  }
}

async function writeOn(opened: Opened, part: Part, by: { hash: Hash; have: number; total: number | null; wanted: DownloadWanted; options: DownloadOptions; host: string; silenceMs: number }): Promise<number> {
  const { hash, total, wanted, options } = by
  const file = await openWithoutLinks(part.path).catch((error: unknown) => Promise.reject(afterwardsFault(error, wanted.fileName, wanted.folder)))
  let bytes = by.have
  try {
    options.onProgress(bytes, total)
    for await (const piece of opened.stream as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > wanted.mostBytes) throw tooLarge(wanted)
      hash.update(piece)
      await file.appendFile(piece).catch((error: unknown) => Promise.reject(writeFault(error, wanted.folder)))
      options.onProgress(bytes, total)
    }
    await file.sync()
    return bytes
  } catch (error) {
    throw asFailed(error, by.host, { signal: options.signal, silenceMs: by.silenceMs })
  } finally {
    await file.close()
  }
}

async function whole(hash: Hash, part: Part, bytes: number): Promise<Arrived> {
  await addFile(hash, part.path)
  return { sha256: hash.digest('hex'), bytes, head: await headOf(part), wasResumed: true }
}

async function headOf(part: Part): Promise<Buffer> {
  try {
    const file = await open(part.path, 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    // That it was taken away shows when it is moved.
    return Buffer.alloc(0)
  }
}

/** Before a byte is written. */
async function refuseSize(total: number | null, have: number, wanted: DownloadWanted): Promise<void> {
  if (total !== null && total > wanted.mostBytes) throw tooLarge(wanted)
  if (total === 0) throw emptyFile(wanted)
  if (total !== null && wanted.bytes !== null && total !== wanted.bytes) throw wrongSize(wanted, total)
  const needed = (total ?? wanted.bytes ?? 0) - have
  await mkdir(wanted.folder, { recursive: true })
  const { freeBytes } = await readDiskSpace(wanted.folder)
  if (freeBytes !== null && freeBytes < needed + spareBytes) throw diskFull(wanted.folder, needed + spareBytes, freeBytes)
}

/** What is wrong with a whole file; null: nothing. */
function faultOf(arrived: Arrived, wanted: DownloadWanted, options: DownloadOptions): DownloadFailed | null {
  if (arrived.bytes === 0) return emptyFile(wanted)
  const unlikely = unlikelyFile(arrived.head, { fileName: wanted.fileName, isPinned: isPinned(wanted), isExecutable: wanted.isExecutable, platform: options.platform ?? process.platform })
  if (unlikely !== null) return unlikely
  if (wanted.bytes !== null && arrived.bytes !== wanted.bytes) return wrongSize(wanted, arrived.bytes)
  if (wanted.sha256 !== null && wanted.sha256.toLowerCase() !== arrived.sha256) {
    return new DownloadFailed('swapped', `${wanted.fileName} is not what its publisher states: its SHA-256 should be ${wanted.sha256.toLowerCase()} and is ${arrived.sha256}.`, 'It was thrown away and nothing was started. Look at the publisher’s page, and for a new version of Idlewatt. Do not get the file elsewhere.')
  }
  const known = options.known(wanted.key)
  if (known !== null && known.sha256 !== arrived.sha256) {
    return new DownloadFailed(
      'swapped',
      `${wanted.fileName}, version ${wanted.version}, is another file than before: its SHA-256 was ${known.sha256} on ${dayText(known.firstSeenAt)} and is now ${arrived.sha256}. One version should never change.`,
      'It was thrown away and everything stops here. Ask its publisher whether they replaced the file of that version; go on only with a new version of Idlewatt that says so.',
    )
  }
  return null
}

/** With a pinned hash a wrong joint shows; else the server must vouch for it, and the disk. Own files are served on another port each time. */
function mayGoOn(note: PartNote, wanted: DownloadWanted): boolean {
  if (wanted.sha256 !== null) return note.url === wanted.url || note.etag !== null
  return note.etag !== null && isThisBoot(note)
}

function isPinned(wanted: DownloadWanted): boolean {
  return wanted.sha256 !== null
}

/** Whether a cut would show: an answer that ends when its connection does may be any piece of the file. */
function hasEnd(opened: Opened, wanted: DownloadWanted): boolean {
  return lengthOf(opened) !== null || wanted.bytes !== null || /\bchunked\b/i.test(one(opened.headers['transfer-encoding']) ?? '')
}

function endless(host: string): DownloadFailed {
  return new DownloadFailed('refused', `${host} does not say how long the file is, so a piece of it could not be told from the whole.`, 'Nothing was taken. Try again later, or from another line: a proxy may have taken the length away.')
}

/** Of the very file of which a piece is here: some servers go on with another one, whatever they were asked. */
function goesOn(opened: Opened, have: number, note: PartNote | null, wanted: DownloadWanted): boolean {
  const tag = strongTag(opened)
  if (note?.etag != null && tag !== note.etag && (tag !== null || !isPinned(wanted))) return false
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(one(opened.headers['content-range'])?.trim() ?? '')
  return range !== null && Number(range[1]) === have && (note?.totalBytes == null || range[2] === '*' || Number(range[2]) === note.totalBytes)
}

function lengthOf(opened: Opened): number | null {
  const text = one(opened.headers['content-length'])
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** A weak one does not promise the same bytes. */
function strongTag(opened: Opened): string | null {
  const tag = one(opened.headers['etag'])?.trim()
  return tag?.startsWith('"') ? tag : null
}

function statusFault(status: number, host: string): DownloadFailed {
  if (status === 404 || status === 410) return new DownloadFailed('not-found', `${host} does not have the file any more (${status}).`, 'Look at the publisher’s page, and for a new version of Idlewatt.')
  if (status >= 500) return new DownloadFailed('refused', `${host} has a fault of its own (${status}).`, 'Try again later.')
  return new DownloadFailed('refused', `${host} did not give the file (${status}).`, status === 429 ? 'It was asked too often from this line. Try again in an hour.' : 'Look at the publisher’s page whether the file has moved.')
}

function emptyFile(wanted: DownloadWanted): DownloadFailed {
  return new DownloadFailed('empty', `${wanted.fileName} came with 0 bytes.`, 'The fault is the server’s. Try again later.')
}

function wrongSize(wanted: DownloadWanted, bytes: number): DownloadFailed {
  return new DownloadFailed('swapped', `${wanted.fileName} is not what its publisher states: it should have ${wanted.bytes} bytes and has ${bytes}.`, 'It was not taken. Look at the publisher’s page, and for a new version of Idlewatt.')
}

function tooLarge(wanted: DownloadWanted): DownloadFailed {
  return new DownloadFailed('too-large', `${wanted.fileName} is larger than ${sizeText(wanted.mostBytes)}, the most that is taken.`, 'It was thrown away. Look at the publisher’s page what it has become, and for a new version of Idlewatt.')
}
