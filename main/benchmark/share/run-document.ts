/** The file that a run travels in: written so that another Idlewatt can compare, read so that nothing wrong comes in. */
import { z } from 'zod'
import type { BenchmarkResult } from '../../../shared/benchmark.ts'
import { looksLikeSecret, secretRefusal } from '../../../shared/secrets.ts'
import { jsonFault } from '../../system/json-fault.ts'
import { NotPossible } from '../../system/not-possible.ts'
import { runSchema } from './run-schema.ts'

/** A sustained run of an hour is 200 kB. */
export const mostRunFileBytes = 5_000_000
const format = 1
const mostRuns = 64
const shownProblems = 12

export function runDocument(result: BenchmarkResult): string {
  return `${JSON.stringify({ idlewatt: 'benchmark', format, result }, null, 2)}\n`
}

/** A document of ours, what `bench --json` prints, or a list of either. Throws NotPossible that names every problem by its place. */
export function readRunDocument(text: string, from: string, now: number): BenchmarkResult[] {
  const what = from === '' || from === 'pasted' ? 'The pasted text' : shortened(from)
  if (Buffer.byteLength(text) > mostRunFileBytes) throw new NotPossible(`${what} is larger than ${mostRunFileBytes / 1e6} MB; no run is, so it was not read.`)
  const value = parse(text.replace(/^\uFEFF/, ''), what)
  if (holdsSecretDeep(value)) throw new NotPossible(secretRefusal)
  const items = Array.isArray(value) ? value : [value]
  if (items.length === 0) throw new NotPossible(`${what} is an empty list: there is no run in it.`)
  if (items.length > mostRuns) throw new NotPossible(`${what} holds ${items.length} runs; at most ${mostRuns} are taken at once.`)
  const problems: string[] = []
  const runs = items.flatMap((item, i) => readOne(item, Array.isArray(value) ? [i] : [], what, now, problems))
  if (problems.length > 0) {
    const more = problems.length - shownProblems
    const listed = problems.slice(0, shownProblems).join('; ') + (more > 0 ? `; and ${more} more` : '')
    throw new NotPossible(`${what} cannot be taken, and nothing of it was kept. What is wrong: ${listed}.`)
  }
  return runs
}

function parse(text: string, what: string): unknown {
  if (text.trim() === '') throw new NotPossible(`${what} is empty.`)
  if (looksLikeSecret(text)) throw new NotPossible(secretRefusal)
  if (text.trimStart().startsWith('<')) throw new NotPossible(`${what} is a web page, not a run. The report is for people; export the run as JSON instead.`)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new NotPossible(`${what} is not JSON: ${jsonFault(error, text)}.`)
  }
}

function readOne(item: unknown, at: (string | number)[], what: string, now: number, problems: string[]): BenchmarkResult[] {
  const { result, path } = unwrap(item, at, what)
  if (typeof result !== 'object' || result === null || !('gpuId' in result) || !('results' in result)) {
    throw new NotPossible(`${what} holds no run of Idlewatt${path.length > 0 ? ` at ${pathText(path)}` : ''}: that is what \`idlewatt bench export\` writes, or \`idlewatt bench --json\` prints.`)
  }
  const read = runSchema(now).safeParse(result)
  if (read.success) return [read.data as BenchmarkResult]
  problems.push(...read.error.issues.map((issue) => `${pathText([...path, ...issue.path])} ${issueText(issue)}`))
  return []
}

function unwrap(item: unknown, path: (string | number)[], what: string): { result: unknown; path: (string | number)[] } {
  if (typeof item !== 'object' || item === null || !('idlewatt' in item)) return { result: item, path }
  const document = item as { idlewatt: unknown; format?: unknown; result?: unknown }
  if (document.idlewatt !== 'benchmark') throw new NotPossible(`${what} is a document of Idlewatt, but not of a run.`)
  if (typeof document.format === 'number' && document.format > format) throw new NotPossible(`${what} was written by a newer Idlewatt (format ${document.format}; this one knows ${format}). Nothing of it was kept.`)
  if (document.format !== format) throw new NotPossible(`${what} says no format that Idlewatt knows; it knows ${format}.`)
  return { result: document.result, path: [...path, 'result'] }
}

function issueText(issue: z.core.$ZodIssue): string {
  // zod's own words begin with a capital and end in no point: "Invalid input: expected object, received undefined".
  return /^[A-Z]/.test(issue.message) ? `is not as it should be (${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)})` : issue.message
}

/** results[3].value */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`), '') || 'the document'
}

/** A list, not recursion: a file may be nested at will. */
function holdsSecretDeep(value: unknown): boolean {
  const left: unknown[] = [value]
  while (left.length > 0) {
    const one = left.pop()
    if (typeof one === 'string' && looksLikeSecret(one)) return true
    if (typeof one === 'object' && one !== null) for (const [key, inner] of Object.entries(one)) left.push(key, inner)
  }
  return false
}

function shortened(from: string): string {
  const name = from.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
  return name.length > 200 ? `…${name.slice(-199)}` : name
}
