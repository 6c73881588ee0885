/**
 * `npm test`: sets up what is missing, then types, lint, every test, and the window's suite where Electron is there.
 * Its last line is "N passed, N failed, N skipped". `npm test -- test/main/gpu` runs just those tests.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check } from './check.js'
import { installDebian, missingForTests } from './lib/debian.js'
import { findNode, root } from './lib/paths.js'
import { run } from './lib/run.js'
import { say, setUp, SetUpFailed } from './lib/set-up.js'

const electronConfig = join(root, 'test', 'e2e', 'electron', 'playwright.config.ts')
const words = process.argv.slice(2)
const totals = { passed: 0, failed: 0, skipped: 0 }

try {
  await setUp()
} catch (error) {
  if (!(error instanceof SetUpFailed)) throw error
  say(error.message)
  if (error.exitCode === 1) process.stdout.write('0 passed, 1 failed, 0 skipped\n')
  process.exit(error.exitCode)
}
await bringPackages()
if (words.length === 0) {
  const { ok, interrupted } = await check()
  if (interrupted) process.exit(130)
  if (!ok) totals.failed += 1
}
await runVitest()
if (words.length === 0) await runElectronSuite()
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`)
process.exit(totals.failed === 0 ? 0 : 1)

/** Chromium, an OpenCL driver, clpeak and a C compiler: what needs them skips, visibly, where they cannot be had. */
async function bringPackages() {
  const missing = missingForTests()
  if (missing.length === 0) return
  const result = await installDebian(missing)
  if (!result.ok) say(`some tests will be skipped; to run them all: ${result.how}`)
}

async function runVitest() {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-test-'))
  const countsFile = join(folder, 'counts.json')
  const node = findNode() ?? process.execPath
  const args = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--reporter=default', `--reporter=${join(root, 'scripts', 'reporter.js')}`, ...words]
  const result = await run(node, args, { cwd: root, env: { ...process.env, IDLEWATT_TEST_COUNTS: countsFile } })
  const counts = readCounts(countsFile)
  rmSync(folder, { recursive: true, force: true })
  if (result.interrupted !== null) process.exit(result.exitCode)
  // A run that broke off has counted nothing, or not everything.
  add(counts ?? { passed: 0, failed: 1, skipped: 0 })
  if (counts !== null && result.exitCode !== 0 && counts.failed === 0) totals.failed += 1
}

/** The suite that drives a real Electron; it skips itself where the binary or a display is missing. */
async function runElectronSuite() {
  if (!existsSync(electronConfig)) return
  const args = [join(root, 'node_modules', '@playwright', 'test', 'cli.js'), 'test', '--config', electronConfig, '--reporter=json']
  const result = await run(findNode() ?? process.execPath, args, { cwd: root, stdio: 'quiet', limitMs: 240_000 })
  if (result.interrupted !== null) process.exit(result.exitCode)
  const stats = readStats(result.output)
  if (stats === null) {
    process.stdout.write(`window suite (Electron): it did not run to its end\n${result.output}\n`)
    add({ passed: 0, failed: 1, skipped: 0 })
    return
  }
  const why = stats.skipped > 0 ? '; skipped where there is no Electron binary or no display' : ''
  process.stdout.write(`window suite (Electron): ${stats.expected + stats.flaky} passed, ${stats.unexpected} failed, ${stats.skipped} skipped${why}\n`)
  if (stats.unexpected > 0) process.stdout.write(`${result.output}\n`)
  add({ passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped })
}

function add(counts) {
  for (const key of Object.keys(totals)) totals[key] += counts[key]
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

function readStats(output) {
  try {
    return JSON.parse(output.slice(output.indexOf('{'))).stats ?? null
  } catch {
    return null
  }
}
