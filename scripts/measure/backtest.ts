/** `backtest.*`: whether a network's band is a fair prediction of the recorded weeks, and beats two simpler rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { networks } from '../../main/networks/index.ts'
import type { Backtest } from '../../shared/backtest.ts'
import { notMeasured, type Budgets, type Row } from './row.ts'

/** The recordings lie beside the repository, not in it: `<network>-…-epochs-….json` and `<network>-paid-….json`. */
const samples = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'api-samples')
const coverageBudget = 0.8
const ratioBudget = 1
const coverageId = 'backtest.coverage'
/** In the order of the back-test's simpler rules. */
const ratioIds = ['backtest.winkler-vs-percentiles', 'backtest.winkler-vs-last-value']

export const budgets: Budgets = {
  ids: [coverageId, ...ratioIds],
  async measure() {
    const results = networks.flatMap((network) => {
      const epochs = recording(`${network.id}-`, '-epochs-')
      const paid = recording(`${network.id}-paid-`, '')
      return network.backtest && epochs !== null && paid !== null ? [network.backtest.run({ epochs, paid, fromEpoch: null })] : []
    })
    if (results.length > 0) return results.flatMap(rowsOf)
    const why = `no recorded weeks in ${samples}`
    return [notMeasured(coverageId, 'share', coverageBudget, why), ...ratioIds.map((id) => notMeasured(id, 'ratio', ratioBudget, why))]
  },
}

function recording(beginning: string, part: string): unknown {
  if (!existsSync(samples)) return null
  const name = readdirSync(samples).find((each) => each.startsWith(beginning) && each.includes(part) && each.endsWith('.json'))
  return name === undefined ? null : JSON.parse(readFileSync(join(samples, name), 'utf8'))
}

function rowsOf(result: Backtest): Row[] {
  const weeks = `${result.network}, epochs ${result.weeks[0]?.epochId ?? '–'} to ${result.weeks.at(-1)?.epochId ?? '–'}, each from the weeks before it alone`
  const inside = result.weeks.filter((week) => week.inside).length
  return [
    { id: coverageId, value: result.coverage, unit: 'share', budget: coverageBudget, ok: result.coverage >= coverageBudget, peer: null, note: `at least this share; ${inside} of ${result.weeks.length}: ${weeks}` },
    ...ratioIds.map((id, index): Row => {
      const baseline = result.baselines[index]
      if (!baseline) return notMeasured(id, 'ratio', ratioBudget, 'the back-test has no such rule beside it')
      const value = result.winkler / baseline.winkler
      const note = `interval score ${result.winkler.toFixed(3)} over that of the rule beside it, which had ${(baseline.coverage * 100).toFixed(0)} % inside; less than 1 is better; ${weeks}`
      return { id, value, unit: 'ratio', budget: ratioBudget, ok: value < ratioBudget, peer: { name: baseline.name, value: baseline.winkler }, note }
    }),
  ]
}
