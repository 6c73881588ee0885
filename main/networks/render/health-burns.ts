/** Revenue and burns: what customers paid, week by week, beside what may be issued. */
import { figureOf, unknownFigure, type FigureHead, type Reading } from '../../../shared/network-figures.ts'
import type { NetworkFigure, TrendPoint } from '../../../shared/network-health.ts'
import type { HealthSubject, KeptValue } from '../network.ts'
import bundled from './health-bundled.json' with { type: 'json' }
import type { RenderMarket } from './market.ts'
import { burnsSource, type BurnWeek } from './sources-burns.ts'

export interface BurnFigures {
  revenue: NetworkFigure
  burned: NetworkFigure
  /** Burned over what may be issued in the same time. */
  share: NetworkFigure
}

const weekMs = 7 * 24 * 3600 * 1000
/** A finished week should never be older than this. */
const freshMs = 1.5 * weekMs
const revenueHead: FigureHead = { id: 'revenue-usd-day', label: 'Paid by customers', group: 'revenue', unit: 'USD/day' }
const burnedHead: FigureHead = { id: 'burned-week', label: 'Burned in a week', group: 'token', unit: 'RENDER' }
const shareHead: FigureHead = { id: 'burned-per-emitted', label: 'Burned for each RENDER that may be issued', group: 'token', unit: 'RENDER' }
const fee = 'what was burned of customers\' payments; the 5 % fee beside it is not in it'

export function burnFigures(subject: HealthSubject<RenderMarket>): BurnFigures {
  const kept = subject.value(burnsSource.id)
  const weeks = finishedBurns(kept, subject.at)
  const last = weeks.at(-1)
  if (!kept || !last) return bundledFigures(subject.at)
  const reading = (endAt: number): Omit<Reading, 'value'> => ({ origin: kept.origin, source: kept.source, takenAt: endAt, isStale: kept.isStale || subject.at - endAt > freshMs, confidence: 'medium' })
  const paid = weeks.filter((week): week is BurnWeek & { burnedUsd: number } => typeof week.burnedUsd === 'number')
  const lastPaid = paid.at(-1)
  const trend = (of: (week: BurnWeek) => number): TrendPoint[] => weeks.map((week) => ({ at: week.endAt, value: of(week) }))
  const share = shareOf(aWeek(last), last.endAt)
  return {
    revenue: lastPaid
      ? figureOf(revenueHead, { value: aDay(lastPaid, lastPaid.burnedUsd), ...reading(lastPaid.endAt), note: fee }, paid.map((week) => ({ at: week.endAt, value: aDay(week, week.burnedUsd) })))
      : unknownFigure(revenueHead, 'The weekly burns do not say what was paid in USD.'),
    burned: figureOf(burnedHead, { value: aWeek(last), ...reading(last.endAt) }, trend(aWeek)),
    share: share === null ? unknownFigure(shareHead, 'What may be issued in that week is not known here.') : figureOf(shareHead, { value: share, ...reading(last.endAt), note: 'below 1 the supply grows' }),
  }
}

/** The weeks that were over by then, oldest first: a running one would look like a collapse. */
export function finishedBurns(kept: KeptValue | null, at: number): BurnWeek[] {
  const weeks: unknown = (kept?.value as { weeks?: unknown } | null | undefined)?.weeks
  if (!Array.isArray(weeks)) return []
  return weeks.filter(isWeek).filter((week) => week.endAt <= at && week.endAt > week.startAt).toSorted((a, b) => a.endAt - b.endAt)
}

function isWeek(value: unknown): value is BurnWeek {
  const week = value as Partial<Record<keyof BurnWeek, unknown>> | null
  return typeof week === 'object' && week !== null && [week.startAt, week.endAt, week.burnedRender].every((each) => typeof each === 'number' && Number.isFinite(each) && Math.abs(each) < 8.64e15)
}

const aWeek = (week: BurnWeek): number => (week.burnedRender / (week.endAt - week.startAt)) * weekMs
const aDay = (week: BurnWeek, usd: number): number => (usd / (week.endAt - week.startAt)) * (weekMs / 7)

const emittedAWeek = (bundled.yearlyEmission.render / 365) * 7

/** null: outside the year whose amount is known. */
function shareOf(burnedAWeek: number, at: number): number | null {
  const { from, to } = bundled.yearlyEmission
  return at >= Date.parse(from) && at < Date.parse(to) + weekMs ? burnedAWeek / emittedAWeek : null
}

function bundledFigures(at: number): BurnFigures {
  const { renderIn90Days, priceUsd, to, source, confidence } = bundled.burns
  const takenAt = Date.parse(to)
  const reading: Omit<Reading, 'value'> = { origin: 'bundled', source, takenAt, isStale: at - takenAt > freshMs, confidence: confidence as Reading['confidence'] }
  const burned = (renderIn90Days / 90) * 7
  const over = `mean of the 90 days to ${to}`
  return {
    revenue: figureOf(revenueHead, { value: (renderIn90Days / 90) * priceUsd, ...reading, note: `${over}, reckoned from the RENDER burned at ${priceUsd} USD; ${fee}` }),
    burned: figureOf(burnedHead, { value: burned, ...reading, note: over }),
    share: figureOf(shareHead, { value: burned / emittedAWeek, ...reading, note: `${over}; below 1 the supply grows` }),
  }
}
