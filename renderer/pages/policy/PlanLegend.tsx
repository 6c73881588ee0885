/** What the patterns of the plan mean, how many hours of each there are, and the range of prices. */
import { runModes, type RunMode } from '../../../shared/policy.ts'
import type { WeekOutlook } from '../../../shared/policy-state.ts'
import { formatPerKwh, type MoneyFormat } from '../../format/money.ts'
import { formatPlain, gap } from '../../format/numbers.ts'
import { modeLetters, modeWords } from '../../state/policy.ts'

export function PlanLegend({ outlook, hasPrices, totals, money }: { outlook: WeekOutlook | null; hasPrices: boolean; totals: Record<RunMode, number>; money: MoneyFormat }) {
  const prices = outlook?.hours.flatMap(({ usdPerKwh }) => (usdPerKwh === null ? [] : [usdPerKwh])) ?? []
  const atLoss = outlook?.hours.filter(({ isAtLoss }) => isAtLoss).length ?? 0
  const quiet = outlook?.hours.filter(({ isQuiet }) => isQuiet).length ?? 0
  return (
    <ul className="plan-legend small">
      {runModes.map((mode) => (
        <li key={mode}>
          <span className={`plan-key plan-${mode}`} aria-hidden="true">
            {modeLetters[mode]}
          </span>{' '}
          {modeWords[mode]}: {formatPlain(totals[mode])}
          {gap}h
        </li>
      ))}
      <li className="muted">Paler: no block, so what holds outside of every block.</li>
      {hasPrices ? (
        <>
          <li>
            <span className="plan-key-bar" aria-hidden="true" /> price under each hour: {formatPerKwh(Math.min(...prices), money)} to {formatPerKwh(Math.max(...prices), money)}
            {Math.min(...prices) < 0 ? ', below the line where it is negative' : ''}
          </li>
          {atLoss > 0 ? (
            <li>
              <span className="plan-key-bar plan-bar-loss" aria-hidden="true" /> at a loss: {atLoss}
              {gap}h
            </li>
          ) : null}
        </>
      ) : outlook ? (
        <li className="muted">
          No electricity price is known, so no tariff stands under the hours. <a href="#/settings">Set one in Settings</a>.
        </li>
      ) : null}
      {quiet > 0 && hasPrices ? (
        <li>
          <span className="plan-key-quiet" aria-hidden="true" /> quiet hours: {quiet}
          {gap}h
        </li>
      ) : null}
    </ul>
  )
}
