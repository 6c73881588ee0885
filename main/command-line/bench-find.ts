/** Which run a word means, `latest`, `latest~1`, an id of `bench list`, or a file; and how a run's file is read. */
import { existsSync, openSync, closeSync, fstatSync, readFileSync, constants } from 'node:fs'
import type { BenchmarkResult, RunRef } from '../../shared/benchmark.ts'
import type { App } from '../app.ts'
import { NotPossible } from '../system/not-possible.ts'
import { decodeText } from '../system/text.ts'
import type { Call } from './open-app.ts'
import { count } from './output.ts'
import { quoted, WrongWords } from './words.ts'

/** As the library has it; checked here before a file is read at all. */
const mostBytes = 5_000_000

/** `--gpu` narrows what `latest` means. */
export function findRun(call: Call, app: App, typed: string): RunRef | { result: BenchmarkResult; from: string } {
  const word = typed.trim()
  const latest = /^latest(?:~(\d{1,6}))?$/i.exec(word)
  if (latest) return findLatest(call, app, Number(latest[1] ?? 0), word)
  const isPath = /[\\/]|\.json$/i.test(word)
  const listed = isPath ? [] : app.runs.list().filter((run) => word.length >= 4 && run.id.startsWith(word.toLowerCase()))
  if (listed.length > 1) throw new NotPossible(`${quoted(word)} fits ${listed.length} runs: ${listed.slice(0, 5).map((run) => run.id).join(', ')}. Type more of the id.`)
  if (listed[0]) return listed[0].ref
  if (!isPath && !existsSync(word)) throw new NotPossible(`There is no run ${quoted(word)}. A run is latest, latest~1, an id of \`idlewatt bench list\`, or a file.`)
  const runs = app.runs.readRuns(readFile(word))
  const [only, second] = runs
  if (!only || second) throw new NotPossible(`${word} holds ${count(runs.length, 'run')}; one is needed. Import it, then name the one you mean.`)
  return { result: only, from: word }
}

function findLatest(call: Call, app: App, back: number, word: string): RunRef {
  const wanted = call.common.gpus.map((id) => id.toLowerCase())
  const own = app.runs.list().filter((run) => run.import === null && (wanted.length === 0 || wanted.some((id) => run.ref.gpuId.toLowerCase().startsWith(id))))
  const found = own[back]
  if (found) return found.ref
  const which = wanted.length === 0 ? 'this machine' : 'that card'
  throw new NotPossible(own.length === 0 ? `No run of ${which} is kept yet. \`idlewatt bench\` measures.` : `There is no ${word}: ${count(own.length, 'run')} of ${which} ${own.length === 1 ? 'is' : 'are'} kept.`)
}

/** `-`: stdin. Throws NotPossible, or the system's error with its path. */
export async function readRunFile(file: string): Promise<{ text: string; from: string }> {
  if (file !== '-') return readFile(file)
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of process.stdin) {
    bytes += (piece as Buffer).length
    if (bytes > mostBytes) throw tooLarge('What came on stdin')
    pieces.push(piece as Buffer)
  }
  return { text: decodeText(Buffer.concat(pieces)), from: 'pasted' }
}

function readFile(file: string): { text: string; from: string } {
  if (file.trim() === '') throw new WrongWords('The name of the file is empty.')
  // Without waiting: a named pipe would let the call hang until somebody writes to it.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const about = fstatSync(descriptor)
    if (!about.isFile()) throw new NotPossible(`${file} is not a file.`)
    if (about.size > mostBytes) throw tooLarge(file)
    return { text: decodeText(readFileSync(descriptor)), from: file }
  } finally {
    closeSync(descriptor)
  }
}

function tooLarge(what: string): NotPossible {
  return new NotPossible(`${what} is larger than ${mostBytes / 1e6} MB; no run is, so it was not read.`)
}
