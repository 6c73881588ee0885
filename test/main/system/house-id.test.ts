/** The id of a data folder: made once, kept, private, and there even where nothing can be written. */
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { houseIdOf } from '../../../main/system/house-id.ts'
import { newFolder } from '../../helpers/files.ts'

test('is made when it is first asked for, stays, and differs from another folder\'s', () => {
  const folder = newFolder()
  const ask = houseIdOf(folder)
  const id = ask()
  expect(id).toMatch(/^[0-9a-f]{16}$/)
  expect([ask(), houseIdOf(folder)(), readFileSync(join(folder, 'house-id'), 'utf8').trim()]).toEqual([id, id, id])
  expect(statSync(join(folder, 'house-id')).mode & 0o077).toBe(process.platform === 'win32' ? expect.any(Number) : 0)
  expect(houseIdOf(newFolder())()).not.toBe(id)
})

test('a file that was damaged is replaced; a place that cannot be written has one for this process', () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'house-id'), 'not an id')
  const id = houseIdOf(folder)()
  expect(houseIdOf(folder)()).toBe(id)
  writeFileSync(join(folder, 'file'), '')
  chmodSync(join(folder, 'file'), 0o400)
  const ask = houseIdOf(join(folder, 'file', 'below'))
  expect(ask()).toBe(ask())
})
