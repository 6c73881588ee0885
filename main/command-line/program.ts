/** The commands and flags of `idlewatt`, their help, and who carries them out. Each command is loaded when it is called. */
import { Command, CommanderError, Option } from 'commander'
import { defaultDataFolder } from '../system/data-folder.ts'
import type { Log } from '../system/log.ts'
import type { AlertsFlags } from './alerts.ts'
import type { BenchFlags } from './bench.ts'
import { addBenchWords, benchExamples } from './bench-words.ts'
import { several, type CommandSpec } from './command-spec.ts'
import type { DetectFlags } from './detect.ts'
import type { EstimateFlags } from './estimate.ts'
import { addEstimateWords, estimateExamples } from './estimate-words.ts'
import type { HistoryFlags } from './history.ts'
import { moneyCommands } from './money-commands.ts'
import type { Call } from './open-app.ts'
import { policyCommands } from './policy-commands.ts'
import type { ServeFlags } from './serve.ts'
import type { ServiceFlags } from './service.ts'
import { softwareCommands } from './software-commands.ts'
import type { Stops } from './stops.ts'
import type { Terminal } from './terminal.ts'
import type { WatchFlags } from './watch.ts'
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
  /** A command that has not done its work where it is stopped says so. */
  onMeasuring(): void
}

interface GlobalFlags {
  json?: boolean
  machine?: string
  gpu?: string[]
  network?: string
  data?: string
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
    .addOption(several('--gpu <id>', 'only this card; ids as `detect` prints them'))
    .option('--network <id>', 'only this network')
    .option('--data <dir>', `where settings and results are kept (${standardFolder()})`)
    .addHelpText('after', '\nWithout a command the desktop app is opened; where there is no display, the same app is served to the browser.\nExit codes: 0 done, 1 a problem was found or work failed, 2 the words of the call are wrong.')
    .action(async (word: string | undefined) => {
      if (word?.startsWith('-')) throw new WrongWords(`Unknown option ${quoted(word)}. Try --help.`)
      if (word !== undefined) throw unknownCommand(program, word)
      exitCode = await runServe(callOf('serve', []), { open: true, token: true })
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
    const [first, second] = flags.gpu ?? []
    // Of a flag with one value that is given twice, one of the two would be dropped in silence.
    if (name !== 'bench' && first !== undefined && second !== undefined) throw new WrongWords(`--gpu was given twice: ${quoted(first)} and ${quoted(second)}.`)
    return { common: readCommon(flags), terminal: parts.terminal, stops: parts.stops, log: parts.log }
  }

  async function runServe(call: Call, flags: ServeFlags): Promise<number> {
    parts.onServing()
    return (await import('./serve.ts')).serve(call, flags, parts.stopped, parts.stop)
  }

  add({
    name: 'detect',
    description: 'Lists the GPUs of this machine, what they do now, and what is wrong with them.',
    takes: ['gpu'],
    examples: ['idlewatt detect', 'idlewatt detect --json', 'idlewatt detect --machine test/machines/two-rtx-3090-linux', 'idlewatt detect --forget GPU-5c1f2d3e'],
    setUp: (command) => command.usage('[flags]').option('--forget <id>', 'a lost card that is gone for good: it is no longer listed; what was recorded of it stays'),
    run: async (call, command) => (await import('./detect.ts')).detect(call, command.opts<DetectFlags>()),
  })
  add({
    name: 'watch',
    description: 'Shows what every card does, once a second, until q or Ctrl-C. To a pipe: a line for each card; with --json: a document (a turn of samples) on each line.',
    takes: ['gpu'],
    examples: ['idlewatt watch', 'idlewatt watch --gpu GPU-5c1f2d3e', 'idlewatt watch --json --count 60 > minute.ndjson'],
    setUp: (command) => command.usage('[flags]').option('--count <n>', 'end after so many turns'),
    run: async (call, command) => {
      parts.onServing()
      return (await import('./watch.ts')).watch(call, command.opts<WatchFlags>(), parts.stopped, parts.stop)
    },
  })
  add({
    name: 'history',
    description: 'Shows what is kept of a card: steps with minimum, mean and maximum, events, energy. Asks no driver.',
    takes: ['gpu'],
    examples: ['idlewatt history --gpu GPU-5c1f2d3e', 'idlewatt history --gpu GPU-5c1f2d3e --from -7d --step 15m --json', 'idlewatt history --from 2026-11-01 --to 2026-11-08 --csv > week.csv'],
    setUp: (command) =>
      command
        .usage('[flags]')
        .option('--from <time>', 'ISO 8601 (UTC without a zone), or a span back: -24h, -90m, -7d (-24h)')
        .option('--to <time>', 'the same, or now (now)')
        .option('--step <span>', '10s, 1m, 15m, 1h, or seconds; at least what is kept of that time (as fits)')
        .option('--csv', 'comma-separated values on stdout'),
    run: async (call, command) => (await import('./history.ts')).history(call, command.opts<HistoryFlags>()),
  })
  add({
    name: 'alerts',
    description: 'Lists what is wrong with the cards, and sets up where you are told of it. Works beside a running app.',
    takes: [],
    examples: ['idlewatt alerts', 'idlewatt alerts set-webhook https://example.org/hook', 'idlewatt alerts set-ntfy https://ntfy.sh/my-topic --token-file token.txt', 'idlewatt alerts test', 'idlewatt alerts remove webhook'],
    setUp: (command) =>
      command
        .usage('[list | test [CHANNEL] | set-webhook URL | set-ntfy URL | remove CHANNEL] [flags]')
        .argument('[words...]', 'an address that must not stand in the list of processes: write - and hand it in on stdin')
        .option('--token-file <file>', 'the access token of the ntfy topic, on the first line of this file'),
    run: async (call, command) => (await import('./alerts.ts')).alerts(call, command.args, command.opts<AlertsFlags>()),
  })
  add({
    name: 'record-machine',
    description: 'Writes this machine as a recorded one into a new folder: what drivers and the system answer, without serials and names. Sends nothing.',
    takes: [],
    examples: ['idlewatt record-machine my-rig', 'idlewatt --machine my-rig detect'],
    setUp: (command) => command.usage('NAME [flags]').argument('[name]', 'the new folder'),
    run: async (call, command) => (await import('./record-machine.ts')).recordMachine(call, command.args[0]),
  })
  add({
    name: 'service',
    description: 'Has this system start Idlewatt at boot (systemd, Task Scheduler, launchd), without a window. Shows what it would change, and asks.',
    takes: [],
    examples: ['idlewatt service install --dry-run', 'idlewatt service install --port 8080 --yes', 'idlewatt service status', 'idlewatt service remove'],
    setUp: (command) =>
      command
        .usage('[install | remove | status] [flags]')
        .argument('[action]', 'status, where it is left out')
        .option('--port <n>', 'port on 127.0.0.1 (any free one at each start)')
        .option('--yes', 'do it without asking')
        .option('--dry-run', 'show what would be done, and do nothing'),
    run: async (call, command) => (await import('./service.ts')).service(call, command.args[0], command.opts<ServiceFlags>()),
  })
  add({
    name: 'bench',
    description: 'Measures cards: quick (15 s), full (3 min), sustained (5 to 60 min of full load), or their memory. Lists, compares, exports and imports runs, and makes a page of them to show. Without a word it measures.',
    takes: ['gpu'],
    examples: benchExamples,
    setUp: addBenchWords,
    run: async (call, command) => (await import('./bench.ts')).bench(call, command.args, command.opts<BenchFlags>(), parts.onMeasuring),
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
    examples: estimateExamples,
    setUp: addEstimateWords,
    run: async (call, command) => (await import('./estimate.ts')).estimate(call, command.opts<EstimateFlags>()),
  })
  for (const spec of moneyCommands) add(spec)
  add({
    name: 'serve',
    description: 'Serves the app to a browser on this machine, without a window.',
    takes: [],
    examples: ['idlewatt serve', 'idlewatt serve --no-open --port 8080 --data /srv/idlewatt'],
    setUp: (command) => command.option('--port <n>', 'port on 127.0.0.1; 0: any free one (0)').option('--no-open', 'do not open the browser').option('--no-token', 'print the address without its token, where a log would keep it; `service status` shows it'),
    run: (call, command) => runServe(call, command.opts<ServeFlags>()),
  })
  softwareCommands.forEach(add)
  policyCommands.forEach(add)

  for (const command of [program, ...program.commands]) command.options.forEach(takeOnce)

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

/** Of a flag with one value that is given twice, one of the two would be dropped in silence. */
function takeOnce(option: Option): void {
  if (!option.required || option.parseArg !== undefined) return
  option.argParser((value: string, before: string | undefined) => {
    if (before !== undefined) throw new WrongWords(`${option.long ?? option.flags} was given twice: ${quoted(before)} and ${quoted(value)}.`)
    return value
  })
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
  const text = (flag: 'machine' | 'network' | 'data'): string | null => (flags[flag] === undefined ? null : readText(`--${flag}`, flags[flag]))
  const gpus = (flags.gpu ?? []).map((id) => readText('--gpu', id))
  return { json: flags.json === true, machine: text('machine'), gpu: gpus[0] ?? null, gpus, network: text('network'), data: text('data') }
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
