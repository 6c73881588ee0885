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

const words = process.argv.slice(2)
try {
  await setUp()
  if (doorFor(words) === 'command-line') await becomeApp(words)
  else await openWindow()
} catch (error) {
  if (!(error instanceof SetUpFailed)) throw error
  say(error.message)
  process.exit(error.exitCode)
}

async function openWindow() {
  // Loaded here: most starts need no window.
  const { prepareWindow } = await import('./lib/window.js')
  const window = await prepareWindow()
  if (!window.ok) return serveInstead(window.why)
  const startedAt = Date.now()
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: undefined }
  const result = await run(window.binary, [...window.flags, root, ...desktopWords(words)], { env: without(env) })
  const failedEarly = result.interrupted === null && (result.error !== null || result.signal !== null) && Date.now() - startedAt < earlyMs
  if (failedEarly) return serveInstead(`Electron could not open a window (${result.error ?? result.signal})`)
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
