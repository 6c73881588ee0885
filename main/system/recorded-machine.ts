/** A recorded machine (`--machine DIR`): answers from a folder what commands, files and libraries said elsewhere. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, posix, relative, resolve, sep } from 'node:path'
import type { Clock } from './clock.ts'
import { readFacts, unknownFacts } from './machine-facts.ts'
import type { CommandResult, LayerName, MachineFacts, MachineSource } from './machine-source.ts'
import { jsonFault } from './json-fault.ts'
import { NotPossible } from './not-possible.ts'
import { registryText } from './registry-text.ts'
import { isVirtualIn, surroundingsOf } from './surroundings.ts'
import { checkRecording, type RecordedAnswer, type RecordedCommand, type Recording } from './recording.ts'
import { decodeText } from './text.ts'

/** A recorded answer larger than this is no driver's output. */
const fileLimitBytes = 64 * 1024 * 1024

/** Throws NotPossible with a sentence that says which file and what is wrong with it. */
export function openRecordedMachine(folder: string, clock: Clock): MachineSource {
  const root = realFolder(folder)
  const name = basename(root)
  const recording = readRecording(root)

  for (const [index, command] of recording.commands.entries()) {
    for (const answer of [command, ...(command.series ?? [])]) checkAnswerFiles(root, `commands[${index}] ("${command.run}")`, answer)
  }
  for (const [layer, path] of Object.entries(recording.layers)) {
    if (typeof path === 'string') readJson(root, path, `layers.${layer}`)
  }

  const files = new Map(Object.entries(recording.files).map(([path, text]) => [normalPath(path), text]))
  const asked = new Map<RecordedCommand, number>()

  async function run(program: string, args: string[], options: { timeoutMs: number; maxBytes?: number; signal?: AbortSignal }): Promise<CommandResult> {
    const wanted = normalCommand([program, ...args].join(' '))
    const command = recording.commands.find((candidate) => normalCommand(candidate.run) === wanted)
    if (!command) {
      const registry = /^reg(\.exe)?$/i.test(program) ? registryText(recording.registry, args) : null
      return registry === null ? { kind: 'not-found' } : { kind: 'done', exitCode: 0, stdout: registry, stderr: '' }
    }
    const turn = asked.get(command) ?? 0
    asked.set(command, turn + 1)
    const series = command.series ?? []
    const answer: RecordedAnswer = series.length > 0 ? { ...command, ...series[Math.min(turn, series.length - 1)] } : command

    const waitMs = answer.hangs ? Number.POSITIVE_INFINITY : (answer.delayMs ?? 0)
    if (waitMs > 0) {
      const ended = await pause(clock, Math.min(waitMs, options.timeoutMs), options.signal)
      if (!ended) return { kind: 'failed', message: 'stopped' }
      if (waitMs >= options.timeoutMs) return { kind: 'timed-out', afterMs: options.timeoutMs }
    }
    const stdout = answer.stdout === undefined ? { text: '', from: undefined } : textOf(root, answer.stdout)
    const stderr = answer.stderr === undefined ? { text: '' } : textOf(root, answer.stderr)
    if (options.maxBytes !== undefined && Buffer.byteLength(stdout.text) > options.maxBytes) {
      return { kind: 'failed', message: `the answer is larger than ${Math.floor(options.maxBytes / 1024 / 1024)} MiB` }
    }
    return { kind: 'done', exitCode: answer.exitCode ?? 0, stdout: stdout.text, stderr: stderr.text, ...(stdout.from ? { from: stdout.from } : {}) }
  }

  async function facts(): Promise<MachineFacts> {
    const said = { ...unknownFacts, ...readFacts(recording.facts) }
    const surroundings = await surroundingsOf(machine, said)
    const uptime = Number.parseFloat((await machine.readFile('/proc/uptime')) ?? '')
    return { ...said, surroundings, isVirtual: said.isVirtual ?? isVirtualIn(surroundings), uptimeSeconds: said.uptimeSeconds ?? (Number.isFinite(uptime) ? Math.floor(uptime) : null) }
  }

  const machine: MachineSource = {
    platform: recording.platform,
    arch: recording.arch,
    recorded: name,
    recordedContainers: { containers: recording.containers, hasDocker: readFacts(recording.facts).hasDocker ?? null },
    run,
    async readFile(path) {
      const content = files.get(normalPath(path)) ?? null
      return typeof content === 'string' || content === null ? content : Buffer.from(content).toString('utf8')
    },
    async readBytes(path) {
      const content = files.get(normalPath(path)) ?? null
      return typeof content === 'string' ? Buffer.from(content) : content
    },
    async openGraphicsFiles() {
      const held = [...files.keys()].map((path) => /^\/proc\/(\d+)\/fdinfo\/(\d+)$/.exec(path)).filter((match) => match !== null)
      return { files: held.map((match) => ({ pid: Number(match[1]), fd: Number(match[2]) })), isComplete: held.length > 0 }
    },
    async listFolder(path) {
      const prefix = `${normalPath(path).replace(/\/$/, '')}/`
      const names = new Set<string>()
      for (const file of files.keys()) {
        // A path that ends in "/" stands for an empty folder.
        if (file.startsWith(prefix) && file !== prefix) names.add(file.slice(prefix.length).split('/')[0]!)
      }
      return [...names].sort()
    },
    facts,
    async recordedLayer(layer: LayerName) {
      const value = recording.layers[layer]
      if (value === undefined || value === null) return null
      return typeof value === 'string' ? readJson(root, value, `layers.${layer}`) : value
    },
  }
  return machine
}

function realFolder(folder: string): string {
  const path = resolve(folder)
  if (!existsSync(path)) throw new NotPossible(`There is no recorded machine at ${path}: the folder does not exist.`)
  if (!statSync(path).isDirectory()) throw new NotPossible(`${path} is a file. A recorded machine is a folder with a machine.json in it.`)
  return realpathSync(path)
}

function readRecording(root: string): Recording {
  const path = join(root, 'machine.json')
  if (!existsSync(path)) throw new NotPossible(`${root} is not a recorded machine: it has no machine.json.`)
  const inside = fileInside(root, 'machine.json', 'machine.json')
  return checkRecording(parseJson(readText(inside, 'machine.json'), path), path)
}

/** The real path of a file of the recording. Throws where it is missing or lies outside, also by way of a link. */
function fileInside(root: string, path: string, where: string): string {
  const whole = resolve(root, path)
  if (isAbsolute(path) || /^[a-z]:[\\/]/i.test(path) || path.startsWith('\\') || isOutside(root, whole)) {
    throw new NotPossible(`${join(root, 'machine.json')}: ${where} names "${path}", which lies outside the recording's folder.`)
  }
  if (!existsSync(whole)) throw new NotPossible(`${join(root, 'machine.json')}: ${where} names "${path}", but there is no such file in ${root}.`)
  const real = realpathSync(whole)
  if (isOutside(root, real)) throw new NotPossible(`${join(root, 'machine.json')}: ${where} names "${path}", which is a link to a file outside the recording's folder.`)
  const about = statSync(real)
  if (!about.isFile()) throw new NotPossible(`${join(root, 'machine.json')}: ${where} names "${path}", which is not a file.`)
  if (about.size > fileLimitBytes) throw new NotPossible(`${real} is larger than 64 MiB; that is no driver's answer.`)
  return real
}

function isOutside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
}

/** Short answers may stand in machine.json itself. What looks like the name of a file and is none is a mistake, not an answer. */
function isInline(root: string, value: string): boolean {
  const text = value.trim()
  if (text === '' || value.includes('\n') || /^[<{[]/.test(text)) return true
  if (existsSync(resolve(root, value))) return false
  return /\s/.test(text) && !/\.(xml|json|txt|log|out|err|csv)$/i.test(text) && !/^(\.{0,2}[\\/]|[a-z]:[\\/])/i.test(text)
}

function textOf(root: string, value: string): { text: string; from?: string } {
  if (isInline(root, value)) return { text: value }
  const path = fileInside(root, value, 'a command')
  return { text: readText(path, value), from: value }
}

function checkAnswerFiles(root: string, where: string, answer: RecordedAnswer): void {
  for (const key of ['stdout', 'stderr'] as const) {
    const value = answer[key]
    if (value !== undefined && !isInline(root, value)) fileInside(root, value, `${where}.${key}`)
  }
}

function readText(path: string, name: string): string {
  try {
    return decodeText(readFileSync(path))
  } catch (error) {
    throw new NotPossible(`${name} of the recorded machine cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

function readJson(root: string, path: string, where: string): unknown {
  const file = fileInside(root, path, where)
  return parseJson(readText(file, path), file)
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new NotPossible(`${path} is not JSON: ${jsonFault(error, text)}.`)
  }
}

/** A command is matched as a person would compare it: quotes and runs of blanks do not count, nor the program's folder and `.exe`. */
function normalCommand(text: string): string {
  const bare = text.replace(/["']/g, '').trim().replace(/\s+/g, ' ')
  // A folder may have blanks in it ("C:\Program Files\…"): there the program ends where its first option begins.
  const isPath = /^([\\/]|[a-z]:[\\/])/i.test(bare)
  const end = bare.search(isPath ? / -| [^\\/]*$/ : / /)
  const program = end === -1 ? bare : bare.slice(0, end)
  return program.replace(/^.*[\\/]/, '').replace(/\.exe$/i, '') + bare.slice(program.length)
}

function normalPath(path: string): string {
  return posix.normalize(path.replaceAll('\\', '/'))
}

/** True once the time is over; false: stopped by the signal. */
function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((done) => {
    if (signal?.aborted) return done(false)
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', stop)
      done(true)
    })
    function stop(): void {
      cancel()
      done(false)
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
}
