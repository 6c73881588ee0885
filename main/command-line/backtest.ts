/** `idlewatt backtest`: a network's predicted pay held against what its recorded weeks paid. */
import type { Backtest } from '../../shared/backtest.ts'
import { backtestables, backtestFiles } from '../backtesting.ts'
import type { Call } from './open-app.ts'
import { bullet, drawTable, percentText, wrap } from './output.ts'
import { quoted, readOneOf, readText, readWholeNumber, WrongWords } from './words.ts'

export interface BacktestFlags {
  epochs?: string
  paid?: string
  from?: string
}

const mostEpoch = 1_000_000

/** 0 whatever the score is: it is an answer. Throws WrongWords and NotPossible. */
export async function backtest(call: Call, flags: BacktestFlags): Promise<number> {
  const { title, run } = chooseNetwork(call.common.network)
  const files = { epochs: readPath('--epochs', flags.epochs), paid: readPath('--paid', flags.paid) }
  const fromEpoch = flags.from === undefined ? null : readWholeNumber('--from', flags.from, { min: 0, max: mostEpoch, unit: '(an epoch)' })
  const result = backtestFiles(run, files, fromEpoch)
  if (call.common.json) await call.terminal.document(result)
  else await call.terminal.print(backtestText(result, title))
  return 0
}

function chooseNetwork(typed: string | null): { title: string; run: Parameters<typeof backtestFiles>[0] } {
  const all = backtestables()
  const names = all.filter((each) => each.run !== null).map((each) => each.id).join(', ')
  if (typed === null) throw new WrongWords(`A back-test needs --network, one of: ${names}.`)
  const id = readOneOf('network', typed, all.map((each) => each.id))
  const chosen = all.find((each) => each.id === id)
  if (!chosen?.run) throw new WrongWords(`The pay of ${quoted(id)} cannot be held against recorded weeks. That is possible for: ${names}.`)
  return { title: chosen.title, run: chosen.run }
}

function readPath(flag: string, text: string | undefined): string {
  if (text === undefined) throw new WrongWords(`A back-test needs ${flag} FILE.`)
  return readText(flag, text)
}

export function backtestText(result: Backtest, title: string): string {
  const weeks = drawTable(
    [{ head: 'Epoch', align: 'right' }, { head: 'Low', align: 'right' }, { head: 'Expected', align: 'right' }, { head: 'High', align: 'right' }, { head: 'Paid', align: 'right' }, { head: '' }],
    result.weeks.map((week) => [String(week.epochId), figure(week.low), figure(week.expected), figure(week.high), figure(week.actual), place(week)]),
  )
  const scores = drawTable(
    [{ head: 'Rule', flexible: true }, { head: 'Inside', align: 'right' }, { head: 'Score', align: 'right' }],
    [{ name: 'Idlewatt\'s band', ...pick(result) }, ...result.baselines].map((row) => [row.name, percentText(row.coverage), figure(row.winkler)]),
  )
  const explained = 'Each week is predicted from the weeks before it alone; four in five should fall inside. The score is the mean width of the bands plus ten times each miss: less is better.'
  const remarks = result.remarks.map(bullet).join('\n')
  return [`${title}: ${result.unit}`, weeks, scores, wrap(explained), remarks].filter((part) => part !== '').join('\n\n')
}

function pick({ coverage, winkler }: Backtest): { coverage: number; winkler: number } {
  return { coverage, winkler }
}

function place({ low, actual, inside }: Backtest['weeks'][number]): string {
  return inside ? 'inside' : actual < low ? 'below' : 'above'
}

/** Three digits that count, whatever the size. */
function figure(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
