/** Whether Akash lasts: what is leased, how much there is, what tenants spend, and what changes how providers are paid. Pure. */
import { bestFigure, bundledReading, priceFigure, readingOf, type FigureHead, type Reading } from '../../../shared/network-figures.ts'
import type { EmissionPeriod, NetworkFigure, TrendPoint } from '../../../shared/network-health.ts'
import { timeOf } from '../../../shared/outside-answers.ts'
import type { HealthFacts, HealthSubject, MarketReading } from '../network.ts'
import { allModels } from './breakdown.ts'
import type { Chain } from './chain.ts'
import type { BurnMint, Capacity, Dashboard, Graphs } from './console-sources.ts'
import facts from './health-facts.json' with { type: 'json' }
import type { AkashMarket } from './market.ts'
import type { MarketData } from './market-data.ts'
import { modelUses } from './model-use.ts'

export function health(subject: HealthSubject<AkashMarket>): HealthFacts {
  const figures = allFigures(subject)
  const { market } = subject
  return {
    sentence: sentenceOf(figures),
    figures,
    models: market ? modelUses(market, subject.at) : [],
    modelsSource: market ? { origin: market.origin, source: market.source, takenAt: market.takenAt, isStale: market.stale } : null,
    emission: facts.emission.map((period): EmissionPeriod => ({ ...period, from: timeOf(period.from), to: timeOf(period.to) })),
    missing: [
      ...figures.filter((one) => one.value === null).map((one) => `${one.label}: ${one.note ?? 'not known'}`),
      ...(market ? [] : ['Use and prices by GPU model: there is no price list.']),
      'What HomeNode pays: it is not published.',
      'How providers will be paid once the network has left its chain: it is not settled.',
    ],
  }
}

function allFigures(subject: HealthSubject<AkashMarket>): NetworkFigure[] {
  const capacity = subject.value('akash/capacity')
  const dashboard = subject.value('akash/dashboard')
  const burnMint = subject.value('akash/burn-mint')
  const chain = subject.value('akash/chain')
  const coin = subject.value('akash/market-data')
  const graphs = (subject.value('akash/graphs')?.value ?? null) as Graphs | null
  const before = (dashboard?.value as Dashboard | undefined)?.before ?? null
  /** The day before is better than no past at all. */
  const past = (graph: TrendPoint[] | undefined, pick: (moment: Dashboard | NonNullable<Dashboard['before']>) => number | null): TrendPoint[] => {
    if (graph !== undefined && graph.length > 0) return graph
    return [before, (dashboard?.value as Dashboard | undefined) ?? null].flatMap((moment) => {
      const value = moment === null ? null : pick(moment)
      return moment === null || value === null ? [] : [{ at: moment.at, value }]
    })
  }
  const days = subject.market ? allModels(subject.market.value.breakdown, subject.at) : []
  const make = (words: FigureHead & { absent: string }, readings: (Reading | null)[], trend: TrendPoint[] = []): NetworkFigure => bestFigure(words, [...readings, bundledReading(facts.figures, words.id)], subject, trend)
  const notAsked = 'the console has not been asked, and no dated figure is bundled.'

  return [
    make(
      { id: 'utilisation', label: 'GPUs leased', group: 'use', unit: 'share', absent: 'neither the console nor the price list tells it.' },
      [readingOf<Capacity>(capacity, shareOf, 'high'), fromMarket(subject.market, 'share'), readingOf<Dashboard>(dashboard, (value) => (value.capacity ? shareOf(value.capacity) : null), 'high')],
      graphs && graphs.utilisation.length > 0 ? graphs.utilisation : days.filter((day) => day.total > 0).map((day) => ({ at: day.at, value: day.leased / day.total })),
    ),
    make(
      { id: 'active-leases', label: 'Active leases', group: 'use', unit: 'leases', absent: notAsked },
      [readingOf<Dashboard>(dashboard, (value) => value.activeLeases, 'high')],
      past(graphs?.activeLeases, (moment) => moment.activeLeases),
    ),
    make(
      { id: 'gpus-leased', label: 'GPUs at work', group: 'use', unit: 'GPUs', absent: notAsked },
      [readingOf<Capacity>(capacity, (value) => value.gpusLeased, 'high'), fromMarket(subject.market, 'leased')],
      days.map((day) => ({ at: day.at, value: Math.round(day.leased) })),
    ),
    make(
      { id: 'revenue-usd-day', label: 'Tenants spend', group: 'revenue', unit: 'USD/day', absent: notAsked },
      [readingOf<Dashboard>(dashboard, (value) => value.usdPerDay, 'high', 'over the last 24 hours; all of it goes to providers')],
      past(graphs?.usdPerDay, (moment) => moment.usdPerDay),
    ),
    make(
      { id: 'gpus-total', label: 'GPUs offered', group: 'supply', unit: 'GPUs', absent: notAsked },
      [readingOf<Capacity>(capacity, (value) => value.gpusTotal, 'high'), fromMarket(subject.market, 'total')],
      days.map((day) => ({ at: day.at, value: day.total })),
    ),
    make({ id: 'providers', label: 'Providers online', group: 'supply', unit: 'providers', absent: notAsked }, [readingOf<Capacity>(capacity, (value) => value.providers, 'high'), readingOf<Dashboard>(dashboard, (value) => value.capacity?.providers ?? null, 'high')]),
    make({ id: 'blocks-per-hour', label: 'Blocks an hour', group: 'supply', unit: 'blocks/h', absent: 'no node of the chain answered.' }, [readingOf<Chain>(chain, (value) => value.blocksPerHour, 'high', 'leases are paid by the block; the console counts 600 an hour')]),
    make({ id: 'bid-deposit', label: 'Locked for each bid', group: 'supply', unit: 'AKT', absent: 'no node of the chain answered.' }, [readingOf<Chain>(chain, (value) => value.bidDepositAkt, 'high')]),
    make({ id: 'collateral-ratio', label: 'Collateral behind ACT', group: 'token', unit: 'ratio', absent: 'the console has not been asked, or says that no ACT is out.' }, [readingOf<BurnMint>(burnMint, (value) => value.collateralRatio, 'high', collateralNote((burnMint?.value as BurnMint | undefined)?.collateralRatio ?? null))]),
    make({ id: 'burned-day', label: 'AKT burned, less minted again', group: 'token', unit: 'AKT/day', absent: 'the console has not been asked.' }, [readingOf<BurnMint>(burnMint, (value) => value.netAktBurnedPerDay, 'high')]),
    priceFigure('AKT', subject),
    make({ id: 'console-price-akt', label: 'Price of one AKT, by the console', group: 'token', unit: 'USD', absent: notAsked }, [readingOf<MarketData>(coin, (value) => value.usd, 'medium', priceNote((coin?.value as MarketData | undefined)?.changePercent ?? null))]),
    make({ id: 'volume-usd-day', label: 'AKT traded in a day', group: 'token', unit: 'USD/day', absent: notAsked }, [readingOf<MarketData>(coin, (value) => value.volumeUsdPerDay, 'medium', 'over the last 24 hours, by CoinGecko')]),
    make({ id: 'market-cap', label: 'Worth of all AKT', group: 'token', unit: 'USD', absent: notAsked }, [readingOf<MarketData>(coin, (value) => value.marketCapUsd, 'medium', rankNote((coin?.value as MarketData | undefined)?.rank ?? null))]),
  ]
}

function shareOf({ gpusLeased, gpusTotal }: Capacity): number | null {
  return gpusLeased === null || gpusTotal === null || gpusTotal <= 0 ? null : Math.min(1, gpusLeased / gpusTotal)
}

/** What the price list counts, the free cards set against all of them. */
function fromMarket(market: MarketReading<AkashMarket> | null, which: 'share' | 'leased' | 'total'): Reading | null {
  if (market === null || market.value.total === null || market.value.available === null || market.value.total <= 0) return null
  const { total, available } = market.value
  const leased = Math.min(total, Math.max(0, total - available))
  const counted = bundledReading(facts.figures, 'utilisation')
  const otherwise = market.origin === 'bundled' && counted?.takenAt != null ? `; a count of ${new Date(counted.takenAt).toISOString().slice(0, 10)} says ${Math.round(counted.value * 100)} %` : ''
  const note = which === 'total' ? null : `${leased} of ${total} by the price list's own counts${otherwise}`
  return { value: which === 'share' ? leased / total : which === 'leased' ? leased : total, origin: market.origin, source: market.source, takenAt: market.takenAt, isStale: market.stale, confidence: 'medium', note }
}

/** The console hands CoinGecko's price on, which the cross-checked one has heard already. */
function priceNote(changePercent: number | null): string {
  const change = changePercent === null ? '' : `; ${changePercent > 0 ? '+' : ''}${Number(changePercent.toFixed(2))} % in 24 hours`
  return `CoinGecko's voice again, so it counts for nothing beside the cross-checked price${change}`
}

function rankNote(rank: number | null): string {
  return `by CoinGecko${rank === null ? '' : `; place ${Math.round(rank)} of all tokens`}`
}

function collateralNote(ratio: number | null): string | null {
  const { halt, warn } = facts.collateral
  if (ratio === null) return null
  if (ratio <= halt) return `At or below ${halt}: new ACT is halted. Leases are then settled in AKT where their deposits hold it, and may be late.`
  return ratio <= warn ? `At or below ${warn}, where the network warns; at ${halt} new ACT is halted.` : `The network warns at ${warn} and halts new ACT at ${halt}.`
}

/** What lasts leads: use, then revenue. Nothing of the token. */
function sentenceOf(figures: readonly NetworkFigure[]): string {
  const valueOf = (id: string): NetworkFigure | null => figures.find((one) => one.id === id && one.value !== null) ?? null
  const share = valueOf('utilisation')
  const total = valueOf('gpus-total')
  const revenue = valueOf('revenue-usd-day')
  const leases = valueOf('active-leases')
  const isOld = [share, revenue].every((one) => one === null || one.origin === 'bundled')
  const use = share === null ? null : `${Math.round((share.value ?? 0) * 100)} % of ${total === null ? 'its' : `some ${Math.round(total.value ?? 0).toLocaleString('en')}`} GPUs ${isOld ? 'were' : 'are'} leased`
  const money = revenue === null ? null : `tenants ${isOld ? 'spent' : 'spend'} about ${Math.round(revenue.value ?? 0).toLocaleString('en')} USD a day${leases === null ? '' : ` on ${Math.round(leases.value ?? 0).toLocaleString('en')} leases`}`
  const told = [use, money].filter((part) => part !== null)
  if (told.length === 0) return 'Nothing is known yet of what is leased here.'
  const text = told.join(', and ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${isOld ? ', by dated figures' : ''}. A provider is paid by tenants alone.`
}
