/** The words and flags of `idlewatt tariff`, and its examples, for the help. */
import type { Command } from 'commander'

export const tariffExamples = [
  'idlewatt tariff',
  'idlewatt tariff fixed 0.31',
  'idlewatt tariff weekly week.txt --zone Europe/Berlin',
  'idlewatt tariff import day-ahead.csv --zone Europe/Berlin',
  'idlewatt tariff import prices.csv --unit cent-per-kwh --json',
  'idlewatt tariff clear',
  'idlewatt tariff unset',
]

export function addTariffWords(command: Command): Command {
  return command
    .usage('[show | fixed PRICE | weekly FILE | import FILE | clear | unset] [flags]')
    .argument('[words...]', 'show, where it is left out; clear removes dated prices, unset the price and the table; prices are in the currency of the settings')
    .option('--zone <name>', 'time zone of the table, or of times in the file that name none: Europe/Berlin (this machine\'s)')
    .option('--unit <unit>', 'what one number of the file is: per-kwh, per-mwh or cent-per-kwh (as its header says)')
    .option('--currency <code>', 'what the prices of the file are in: GBP (as it says, else the currency of the settings)')
}
