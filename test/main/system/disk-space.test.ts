/** Space of the disk that holds a folder, also one that is not there. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readDiskSpace } from '../../../main/system/disk-space.ts'
import { newFolder } from '../../helpers/files.ts'

it('is that of the nearest folder that exists', async () => {
  const folder = newFolder()
  const { freeBytes, totalBytes } = await readDiskSpace(folder)
  expect(freeBytes).toBeGreaterThan(0)
  expect(totalBytes).toBeGreaterThanOrEqual(freeBytes ?? Infinity)
  expect((await readDiskSpace(join(folder, 'not', 'there'))).totalBytes).toBe(totalBytes)
})

it.skipIf(!existsSync('/proc/self/stat'))('is unknown where the file system has no size, rather than none', async () => {
  expect(await readDiskSpace('/proc')).toEqual({ freeBytes: null, totalBytes: null })
})
