/** The words and flags of `idlewatt ledger`, and its examples, for the help. */
import type { Command } from 'commander'
import { quoted, readMoment, WrongWords } from './words.ts'

export interface LedgerFlags {
  amount?: string
  asset?: string
  programme?: string
  at?: string
  from?: string
  to?: string
  usd?: string
  kwh?: string
  reference?: string
  note?: string
  kind?: string
  text?: string
  limit?: string
  format?: string
  preset?: string
  year?: string
  currency?: string
  out?: string
  force?: boolean
  days?: string
}

export const ledgerExamples = [
  'idlewatt ledger',
  'idlewatt ledger list --from 2026-11-01 --kind income --json',
  'idlewatt ledger add income --amount 12.5 --asset USD --programme PROGRAMME --from 2026-11-09 --to 2026-11-15',
  'idlewatt ledger add fee --amount 1.20 --asset USD --at 2026-11-20 --note "withdrawal"',
  'idlewatt ledger correct hand:5c1f2d3e5c1f2d3e --amount 12 --note "misread"',
  'idlewatt ledger export --year 2026 --currency EUR --out 2026.csv',
  'idlewatt ledger export --preset koinly --year 2026 > koinly.csv',
  'idlewatt ledger promised --days 28',
  'idlewatt ledger refresh',
]

export const walletExamples = ['idlewatt wallets', 'idlewatt wallets set NETWORK ADDRESS', 'idlewatt wallets remove NETWORK']

export function addLedgerWords(command: Command): Command {
  return command
    .usage('[list | add KIND | correct ID | export | promised | refresh] [flags]')
    .argument('[words...]', 'KIND is income, fee, electricity, capital-in or capital-out; an ID is one of `ledger list`')
    .option('--amount <n>', 'how much; of correct: what it should have been (0 strikes the entry out)')
    .option('--asset <symbol>', 'a token, or a currency as EUR')
    .option('--programme <id>', 'the programme, an id of `estimate`')
    .option('--at <time>', 'when: a day by this machine\'s clock, or ISO 8601 (UTC without a zone) (the end of --to, else now)')
    .option('--from <day>', 'of add: first day that it pays for; of list: first day shown')
    .option('--to <day>', 'the last such day')
    .option('--usd <n>', 'what it was worth then in USD, where you know better (the price of that day)')
    .option('--kwh <n>', 'of electricity: how much')
    .option('--reference <text>', 'transaction, epoch, invoice; a whole transaction id looks like a private key and is refused: type its first and last eight characters')
    .option('--note <text>', 'in your own words')
    .option('--kind <kind>', 'of list: only this one')
    .option('--text <text>', 'of list: found in note, reference or asset')
    .option('--limit <n>', 'of list: so many, newest first (50)')
    .option('--format <format>', 'of export: csv or json (csv)')
    .option('--preset <preset>', 'of export: full, or koinly, the universal file that common tax tools import (full)')
    .option('--year <year>', 'of export: only this one (all)')
    .option('--currency <code>', 'of export: worth in EUR, GBP, … (that of the settings)')
    .option('--out <file>', 'write the export there; -: stdout (stdout)')
    .option('--force', 'although that file is there already')
    .option('--days <n>', 'of promised: so many (28)')
}

export function addWalletWords(command: Command): Command {
  return command.usage('[list | set NETWORK ADDRESS | remove NETWORK] [flags]').argument('[words...]', 'an ADDRESS is one that payouts go to; never a key or a seed phrase')
}

/** A bare day is noon of it by this machine's clock, so that it stays that day; anything else as everywhere. ms since epoch. */
export function readWhen(flag: string, text: string): number {
  return isDay(text) ? (readDay(flag, text).from + readDay(flag, text).to) / 2 : readMoment(flag, text)
}

/** A day by this machine's clock: [from, to) in ms since epoch, be it of 23 or 25 hours. */
export function readDay(flag: string, text: string): { day: string; from: number; to: number } {
  if (!isDay(text)) throw new WrongWords(`${flag} needs a day such as 2026-11-22; ${quoted(text)} is none.`)
  readMoment(flag, text)
  const [year = 0, month = 1, date = 1] = text.trim().split('-').map(Number)
  return { day: text.trim(), from: new Date(year, month - 1, date).getTime(), to: new Date(year, month - 1, date + 1).getTime() }
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text.trim())
}
