/** What an hour of a programme is worth before power and what power it takes, from its estimates: for deciding by the hour's own price. Pure. */
import type { Estimate } from '../../shared/earnings.ts'
import type { ProgrammeWorth } from '../../shared/policy-state.ts'

type Case = 'low' | 'expected' | 'high'
type Row = Pick<Estimate, 'lines' | 'kwhPerDay' | 'gpuCount'>

/**
 * `rows`: the programme's estimates, a row for each group of identical cards that could join; their cards together.
 * Gross less kWh × the estimate's own price is the sum of the estimate's lines, in each case. A row without any figure is left
 * out; where another has none for a case, the sum of that case is not known. null: no row has a figure.
 */
export function worthOf(rows: readonly Row[]): ProgrammeWorth | null {
  const figured = rows.filter((row) => (['low', 'expected', 'high'] as const).some((which) => grossOf(row, which) !== null && kwhOf(row, which) !== null))
  if (figured.length === 0) return null
  const gross = { low: total(figured, 'low', grossOf), expected: total(figured, 'expected', grossOf), high: total(figured, 'high', grossOf) }
  const kwh = { low: total(figured, 'low', kwhOf), expected: total(figured, 'expected', kwhOf), high: total(figured, 'high', kwhOf) }
  const known = kwh.expected ?? kwh.high ?? kwh.low
  // Cards of different groups with figures for different cases only: no case holds for them together.
  if (known === null) return null
  const whole = (which: Case): number | null => (kwh[which] === null ? null : gross[which])
  return {
    grossUsdPerHour: { low: whole('low'), expected: whole('expected'), high: whole('high') },
    // Of a case without a gross nothing is worked out.
    kwhPerHour: { low: kwh.low ?? known, expected: kwh.expected ?? known, high: kwh.high ?? known },
  }
}

function total(rows: readonly Row[], which: Case, of: (row: Row, which: Case) => number | null): number | null {
  let sum = 0
  for (const row of rows) {
    const perDay = of(row, which)
    if (perDay === null) return null
    sum += (perDay * row.gpuCount) / 24
  }
  return sum
}

/** USD a day and card of everything but power; wear is in it. */
function grossOf({ lines }: Row, which: Case): number | null {
  let sum = 0
  for (const line of lines) {
    if (line.id.startsWith('electricity-')) continue
    const usd = line[which]
    if (usd === null || !Number.isFinite(usd)) return null
    sum += usd
  }
  return sum
}

function kwhOf({ kwhPerDay }: Row, which: Case): number | null {
  const kwh = kwhPerDay?.[which] ?? null
  return kwh !== null && Number.isFinite(kwh) && kwh >= 0 ? kwh : null
}
