/** The commands and flags of `idlewatt`, their help, and who carries them out. Each command is loaded when it is called. */
import { Command, CommanderError, Option } from 'commander'
import { defaultDataFolder } from '../system/data-folder.ts'
import type { Log } from '../system/log.ts'
import type { EstimateFlags } from './estimate.ts'
import type { Call } from './open-app.ts'
import type { Stops } from './stops.ts'
import type { Terminal } from './terminal.ts'
import { nearestWord, quoted, readText, WrongWords, type CommonWords } from './words.ts'

export interface ProgramParts {
  terminal: Terminal
  stops: Stops
  log: Log
  version: string
  /** Resolves when the call was told to stop. */
  stopped: Promise<void>
  stop(): void
  /** A command that ends by being stopped says so, for the exit code. */
  onServing(): void
}

interface GlobalFlags {
  json?: boolean
  machine?: string
  gpu?: string
  network?: string
  data?: string
}

interface CommandSpec {
  name: string
  description: string
  /** Which of the common flags that narrow an answer make sense here; the others are refused. */
  takes: ('gpu' | 'network')[]
  examples: string[]
  setUp?(command: Command): Command
  run(call: Call, command: Command): Promise<number>
}

/** Runs the call's words; gives the exit code. Throws WrongWords, NotPossible, and whatever is our own fault. */
export async function runProgram(words: string[], parts: ProgramParts): Promise<number> {
  let exitCode = 0
  const program = new Command('idlewatt')
    .description('Finds the GPUs of this machine, measures them, and says which networks would take them and what that would really pay.')
    .usage('[command] [flags]')
    .version(parts.version, '--version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .helpCommand('help [command]', 'explain a command')
    .argument('[command]')
    // So that a slip in the command's name is said, and not the first flag that this program alone does not know.
    .allowUnknownOption()
    .allowExcessArguments()
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, visibleArguments: () => [] })
    .configureOutput({ outputError: () => {}, writeErr: () => {} })
    .showSuggestionAfterError(false)
    .option('--json', 'one JSON document on stdout, nothing else there')
    .option('--machine <dir>', 'a recorded machine in place of this one')
    .option('--gpu <id>', 'only this card; ids as `detect` prints them')
    .option('--network <id>', 'only this network')
    .option('--data <dir>', `where settings and results are kept (${standardFolder()})`)
    .addHelpText('after', '\nWithout a command the desktop app is opened; where there is no display, the same app is served to the browser.\nExit codes: 0 done, 1 a problem was found or work failed, 2 the words of the call are wrong.')
    .action(async (word: string | undefined) => {
      if (word?.startsWith('-')) throw new WrongWords(`Unknown option ${quoted(word)}. Try --help.`)
      if (word !== undefined) throw unknownCommand(program, word)
      exitCode = await runServe(callOf('serve', []), { open: true })
    })

  function add(spec: CommandSpec): void {
    const command = program.command(spec.name).description(spec.description).allowExcessArguments(false).exitOverride()
    // What commander does not hand down from the program.
    command
      .helpOption('-h, --help', 'explain this command')
      .configureHelp({ showGlobalOptions: true, visibleGlobalOptions: () => globalOptions(program, command, spec.takes) })
      .configureOutput({ outputError: () => {} })
      .showSuggestionAfterError(false)
      .addHelpText('after', `\nExamples:\n${spec.examples.map((example) => `  ${example}`).join('\n')}`)
    spec.setUp?.(command)
    command.action(async () => {
      exitCode = await spec.run(callOf(spec.name, spec.takes), command)
    })
  }

  function callOf(name: string, takes: CommandSpec['takes']): Call {
    const flags = program.opts<GlobalFlags>()
    for (const flag of ['gpu', 'network'] as const) {
      if (flags[flag] !== undefined && !takes.includes(flag)) throw new WrongWords(`${name} takes no --${flag}.`)
    }
    return { common: readCommon(flags), terminal: parts.terminal, stops: parts.stops, log: parts.log }
  }

  async function runServe(call: Call, flags: { port?: string; open: boolean }): Promise<number> {
    parts.onServing()
    return (await import('./serve.ts')).serve(call, flags, parts.stopped, parts.stop)
  }

  add({
    name: 'detect',
    description: 'Lists the GPUs of this machine, what they do now, and what is wrong with them.',
    takes: ['gpu'],
    examples: ['idlewatt detect', 'idlewatt detect --json', 'idlewatt detect --machine test/machines/two-rtx-3090'],
    run: async (call) => (await import('./detect.ts')).detect(call),
  })
  add({
    name: 'bench',
    description: 'Measures cards, one after another: compute and memory bandwidth, at most 15 s each.',
    takes: ['gpu'],
    examples: ['idlewatt bench', 'idlewatt bench run --gpu GPU-5c1f2d3e --json'],
    setUp: (command) =>
      command
        .usage('[run] [flags]')
        .argument('[run]', 'measure (the only thing it does, so the word may be left out)')
        .option('--even-after-crash', 'also run what took the machine or the driver down last time'),
    async run(call, command) {
      const [word] = command.args
      if (word !== undefined && word !== 'run') throw new WrongWords(`bench knows no ${quoted(word)}; it knows: run.`)
      return (await import('./bench.ts')).bench(call, { evenAfterCrash: command.opts()['evenAfterCrash'] === true })
    },
  })
  add({
    name: 'eligibility',
    description: 'Says for every programme whether this machine may join, what stands in the way, and what mends it.',
    takes: ['gpu', 'network'],
    examples: ['idlewatt eligibility', 'idlewatt eligibility --machine test/machines/eight-h200 --json'],
    run: async (call) => (await import('./eligibility.ts')).eligibility(call),
  })
  add({
    name: 'estimate',
    description: 'Estimates what every programme would pay for the cards of this machine, or for one that is not here.',
    takes: ['gpu', 'network'],
    examples: ['idlewatt estimate', 'idlewatt estimate --usd-per-kwh 0.15 --watts-work 450 --watts-wait 20', 'idlewatt estimate --gpu-model "RTX 4090" --count 2 --json'],
    setUp: (command) =>
      command
        .option('--gpu-model <name>', 'a card that need not be here: "RTX 4090"')
        .option('--count <n>', 'how many of that card (1)')
        .option('--usd-per-kwh <price>', 'price of electricity in USD')
        .option('--watts-work <watts>', 'drawn at the wall per card while working')
        .option('--watts-wait <watts>', 'drawn at the wall per card while waiting')
        .option('--at <date>', 'estimate for this day or moment, ISO 8601')
        .addOption(several('--market <network=file>', 'a recorded answer in place of live and bundled ones; may be repeated'))
        .addOption(several('--price <token=usd>', 'a token price in place of the known one; may be repeated'))
        .option('--currency <code>', 'for the table: EUR, GBP, … (--json is always in USD)'),
    run: async (call, command) => (await import('./estimate.ts')).estimate(call, command.opts<EstimateFlags>()),
  })
  add({
    name: 'serve',
    description: 'Serves the app to a browser on this machine, without a window.',
    takes: [],
    examples: ['idlewatt serve', 'idlewatt serve --no-open --port 8080 --data /srv/idlewatt'],
    setUp: (command) => command.option('--port <n>', 'port on 127.0.0.1; 0: any free one (0)').option('--no-open', 'do not open the browser'),
    run: (call, command) => runServe(call, command.opts<{ port?: string; open: boolean }>()),
  })
  add({
    name: 'doctor',
    description: 'Looks at this installation and says what is wrong and what mends it.',
    takes: [],
    examples: ['idlewatt doctor', 'idlewatt doctor --port 8080 --json'],
    setUp: (command) => command.option('--port <n>', 'the port to try (any)'),
    run: async (call, command) => (await import('./doctor.ts')).doctor(call, command.opts<{ port?: string }>()),
  })

  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 0
    // `help` of what there is not.
    if (error.code === 'commander.help') throw unknownCommand(program, words[words.indexOf('help') + 1] ?? '')
    throw new WrongWords(`${sentenceOf(error)} Try --help.`)
  }
  return exitCode
}

function standardFolder(): string {
  try {
    return defaultDataFolder()
  } catch {
    return 'no standard here: this user has no home folder'
  }
}

function several(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
}

function globalOptions(program: Command, command: Command, takes: CommandSpec['takes']): Option[] {
  const own = new Set(command.options.map((option) => option.long))
  return program.options.filter((option) => {
    const name = option.attributeName()
    if (name === 'version' || own.has(option.long)) return false
    return (name !== 'gpu' && name !== 'network') || takes.includes(name)
  })
}

function readCommon(flags: GlobalFlags): CommonWords {
  const text = (flag: keyof GlobalFlags): string | null => (typeof flags[flag] === 'string' ? readText(`--${flag}`, flags[flag]) : null)
  return { json: flags.json === true, machine: text('machine'), gpu: text('gpu'), network: text('network'), data: text('data') }
}

function unknownCommand(program: Command, word: string): WrongWords {
  const known = program.commands.map((command) => command.name())
  const nearest = nearestWord(word, known)
  return new WrongWords(`Idlewatt knows no command ${quoted(word)}.${nearest === null ? '' : ` Did you mean ${nearest}?`} It knows: ${known.join(', ')}.`)
}

/** commander's own words, as a sentence. */
function sentenceOf(error: CommanderError): string {
  const text = error.message.replace(/^error: /, '').trim()
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(capital) ? capital : `${capital}.`
}
