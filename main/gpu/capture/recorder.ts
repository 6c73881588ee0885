/** A machine source that notes everything that is read through it. */
import type { CommandResult, MachineSource } from '../../system/machine-source.ts'

export interface Noted {
  /** Command line → its answers, one after another. */
  commands: Map<string, CommandResult[]>
  /** Path → text, or the bytes of a file that is no text. Files that are not there are left out. */
  files: Map<string, string | Uint8Array>
  /** Paths of entries that were seen in a folder. */
  listed: Set<string>
}

export interface Recorder extends Noted {
  source: MachineSource
}

export function createRecorder(machine: MachineSource): Recorder {
  const commands: Noted['commands'] = new Map()
  const files: Noted['files'] = new Map()
  const listed: Noted['listed'] = new Set()

  const source: MachineSource = {
    ...machine,
    async run(program, args, options) {
      const answer = await machine.run(program, args, options)
      // A recording finds a program by its name, wherever it was.
      const line = [program.replace(/^.*[\\/]/, ''), ...args].join(' ')
      if (answer.kind !== 'not-found') commands.set(line, [...(commands.get(line) ?? []), answer])
      return answer
    },
    async readFile(path) {
      const text = await machine.readFile(path)
      if (text !== null && !files.has(path)) files.set(path, text)
      return text
    },
    async readBytes(path) {
      const bytes = await machine.readBytes(path)
      if (bytes !== null) files.set(path, bytes)
      return bytes
    },
    async listFolder(path) {
      const names = await machine.listFolder(path)
      // Processes come and go, and are nobody's business: those that use a card are known by the files that were read of them.
      if (!/^\/proc\/?$/.test(path)) for (const name of names) listed.add(`${path.replace(/\/$/, '')}/${name}`)
      return names
    },
  }
  return { source, commands, files, listed }
}

/** Entries that were seen but of which nothing was read: a recording holds them as empty folders. Pure. */
export function unreadEntries({ files, listed }: Noted): string[] {
  // Every folder above a file that was read is known by it.
  const told = new Set<string>()
  for (const path of files.keys()) {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) told.add(path.slice(0, end))
  }
  return [...listed].filter((path) => !told.has(path)).sort()
}
