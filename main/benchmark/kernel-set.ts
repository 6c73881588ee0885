/** Names the set of kernels that figures were measured with, so that figures of different sets are compared with a remark. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** First 12 hex digits of the SHA-256 over every kernel's name and text; "unknown" where the folder cannot be read. */
export function kernelSetOf(kernelsFolder: string): string {
  try {
    const hash = createHash('sha256')
    const files = readdirSync(kernelsFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(cl|ptx)$/.test(entry.name))
      .map((entry) => relative(kernelsFolder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort()
    // Line ends differ between checkouts and mean nothing to a compiler.
    for (const file of files) hash.update(`${file}\n${readFileSync(join(kernelsFolder, file), 'utf8').replaceAll('\r\n', '\n')}\n`)
    return hash.digest('hex').slice(0, 12)
  } catch {
    return 'unknown'
  }
}
