/** The flags of `idlewatt estimate`, and its examples, for the help. */
import type { Command } from 'commander'
import { leverIds } from '../../shared/earnings.ts'
import { several } from './command-spec.ts'

export const estimateExamples = [
  'idlewatt estimate',
  'idlewatt estimate --usd-per-kwh 0.15 --watts-work 450 --watts-wait 20',
  'idlewatt estimate --gpu-model "RTX 4090" --count 2 --json',
  'idlewatt estimate --card "RTX 3090=4" --card "RTX 3080 10 GB=2"',
  'idlewatt estimate --what-if token-price=0.5,utilisation=2',
]

export function addEstimateWords(command: Command): Command {
  return command
    .option('--gpu-model <name>', 'a card that need not be here: "RTX 4090"')
    .option('--count <n>', 'how many of that card (1)')
    .addOption(several('--card <name=count>', 'a card of a rig that need not be here; may be repeated'))
    .addOption(several('--what-if <lever=factor>', `what is multiplied by what: ${leverIds.join(', ')}; may be repeated`))
    .option('--usd-per-kwh <price>', 'price of electricity in USD')
    .option('--watts-work <watts>', 'drawn at the wall per card while working')
    .option('--watts-wait <watts>', 'drawn at the wall per card while waiting')
    .option('--at <date>', 'estimate for this day or moment, ISO 8601')
    .addOption(several('--market <network=file>', 'a recorded answer in place of live and bundled ones; may be repeated'))
    .addOption(several('--price <token=usd>', 'a token price in place of the known one; may be repeated'))
    .option('--currency <code>', 'for the table: EUR, GBP, … (--json is always in USD)')
}
