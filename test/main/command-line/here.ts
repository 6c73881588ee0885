/** Runs the command line in this process, for calls that ask no driver: the real program, its streams caught. */
import { PassThrough } from 'node:stream'
import { failureSentence } from '../../../main/command-line/failure.ts'
import type { Call } from '../../../main/command-line/open-app.ts'
import { runProgram } from '../../../main/command-line/program.ts'
import { createStops } from '../../../main/command-line/stops.ts'
import { openTerminal } from '../../../main/command-line/terminal.ts'
import { WrongWords } from '../../../main/command-line/words.ts'
import { createLog } from '../../../main/system/log.ts'
import type { Answer } from './call.ts'

/** As `main` of the entry does it, without signals. */
export function idlewattHere(words: string[]): Promise<Answer> {
  return calledHere((parts) => runProgram(words, { ...parts, version: '0.0.0', stopped: new Promise(() => {}), stop: () => {}, onServing: () => {}, onMeasuring: () => {} }))
}

/** One command by itself, with what it prints and its exit code. */
export async function calledHere(run: (parts: Pick<Call, 'terminal' | 'stops' | 'log'>) => Promise<number>): Promise<Answer> {
  const [stdout, stderr] = [caught(), caught()]
  const log = createLog('silent', () => {})
  const terminal = openTerminal(stdout.stream, stderr.stream, process.stdin)
  const stops = createStops(log)
  let exitCode: number
  try {
    exitCode = await run({ terminal, stops, log })
  } catch (error) {
    const sentence = error instanceof WrongWords ? error.message : failureSentence(error)
    if (sentence === null) throw error
    terminal.say(sentence)
    exitCode = error instanceof WrongWords ? 2 : 1
  } finally {
    await stops.run()
  }
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() }
}

function caught(): { stream: NodeJS.WriteStream; text(): string } {
  const stream = new PassThrough()
  let text = ''
  stream.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text }
}
