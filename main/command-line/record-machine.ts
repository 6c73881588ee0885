/** `idlewatt record-machine`: writes this machine as a recorded one, with nothing secret in it, for tests and reports of faults. */
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { fileErrorWords } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'
import { openApp, sayNotices, type Call } from './open-app.ts'
import { bullet, count, wrap } from './output.ts'
import { quoted, WrongWords } from './words.ts'

const longestName = 200

/** What a recording is made of. */
export interface Capture {
  files: Record<string, string>
  replaced: { what: string; count: number }[]
  notes: string[]
}

/** 0: written. The folder is new: nothing that is there is touched. */
export async function recordMachine(call: Call, name: string | undefined): Promise<number> {
  if (name === undefined || name.trim() === '') throw new WrongWords('record-machine needs a name for the new folder: idlewatt record-machine my-rig')
  if (/[\u0000-\u001f\u007f]/.test(name)) throw new WrongWords(`${quoted(name)} cannot be the name of a folder.`)
  const folder = resolve(name)
  // The folder is written beside under a slightly longer name; file systems take 255 bytes.
  if (Buffer.byteLength(basename(folder)) > longestName) throw new WrongWords(`${quoted(basename(folder))} is too long for the name of a folder.`)
  refuseExisting(folder)
  const app = openApp(call, 'command-line')
  call.terminal.say('Reading this machine; slow drivers may take half a minute …')
  const capture = await app.gpus.capture()
  sayNotices(app, call.terminal)
  if (call.stops.isStopping()) return 1
  writeCapture(folder, capture)
  if (call.common.json) await call.terminal.document({ folder, files: Object.keys(capture.files), replaced: capture.replaced, notes: capture.notes })
  else await call.terminal.print(recordedText(folder, capture))
  return 0
}

function refuseExisting(folder: string): void {
  if (existsSync(folder)) throw new NotPossible(`${folder} is there already. Name a new folder: nothing is overwritten.`)
  const parent = dirname(folder)
  if (!statSync(parent, { throwIfNoEntry: false })?.isDirectory()) throw new NotPossible(`${parent} is not a folder, so ${basename(folder)} cannot be made in it.`)
}

/** Beside and moved over, so that half a recording is never taken for a whole one. */
export function writeCapture(folder: string, { files }: Capture): void {
  const fresh = `${folder}.new-${process.pid}`
  try {
    mkdirSync(fresh)
    for (const [name, text] of Object.entries(files)) {
      const file = join(fresh, name)
      if (isAbsolute(name) || !file.startsWith(fresh + sep)) throw new Error(`a recording may not write ${name}`)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text, { flag: 'wx' })
    }
    refuseExisting(folder)
    renameSync(fresh, folder)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    if (error instanceof NotPossible || (error as NodeJS.ErrnoException).code === undefined) throw error
    throw new NotPossible(`${folder} could not be written: ${fileErrorWords(error)}.`)
  }
}

export function recordedText(folder: string, { files, replaced, notes }: Capture): string {
  const bytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const some = replaced.filter((one) => one.count > 0)
  const lines = [
    wrap(`Written to ${folder}: ${count(Object.keys(files).length, 'file')}, ${Math.max(1, Math.round(bytes / 1024))} KiB. Nothing was sent anywhere.`),
    some.length === 0 ? 'Nothing had to be replaced in it.' : ['Replaced by made-up values, the same for the same:', ...some.map((one) => bullet(`${one.what}: ${count(one.count, 'place')}`))].join('\n'),
    ...(notes.length === 0 ? [] : [notes.map(bullet).join('\n')]),
    wrap('Look through the files before you hand them on: they hold what drivers and the system said of this machine.'),
    `Seen as a machine: idlewatt --machine ${/[^\w@%+=:,./\\-]/.test(folder) ? JSON.stringify(folder) : folder} detect`,
  ]
  return lines.join('\n\n')
}
