/** Lets one process at a time change node_modules and out/: two first starts side by side would tear each other's files apart. */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** The holder touches its file this often; one that was not touched for `silentMs` was left behind, whoever has its pid now. */
const heartbeatMs = 5_000
const silentMs = 30_000
/** A file that is still empty is being written, unless it stays so. */
const halfWrittenMs = 2_000

/**
 * Runs `work` while holding the lock file. A lock whose process is gone is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {() => void} onWait called once when another process holds it
 * @returns {Promise<T>}
 */
export async function withLock(file, work, onWait) {
  let said = false
  while (!take(file)) {
    if (!said) onWait()
    said = true
    await wait(250)
  }
  const heartbeat = setInterval(() => touch(file), heartbeatMs)
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    rmSync(file, { force: true })
  }
}

function take(file) {
  mkdirSync(dirname(file), { recursive: true })
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (isLeftBehind(file)) rmSync(file, { force: true })
    return false
  }
}

function isLeftBehind(file) {
  const seen = look(file)
  if (seen === null) return false
  if (seen.ageMs > silentMs) return true
  if (seen.text === '') return seen.ageMs > halfWrittenMs
  const pid = Number(seen.text)
  // Our own pid: an earlier start in a container, where everybody gets the same small numbers again.
  return pid === process.pid || !isAlive(pid)
}

/** null: gone again. */
function look(file) {
  try {
    return { text: readFileSync(file, 'utf8'), ageMs: Math.abs(Date.now() - statSync(file).mtimeMs) }
  } catch {
    return null
  }
}

function touch(file) {
  try {
    const now = new Date()
    utimesSync(file, now, now)
  } catch {
    // Removed by hand, which is what somebody wanted.
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
