/** Whether the Render Network lasts: work done, what customers pay for it, who does it, what is paid out and until when. Pure. */
import { amountOf, bestFigure, figureOf, priceFigure, readingOf, unknownFigure, type FigureHead } from '../../../shared/network-figures.ts'
import type { ModelUse, NetworkFigure, TrendPoint } from '../../../shared/network-health.ts'
import type { HealthFacts, HealthSubject } from '../network.ts'
import { burnFigures, type BurnFigures } from './health-burns.ts'
import bundled from './health-bundled.json' with { type: 'json' }
import { emission } from './health-emission.ts'
import { knownWeeks, type KnownWeeks } from './health-weeks.ts'
import type { RenderMarket } from './market.ts'
import { rewardYearAt } from './reward-year.ts'
import { nodesSource } from './sources-nodes.ts'

export function renderHealth(subject: HealthSubject<RenderMarket>): HealthFacts {
  const weeks = knownWeeks(subject)
  const burns = burnFigures(subject)
  return {
    sentence: sentenceOf(weeks, burns),
    figures: [
      unknownFigure({ id: 'utilisation', label: 'Cards at work', group: 'use', unit: 'share' }, 'The network publishes hours of work, and neither how many cards wait for it nor which models they are.'),
      hoursFigure(weeks),
      counted(subject, { id: 'frames', label: 'Frames rendered so far', group: 'use', unit: 'frames' }, 'frames'),
      counted(subject, { id: 'nodes', label: 'Nodes', group: 'supply', unit: 'nodes' }, 'nodes'),
      unknownFigure({ id: 'gpus-total', label: 'GPUs', group: 'supply', unit: 'GPUs' }, 'Nodes are counted, and a node may hold several cards; how many there are is not published.'),
      walletsFigure(weeks),
      burns.revenue,
      workPaidFigure(weeks),
      burns.burned,
      emittedFigure(subject.at),
      burns.share,
      priceFigure('RENDER', subject),
    ],
    models,
    modelsSource: { origin: 'bundled', source: bundled.renterPrices.source, takenAt: Date.parse(bundled.renterPrices.source.date), isStale: true },
    emission,
    missing: [
      'Utilisation by GPU model is not published. Prices by model are those of compute nodes, as a proposal of March 2025 prints them.',
      'How much work compute nodes (Dispersed) do now is not known here: in autumn 2025 they were paid 70 to 151 RENDER a week, all together.',
      'What cards shared through Salad earn and burn is not in these figures; its burns had not begun in September 2026.',
      rewardYearAt(subject.at).sentence,
    ],
  }
}

const models: ModelUse[] = bundled.renterPrices.rows.map(({ listed, model, memoryGib, low, high }) => ({
  listed, model, memoryGib, total: null, used: null, utilisation: null, price: { low, middle: (low + high) / 2, high }, trend: [],
}))

function sentenceOf(weeks: KnownWeeks, burns: BurnFigures): string {
  const last = weeks.withHours.at(-1)
  const work = last ? `In the week to ${isoDay(last.endAt)}, the last one known, ${(last.obhTotal / 1e6).toFixed(1)} million OctaneBench-hours were rendered` : 'No finished week with its hours of work is known'
  const usd = burns.revenue.value
  const paid = usd === null ? 'what customers paid is not known' : `customers paid about ${Math.round(usd).toLocaleString('en-US')} USD a day (${burns.revenue.takenAt === null ? 'undated' : `to ${isoDay(burns.revenue.takenAt)}`})`
  const share = burns.share.value
  const tail = share === null ? '' : ` For every RENDER that may be paid out, ${share.toFixed(2)} are burned.`
  return `${work}, and ${paid}.${tail}`
}

function hoursFigure({ withHours, reading }: KnownWeeks): NetworkFigure {
  const head: FigureHead = { id: 'obh-week', label: 'Work done in a week', group: 'use', unit: 'OctaneBench-hours' }
  const last = withHours.at(-1)
  if (!last) return unknownFigure(head, 'No finished week says its hours.')
  const trend = withHours.map((week): TrendPoint => ({ at: week.endAt, value: week.obhTotal }))
  return figureOf(head, { value: last.obhTotal, ...reading(last.endAt) }, trend)
}

function walletsFigure({ withWallets, reading }: KnownWeeks): NetworkFigure {
  const head: FigureHead = { id: 'wallets-paid', label: 'Wallets that rendered in a week', group: 'supply', unit: 'wallets' }
  const last = withWallets.at(-1)
  if (!last) return unknownFigure(head, 'The weeks known here do not list wallets one by one.')
  const trend = withWallets.map((week): TrendPoint => ({ at: week.endAt, value: week.wallets }))
  return figureOf(head, { value: last.wallets, ...reading(last.endAt), note: 'an operator may hold several wallets, and a wallet several nodes' }, trend)
}

function workPaidFigure({ finished, reading }: KnownWeeks): NetworkFigure {
  const head: FigureHead = { id: 'work-paid-week', label: 'Paid to operators for rendering in a week', group: 'revenue', unit: 'RENDER' }
  const last = finished.at(-1)
  if (!last) return unknownFigure(head, 'No finished week is known.')
  const trend = finished.map((week): TrendPoint => ({ at: week.endAt, value: week.poolRender }))
  return figureOf(head, { value: last.poolRender, ...reading(last.endAt), note: 'a fixed pool: more work on the network makes each hour of it worth less' }, trend)
}

function emittedFigure(at: number): NetworkFigure {
  const head: FigureHead = { id: 'emitted-week', label: 'May be issued in a week', group: 'token', unit: 'RENDER' }
  const { render, from, to, source } = bundled.yearlyEmission
  if (at < Date.parse(from) || at >= Date.parse(to) + 24 * 3600 * 1000) return unknownFigure(head, `The yearly amount is known for ${from} to ${to} alone.`)
  return figureOf(head, {
    value: (render / 365) * 7, origin: 'bundled', source, takenAt: Date.parse(source.date), isStale: false, confidence: 'high',
    note: `${render.toLocaleString('en-US')} RENDER from ${from} to ${to}; operators get a part of it`,
  })
}

function counted(subject: HealthSubject<RenderMarket>, head: FigureHead, field: 'nodes' | 'frames'): NetworkFigure {
  const reading = readingOf<Partial<Record<typeof field, unknown>> | null>(subject.value(nodesSource.id), (told) => amountOf(told?.[field]), 'medium')
  return bestFigure({ ...head, absent: 'The network\'s statistics page has not been read yet.' }, [reading], subject)
}

function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

