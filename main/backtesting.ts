/** Joins a network's back-test with the recorded weeks in the files that a user names. */
import type { Backtest } from '../shared/backtest.ts'
import { readJsonFile } from './earnings/market-file.ts'
import { networks } from './networks/index.ts'
import { MarketMisfit, type BacktestDefinition } from './networks/network.ts'
import { NotPossible } from './system/not-possible.ts'

/** Every network by id and title; `run` is null where its pay cannot be held against recorded weeks. */
export function backtestables(): { id: string; title: string; run: BacktestDefinition['run'] | null }[] {
  return networks.map((network) => ({ id: network.id, title: network.title, run: network.backtest?.run ?? null }))
}

/** Throws NotPossible with a sentence for files that cannot be read or do not fit. */
export function backtestFiles(run: BacktestDefinition['run'], files: { epochs: string; paid: string }, fromEpoch: number | null): Backtest {
  const epochs = readJsonFile(files.epochs, 'The file of reward epochs')
  const paid = readJsonFile(files.paid, 'The file of paid amounts')
  try {
    return run({ epochs, paid, fromEpoch })
  } catch (error) {
    if (error instanceof MarketMisfit) throw new NotPossible(error.message)
    throw error
  }
}
