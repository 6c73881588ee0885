/** Whether io.net lasts: what is hired, how much there is, what customers pay, and by which rule suppliers are paid. Pure. */
import { bestFigure, bundledReading, priceFigure, readingOf, type FigureHead, type Reading } from '../../../shared/network-figures.ts'
import type { EmissionPeriod, NetworkFigure } from '../../../shared/network-health.ts'
import { timeOf } from '../../../shared/outside-answers.ts'
import type { HealthFacts, HealthSubject, KeptValue } from '../network.ts'
import facts from './health-facts.json' with { type: 'json' }
import type { IoNetMarket } from './market.ts'
import { hiredOfAll, modelUses } from './model-use.ts'
import { meanOfDays, type Clusters, type EarningsByDay, type NetworkInfo } from './network-sources.ts'

export function health(subject: HealthSubject<IoNetMarket>): HealthFacts {
  const figures = allFigures(subject)
  const { market } = subject
  return {
    sentence: sentenceOf(figures),
    figures,
    models: market ? modelUses(market) : [],
    modelsSource: market ? { origin: market.origin, source: market.source, takenAt: market.takenAt, isStale: market.stale } : null,
    emission: facts.emission.map((period): EmissionPeriod => ({ ...period, from: timeOf(period.from), to: timeOf(period.to) })),
    missing: [
      ...figures.filter((one) => one.value === null).map((one) => `${one.label}: ${one.note ?? 'not known'}`),
      ...(market ? [] : ['Hires and prices by GPU model: there is no price list.']),
      'What a supplier is paid for a card: it is not published since 2026-06-11.',
      'Use of each model in the past: the network tells of today alone.',
      'IO burned and left in the vaults: no public source of it is known.',
    ],
  }
}

function allFigures(subject: HealthSubject<IoNetMarket>): NetworkFigure[] {
  const info = subject.value('io-net/network-info')
  const clusters = subject.value('io-net/clusters')
  const earnings = subject.value('io-net/earnings-by-day')
  const make = (words: FigureHead & { absent: string }, readings: (Reading | null)[], past: EarningsByDay['days'] = []): NetworkFigure => bestFigure(words, [...readings, bundledReading(facts.figures, words.id)], subject, past)
  const notAsked = 'the explorer has not been asked or does not tell it, and no dated figure is bundled.'
  const notCounted = 'the list of prices and hires has not been asked for, or counts none; of the bundled one only a few models are left.'
  const undocumented = 'the field is not documented'
  return [
    make({ id: 'utilisation', label: 'Listed GPUs hired', group: 'use', unit: 'share', absent: notCounted }, [fromMarket(subject, (all) => (all.total > 0 ? all.hired / all.total : null))]),
    make({ id: 'gpus-leased', label: 'GPUs hired', group: 'use', unit: 'GPUs', absent: notCounted }, [fromMarket(subject, (all) => all.hired)]),
    make({ id: 'active-leases', label: 'Clusters running', group: 'use', unit: 'clusters', absent: notAsked }, [readingOf<Clusters>(clusters, (value) => value.running, 'medium', undocumented)]),
    make(
      { id: 'revenue-usd-day', label: 'Customers pay', group: 'revenue', unit: 'USD/day', absent: notAsked },
      [readingOf<EarningsByDay>(earnings, (value) => meanOfDays(value, subject.at) ?? value.usdPerDay, 'low', 'mean of the last 30 days; taken to be USD')],
      daysOver(earnings, subject.at),
    ),
    make({ id: 'gpus-total', label: 'GPUs in the price list', group: 'supply', unit: 'GPUs', absent: notCounted }, [fromMarket(subject, (all) => all.total)]),
    make({ id: 'gpus-active', label: 'GPUs active', group: 'supply', unit: 'GPUs', absent: notAsked }, [readingOf<NetworkInfo>(info, (value) => value.gpusActive, 'medium', undocumented)]),
    make({ id: 'gpus-verified', label: 'GPUs ever checked', group: 'supply', unit: 'GPUs', absent: notAsked }, [readingOf<NetworkInfo>(info, (value) => value.gpusVerified, 'low', undocumented)]),
    make({ id: 'gpus-entered', label: 'GPUs ever entered', group: 'supply', unit: 'GPUs', absent: notAsked }, [readingOf<NetworkInfo>(info, (value) => value.gpusEntered, 'low', undocumented)]),
    priceFigure('IO', subject),
  ]
}

/** Today is not over: its sum so far would look like a fall. */
function daysOver(earnings: KeptValue | null, at: number): EarningsByDay['days'] {
  return ((earnings?.value as EarningsByDay | undefined)?.days ?? []).filter((day) => day.at + 86_400_000 <= at)
}

/** The bundled part of the list says nothing of the whole. */
function fromMarket({ market }: HealthSubject<IoNetMarket>, pick: (all: { total: number; hired: number }) => number | null): Reading | null {
  const all = market && market.origin !== 'bundled' ? hiredOfAll(market.value) : null
  const value = all === null ? null : pick(all)
  if (market === null || all === null || value === null) return null
  const { origin, source, takenAt, stale } = market
  return { value, origin, source, takenAt, isStale: stale, confidence: 'medium', note: `${all.hired} of ${all.total} listed GPUs` }
}

/** What lasts leads: use, then revenue. Nothing of the token. */
function sentenceOf(figures: readonly NetworkFigure[]): string {
  const valueOf = (id: string): NetworkFigure | null => figures.find((one) => one.id === id && one.value !== null) ?? null
  const active = valueOf('gpus-active')
  const entered = valueOf('gpus-entered')
  const share = valueOf('utilisation')
  const revenue = valueOf('revenue-usd-day')
  const whole = (one: NetworkFigure | null): string => Math.round(one?.value ?? 0).toLocaleString('en')
  const told = [
    active === null ? null : `${whole(active)} GPUs ${active.origin === 'bundled' ? 'were active by a dated count' : 'are active'}${entered === null ? '' : `, of ${whole(entered)} ever entered`}`,
    share === null ? null : `${Math.round((share.value ?? 0) * 100)} % of the listed ones are hired`,
    revenue === null ? null : `customers pay about ${whole(revenue)} USD a day`,
  ].filter((part) => part !== null)
  const rule = 'What a supplier gets of it is not published.'
  if (told.length === 0) return `Nothing is known yet of what is hired here. ${rule}`
  const text = told.join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}. ${rule}`
}
