/** Says whether a window can be opened here: a display, Electron's binary (downloaded at first run) and the libraries it needs. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { isAbsolute, join } from 'node:path'
import { installDebian, missingLibraries, packagesForLibraries } from './debian.js'
import { cacheFolder, findNode, root } from './paths.js'
import { run } from './run.js'
import { say } from './set-up.js'
import { mayTryAgain } from './stale.js'

const downloadLimitMs = 20_000
const displayLimitMs = 1_000
const folder = join(root, 'node_modules', 'electron')

/** @param {NodeJS.ProcessEnv} env @param {string} platform */
export function hasDisplay(env, platform) {
  return platform !== 'linux' || Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY)
}

/**
 * Where the servers of these displays listen, likeliest first. A name that cannot be read gives nothing.
 * @param {NodeJS.ProcessEnv} env
 * @returns {import('node:net').NetConnectOpts[]}
 */
export function displayAddresses(env) {
  const found = []
  const wayland = env.WAYLAND_DISPLAY
  if (wayland) {
    if (isAbsolute(wayland)) found.push({ path: wayland })
    else if (env.XDG_RUNTIME_DIR) found.push({ path: join(env.XDG_RUNTIME_DIR, wayland) })
  }
  // "host:0.1", ":0", "unix:0"; a socket by its path is XQuartz's way.
  const [, host = '', number] = /^(.*):(\d{1,5})(?:\.\d+)?$/.exec(env.DISPLAY ?? '') ?? []
  if (number === undefined) return found
  if (host.startsWith('/')) found.push({ path: env.DISPLAY }, { path: host })
  else if (host === '' || host === 'unix' || host.endsWith('/unix')) found.push({ path: `/tmp/.X11-unix/X${number}` }, { path: `\0/tmp/.X11-unix/X${number}` })
  else found.push({ host: host.replace(/^\[|\]$|^tcp\//g, ''), port: 6000 + Number(number) })
  return found
}

/** Whether a display that is named is also there: a terminal multiplexer or an SSH session that broke off leaves dead names behind. */
async function displayAnswers(env) {
  const answers = await Promise.all(displayAddresses(env).map(accepts))
  return answers.includes(true)
}

function accepts(address) {
  return new Promise((resolve) => {
    const socket = connect(address)
    const end = (isThere) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.setTimeout(displayLimitMs, () => end(false))
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

/**
 * What the window runs on, or in one sentence why there is none. May download and install.
 * @returns {Promise<{ ok: true, binary: string, flags: string[] } | { ok: false, why: string }>}
 */
export async function prepareWindow() {
  if (!hasDisplay(process.env, process.platform)) return { ok: false, why: 'There is no display here' }
  if (process.platform === 'linux' && !(await displayAnswers(process.env))) {
    return { ok: false, why: `The display ${[process.env.WAYLAND_DISPLAY, process.env.DISPLAY].filter(Boolean).join(', ')} does not answer` }
  }
  const version = versionOf()
  if (version === null) return { ok: false, why: 'The Electron package is not installed' }
  if (findBinary(version) === null) {
    const why = await download(version)
    if (why !== null) return { ok: false, why }
  }
  const binary = findBinary(version)
  if (binary === null) return { ok: false, why: 'The Electron download brought no program for this system' }
  if (process.platform !== 'linux') return { ok: true, binary, flags: [] }
  const lacking = await installLibraries(binary)
  if (lacking !== null) return { ok: false, why: lacking }
  return sandbox(binary)
}

function versionOf() {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  } catch {
    return null
  }
}

/** The program where its own install.js puts it, complete and of this version; null: not there. */
export function findBinary(version, env = process.env) {
  try {
    const override = env.ELECTRON_OVERRIDE_DIST_PATH
    const name = existsSync(join(folder, 'path.txt')) ? readFileSync(join(folder, 'path.txt'), 'utf8').trim() : defaultName(process.platform)
    if (!override && readFileSync(join(folder, 'dist', 'version'), 'utf8').trim().replace(/^v/, '') !== version) return null
    const file = join(override || join(folder, 'dist'), name)
    return existsSync(file) ? file : null
  } catch {
    return null
  }
}

function defaultName(platform) {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return platform === 'win32' ? 'electron.exe' : 'electron'
}

/** null: done; else why not. The try is written down first, so that a try that hung is not begun again at the next start. */
async function download(version) {
  const stampFile = join(cacheFolder(), 'electron-download.json')
  const now = Date.now()
  if (!mayTryAgain({ stamp: textOf(stampFile), version, now })) {
    return 'Electron could not be downloaded within the last hour'
  }
  try {
    mkdirSync(cacheFolder(), { recursive: true })
    writeFileSync(stampFile, JSON.stringify({ at: now, version }))
  } catch {
    // Without a place to note it, the next start simply tries again.
  }
  say(`downloading Electron ${version} for the window (at most ${downloadLimitMs / 1000} s) …`)
  const result = await run(findNode() ?? process.execPath, [join(folder, 'install.js')], { stdio: 'quiet', limitMs: downloadLimitMs })
  if (result.interrupted !== null) process.exit(result.exitCode)
  if (result.exitCode === 0) return null
  return result.timedOut ? `Electron did not arrive within ${downloadLimitMs / 1000} s` : 'Electron could not be downloaded'
}

/** null: everything is there; else what to do. */
async function installLibraries(binary) {
  const missing = await missingLibraries(binary)
  if (missing.length === 0) return null
  const packages = await packagesForLibraries(missing)
  const result = await installDebian(packages)
  if (!result.ok) return `A window needs libraries that are missing here (${result.how})`
  const still = await missingLibraries(binary)
  return still.length === 0 ? null : `A window needs ${still.join(', ')}, which this system does not have`
}

/**
 * Chromium's sandbox needs user namespaces or a helper owned by root. Where there is neither, we do not switch the sandbox
 * off behind the user's back: root, for whom Chromium knows no sandbox at all, is the one exception, and is told.
 */
function sandbox(binary) {
  if (process.getuid?.() === 0) {
    say('running as root, so the window has no sandbox; an ordinary user is safer.')
    return { ok: true, binary, flags: ['--no-sandbox'] }
  }
  const restricted =
    textOf('/proc/sys/kernel/apparmor_restrict_unprivileged_userns')?.trim() === '1' || textOf('/proc/sys/kernel/unprivileged_userns_clone')?.trim() === '0'
  const helper = join(binary, '..', 'chrome-sandbox')
  if (!restricted || helperIsSet(helper)) return { ok: true, binary, flags: [] }
  return { ok: false, why: `The window's sandbox is not allowed here (sudo chown root "${helper}" && sudo chmod 4755 "${helper}" allows it)` }
}

function helperIsSet(file) {
  try {
    const { uid, mode } = statSync(file)
    return uid === 0 && (mode & 0o4755) === 0o4755
  } catch {
    return false
  }
}

function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
