/** The built page as a closed list of files: a path that is not on it does not exist, so none can lead outside the folder. */
import { existsSync, readdirSync, type Dirent } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

export interface PageFile {
  contentType: string
  /** Files with a hash in their name never change; the page itself does with every build. */
  cacheControl: string
  read(): Promise<Uint8Array<ArrayBuffer>>
}

export interface PageFiles {
  /** `path` as a browser asks for it: "/" or "/assets/index-1a2b.js". null: no such file. */
  find(path: string): PageFile | null
  /** false: the page was never built. */
  isBuilt(): boolean
}

export function openPageFiles(folder: string): PageFiles {
  let files = listFiles(folder)
  /** Built, or built anew, after we started: then other files are there than those we know. */
  function fileAt(path: string): string | undefined {
    const known = files.get(path)
    if (known !== undefined && existsSync(known)) return known
    files = listFiles(folder)
    return files.get(path)
  }
  return {
    isBuilt: () => fileAt('/index.html') !== undefined,
    find(path) {
      const file = fileAt(path === '/' ? '/index.html' : path)
      if (file === undefined) return null
      return {
        contentType: contentTypes[extname(file).toLowerCase()] ?? 'application/octet-stream',
        cacheControl: path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        read: async () => new Uint8Array(await readFile(file)),
      }
    },
  }
}

/** Plain files alone; links are left out, since they may lead anywhere. */
function listFiles(folder: string, prefix = '/', found = new Map<string, string>()): Map<string, string> {
  for (const entry of entriesOf(folder)) {
    if (entry.isDirectory()) listFiles(join(folder, entry.name), `${prefix}${entry.name}/`, found)
    else if (entry.isFile()) found.set(prefix + entry.name, join(folder, entry.name))
  }
  return found
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
