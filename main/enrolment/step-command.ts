/** Runs a command of a step: without a shell, in the programme's own folder, secrets by environment alone; what it prints goes into a log of its own. */
import { constants } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandTemplate } from '../networks/network.ts'
import { cleanLine } from '../system/clean-line.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import { fillTemplate, namesIn } from '../system/fill-template.ts'
import { foreignEnvironment } from '../system/foreign-environment.ts'
import { secretForms } from '../system/remove-secrets.ts'
import { runProgram } from '../system/run-program.ts'
import { openWithoutLinks } from './download-part.ts'
import { StepFault } from './step-fault.ts'

export interface CommandSurroundings {
  /** The programme's own folder. */
  folder: string
  values: Record<string, string>
  /** null: not stored. */
  secret(field: string): string | null
  signal: AbortSignal
  timeoutMs: number
  /** ms since epoch. */
  now(): number
  /** What is printed could not be kept; the command itself went on. */
  onTrouble(why: string): void
}

export interface CommandDone {
  exitCode: number
  /** As it came: for looking at, never for showing or keeping. */
  output: string
  /** Its last lines, for a sentence; without secrets. */
  said: string
}

const logName = 'enrolment.log'
const mostLogBytes = 2_000_000
const mostOutputBytes = 8_000_000

/** Gives its end, whatever the exit code; a command that is not there, hangs or is stopped is a StepFault. */
export async function runCommand(command: CommandTemplate, on: CommandSurroundings): Promise<CommandDone> {
  const { program, args, cwd, env, secrets } = filled(command, on)
  await mkdir(on.folder, { recursive: true, mode: 0o700 })
  const isFolder = await stat(cwd).then((about) => about.isDirectory(), () => false)
  if (!isFolder) throw new StepFault('failed', `The folder ${cwd}, in which the command is to run, is not there.`, 'Do the step before this one again.')
  const forms = secretForms(secrets)
  const result = await forOwnerAlone(() => runProgram(program, args, { timeoutMs: on.timeoutMs, maxBytes: mostOutputBytes, signal: on.signal, cwd, env: environmentOf(env) }))
  const note = (text: string): Promise<void> => addToLog(on, `--- ${new Date(on.now()).toISOString()} ${[program, ...args].join(' ')}\n${text}\n`, forms)
  if (result.kind === 'done') {
    const output = `${result.stdout}${result.stderr === '' ? '' : `\n${result.stderr}`}`
    await note(`${output}\n(exit code ${result.exitCode})`)
    return { exitCode: result.exitCode, output, said: lastWords(output, forms) }
  }
  if (result.kind === 'not-found') {
    await note('(not found)')
    throw new StepFault('failed', `The command ${program} is not there.`, /[\\/]/.test(program) ? 'It may have been removed, or put away by an antivirus program. Do the step that brings it again.' : `Install ${program}, or see to it that it is found in PATH. Then try again.`)
  }
  if (result.kind === 'timed-out') {
    await note('(took too long and was ended)')
    throw new StepFault('failed', `${program} did not end within ${Math.round(result.afterMs / 1000)} s and was ended.`, `Look at what it printed (${join(on.folder, logName)}), then try again.`)
  }
  await note(`(${result.message})`)
  if (on.signal.aborted) throw new StepFault('failed', 'It was cancelled, and the command was ended.', 'Try again when you like.')
  throw new StepFault('failed', `${program} did not run: ${result.message}.`, `Look at what it printed (${join(on.folder, logName)}), then try again.`)
}

function lastWords(output: string, forms: string[]): string {
  const lines = cleanedLines(output, forms).filter((line) => line.trim() !== '')
  const last = lines.slice(-2).join(' / ').trim()
  return last.length > 300 ? `${last.slice(0, 297)}…` : last
}

function filled(command: CommandTemplate, on: CommandSurroundings): { program: string; args: string[]; cwd: string; env: Record<string, string>; secrets: string[] } {
  const secrets: string[] = []
  const inEnv: Record<string, string> = { ...on.values }
  for (const name of Object.values(command.env ?? {}).flatMap(namesIn)) {
    if (!name.startsWith('secret:')) continue
    const value = on.secret(name.slice('secret:'.length))
    if (value === null) continue
    inEnv[name] = value
    secrets.push(value)
  }
  return {
    program: fillTemplate(command.program, on.values),
    // Values without the secrets: a word of a command can be read by every user of the machine.
    args: command.args.map((word) => fillTemplate(word, on.values)),
    cwd: command.cwd === undefined ? on.folder : fillTemplate(command.cwd, on.values),
    env: Object.fromEntries(Object.entries(command.env ?? {}).map(([name, template]) => [name, fillTemplate(template, inEnv)])),
    secrets,
  }
}

/** Every name of ours that is not for others' programs is taken away. */
function environmentOf(env: Record<string, string>): Record<string, string | undefined> {
  const gone = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]))
  return { ...gone, ...foreignEnvironment(), LC_ALL: 'C', ...env }
}

/** What the program makes is for its owner alone. The process begins within `start`, before anything else can happen here. */
function forOwnerAlone<T>(start: () => T): T {
  if (process.platform === 'win32') return start()
  const before = process.umask(0o077)
  try {
    return start()
  } finally {
    process.umask(before)
  }
}

async function addToLog({ folder, onTrouble }: CommandSurroundings, text: string, forms: string[]): Promise<void> {
  try {
    const file = await openWithoutLinks(join(folder, logName), constants.O_CREAT)
    try {
      await file.chmod(0o600)
      if ((await file.stat()).size > mostLogBytes) await file.truncate(0)
      await file.appendFile(`${cleanedLines(text.slice(-mostLogBytes), forms).join('\n')}\n`)
    } finally {
      await file.close()
    }
  } catch (error) {
    onTrouble(fileErrorWords(error))
  }
}

/** Of a key in a block only its first and last line stay. */
function cleanedLines(text: string, forms: string[]): string[] {
  let isKey = false
  return text.split(/\r?\n/).flatMap((line) => {
    const isEnd = /-----END [A-Z0-9 ]*PRIVATE KEY-----/.test(line)
    if (isKey && !isEnd) return []
    isKey = !isEnd && /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(line)
    return [cleanLine(line, forms)]
  })
}
