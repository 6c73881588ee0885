/** `npm run package:cli`: one archive in dist/ with Node, the command line and all it loads, for machines with nothing installed. `--out DIR`: elsewhere. */
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { tarGzOf, zipOf } from './lib/archive.js'
import { bundleEntries } from './lib/bundle.js'
import { findNode, root } from './lib/paths.js'
import { run } from './lib/run.js'
import { say, setUpOrLeave } from './lib/set-up.js'

/** What rigs with slow lines can be asked to fetch. */
const mostBytes = 60e6

const out = readOut()
await setUpOrLeave()
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { platform, arch } = process
const folder = `idlewatt-cli-${version}-${platform}-${arch}`
say(`packing ${folder} …`)
const entries = bundleEntries({ node: await nodeProgram(), platform, arch, folder })
const archive = platform === 'win32' ? zipOf(entries) : tarGzOf(entries)
const file = join(out, `${folder}.${platform === 'win32' ? 'zip' : 'tar.gz'}`)
mkdirSync(out, { recursive: true })
writeFileSync(file, archive)
writeFileSync(`${file}.sha256`, `${createHash('sha256').update(archive).digest('hex')}  ${basename(file)}\n`)
process.stdout.write(`${file}\n`)
say(`${entries.length} files, ${(archive.length / 1e6).toFixed(1)} MB.`)
if (archive.length > mostBytes) {
  say(`that is more than the ${mostBytes / 1e6} MB it may have.`)
  process.exit(1)
}

function readOut() {
  try {
    const { values } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: false })
    return resolve(values.out ?? join(root, 'dist'))
  } catch (error) {
    process.stderr.write(`${error.message}\nUse: npm run package:cli -- [--out DIR]\n`)
    process.exit(2)
  }
}

/** Without its table of symbols, where `strip` is there to take it out: a seventh less. A Mac's is signed as it is. */
async function nodeProgram() {
  const program = findNode() ?? process.execPath
  if (platform !== 'linux') return readFileSync(program)
  const scratch = mkdtempSync(join(tmpdir(), 'idlewatt-package-'))
  try {
    const copy = join(scratch, 'node')
    copyFileSync(program, copy)
    const { exitCode } = await run('strip', [copy], { stdio: 'quiet', limitMs: 60_000 })
    return readFileSync(exitCode === 0 ? copy : program)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
