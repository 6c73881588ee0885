/** The second reader of NVIDIA cards, for where NVML does not load: `nvidia-smi -q -x`. */
import type { Problem } from '../../../shared/machine.ts'
import type { CommandResult, MachineSource } from '../../system/machine-source.ts'
import { LayerSilent } from '../layer-silent.ts'
import { absent, answered, failed, type Layer, type LayerAnswer } from '../vendor.ts'
import { cardsNotDescribed, cardsRefused, commandFailed, driverNotAnswering, firstSentence, outputBroken, problemFromWords } from './problems.ts'
import { parseSmi, readSmiLog, type SmiReading } from './smi.ts'
import { logOf, smiLimitBytes, SmiUnreadable } from './smi-xml.ts'
import { asUnderWsl } from './wsl.ts'

const query = ['-q', '-x']
/** Without persistence mode the driver starts card by card, a second or two each. A recording has nothing to start. */
const liveTimeoutMs = 15_000
const recordedTimeoutMs = 5_000

/** A recording may have been made with the same words in another order or at length. */
const recordedCalls = [query, ['-x', '-q'], ['--query', '--xml-format'], ['-q', '--xml-format']].map((args) => ({ program: 'nvidia-smi', args }))

export interface SmiLayerOptions {
  /** node-nvidia-smi, where it may run: in a process that can be ended. null: run the command ourselves. */
  nodeNvidiaSmi: ((callback: (error: unknown, data?: unknown) => void) => void) | null
}

export function createSmiLayer(options: SmiLayerOptions): Layer {
  async function read(machine: MachineSource, at: number): Promise<LayerAnswer> {
    const timeoutMs = machine.recorded === null ? liveTimeoutMs : recordedTimeoutMs
    const calls = machine.recorded === null ? placesOfSmi(machine.platform).map((program) => ({ program, args: query })) : recordedCalls
    let result: CommandResult = { kind: 'not-found' }
    for (const { program, args } of calls) {
      result = await machine.run(program, args, { timeoutMs, maxBytes: smiLimitBytes })
      if (result.kind !== 'not-found') break
    }
    return underWsl(machine, answerFrom(result, at))
  }

  async function underWsl(machine: MachineSource, answer: LayerAnswer): Promise<LayerAnswer> {
    return { ...answer, cards: await asUnderWsl(machine, answer.cards) }
  }

  return {
    name: 'nvidia-smi',
    command: 'nvidia-smi -q -x',
    async detect(machine, at) {
      if (machine.recorded === null && options.nodeNvidiaSmi) {
        // A short question first: node-nvidia-smi cannot be ended where the driver hangs, our own call can.
        const alive = await machine.run('nvidia-smi', ['-L'], { timeoutMs: liveTimeoutMs })
        if (alive.kind === 'timed-out') return failed('nvidia-smi', driverNotAnswering('nvidia-smi', Math.round(alive.afterMs / 1000)))
        if (alive.kind === 'done' && alive.exitCode === 0) {
          const log = await askNode(options.nodeNvidiaSmi)
          if (log !== null) return underWsl(machine, fromReading(readSmiLog(log, at)))
        }
      }
      return read(machine, at)
    },
    async sample(machine, at) {
      const answer = await read(machine, at)
      // Said at once: asking a driver that hangs a second time would take as long again.
      if (answer.state === 'failed') throw new LayerSilent(answer.problems[0]?.sentence ?? 'nvidia-smi failed')
      return answer.cards.flatMap(({ uuid, pciAddress, sample }) => (sample ? [{ uuid, pciAddress, sample }] : []))
    },
  }
}

/** null: it failed for reasons of its own: its 1 MiB buffer on big rigs, or any word on stderr. */
function askNode(nodeNvidiaSmi: NonNullable<SmiLayerOptions['nodeNvidiaSmi']>) {
  return new Promise<ReturnType<typeof logOf> | null>((done) => {
    nodeNvidiaSmi((error, data) => {
      try {
        done(error ? null : logOf(data))
      } catch {
        done(null)
      }
    })
  })
}

/** On Windows it is not always on the path; under WSL hardly ever. */
function placesOfSmi(platform: string): string[] {
  if (platform === 'win32') return ['nvidia-smi', `${process.env['ProgramW6432'] ?? 'C:\\Program Files'}\\NVIDIA Corporation\\NVSMI\\nvidia-smi.exe`]
  if (platform === 'linux') return ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi', '/usr/local/nvidia/bin/nvidia-smi']
  return ['nvidia-smi']
}

/** PowerShell writes UTF-16 to files: read as UTF-8, each letter has a zero beside it. Pure. */
function withoutZeros(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '') : text
}

/** What a run of the command means. Pure. */
export function answerFrom(result: CommandResult, at: number): LayerAnswer {
  if (result.kind === 'not-found') return absent('nvidia-smi')
  if (result.kind === 'timed-out') return failed('nvidia-smi', driverNotAnswering('nvidia-smi', Math.round(result.afterMs / 1000)))
  if (result.kind === 'failed') return failed('nvidia-smi', commandFailed(`${result.message}.`))

  const from = result.from ? `\`nvidia-smi -q -x\` (${result.from})` : '`nvidia-smi -q -x`'
  const stdout = withoutZeros(result.stdout)
  const words = `${stdout}\n${withoutZeros(result.stderr)}`
  if (stdout.includes('<nvidia_smi_log')) {
    try {
      return fromReading(parseSmi(stdout, at), words)
    } catch (error) {
      if (!(error instanceof SmiUnreadable)) throw error
      return fromBrokenOff(stdout, words, at) ?? failed('nvidia-smi', outputBroken(from, error.message))
    }
  }
  if (/no devices were found/i.test(words)) return answered('nvidia-smi', [])
  // What a shell or Windows says in place of a program that is not there.
  if (/nvidia-smi['"]?: (command )?not found|not recognized as an internal or external command/i.test(words)) return absent('nvidia-smi')
  const refused = cardsRefused(words)
  if (refused[0]) return { ...failed('nvidia-smi', refused[0]), problems: refused }
  const problem = problemFromWords(words)
  if (problem) return failed('nvidia-smi', problem)
  if (result.exitCode !== 0) return failed('nvidia-smi', commandFailed(firstSentence(result.stderr.trim() || stdout)))
  try {
    return fromReading(parseSmi(stdout, at))
  } catch (error) {
    if (!(error instanceof SmiUnreadable)) throw error
    return failed('nvidia-smi', outputBroken(from, error.message))
  }
}

/** Where nvidia-smi gave up at a card that it named, the cards before it are whole. null: it broke off for another reason. */
function fromBrokenOff(stdout: string, words: string, at: number): LayerAnswer | null {
  const [refused] = cardsRefused(words)
  if (!refused) return null
  const lastWhole = stdout.lastIndexOf('</gpu>')
  if (lastWhole === -1) return failed('nvidia-smi', refused)
  try {
    return fromReading(parseSmi(`${stdout.slice(0, lastWhole)}</gpu></nvidia_smi_log>`, at), words)
  } catch (error) {
    if (!(error instanceof SmiUnreadable)) throw error
    return failed('nvidia-smi', refused)
  }
}

/** `words`: all that was printed. */
function fromReading(reading: SmiReading, words = ''): LayerAnswer {
  const problems: Problem[] = []
  const refused = cardsRefused(words)
  const counted = reading.attachedGpus ?? reading.cards.length
  if (counted > reading.cards.length + refused.length) {
    // What is described works all the same: the first card carries the word on those that are not.
    const problem = cardsNotDescribed(counted, reading.cards.length)
    const first = reading.cards[0]
    if (first) first.problems = [...first.problems, problem]
    else problems.push(problem)
  }
  problems.push(...refused.filter((problem) => !reading.cards.some((card) => card.problems.some(({ id }) => id === problem.id))))
  return answered('nvidia-smi', reading.cards, problems)
}
