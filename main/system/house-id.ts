/** Tells what this data folder's Idlewatt made from what another one made: a random id, kept beside the data. */
import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from './data-folder.ts'

const fileName = 'house-id'
const shape = /^[0-9a-f]{16}$/

/** Made when it is first asked for. A folder that cannot be written has one for as long as this process runs. */
export function houseIdOf(folder: string): () => string {
  let id: string | null = null
  return () => (id ??= read(join(folder, fileName)) ?? make(folder))
}

function read(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8').trim()
    return shape.test(text) ? text : null
  } catch {
    return null
  }
}

function make(folder: string): string {
  const id = randomBytes(8).toString('hex')
  const file = join(folder, fileName)
  try {
    makeFolder(folder)
    writeFileSync(`${file}.${id}`, `${id}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(`${file}.${id}`, file)
  } catch {
    return id
  }
  return read(file) ?? id
}
