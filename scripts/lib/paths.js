/** Where things lie in this checkout, and which Node runs the app. */
import { existsSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')
export const entryFile = join(root, 'out', 'main', 'idlewatt.js')

/** Node 24 as the dev dependency `node` brings it; the Node that runs this where it is new enough; null: neither. */
export function findNode() {
  const brought = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(brought)) return brought
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18) ? process.execPath : null
}

/** The user's folder for what may be lost at any time. */
export function cacheFolder(env = process.env, platform = process.platform) {
  if (platform === 'win32') return join(env.LOCALAPPDATA || tmpdir(), 'idlewatt', 'Cache')
  if (platform === 'darwin') return join(home(), 'Library', 'Caches', 'idlewatt')
  return join(env.XDG_CACHE_HOME || join(home(), '.cache'), 'idlewatt')
}

/** A container's user may have none. */
function home() {
  try {
    return homedir() || tmpdir()
  } catch {
    return tmpdir()
  }
}
