/** The commands about provider software: what it would do, setting it up, running it, checking the machine, and asking for help. */
import { several, type CommandSpec } from './command-spec.ts'
import type { DoctorFlags } from './doctor.ts'
import type { EnrolFlags } from './enrol.ts'
import type { ProvidersFlags } from './providers.ts'
import type { SupportFlags } from './support-bundle.ts'

export const softwareCommands: CommandSpec[] = [
  {
    name: 'doctor',
    description: 'Checks this installation, this machine, and with --network what its programmes need; says what is wrong and what mends it. Changes nothing.',
    takes: ['network'],
    examples: ['idlewatt doctor', 'idlewatt doctor --network NETWORK', 'idlewatt doctor --only clock --outside', 'idlewatt doctor --measure --json', 'idlewatt doctor --list'],
    setUp: (command) =>
      command
        .usage('[flags]')
        .option('--programme <id>', 'also what this programme needs, an id of `estimate`')
        .addOption(several('--only <id>', 'only this check; ids as --list prints them'))
        .option('--measure', 'also what costs something: the line, the speed of the disk')
        .option('--outside', 'servers outside may be asked: address, clock, name service')
        .option('--list', 'list the checks and run none')
        .option('--port <n>', 'the port to try (any)'),
    run: async (call, command) => (await import('./doctor.ts')).doctor(call, command.opts<DoctorFlags>()),
  },
  {
    name: 'enrol',
    description: 'Sets a programme up, step by step, after saying everything that it does; --dry-run says it and does nothing. Without a flag it says where it stands and what comes next. An Idlewatt that is open does it, where there is one.',
    takes: ['network'],
    examples: [
      'idlewatt enrol --network NETWORK --dry-run',
      'idlewatt enrol PROGRAMME',
      'idlewatt enrol PROGRAMME --agree HASH',
      'idlewatt enrol PROGRAMME --answer FIELD=VALUE',
      'idlewatt enrol PROGRAMME --secret FIELD < token.txt',
      'idlewatt enrol PROGRAMME --continue',
      'idlewatt enrol PROGRAMME --undo STEP',
    ],
    setUp: (command) =>
      command
        .usage('[PROGRAMME] [flags]')
        .argument('[words...]', 'a programme by its id, as `idlewatt providers` lists them; with --network and --dry-run left out: all of its programmes')
        .option('--dry-run', 'say what would be done, and do nothing')
        .option('--agree <hash>', 'agree to what --dry-run printed under this very hash')
        .addOption(several('--answer <field=value>', 'answer a question of a step'))
        .option('--secret <field>', 'answer with a secret that is read from standard input, never from the command line')
        .option('--do <step>', 'do this step, or try it again')
        .option('--confirm <step>', 'say that this step is done (on a website, by hand)')
        .option('--undo <step>', 'undo this step')
        .option('--continue', 'do every step that can be done, until one waits for you or fails'),
    run: async (call, command) => (await import('./enrol.ts')).enrol(call, command.args, command.opts<EnrolFlags>()),
  },
  {
    name: 'providers',
    description: 'Lists provider software and what it does. start: runs it; finish: stops it once its work in progress is done; stop: stops it now, and says what that costs; logs: shows what it said; leave: undoes what setting up did. An Idlewatt that is open does it, where there is one; without one, what was started runs unwatched.',
    takes: ['network'],
    examples: ['idlewatt providers', 'idlewatt providers list --json', 'idlewatt providers start PROGRAMME', 'idlewatt providers stop PROGRAMME --price', 'idlewatt providers logs PROGRAMME --search error', 'idlewatt providers leave PROGRAMME --yes'],
    setUp: (command) =>
      command
        .usage('[list | start | finish | stop | logs | leave] [PROGRAMME] [flags]')
        .argument('[words...]', 'list, where it is left out; a PROGRAMME by its id, as the list has it')
        .option('--price', 'of stop: only say what stopping now would cost')
        .option('--search <text>', 'of logs: only lines with this text')
        .option('--limit <n>', 'of logs: how many lines (200)')
        .option('--yes', 'of leave: undo everything; without it, what would be undone is only listed'),
    run: async (call, command) => (await import('./providers.ts')).providers(call, command.args, command.opts<ProvidersFlags>()),
  },
  {
    name: 'support-bundle',
    description: 'Gathers state, logs and this machine as a recording, without secrets, addresses and serials; lists all of it before it is saved. Sends nothing.',
    takes: [],
    examples: ['idlewatt support-bundle', 'idlewatt support-bundle --show state.json', 'idlewatt support-bundle --out bundle.zip'],
    setUp: (command) =>
      command
        .usage('[flags]')
        .option('--out <file>', 'save it there, as a ZIP; an existing file is not overwritten')
        .option('--show <name>', 'print one file of it, as it would be saved'),
    run: async (call, command) => (await import('./support-bundle.ts')).supportBundle(call, command.opts<SupportFlags>()),
  },
]
