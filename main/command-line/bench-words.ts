/** The words and flags of `idlewatt bench`, and its examples, for the help. */
import { Option, type Command } from 'commander'

export const benchExamples = [
  'idlewatt bench',
  'idlewatt bench --mode full --gpu GPU-5c1f2d3e --json',
  'idlewatt bench --mode sustained --minutes 20',
  'idlewatt bench --workload fp64-compute --workload path-tracer',
  'idlewatt bench list',
  'idlewatt bench compare latest~1 latest',
  'idlewatt bench report --out card.html',
  'idlewatt bench export latest --out card.json',
  'idlewatt bench import card.json',
  'idlewatt bench octane octane.log --gpu GPU-5c1f2d3e',
]

export function addBenchWords(command: Command): Command {
  return command
    .usage('[run | list | workloads | compare A B | report [RUN...] | export RUN | import FILE | octane FILE] [flags]')
    .argument('[words...]', 'what to do; a RUN is latest, latest~1, an id of `bench list`, or a file')
    .option('--mode <mode>', 'quick, full, sustained or memory (quick)')
    .addOption(new Option('--workload <id>', 'only this one, an id of `bench workloads`; may be repeated').argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]))
    .option('--minutes <n>', 'of a sustained run, 5 to 60 (10)')
    .option('--parallel', 'all cards at once; they share power and memory, so figures may be lower')
    .option('--max-temperature <c>', 'stop at this core temperature (3 °C under the point at which the card slows itself down)')
    .option('--even-after-crash', 'also run what took the machine or the driver down last time')
    .option('--even-if-busy', 'although another program uses the card; never one that is listed on a network')
    .option('--out <file>', 'write there what report or export makes; -: stdout')
}
