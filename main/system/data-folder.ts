/** The folder where everything that is kept lives, and the lock file that says which instance it belongs to. */
import { randomUUID } from 'node:crypto'
import { closeSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileErrorWords, hasCode } from './file-errors.ts'
import { homeFolder } from './home-folder.ts'
import { NotPossible } from './not-possible.ts'
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts'

const lockName = 'idlewatt.lock'
/** The holder touches its lock this often; on another computer or in another container that is the only sign of life. */
const heartbeatMs = 10_000
const silentAfterMs = 45_000
/** Most commands are over in a second; a download or a slow stop may take longer, and is then named. */
const commandEndsMs = 5000
/** How long a lock file that is still being written is waited for. */
const halfWrittenMs = 500

/** Who has the folder. */
export interface Holder extends ProcessIdentity {
  /** "desktop", "headless", …: as the door calls itself. */
  door: string
  /** ms since epoch. */
  since: number
  /** Where a browser finds it, without the token; null: no door to the browser. */
  address: string | null
  host: string
  /** Tells this claim from any other. */
  claim: string
}

export interface DataFolderClaim {
  folder: string
  /** Removes the lock file, if it is still ours. May be called twice. */
  release(): void
  /** Puts the address into the lock file. Any token is cut off. */
  setAddress(url: string): void
}

/** Where each system keeps such data, unless `--data` names another folder. Throws NotPossible for a user without a home. */
export function defaultDataFolder(platform: string = process.platform, env: Record<string, string | undefined> = process.env, home: string | null = homeFolder()): string {
  if (platform === 'win32' && env['APPDATA']) return join(env['APPDATA'], 'Idlewatt')
  // The current folder is no place to fall back to: the next start would look elsewhere.
  if (home === null) throw new NotPossible('No home folder is known for this user (HOME is not set), so there is no standard place to keep data. Name a folder with --data.')
  if (platform === 'win32') return join(home, 'AppData', 'Roaming', 'Idlewatt')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Idlewatt')
  // The XDG standard says that a relative path is to be ignored.
  const xdg = env['XDG_DATA_HOME']
  return join(xdg?.startsWith('/') ? xdg : join(home, '.local', 'share'), 'idlewatt')
}

/** Makes the folder and takes it for this process. Throws NotPossible, naming the holder or what is wrong with the folder. */
export function claimDataFolder(folder: string, door: string): DataFolderClaim {
  const path = resolve(folder)
  const lockFile = join(path, lockName)
  const holder: Holder = { ...ownIdentity(), door, since: Date.now(), address: null, host: hostname(), claim: randomUUID() }
  try {
    makeFolder(path)
    takeLock(lockFile, holder, path)
  } catch (error) {
    if (error instanceof NotPossible) throw error
    throw new NotPossible(`Idlewatt cannot keep its data in ${path}: ${fileErrorWords(error)}. Name another folder with --data, or make this one writable.`)
  }

  const heartbeat = setInterval(() => touch(lockFile), heartbeatMs)
  heartbeat.unref()
  process.once('exit', release)

  function release(): void {
    clearInterval(heartbeat)
    process.removeListener('exit', release)
    if (readLock(lockFile).holder?.claim === holder.claim) rmSync(lockFile, { force: true })
  }
  return {
    folder: path,
    release,
    setAddress(url) {
      if (readLock(lockFile).holder?.claim !== holder.claim) return
      holder.address = url.replace(/#.*$/s, '')
      // Written beside and moved over, so that nobody reads half of it. Losing the address is no reason to stop.
      const fresh = `${lockFile}.${holder.claim}`
      try {
        writeFileSync(fresh, textOf(holder), { mode: 0o600 })
        renameSync(fresh, lockFile)
      } catch {
        rmSync(fresh, { force: true })
      }
    },
  }
}

/** The same, for a door that stays: a command that holds the folder for its one act is waited for. */
export async function claimForDoor(folder: string, door: string, waitMs = commandEndsMs): Promise<DataFolderClaim> {
  const giveUpAt = Date.now() + waitMs
  for (;;) {
    try {
      return claimDataFolder(folder, door)
    } catch (error) {
      if (holderOf(folder)?.door !== 'command-line' || Date.now() >= giveUpAt) throw error
      await new Promise((done) => setTimeout(done, 100))
    }
  }
}

/** Who holds this folder now; null: nobody that is alive. */
export function holderOf(folder: string): Holder | null {
  const found = readLock(join(resolve(folder), lockName))
  return found.holder && isAlive(found.holder, found.touchedAt) ? found.holder : null
}

/** One level at a time: Node's own recursive way never ends where the system says ENOENT for good, as under /proc. */
export function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    if (!statSync(path).isDirectory()) throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' })
  }
}

function takeLock(lockFile: string, holder: Holder, folder: string): void {
  const giveUpAt = Date.now() + 1000
  while (!createLock(lockFile, holder)) {
    const found = readLock(lockFile)
    if (found.text === null) {
      // Gone again, or there and not readable; the latter does not mend itself.
      if (Date.now() > giveUpAt) throw new NotPossible(`Idlewatt cannot read ${lockFile}. Remove it if no other Idlewatt uses this folder.`)
      pause(20)
      continue
    }
    if (found.holder ? isAlive(found.holder, found.touchedAt) : Date.now() - found.touchedAt < halfWrittenMs) {
      if (found.holder) throw new NotPossible(heldSentence(found.holder, folder))
      pause(50)
      continue
    }
    setStaleAside(lockFile, found.text)
  }
}

/** false: there is one already. */
function createLock(lockFile: string, holder: Holder): boolean {
  let file: number
  try {
    file = openSync(lockFile, 'wx', 0o600)
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
  try {
    writeFileSync(file, textOf(holder))
  } catch (error) {
    closeSync(file)
    rmSync(lockFile, { force: true })
    throw error
  }
  closeSync(file)
  return true
}

/** Two instances may find the same stale lock: what is moved away must be what was judged, or it goes back. */
function setStaleAside(lockFile: string, judged: string): void {
  const aside = `${lockFile}.${randomUUID()}`
  try {
    renameSync(lockFile, aside)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    throw error
  }
  if (readLock(aside).text !== judged) putBack(aside, lockFile)
  rmSync(aside, { force: true, recursive: true })
}

function putBack(aside: string, lockFile: string): void {
  try {
    linkSync(aside, lockFile)
  } catch {
    // A third instance was quicker; the next round finds it.
  }
}

function isAlive(holder: Holder, touchedAt: number): boolean {
  if (holder.host !== hostname()) return Math.abs(Date.now() - touchedAt) < silentAfterMs
  // A lock of our own pid is either a claim of this very process or left by an earlier one: `isRunning` tells.
  return isRunning(holder)
}

function readLock(lockFile: string): { text: string | null; holder: Holder | null; touchedAt: number } {
  try {
    const text = readFileSync(lockFile, 'utf8')
    return { text, holder: parseHolder(text), touchedAt: statSync(lockFile).mtimeMs }
  } catch (error) {
    if (hasCode(error, 'EISDIR')) throw new NotPossible(`${lockFile} is a folder; a lock file belongs there. Remove it, or name another data folder with --data.`)
    return { text: null, holder: null, touchedAt: 0 }
  }
}

/** null: not a lock that Idlewatt wrote whole. */
function parseHolder(text: string): Holder | null {
  try {
    const found = JSON.parse(text) as Partial<Holder> | null
    if (typeof found !== 'object' || found === null) return null
    const { pid, door, since, processStartedAt, host, claim } = found
    if (!Number.isSafeInteger(pid) || (pid as number) <= 0 || typeof door !== 'string' || typeof host !== 'string') return null
    if (typeof since !== 'number' || typeof processStartedAt !== 'number' || typeof claim !== 'string') return null
    return {
      pid: pid as number,
      door: door.slice(0, 40),
      since,
      processStartedAt,
      host,
      claim,
      startTicks: typeof found.startTicks === 'string' ? found.startTicks : null,
      address: typeof found.address === 'string' ? found.address.slice(0, 200) : null,
    }
  } catch {
    return null
  }
}

function textOf(holder: Holder): string {
  return `${JSON.stringify(holder, null, 2)}\n`
}

function heldSentence(holder: Holder, folder: string): string {
  const where = holder.host === hostname() ? `process ${holder.pid}` : `process ${holder.pid} on ${holder.host}`
  const since = Number.isFinite(new Date(holder.since).getTime()) ? `, since ${new Date(holder.since).toISOString().slice(0, 16).replace('T', ' ')} UTC` : ''
  const address = holder.address ? `; it answers at ${holder.address}` : ''
  return `Another Idlewatt already uses ${folder}: the ${holder.door} door, ${where}${since}${address}. Use that one, stop it first, or name another folder with --data.`
}

function touch(lockFile: string): void {
  try {
    const now = new Date()
    utimesSync(lockFile, now, now)
  } catch {
    // Removed by hand: the folder is then up for grabs, which is what removing it asks for.
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
