/** Where the page is, with its token, for the user who started it without a terminal: a file that nobody else can read. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const fileName = 'page-address.json'

/** Removes it again when called. A folder that cannot be written leaves the address unsaid, and the app running. */
export function keepPageAddress(folder: string, url: string): () => void {
  const file = join(folder, fileName)
  try {
    rmSync(file, { force: true })
    writeFileSync(file, `${JSON.stringify({ url, pid: process.pid })}\n`, { mode: 0o600, flag: 'wx' })
  } catch {
    return () => {}
  }
  return () => {
    if (readPageAddress(folder, process.pid) !== null) rmSync(file, { force: true })
  }
}

/** `pid`: of the one that holds the folder now; an address left by another is of no use. */
export function readPageAddress(folder: string, pid: number): string | null {
  try {
    const kept = JSON.parse(readFileSync(join(folder, fileName), 'utf8')) as { url?: unknown; pid?: unknown } | null
    return typeof kept?.url === 'string' && kept.pid === pid ? kept.url : null
  } catch {
    return null
  }
}
