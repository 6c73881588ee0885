/** The shape of `machine.json` of a recorded machine, and its check: every refusal names the field. */
import type { Platform } from '../../shared/machine.ts'
import type { LayerName } from './machine-source.ts'
import { NotPossible } from './not-possible.ts'

export interface RecordedAnswer {
  /** File beside machine.json; a text that is no file's name (blanks, line breaks, XML) is the answer itself. Likewise `stderr`. */
  stdout?: string
  stderr?: string
  exitCode?: number
  delayMs?: number
  /** Never answers: the caller's time limit ends it. */
  hangs?: boolean
}

export interface RecordedCommand extends RecordedAnswer {
  run: string
  /** Answers one after another, the last repeated; each overrides the fields beside `run`. */
  series?: RecordedAnswer[]
}

export interface Recording {
  platform: Platform
  arch: string
  commands: RecordedCommand[]
  /** Absolute path → text, or the bytes of a file that is no text. */
  files: Record<string, string | Uint8Array>
  facts: Record<string, unknown>
  /** File beside machine.json, or the library's answer itself. */
  layers: Partial<Record<LayerName, unknown>>
  registry: Record<string, unknown>
  containers: unknown[]
}

const platforms: Record<string, Platform> = {
  linux: 'linux',
  win32: 'win32',
  windows: 'win32',
  darwin: 'darwin',
  macos: 'darwin',
  freebsd: 'freebsd',
  openbsd: 'openbsd',
}

/** Throws NotPossible. Fields it does not know are left alone, so that newer recordings open. */
export function checkRecording(raw: unknown, path: string): Recording {
  const top = objectOf(raw, 'the document', path)
  const platform = typeof top['platform'] === 'string' ? platforms[top['platform'].toLowerCase()] : undefined
  if (top['platform'] === undefined) throw new NotPossible(`${path} does not say the platform ("linux", "win32" or "darwin").`)
  if (!platform) throw new NotPossible(`${path}: platform ${JSON.stringify(top['platform'])} is none that Idlewatt knows ("linux", "win32", "darwin").`)

  const layers = objectOf(top['layers'] ?? {}, 'layers', path)
  return {
    platform,
    arch: typeof top['arch'] === 'string' ? top['arch'] : 'x64',
    commands: listOf(top['commands'] ?? [], 'commands', path).map((command, index) => commandOf(command, `commands[${index}]`, path)),
    files: filesOf(top['files'] ?? {}, 'files', path),
    facts: objectOf(top['facts'] ?? {}, 'facts', path),
    layers: { nvml: layers['nvml'], opencl: layers['opencl'], systeminformation: layers['systeminformation'] },
    registry: objectOf(top['registry'] ?? {}, 'registry', path),
    containers: listOf(top['containers'] ?? [], 'containers', path),
  }
}

function commandOf(raw: unknown, where: string, path: string): RecordedCommand {
  const command = objectOf(raw, where, path)
  if (typeof command['run'] !== 'string' || command['run'].trim() === '') throw wrong(path, `${where}.run`, 'the command line as text', command['run'])
  const series = command['series'] === undefined ? undefined : listOf(command['series'], `${where}.series`, path)
  return {
    run: command['run'],
    ...answerOf(command, where, path),
    ...(series ? { series: series.map((answer, index) => seriesAnswerOf(answer, `${where}.series[${index}]`, path)) } : {}),
  }
}

/** In a series a bare text stands for `{ "stdout": text }`. */
function seriesAnswerOf(raw: unknown, where: string, path: string): RecordedAnswer {
  return typeof raw === 'string' ? { stdout: raw } : answerOf(objectOf(raw, where, path), where, path)
}

function answerOf(raw: Record<string, unknown>, where: string, path: string): RecordedAnswer {
  const answer: RecordedAnswer = {}
  for (const key of ['stdout', 'stderr'] as const) {
    const value = raw[key]
    if (value === undefined || value === null) continue
    if (typeof value !== 'string') throw wrong(path, `${where}.${key}`, 'a file name', value)
    answer[key] = value
  }
  for (const key of ['exitCode', 'delayMs'] as const) {
    const value = raw[key]
    if (value === undefined || value === null) continue
    if (typeof value !== 'number' || !Number.isFinite(value) || (key === 'delayMs' && value < 0)) throw wrong(path, `${where}.${key}`, 'a number', value)
    answer[key] = value
  }
  const hangs = raw['hangs']
  if (hangs !== undefined && hangs !== null) {
    if (typeof hangs !== 'boolean') throw wrong(path, `${where}.hangs`, 'true or false', hangs)
    answer.hangs = hangs
  }
  return answer
}

function objectOf(raw: unknown, where: string, path: string): Record<string, unknown> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw wrong(path, where, 'an object', raw)
  return raw as Record<string, unknown>
}

function listOf(raw: unknown, where: string, path: string): unknown[] {
  if (!Array.isArray(raw)) throw wrong(path, where, 'a list', raw)
  return raw
}

/** A file's text, or `{ "base64": "…" }` for one that is no text. null: absent. */
function filesOf(raw: unknown, where: string, path: string): Record<string, string | Uint8Array> {
  const files: Record<string, string | Uint8Array> = {}
  for (const [key, value] of Object.entries(objectOf(raw, where, path))) {
    if (value === null) continue
    files[key] = typeof value === 'string' ? value : bytesOf(value, `${where}["${key}"]`, path)
  }
  return files
}

function bytesOf(value: unknown, where: string, path: string): Uint8Array {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)['base64'] : undefined
  // Buffer.from takes anything: what is no base64 would become other bytes in silence.
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) throw wrong(path, where, 'text, or { "base64": "…" } for a file that is no text', value)
  return Buffer.from(text, 'base64')
}

function wrong(path: string, where: string, wanted: string, got: unknown): NotPossible {
  const seen = got === undefined ? 'nothing' : JSON.stringify(got).slice(0, 60)
  return new NotPossible(`${path}: ${where} should be ${wanted}, but is ${seen}.`)
}
