/** Free and total space of the volume that holds a folder; a person types `df`. */
import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

export interface DiskSpace {
  freeBytes: number | null
  totalBytes: number | null
}

/** Where the folder does not exist (yet, or any more), the nearest one above counts. Never rejects; null: it cannot be told. */
export async function readDiskSpace(folder: string): Promise<DiskSpace> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    try {
      const about = await statfs(path)
      // Some network and user-space file systems know no size: that is no full disk.
      if (about.blocks === 0) return { freeBytes: null, totalBytes: null }
      return { freeBytes: about.bavail * about.bsize, totalBytes: about.blocks * about.bsize }
    } catch {
      if (dirname(path) === path) return { freeBytes: null, totalBytes: null }
    }
  }
}
