/** Files that Idlewatt downloaded and that are gone or changed since: mostly an antivirus program's doing. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { KnownDownload } from '../../../shared/enrolment.ts'
import type { MachineReadings } from '../../../shared/preflight.ts'
import { hasCode } from '../../system/file-errors.ts'
import { known, notKnown } from './known.ts'
import type { PartContext } from './part.ts'

/** Of larger ones the size alone is compared: hashing them would take seconds of every look. */
const hashedBytes = 64 * 1024 * 1024

export async function readMissingFiles({ source, tables, signal }: PartContext): Promise<MachineReadings['missingFiles']> {
  if (source.recorded !== null) return notKnown('Files of a recorded machine cannot be looked at.')
  const looked = await Promise.all(tables.downloads().map((download) => lookAt(download, signal)))
  return known(looked.filter((found) => found !== null))
}

async function lookAt({ path, bytes, sha256 }: KnownDownload, signal: AbortSignal): Promise<{ path: string; what: 'gone' | 'changed' } | null> {
  if (path === null) return null
  try {
    const about = await stat(path)
    if (!about.isFile() || about.size !== bytes) return { path, what: 'changed' }
    if (bytes > hashedBytes) return null
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash, { signal })
    return hash.digest('hex') === sha256 ? null : { path, what: 'changed' }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return { path, what: 'gone' }
    // Antivirus programs keep a file and let nobody read it any more.
    return hasCode(error, 'EACCES', 'EPERM', 'EBUSY') ? { path, what: 'changed' } : null
  }
}
