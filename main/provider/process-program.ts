/** Says beforehand, and from the system's error afterwards, why a program cannot be run and what to do. */
import { accessSync, closeSync, constants, openSync, readSync, statSync, type Stats } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { fileErrorWords, hasCode } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'

const again = 'Set the programme up again in its steps.'
/** e_machine of an ELF file: what this processor runs, with its 32-bit kin. */
const machines: Partial<Record<NodeJS.Architecture, number[]>> = { x64: [62, 3], arm64: [183, 40] }

/** The full path. Throws NotPossible. */
export function findProgram(program: string, cwd: string, env: Record<string, string>): string {
  checkFolder(cwd)
  const isPath = /[/\\]/.test(program)
  const paths = isPath ? [resolve(cwd, program)] : (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter(Boolean).flatMap((folder) => endings().map((ending) => join(folder, program + ending)))
  const found = paths.find((path) => statQuietly(path)?.isFile())
  if (found === undefined) {
    if (!isPath) throw new NotPossible(`The program “${program}” was not found on this computer. Install it, then start again.`)
    const path = paths[0] as string
    if (statQuietly(path)?.isDirectory()) throw new NotPossible(`${path} is a folder, not a program. ${again}`)
    throw new NotPossible(`The program ${path} is missing. It was moved or removed since it was set up; an antivirus may have taken it away. ${again}`)
  }
  checkFile(found)
  return found
}

/** Of an error that the system gave while starting it. */
export function whyNotStarted(error: unknown, path: string): NotPossible {
  if (hasCode(error, 'ENOENT')) return new NotPossible(`${path} is there but cannot be run: the program that it needs to run is missing on this computer. Install that, or set the programme up again.`)
  if (hasCode(error, 'EACCES', 'EPERM')) return new NotPossible(`The system does not let this user run ${path}. Look at the rights of the file; an antivirus may block it, too.`)
  if (hasCode(error, 'ENOEXEC', 'ELIBBAD', 'UNKNOWN')) return notForUs(path)
  if (hasCode(error, 'ETXTBSY')) return new NotPossible(`${path} is being written at this moment. Start again once that is done.`)
  if (hasCode(error, 'EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE')) return new NotPossible(`${path} could not be started: this computer is out of memory, or has too many programs or files open. Close some, then start again.`)
  if (hasCode(error, 'E2BIG')) return new NotPossible(`${path} could not be started: its settings are too long. Check what you answered in its steps.`)
  return new NotPossible(`${path} could not be started: ${fileErrorWords(error)}.`)
}

function checkFolder(cwd: string): void {
  const about = statQuietly(cwd)
  if (about === null) throw new NotPossible(`The folder ${cwd} is missing. ${again}`)
  if (!about.isDirectory()) throw new NotPossible(`${cwd} is a file, but the program needs a folder there. Move it away, then start again.`)
}

function checkFile(path: string): void {
  if (statSync(path).size === 0) throw new NotPossible(`${path} is empty (0 bytes). ${again}`)
  if (process.platform === 'win32') return
  try {
    accessSync(path, constants.X_OK)
  } catch {
    throw new NotPossible(`This user may not run ${path}. Allow it (chmod +x ${path}), or set the programme up again. If the disk is mounted “noexec”, put it on another one.`)
  }
  const start = firstBytes(path)
  if (start === null || start.toString('latin1', 0, 2) === '#!' || process.platform !== 'linux') return
  // The C library hands what the kernel refuses to the shell, which runs it as if it were a script: an empty success or nonsense.
  if (start.toString('latin1', 0, 4) === '\x7fELF') {
    const machine = start[5] === 1 ? start.readUInt16LE(18) : start.readUInt16BE(18)
    if (machines[process.arch]?.includes(machine) === false) throw notForUs(path)
  } else if (start.includes(0)) throw notForUs(path)
}

function notForUs(path: string): NotPossible {
  return new NotPossible(`${path} is no program for this computer: it is damaged, or made for another system. ${again}`)
}

/** null: it may be run and not read. */
function firstBytes(path: string): Buffer | null {
  const bytes = Buffer.alloc(512)
  let file: number | null = null
  try {
    file = openSync(path, 'r')
    const length = readSync(file, bytes, 0, bytes.length, 0)
    return length < 20 ? Buffer.concat([bytes.subarray(0, length), Buffer.alloc(20 - length, 10)]) : bytes.subarray(0, length)
  } catch {
    return null
  } finally {
    if (file !== null) closeSync(file)
  }
}

function endings(): string[] {
  return process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : ['']
}

function statQuietly(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}
