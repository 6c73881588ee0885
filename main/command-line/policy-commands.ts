/** The commands about when cards may work: the rules, what they decide and why, a pause, and a recorded day played again. */
import { several, type CommandSpec } from './command-spec.ts'
import type { PauseFlags } from './pause.ts'
import type { PolicyFlags } from './policy.ts'

const lengthFlags = ['for a length of time: 1h, 90m, 2d', 'until then: 18:00, or 2026-11-24T08:00Z'] as const
const programmeFlag = ['--programme <id>', 'only this programme, an id of `providers`'] as const

export const policyCommands: CommandSpec[] = [
  {
    name: 'policy',
    description: 'Says when cards may work, what runs this moment and why; changes the rules; explains every decision; plays a recorded day or the coming week. An Idlewatt that is open does it, where there is one.',
    takes: ['gpu'],
    examples: [
      'idlewatt policy',
      'idlewatt policy explain PROGRAMME --gpu GPU-5c1f2d3e',
      'idlewatt policy set idleAfterMinutes=5 onBattery=run',
      'idlewatt policy set --add "Mon-Fri 22:00-06:00 always" --remove 1',
      'idlewatt policy set --card GPU-5c1f2d3e may=never',
      'idlewatt policy set --programme PROGRAMME priority=5',
      'idlewatt policy set --ignore obs',
      'idlewatt policy run-now --for 1h',
      'idlewatt policy simulate --trace day.json --json',
    ],
    setUp: (command) =>
      command
        .usage('[show | set KEY=VALUE … | explain [PROGRAMME] | simulate | run-now] [flags]')
        .argument('[words...]', 'show, where it is left out; the keys of `set` are those that `show` lists')
        .addOption(several('--add <block>', 'of set: a block of the week, in words: "Mon-Fri 22:00-06:00 always", "Sat,Sun all day never"; with --card only for that one'))
        .addOption(several('--remove <n>', 'of set: takes block N of the schedule away, as `show` counts them'))
        .option('--card <id>', 'of set: the keys are of this card alone: may, maxTemperatureC, maxFan, programmes')
        .option('--programme <id>', 'of set: the keys are of this programme alone: may, priority; of run-now: only this programme')
        .option('--reset', 'of set: with --card or --programme: as for all others again')
        .addOption(several('--ignore <program>', 'of set: a program that never counts'))
        .addOption(several('--count <program>', 'of set: an ignored program counts again'))
        .option('--for <length>', `of run-now: ${lengthFlags[0]} (1h)`)
        .option('--until <time>', `of run-now: ${lengthFlags[1]}`)
        .option('--trace <file>', 'of simulate: a recorded stretch of time; without it, the coming week of this machine')
        .option('--from <time>', 'of simulate: from then on, within the trace')
        .option('--to <time>', 'of simulate: until then'),
    run: async (call, command) => (await import('./policy.ts')).policy(call, command.args, command.opts<PolicyFlags>()),
  },
  {
    name: 'pause',
    description: 'Stops what runs for a while, and starts nothing: until you resume, where no time is given.',
    takes: ['gpu'],
    examples: ['idlewatt pause', 'idlewatt pause --for 1h', 'idlewatt pause --until 18:00', 'idlewatt pause --tonight', 'idlewatt pause --gpu GPU-5c1f2d3e --for 90m'],
    setUp: (command) =>
      command
        .usage('[flags]')
        .option('--for <length>', lengthFlags[0])
        .option('--until <time>', lengthFlags[1])
        .option('--tonight', 'until this day ends')
        .option(...programmeFlag),
    run: async (call, command) => (await import('./pause.ts')).pause(call, 'pause', command.opts<PauseFlags>()),
  },
  {
    name: 'resume',
    description: 'Takes a pause back, or a "run now": all of them, or the one with this id.',
    takes: [],
    examples: ['idlewatt resume', 'idlewatt resume ID'],
    setUp: (command) => command.usage('[ID] [flags]').argument('[words...]', 'all of them, where it is left out; `idlewatt policy` lists the ids'),
    run: async (call, command) => (await import('./pause.ts')).resume(call, command.args),
  },
]
