/** Decides whether packages and build are up to date: pure functions over what was read from disk. */
import { createHash } from 'node:crypto'

/** @param {string | Buffer} text */
export function hashOf(text) {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Whether what npm installed is what the lock file asks for. npm writes its own record (node_modules/.package-lock.json)
 * only after everything is in place, so an install that broke off leaves none, or an older one.
 * @param {{ lock: string | null, installed: string | null }} texts of package-lock.json and of npm's record
 * @returns {{ stale: false } | { stale: true, why: string }}
 */
export function packagesState({ lock, installed }) {
  if (lock === null) return { stale: false }
  if (installed === null) return { stale: true, why: 'the npm packages are not installed' }
  const wanted = packagesIn(lock)
  const have = packagesIn(installed)
  if (wanted === null) return { stale: false }
  if (have === null) return { stale: true, why: 'the last install of the npm packages did not finish' }
  for (const [path, one] of Object.entries(wanted)) {
    if (path === '' || one.link) continue
    const other = have[path]
    if (!other) {
      if (one.optional || one.devOptional || one.peer) continue
      return { stale: true, why: `${nameIn(path)} is not installed` }
    }
    if (other.version !== one.version || (one.integrity && other.integrity && other.integrity !== one.integrity)) {
      return { stale: true, why: `${nameIn(path)} is installed as ${other.version}, the lock file asks for ${one.version}` }
    }
  }
  return { stale: false }
}

function packagesIn(text) {
  try {
    const packages = JSON.parse(text).packages
    return packages && typeof packages === 'object' ? packages : null
  } catch {
    return null
  }
}

function nameIn(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

/**
 * Whether the build is older than its sources. `looks` (names, sizes, times) answers at once in the usual case;
 * `content` is only worked out where looks differ: a fresh checkout of the same text needs no build.
 * @param {{ stamp: { looks: string, content: string } | null, outputsExist: boolean, looks: string, content: () => string }} seen
 * @returns {'fresh' | 'same-content' | 'stale'}
 */
export function buildState({ stamp, outputsExist, looks, content }) {
  if (!outputsExist || stamp === null) return 'stale'
  if (stamp.looks === looks) return 'fresh'
  return stamp.content === content() ? 'same-content' : 'stale'
}

/** @param {string | null} text @returns {{ looks: string, content: string } | null} */
export function readStamp(text) {
  try {
    const stamp = JSON.parse(text ?? '')
    return typeof stamp?.looks === 'string' && typeof stamp?.content === 'string' ? stamp : null
  } catch {
    return null
  }
}

/**
 * Whether a download that failed may be tried again: not within the hour, unless it is for another version.
 * @param {{ stamp: string | null, version: string, now: number }} seen
 */
export function mayTryAgain({ stamp, version, now }) {
  try {
    const last = JSON.parse(stamp ?? '')
    return last.version !== version || !(last.at <= now && now - last.at < 3_600_000)
  } catch {
    return true
  }
}
