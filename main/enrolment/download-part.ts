/** A file on its way: what has come so far lies in quarantine with a note of where from, so that it can go on after a break. */
import { createHash, type Hash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { chmod, lstat, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { hasCode } from '../system/file-errors.ts'
import { DownloadFailed } from './download-faults.ts'

const noteSchema = z.object({
  url: z.string(),
  etag: z.string().nullable(),
  totalBytes: z.number().nullable(),
  /** When the machine was switched on, s: after a power cut the file's end may be zeros, which no hash of the publisher's may be there to show. */
  bootAt: z.number(),
})
export type PartNote = z.output<typeof noteSchema>

/** Readings of it differ by rounding, and by small corrections of the clock. */
const bootToleranceS = 60

export function bootAt(): number {
  return Math.round(Date.now() / 1000 - uptime())
}

export function isThisBoot(note: PartNote): boolean {
  return Math.abs(note.bootAt - bootAt()) <= bootToleranceS
}

export interface Part {
  path: string
  /** Bytes that are there, and the note; null: nothing that could be gone on with. */
  found(): Promise<{ bytes: number; note: PartNote } | null>
  begin(note: PartNote): Promise<void>
  remove(): Promise<void>
  /** To its place, in one move. */
  place(finalPath: string): Promise<void>
}

/** Links are not followed: one that was laid there leads out of the folder. Windows opens them; there they are seen beforehand. */
const noLinks = constants.O_NOFOLLOW ?? 0

/** For going on at its end. */
export async function openWithoutLinks(path: string, more = 0): Promise<FileHandle> {
  if (noLinks === 0 && (await isALink(path))) throw Object.assign(new Error('a link'), { code: 'ELOOP' })
  return open(path, constants.O_WRONLY | constants.O_APPEND | noLinks | more, 0o600)
}

async function isALink(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isSymbolicLink() === true
}

/** The folder is for its owner alone. */
export async function openPart(folder: string, fileName: string, version: string): Promise<Part> {
  const quarantine = join(folder, '.quarantine')
  for (const own of [folder, quarantine]) {
    // A link that leads nowhere is there already as well.
    const isLink = await mkdir(own, { recursive: true, mode: 0o700 }).then(() => isALink(own), async (error: unknown) => (await isALink(own)) || Promise.reject(error))
    if (isLink) throw new DownloadFailed('refused', `${own} is a link and leads elsewhere, so nothing is written there.`, 'Remove the link, then try again.')
  }
  const path = join(quarantine, `${fileName}@${version.replace(/[^\w.-]/g, '_')}.part`)
  const notePath = `${path}.json`
  return {
    path,
    async found() {
      try {
        const note = noteSchema.parse(JSON.parse(await readOwn(notePath)))
        const about = await lstat(path)
        return about.isFile() && about.size > 0 ? { bytes: about.size, note } : null
      } catch {
        return null
      }
    },
    async begin(note) {
      await rm(path, { force: true })
      await (await open(path, 'wx', 0o600)).close()
      await rm(notePath, { force: true })
      const file = await open(notePath, 'wx', 0o600)
      try {
        await file.writeFile(JSON.stringify(note))
      } finally {
        await file.close()
      }
    },
    async remove() {
      await rm(path, { force: true })
      await rm(notePath, { force: true })
    },
    async place(finalPath) {
      await rename(path, finalPath)
      await rm(notePath, { force: true })
    },
  }
}

async function readOwn(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | noLinks)
  try {
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** Feeds the file into the hash as far as it goes. */
export async function addFile(hash: Hash, path: string): Promise<void> {
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer)
}

/** null: there is no such file. Rejects where it is there and cannot be read. */
export async function hashOfFile(path: string): Promise<string | null> {
  try {
    const hash = createHash('sha256')
    await addFile(hash, path)
    return hash.digest('hex')
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
}

/** Rights are given only to what was verified. */
export async function makeRunnable(path: string, isExecutable: boolean): Promise<void> {
  await chmod(path, isExecutable ? 0o700 : 0o600)
}
