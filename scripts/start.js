#!/usr/bin/env node
/** `npm start`: sets up what is missing, then becomes the app. Runs on Node 20 with nothing installed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { desktopWords, doorFor } from './lib/arguments.js'
import { entryFile, findNode, root } from './lib/paths.js'
import { handOver, run } from './lib/run.js'
import { say, setUp, SetUpFailed } from './lib/set-up.js'

/** A window that ends badly this soon was never one. */
const earlyMs = 10_000
/** What the desktop app is asked to end with when it has said itself why it cannot start: serving would meet the same. */
const refusedExitCode = 10

const words = process.argv.slice(2)
standWhereTheUserStands()
try {
  await setUp()
  if (doorFor(words) === 'command-line') await becomeApp(words)
  else await openWindow()
} catch (error) {
  if (!(error instanceof SetUpFailed)) throw error
  say(error.message)
  process.exit(error.exitCode)
}

/** npm runs this in the project's folder, wherever it was called from; relative names in the call mean the caller's. */
function standWhereTheUserStands() {
  const { INIT_CWD, npm_lifecycle_event } = process.env
  if (npm_lifecycle_event !== 'start' || !INIT_CWD || process.cwd() !== root) return
  try {
    process.chdir(INIT_CWD)
  } catch {
    // Gone meanwhile: absolute names still work.
  }
}

async function openWindow() {
  // Loaded here: most starts need no window.
  const { prepareWindow } = await import('./lib/window.js')
  const window = await prepareWindow()
  if (!window.ok) return serveInstead(window.why)
  const startedAt = Date.now()
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: undefined, IDLEWATT_REFUSED_EXIT_CODE: String(refusedExitCode) }
  const result = await run(window.binary, [...window.flags, root, ...desktopWords(words)], { env: without(env) })
  if (result.exitCode === refusedExitCode) process.exit(1)
  // Without a display it may use, Electron ends by itself with 1, before any of our code could say why.
  const failedEarly = result.interrupted === null && result.exitCode !== 0 && Date.now() - startedAt < earlyMs
  if (failedEarly) return serveInstead(`Electron could not open a window (${result.error ?? result.signal ?? `exit code ${result.exitCode}`})`)
  process.exit(result.exitCode)
}

function serveInstead(why) {
  say(`${why}, so Idlewatt is served to the browser.`)
  return becomeApp(['serve', ...words])
}

function becomeApp(call) {
  return handOver(node(), [entryFile, ...call], process.env)
}

function node() {
  const found = findNode()
  if (found === null) throw new SetUpFailed(`Node 22.18 or newer is needed; this is ${process.version}, and ${nodePackage()} brought none.`)
  return found
}

function nodePackage() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies?.node
  return `the package node@${wanted ?? '?'}`
}

function without(env) {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined))
}
