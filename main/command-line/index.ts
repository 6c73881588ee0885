/** The entry of the command line (out/main/idlewatt.js): reads the words, runs the command, ends with its exit code. */
import { holdsSecret, secretRefusal } from '../../shared/secrets.ts'
import { createLog, type LogLevel } from '../system/log.ts'
import { locateOwnFiles } from '../system/own-files.ts'
import { failureSentence } from './failure.ts'
import { runProgram } from './program.ts'
import { createStops, stopOnSignals } from './stops.ts'
import { openTerminal } from './terminal.ts'
import { WrongWords } from './words.ts'

/** `words`: without the program's own. Never rejects; gives the exit code once everything it began has ended. */
export async function main(words: string[]): Promise<number> {
  hideExperimentalWarnings()
  const terminal = openTerminal(process.stdout, process.stderr, process.stdin)
  if (holdsSecret(words)) {
    terminal.say(secretRefusal)
    return 2
  }
  const log = createLog(logLevel(), (line) => void process.stderr.write(line))
  const stops = createStops(log)
  let codeWhenStopped: number | null = null
  let stop = (): void => {}
  const stopped = new Promise<void>((resolve) => (stop = resolve))
  stops.add(stop)
  stopOnSignals(stops, () => codeWhenStopped)
  try {
    const { version } = locateOwnFiles(import.meta.url)
    return await runProgram(words, { terminal, stops, log, version, stopped, stop, onServing: () => (codeWhenStopped = 0), onMeasuring: () => (codeWhenStopped = 1) })
  } catch (error) {
    terminal.endProgress()
    if (error instanceof WrongWords) {
      terminal.say(error.message)
      return 2
    }
    const sentence = failureSentence(error)
    terminal.say(sentence ?? `Something went wrong inside Idlewatt. ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return 1
  } finally {
    await stops.run()
  }
}

/** Node's word that its SQLite may still change is for us, not for who runs a command. */
function hideExperimentalWarnings(): void {
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`)
  })
}

function logLevel(): LogLevel {
  const wanted = process.env['IDLEWATT_LOG']
  return wanted === 'debug' || wanted === 'info' || wanted === 'warn' || wanted === 'silent' ? wanted : 'error'
}

if (import.meta.main) process.exit(await main(process.argv.slice(2)))
