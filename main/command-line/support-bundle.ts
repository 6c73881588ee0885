/** `idlewatt support-bundle`: lists what would be saved, shows any of it, and saves it where it is told to. */
import { closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { fileErrorWords } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'
import { openForAsking } from './ask-app.ts'
import { sayNotices, type Call } from './open-app.ts'
import { bullet, count, drawTable, wrap } from './output.ts'
import { quoted, readText, WrongWords } from './words.ts'

export interface SupportFlags {
  out?: string
  show?: string
}

/** 0: listed, shown or saved. 1: it could not be saved. */
export async function supportBundle(call: Call, flags: SupportFlags): Promise<number> {
  const out = flags.out === undefined ? null : resolve(readText('--out', flags.out))
  const show = flags.show === undefined ? null : readText('--show', flags.show)
  if (out !== null && show !== null) throw new WrongWords('--out saves the bundle, --show prints one file of it: name one of the two.')
  if (out !== null && existsSync(out)) throw new NotPossible(notWritten(out, 'something of that name is there already'))
  const app = await openForAsking(call, 'reads')
  if (app.own) {
    sayNotices(app.own, call.terminal)
    await app.own.start()
    await app.look()
  }
  call.terminal.say('Reading this machine; slow drivers may take half a minute …')
  const bundle = await app.ask('support.bundle', undefined)
  if (show !== null) {
    const file = bundle.files.find(({ name }) => name === show)
    if (file === undefined) throw new WrongWords(`There is no ${quoted(show)} in the bundle. There are: ${bundle.files.map(({ name }) => name).join(', ')}.`)
    const text = unpacked((await app.ask('support.save', { id: bundle.id })).base64, show)
    if (call.common.json) await call.terminal.document({ name: show, what: file.what, text })
    else await call.terminal.write(text)
    return 0
  }
  if (out !== null) {
    const { base64 } = await app.ask('support.save', { id: bundle.id })
    save(out, Buffer.from(base64, 'base64'))
  }
  if (call.common.json) await call.terminal.document({ savedAs: out, fileName: bundle.fileName, madeAt: bundle.madeAt, files: bundle.files.map(({ name, what, bytes }) => ({ name, what, bytes })), removed: bundle.removed })
  else await call.terminal.print(bundleText(bundle, out))
  return 0
}

/** Of what would be saved, so that it is that to the letter. */
function unpacked(base64: string, name: string): string {
  const bytes = unzipSync(Buffer.from(base64, 'base64'), { filter: (file) => file.name === name })[name]
  return bytes === undefined ? '' : strFromU8(bytes)
}

/** Throws NotPossible. Half of it is never left behind. */
function save(out: string, bytes: Buffer): void {
  let file: number | null = null
  try {
    file = openSync(out, 'wx', 0o600)
    writeFileSync(file, bytes)
    closeSync(file)
  } catch (error) {
    if (file !== null) throwAway(file, out)
    throw new NotPossible(notWritten(out, fileErrorWords(error)))
  }
}

function throwAway(file: number, path: string): void {
  try {
    closeSync(file)
  } catch {
    // Closing itself may be what failed.
  }
  rmSync(path, { force: true })
}

function notWritten(out: string, why: string): string {
  return `${out} was not written: ${why}. Nothing was overwritten. Name another file with --out.`
}

function bundleText(bundle: { files: { name: string; what: string; bytes: number }[]; removed: { what: string; count: number }[] }, out: string | null): string {
  const table = drawTable(
    [{ head: 'File', flexible: true, least: 30 }, { head: 'What', flexible: true }, { head: 'KiB', align: 'right' }],
    bundle.files.map(({ name, what, bytes }) => [name, what, String(Math.max(1, Math.round(bytes / 1024)))]),
  )
  const removed = bundle.removed.length === 0 ? 'Nothing had to be taken out.' : ['Taken out, and replaced by words in brackets:', ...bundle.removed.map(({ what, count: n }) => bullet(count(n, what, `different: ${what}`)))].join('\n')
  const next = out === null ? 'Nothing was saved and nothing was sent. Look into a file with --show NAME; save it with --out FILE.' : `Saved as ${out}. Nothing was sent. Look through it before you hand it on.`
  return [table, removed, wrap(next)].join('\n\n')
}
