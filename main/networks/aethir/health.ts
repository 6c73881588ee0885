/** Whether Aethir lasts: what its dashboard shows, else dated figures; and what nobody outside it can tell. Pure. */
import { amountOf, bestFigure, bundledReading, figureOf, priceFigure, readingOf, unknownFigure, type FigureHead, type Reading } from '../../../shared/network-figures.ts'
import type { EmissionPeriod, NetworkFigure, TrendPoint } from '../../../shared/network-health.ts'
import type { HealthFacts, HealthSubject } from '../network.ts'
import { dashboardSource, type Dashboard, type RevenueMonth } from './dashboard.ts'
import bundled from './health.json' with { type: 'json' }

const dayMs = 24 * 3600 * 1000
/** Dated figures that are older than this are marked. */
const freshMs = 45 * dayMs
const revenueHead: FigureHead = { id: 'revenue-usd-day', label: 'Network revenue', group: 'revenue', unit: 'USD/day' }

/** The dashboard as it was kept; nothing of it is trusted to be of its shape. */
type Shown = Partial<Record<keyof Dashboard, unknown>> | null

export function aethirHealth(subject: HealthSubject<never>): HealthFacts {
  const revenue = revenueFigure(subject)
  const notShown = 'The dashboard has not been read yet, or does not show it.'
  const shown = (head: FigureHead, key: keyof Dashboard, note: string | null): NetworkFigure =>
    bestFigure({ ...head, absent: notShown }, [shownReading(subject, key, note), bundledReading(bundled.figures, head.id)], subject)
  return {
    sentence: sentenceOf(revenue),
    figures: [
      unknownFigure({ id: 'utilisation', label: 'Cards at work', group: 'use', unit: 'share' }, 'Aethir shows hours delivered and containers counted, and neither how many GPUs those are nor how many wait.'),
      shown({ id: 'compute-hours-week', label: 'Compute hours delivered last week', group: 'use', unit: 'hours' }, 'computeHoursLastWeek', 'hours as Aethir defines them, not of GPUs one by one'),
      unknownFigure({ id: 'gpus-total', label: 'GPUs', group: 'supply', unit: 'GPUs' }, 'The dashboard counts containers, not GPUs.'),
      shown({ id: 'nodes', label: 'Containers of hosts', group: 'supply', unit: 'containers' }, 'nodes', null),
      shown({ id: 'locations', label: 'Countries', group: 'supply', unit: 'countries' }, 'locations', null),
      revenue,
      shown({ id: 'revenue-usd-year', label: 'Revenue a year, as the dashboard reckons it', group: 'revenue', unit: 'USD/year' }, 'arrUsd', 'seems to be the last finished month times twelve'),
      priceFigure('ATH', subject),
    ],
    models: [],
    modelsSource: null,
    emission,
    missing: [
      'Utilisation, prices and pay by GPU model: Aethir publishes none, and there is no public API to ask.',
      'K and the staking coefficient, and so what a host has to lock, stand in the host portal, and on a page of the documentation that could not be read here.',
      'What one card is paid in ATH, for capacity and for delivered work: no rule is published. The pool is 12 % of the supply, and the dashboard shows totals.',
      'Revenue is what Aethir\'s own pages say; nobody has audited it.',
    ],
  }
}

const emission: EmissionPeriod[] = bundled.emission.map(({ from, to, ...period }) => ({
  ...period,
  from: from === null ? null : Date.parse(from),
  to: to === null ? null : Date.parse(to) + dayMs - 1,
}))

function sentenceOf(revenue: NetworkFigure): string {
  if (revenue.value === null || revenue.takenAt === null) return 'What Aethir takes in is not known here, and how much of its hardware is used it does not publish.'
  const usd = `${Math.round(revenue.value).toLocaleString('en-US')} USD a day up to ${new Date(revenue.takenAt).toISOString().slice(0, 10)}`
  const before = revenue.trend.findLast((point) => point.at <= (revenue.takenAt ?? 0) - 330 * dayMs)
  const fell = before && before.value > 0 ? `, against ${Math.round(before.value).toLocaleString('en-US')} a year before` : ''
  return `By its own pages Aethir took in about ${usd}${fell}; how much of its hardware is used it does not publish.`
}

function shownReading(subject: HealthSubject<never>, key: keyof Dashboard, note: string | null): Reading | null {
  return readingOf<Shown>(subject.value(dashboardSource.id), (told) => amountOf(told?.[key]), 'low', note)
}

function revenueFigure(subject: HealthSubject<never>): NetworkFigure {
  const kept = subject.value(dashboardSource.id)
  const months = monthsOf((kept?.value as Shown | undefined)?.months, subject.at)
  const last = months.at(-1)
  if (kept && last) {
    const { origin, source } = kept
    const isStale = kept.isStale || subject.at - last.endAt > freshMs
    const trend = months.map((month): TrendPoint => ({ at: month.endAt - 1, value: aDay(month) }))
    return figureOf(revenueHead, { value: aDay(last), origin, source, takenAt: last.endAt - 1, isStale, confidence: 'low', note: 'mean of the last finished month, as the dashboard shows it' }, trend)
  }
  const trend = bundled.revenue.quarters.map(({ from, to, usd }): TrendPoint => ({ at: Date.parse(to), value: usd / ((Date.parse(to) + dayMs - Date.parse(from)) / dayMs) }))
  const newest = bundled.revenue.quarters.at(-1)
  const value = trend.at(-1)
  if (!newest || !value) return unknownFigure(revenueHead, 'No revenue is known.')
  const note = `mean of ${newest.from} to ${newest.to}, ${(newest.usd / 1e6).toFixed(2)} million USD; the figure of a year before is Aethir's own claim`
  return figureOf(revenueHead, { value: value.value, origin: 'bundled', source: bundled.revenue.source, takenAt: value.at, isStale: subject.at - value.at > freshMs, confidence: 'low', note }, trend)
}

function monthsOf(value: unknown, at: number): RevenueMonth[] {
  if (!Array.isArray(value)) return []
  const isMonth = (one: Partial<RevenueMonth> | null): one is RevenueMonth =>
    typeof one === 'object' && one !== null && [one.startAt, one.endAt, one.usd].every((each) => typeof each === 'number' && Number.isFinite(each) && Math.abs(each) < 8.64e15)
  return value.filter(isMonth).filter((month) => month.endAt <= at && month.endAt > month.startAt)
}

const aDay = (month: RevenueMonth): number => (month.usd / (month.endAt - month.startAt)) * dayMs
