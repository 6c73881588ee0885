/** Debian packages that npm cannot bring: installed when running as root, else named in one line that can be typed. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './run.js'
import { say } from './set-up.js'

/** What the tests need: a package and how to see that it is there already, from Debian or from elsewhere. */
const forTests = [
  { name: 'chromium', isThere: () => ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].some(isOnPath) },
  { name: 'pocl-opencl-icd', isThere: () => hasFile('/etc/OpenCL/vendors', /\.icd$/) },
  { name: 'ocl-icd-libopencl1', isThere: () => hasLibrary(/^libOpenCL\.so/) },
  { name: 'clpeak', isThere: () => isOnPath('clpeak') },
  { name: 'docker.io', isThere: () => isOnPath('dockerd') || hasFile('/usr/sbin', /^dockerd$/) },
  { name: 'busybox-static', isThere: () => isOnPath('busybox') || hasFile('/bin', /^busybox$/) },
  { name: 'dbus', isThere: () => isOnPath('dbus-daemon') },
  { name: 'xvfb', isThere: () => isOnPath('Xvfb') },
  { name: 'openssl', isThere: () => isOnPath('openssl') },
  { name: 'gcc', isThere: () => isOnPath('gcc') || isOnPath('cc') },
]

/** Libraries of Electron by the names the loader asks for; the second name is Debian's since its 64-bit-time change. */
const libraryPackages = {
  'libgtk-3.so.0': ['libgtk-3-0', 'libgtk-3-0t64'],
  'libgdk-3.so.0': ['libgtk-3-0', 'libgtk-3-0t64'],
  'libnss3.so': ['libnss3'],
  'libnssutil3.so': ['libnss3'],
  'libsmime3.so': ['libnss3'],
  'libnspr4.so': ['libnspr4'],
  'libasound.so.2': ['libasound2', 'libasound2t64'],
  'libgbm.so.1': ['libgbm1'],
  'libdrm.so.2': ['libdrm2'],
  'libcups.so.2': ['libcups2', 'libcups2t64'],
  'libatk-1.0.so.0': ['libatk1.0-0', 'libatk1.0-0t64'],
  'libatk-bridge-2.0.so.0': ['libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'],
  'libatspi.so.0': ['libatspi2.0-0', 'libatspi2.0-0t64'],
  'libdbus-1.so.3': ['libdbus-1-3'],
  'libglib-2.0.so.0': ['libglib2.0-0', 'libglib2.0-0t64'],
  'libgobject-2.0.so.0': ['libglib2.0-0', 'libglib2.0-0t64'],
  'libgio-2.0.so.0': ['libglib2.0-0', 'libglib2.0-0t64'],
  'libpango-1.0.so.0': ['libpango-1.0-0'],
  'libcairo.so.2': ['libcairo2'],
  'libX11.so.6': ['libx11-6'],
  'libxcb.so.1': ['libxcb1'],
  'libXcomposite.so.1': ['libxcomposite1'],
  'libXdamage.so.1': ['libxdamage1'],
  'libXext.so.6': ['libxext6'],
  'libXfixes.so.3': ['libxfixes3'],
  'libXrandr.so.2': ['libxrandr2'],
  'libxkbcommon.so.0': ['libxkbcommon0'],
  'libexpat.so.1': ['libexpat1'],
  'libudev.so.1': ['libudev1'],
}

/** Names of the packages the tests lack here; empty on systems that are not Debian's kin. */
export function missingForTests() {
  if (!isOnPath('apt-get')) return []
  return forTests.filter((one) => !one.isThere()).map((one) => one.name)
}

/** @param {string[]} names @param {boolean} isRoot */
export function lineToType(names, isRoot) {
  return `${isRoot ? '' : 'sudo '}apt-get install -y --no-install-recommends ${names.join(' ')}`
}

/**
 * Installs packages when root. @param {string[]} names
 * @returns {Promise<{ ok: true } | { ok: false, how: string }>} `how`: the line to type
 */
export async function installDebian(names) {
  const isRoot = process.getuid?.() === 0
  const how = lineToType(names, isRoot)
  if (names.length === 0) return { ok: true }
  if (!isRoot || !isOnPath('apt-get')) return { ok: false, how }
  say(`installing Debian packages: ${names.join(' ')} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = () => run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], { stdio: 'quiet', env, limitMs: 300_000 })
  let result = await install()
  if (result.exitCode !== 0 && result.interrupted === null) {
    // An image without package lists is the usual reason.
    await run('apt-get', ['update', '-q'], { stdio: 'quiet', env, limitMs: 120_000 })
    result = await install()
  }
  if (result.interrupted !== null) process.exit(result.exitCode)
  return result.exitCode === 0 ? { ok: true } : { ok: false, how }
}

/** Libraries that the loader does not find for this program. Command line equivalent: `ldd PROGRAM | grep "not found"`. */
export async function missingLibraries(program) {
  const result = await run('ldd', [program], { stdio: 'quiet', limitMs: 10_000 })
  return parseMissingLibraries(result.output)
}

/** @param {string} text of ldd */
export function parseMissingLibraries(text) {
  return [...text.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '')
}

/** Package names for libraries, as this release of Debian or Ubuntu calls them. */
export async function packagesForLibraries(libraries) {
  const packages = new Set()
  for (const library of libraries) {
    const names = libraryPackages[library]
    if (names) packages.add(names.length > 1 && (await isPackage(names[1])) ? names[1] : names[0])
  }
  return [...packages]
}

async function isPackage(name) {
  const result = await run('apt-cache', ['show', name], { stdio: 'quiet', limitMs: 10_000 })
  return result.exitCode === 0 && result.output.includes('Package:')
}

export function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function hasFile(folder, pattern) {
  return existsSync(folder) && readdirSync(folder).some((name) => pattern.test(name))
}

function hasLibrary(pattern) {
  const folders = ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  return folders.some((folder) => hasFile(folder, pattern))
}
