/** Keeps secrets of the doors without a desktop in `secrets.json` in the data folder, readable by its owner alone. */
import { closeSync, fchmodSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { fileErrorWords, hasCode } from './file-errors.ts'
import { NotPossible } from './not-possible.ts'

/** null: not set. Both throw NotPossible where the file cannot be used. */
export interface SecretsFile {
  read(name: string): string | null
  write(name: string, value: string | null): void
}

/** Encrypts for this user of this machine, where a door can; the file then holds what only that door can open. */
export interface Seal {
  close(text: string): string
  /** Throws where it cannot be opened: another user's, another machine's. */
  open(sealed: string): string
}

export const secretsFileName = 'secrets.json'
const sealedPrefix = 'sealed:'
const contentSchema = z.record(z.string(), z.string())

/**
 * Nothing is read before it is asked for, and then afresh each time: another door may have changed it.
 * On Windows the folder's own rights protect it, since there is no mode to set.
 */
export function openSecretsFile(folder: string, seal: Seal | null = null): SecretsFile {
  const path = join(folder, secretsFileName)

  function opened(kept: string): string {
    if (!kept.startsWith(sealedPrefix)) return kept
    if (seal === null) throw new NotPossible('It was set up in the desktop app, which keeps its secrets so that only it can read them. Set it up again here, or use the desktop app.')
    try {
      return seal.open(kept.slice(sealedPrefix.length))
    } catch {
      throw new NotPossible('What was kept for it cannot be opened any more: the keys of this user on this machine have changed. Set it up again.')
    }
  }

  function readAll(): Record<string, string> {
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return {}
      throw new NotPossible(`The secrets in ${path} cannot be read: ${fileErrorWords(error)}.`)
    }
    const content = parse(text)
    // The message must not quote the file: its content is what it keeps.
    if (content === null) throw new NotPossible(`The secrets in ${path} are damaged. Remove that file and set the webhook or ntfy up again.`)
    return content
  }

  return {
    read(name) {
      const content = readAll()
      const kept = Object.hasOwn(content, name) ? content[name] : undefined
      return kept === undefined ? null : opened(kept)
    },
    write(name, value) {
      const content = new Map(Object.entries(readAll()))
      if (value === null ? !content.delete(name) : content.get(name) === value) return
      if (value !== null) content.set(name, seal === null ? value : sealedPrefix + seal.close(value))
      try {
        if (content.size === 0) rmSync(path, { force: true })
        else replace(path, `${JSON.stringify(Object.fromEntries(content), null, 2)}\n`)
      } catch (error) {
        throw new NotPossible(`The secret cannot be kept in ${path}: ${fileErrorWords(error)}.`)
      }
    },
  }
}

/** null: not what we write. */
function parse(text: string): Record<string, string> | null {
  try {
    const content = contentSchema.safeParse(JSON.parse(text.replace(/^\uFEFF/, '')))
    return content.success ? content.data : null
  } catch {
    return null
  }
}

/** Written beside and moved over, so that neither a crash nor a full disk leaves half of it, and nobody else can read it for a moment. */
function replace(path: string, text: string): void {
  const fresh = `${path}.${randomUUID()}`
  try {
    const file = openSync(fresh, 'wx', 0o600)
    try {
      // A strange umask may have taken bits away; it can never have added any.
      fchmodSync(file, 0o600)
      writeSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}
