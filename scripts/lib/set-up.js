/** Brings a checkout to where the app can run: npm packages as the lock file says, and a build that is not older than its sources. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { withLock } from './lock.js'
import { findNode, root } from './paths.js'
import { run } from './run.js'
import { buildState, hashOf, packagesState, readStamp } from './stale.js'

const lockFile = join(root, '.idlewatt', 'set-up.lock')
const packagesStamp = join(root, 'node_modules', '.idlewatt-lock-hash')
const buildStamp = join(root, 'out', '.build.json')
const outputs = ['out/main/idlewatt.js', 'out/main/desktop.js', 'out/main/probe-worker.js', 'out/main/bench-worker.js', 'out/preload/preload.cjs', 'out/renderer/index.html']
const sources = ['shared', 'main', 'renderer', 'electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.base.json']

/** A set-up that failed; the message is for the user. */
export class SetUpFailed extends Error {
  exitCode = 1
}

/** Progress goes to stderr: stdout belongs to the command's document. */
export function say(sentence) {
  process.stderr.write(`Idlewatt: ${sentence}\n`)
}

/** Does what is needed and nothing else; silent where nothing is. Throws SetUpFailed. */
export async function setUp() {
  if (!packagesAreStale().stale && !lookAtBuild().stale) return
  try {
    await withLock(
      lockFile,
      async () => {
        await ensurePackages()
        await ensureBuild()
      },
      () => say('another start is setting up this folder; waiting for it …'),
    )
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'].includes(error.code)) throw error
    throw new SetUpFailed(`the packages and the build belong into ${root}, which cannot be written (${error.code}).`)
  }
}

function packagesAreStale() {
  const lock = textOf('package-lock.json')
  if (findNode() === null || !existsSync(join(root, 'node_modules'))) return { stale: true, why: 'the npm packages are not installed' }
  const installed = textOf('node_modules/.package-lock.json')
  // The stamp spares reading two long files at every start.
  if (lock !== null && installed !== null && textOf(relative(root, packagesStamp)) === hashOf(lock)) return { stale: false }
  return packagesState({ lock, installed })
}

/** For a script that only hands over: where set-up fails, its sentence is said and the script ends with its exit code. */
export async function setUpOrLeave() {
  try {
    await setUp()
  } catch (error) {
    if (!(error instanceof SetUpFailed)) throw error
    say(error.message)
    process.exit(error.exitCode)
  }
}

export async function ensurePackages() {
  const state = packagesAreStale()
  if (!state.stale) {
    rememberPackages()
    return
  }
  say(`${state.why}; installing them (this takes a minute or two the first time) …`)
  rmSync(packagesStamp, { force: true })
  // A program that runs cannot be replaced on Windows, and `npm start` runs the Node inside node_modules once that is there.
  const verb = process.platform === 'win32' && existsSync(join(root, 'node_modules', 'node')) ? 'install' : 'ci'
  const result = await npm([verb, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error', '--progress=false'])
  if (result.exitCode !== 0) throw failed(result, `npm could not install the packages (npm ${verb} ended with ${result.exitCode}); is the package registry reachable?`)
  if (findNode() === null) await npm(['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error'])
  if (findNode() === null) throw new SetUpFailed('npm brought no Node 24 for this system; install Node 22.18 or newer and start again.')
  rememberPackages()
}

function rememberPackages() {
  const lock = textOf('package-lock.json')
  try {
    if (lock !== null && textOf(relative(root, packagesStamp)) !== hashOf(lock)) writeFileSync(packagesStamp, hashOf(lock))
  } catch {
    // A folder that cannot be written costs some milliseconds at the next start, no more.
  }
}

/** npm that started us, else the one on the path. */
function npm(args) {
  const own = process.env.npm_execpath
  if (own && /npm-cli\.[cm]?js$/.test(own)) return run(process.execPath, [own, ...args], { cwd: root, stdio: 'stderr' })
  const isWindows = process.platform === 'win32'
  return run(isWindows ? 'npm.cmd' : 'npm', args, { cwd: root, stdio: 'stderr', shell: isWindows })
}

function lookAtBuild() {
  const files = sourceFiles()
  const looks = hashOf(files.map((file) => looksOf(file)).join('\n'))
  let content = null
  const contentOf = () => (content ??= hashOf(files.map((file) => `${file} ${hashOf(readFileSync(join(root, file)))}`).join('\n')))
  const stamp = readStamp(textOf(relative(root, buildStamp)))
  const state = buildState({ stamp, outputsExist: outputs.every((file) => existsSync(join(root, file))), looks, content: contentOf })
  if (state === 'same-content') writeStamp({ looks, content: contentOf() })
  return { stale: state === 'stale', stamp: () => ({ looks, content: contentOf() }) }
}

export async function ensureBuild() {
  const seen = lookAtBuild()
  if (!seen.stale) return
  say('building …')
  // Taken before the build, so that an edit made meanwhile is noticed at the next start.
  const stamp = seen.stamp()
  rmSync(buildStamp, { force: true })
  const result = await run(findNode() ?? process.execPath, [join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build'], { cwd: root, stdio: 'quiet' })
  if (result.exitCode !== 0) {
    if (result.interrupted === null) process.stderr.write(result.output)
    throw failed(result, `the build failed (electron-vite ended with ${result.exitCode}).`)
  }
  const missing = outputs.find((file) => !existsSync(join(root, file)))
  if (missing) throw new SetUpFailed(`the build ended well but wrote no ${missing}.`)
  writeStamp(stamp)
}

function writeStamp(stamp) {
  try {
    mkdirSync(join(root, 'out'), { recursive: true })
    writeFileSync(buildStamp, `${JSON.stringify(stamp)}\n`)
  } catch {
    // The next start looks again.
  }
}

function failed(result, sentence) {
  const error = new SetUpFailed(result.interrupted === null ? sentence : 'stopped during the set-up.')
  error.exitCode = result.interrupted === null ? 1 : result.exitCode
  return error
}

/** Every file the build reads, sorted; documents and fixtures of tests are not among them. */
function sourceFiles() {
  const found = []
  for (const name of sources) {
    if (!existsSync(join(root, name))) continue
    if (!statSync(join(root, name)).isDirectory()) found.push(name)
    else walk(name, found)
  }
  return found.sort()
}

function walk(folder, found) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const name = `${folder}/${entry.name}`
    if (entry.isDirectory()) {
      if (entry.name !== 'fixtures' && entry.name !== 'node_modules') walk(name, found)
    } else if (!entry.name.endsWith('.md')) found.push(name)
  }
}

function looksOf(file) {
  const { size, mtimeMs } = statSync(join(root, file))
  return `${file} ${size} ${mtimeMs}`
}

function textOf(name) {
  try {
    return readFileSync(join(root, name), 'utf8')
  } catch {
    return null
  }
}
