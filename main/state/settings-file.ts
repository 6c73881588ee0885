/**
 * `settings.json` in the data folder. It is read with plain file access, since users edit it and what is wrong with it
 * must be told apart; it is written through `conf` (the desktop: `electron-store`), atomically and in their format.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { SettingsFile } from '../host.ts'

/** The file is there and is not what Idlewatt writes. The message completes "… because ". */
export class BrokenSettings extends Error {
  override name = 'BrokenSettings'
}

export interface StoreOptions {
  cwd: string
  configName: string
  fileExtension: string
  deserialize(text: string): Record<string, unknown>
}
/** The part of `conf` and `electron-store` that is used. */
export interface ConfStore {
  store: Record<string, unknown>
}

/** `read` throws BrokenSettings, or the system's own error where the file cannot be read at all. No file is an empty object. */
export function openSettingsFile(folder: string, openStore: (options: StoreOptions) => ConfStore = openConf): SettingsFile {
  const cwd = resolve(folder)
  const path = join(cwd, 'settings.json')
  return {
    path,
    read() {
      let text: string
      try {
        text = readFileSync(path, 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
        throw error
      }
      return parseSettings(text)
    },
    write(values) {
      openStore({ cwd, configName: 'settings', fileExtension: 'json', deserialize: parseSettings }).store = values
    },
  }
}

/** Takes what editors on Windows put in front (a byte order mark). An empty file is broken: it once held something. */
export function parseSettings(text: string): Record<string, unknown> {
  const bare = text.replace(/^\uFEFF/, '')
  if (bare.trim() === '') throw new BrokenSettings('it is empty')
  let value: unknown
  try {
    value = JSON.parse(bare)
  } catch {
    throw new BrokenSettings('it is not valid JSON, perhaps cut off')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BrokenSettings('it does not hold a list of named settings')
  return value as Record<string, unknown>
}

/** Loaded at the first change alone: it costs a tenth of a second and 20 MB that most runs never need. */
function openConf(options: StoreOptions): ConfStore {
  const { default: Conf } = createRequire(import.meta.url)('conf') as typeof import('conf')
  return new Conf<Record<string, unknown>>(options)
}
