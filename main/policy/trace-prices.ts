/** What a kilowatt-hour costs in a trace, in steps without holes: dated prices, then the weekly table, then the fixed price. Pure. */
import type { PriceStep } from '../../shared/policy-state.ts'
import { hoursPerWeek } from '../../shared/tariff.ts'
import { stretchAt } from '../system/wall-clock.ts'
import type { TraceFile } from './trace-format.ts'

const hourMs = 3_600_000
/** Decisions look ahead: prices that repeat are known beyond the end of the trace. */
const beyondMs = 48 * hourMs

interface Question {
  from: number
  to: number
  zone: string
  at(time: number | string, place: string): number
  faults: string[]
}

/** Empty: no price is set. Ends early where dated prices end and nothing stands in, which is said. */
export function pricesOfTrace(prices: TraceFile['prices'], { from, to, zone, at, faults }: Question): { steps: PriceStep[]; remarks: string[] } {
  const end = to + beyondMs
  if (prices === null) return { steps: [], remarks: ['No price of electricity is set: nothing is stopped for money, and what power costs is not known.'] }
  if (typeof prices === 'number') return { steps: [{ from, to: end, usdPerKwh: prices, how: 'fixed price' }], remarks: [] }
  const { dated, weekly, fixed } = prices
  const starts = dated.map(({ from: time }, index) => at(time, `prices.dated[${index}].from`))
  starts.forEach((start, index) => {
    if (index > 0 && start <= (starts[index - 1] as number)) faults.push(`prices.dated[${index}].from: it is not after the one above it`)
  })
  const datedEnd = prices.datedTo === undefined ? to : at(prices.datedTo, 'prices.datedTo')
  const first = starts[0] ?? end
  if (dated.length === 0 && weekly === undefined && fixed === undefined) faults.push('prices: neither dated nor weekly nor fixed prices are given; null says that none is set')
  if (dated.length > 0 && datedEnd <= (starts.at(-1) as number)) faults.push('prices.datedTo: it is not after the last dated price')
  if (dated.length > 0 && first > from && weekly === undefined && fixed === undefined) faults.push('prices.dated[0].from: it is after the beginning of the trace, and neither weekly nor fixed prices stand in')
  if (faults.length > 0) return { steps: [], remarks: [] }

  const steps: PriceStep[] = []
  standIn(from, Math.min(first, end), '')
  dated.forEach(({ usdPerKwh }, index) => add(starts[index] as number, Math.min(starts[index + 1] ?? datedEnd, end), usdPerKwh, 'dated price'))
  if (dated.length > 0) standIn(datedEnd, end, '; no dated price covers this hour')
  const remarks: string[] = []
  const hours = Math.round((to - datedEnd) / hourMs)
  if (dated.length > 0 && datedEnd < to) {
    if (weekly !== undefined || fixed !== undefined) remarks.push(`Dated prices end ${hours} h before the end; the ${weekly === undefined ? 'fixed price' : 'weekly table'} stands in from there.`)
    else remarks.push(`Dated prices end ${hours} h before the end and nothing stands in: from there no price is known.`)
  }
  return { steps, remarks }

  function standIn(begins: number, ends: number, why: string): void {
    if (weekly === undefined) {
      if (fixed !== undefined) add(begins, ends, fixed, `fixed price${why}`)
      return
    }
    for (let moment = begins; moment < ends; ) {
      const { offsetMs, to: changes } = stretchAt(moment, zone)
      const hour = Math.floor((moment + offsetMs) / hourMs)
      const next = Math.min((hour + 1) * hourMs - offsetMs, changes > moment ? changes : Infinity, ends)
      // 1970-01-01 was a Thursday, three days after a Monday.
      add(moment, next, weekly[(((hour + 72) % hoursPerWeek) + hoursPerWeek) % hoursPerWeek] as number, `weekly table${why}`)
      moment = next
    }
  }

  function add(begins: number, ends: number, usdPerKwh: number, how: string): void {
    if (ends <= from || begins >= ends) return
    const last = steps.at(-1)
    if (last && last.to === begins && last.usdPerKwh === usdPerKwh && last.how === how) last.to = ends
    else steps.push({ from: Math.max(begins, from), to: ends, usdPerKwh, how })
  }
}
