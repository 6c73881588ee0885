/** Makes the figures of a network's health: with a value and where it is from, or with the reason why there is none. Pure. */
import type { Confidence, EstimateInput, Origin } from './earnings.ts'
import type { Source } from './network.ts'
import type { NetworkFigure, TrendPoint } from './network-health.ts'

export type FigureHead = Pick<NetworkFigure, 'id' | 'label' | 'group' | 'unit'>

/** A value of a figure, from one of the places that tell it. */
export interface Reading {
  value: number
  origin: Origin
  source: Source | null
  /** ms since epoch; null: undated. */
  takenAt: number | null
  isStale: boolean
  confidence: Confidence
  note?: string | null
}

/** A dated figure as a network's data file has it. `takenAt`: ISO 8601. */
export interface BundledFigure {
  id: string
  value: number
  takenAt: string
  confidence: string
  note?: string | null
  source: Source
}

/** What a source told, as it was last good. */
interface Kept {
  value: unknown
  origin: Origin
  source: Source
  takenAt: number | null
  isStale: boolean
}

/** `kept`: past values by figure, oldest first. */
interface Past {
  at: number
  kept(figureId: string): TrendPoint[]
}

export function figureOf(head: FigureHead, reading: Reading, trend: TrendPoint[] = []): NetworkFigure {
  return { ...head, ...reading, note: reading.note ?? null, trend }
}

/** Unknown is null with the reason, never 0. */
export function unknownFigure(head: FigureHead, why: string, trend: TrendPoint[] = []): NetworkFigure {
  return { ...head, value: null, origin: 'bundled', source: null, takenAt: null, isStale: false, confidence: 'none', note: why, trend }
}

/**
 * The best reading there is: what was asked comes before what is bundled; else in the order given, the most trusted first.
 * `absent`: why there is no value, where there is none. `past`: the network's own history; where it is empty, what was kept of it here.
 */
export function bestFigure({ absent, ...head }: FigureHead & { absent: string }, readings: readonly (Reading | null)[], subject: Past, past: readonly TrendPoint[] = []): NetworkFigure {
  const known = readings.filter((reading) => reading !== null && Number.isFinite(reading.value)) as Reading[]
  const best = known.find((reading) => reading.origin !== 'bundled') ?? known[0]
  const own = pastOf(past, subject.at)
  const trend = own.length > 0 ? own : pastOf(subject.kept(head.id), subject.at)
  return best === undefined ? unknownFigure(head, absent, trend) : figureOf(head, best, trend)
}

/** A reading from a source that was asked; null: the source was never read, or does not tell this. */
export function readingOf<Value>(kept: Kept | null, pick: (value: Value) => number | null, confidence: Confidence, note: string | null = null): Reading | null {
  const value = kept === null ? null : pick(kept.value as Value)
  if (kept === null || value === null) return null
  const { origin, source, takenAt, isStale } = kept
  return { value, origin, source, takenAt, isStale, confidence, note }
}

/** What a figure may be, of a value that was kept: null where it is no number of 0 or more. */
export function amountOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}

/** A dated figure: old by definition, for a live one would take its place. null: there is none of that id. */
export function bundledReading(figures: readonly BundledFigure[], id: string): Reading | null {
  const found = figures.find((one) => one.id === id)
  if (found === undefined) return null
  const { value, source, takenAt, confidence, note } = found
  return { value, origin: 'bundled', source, takenAt: Date.parse(takenAt), isStale: true, confidence: confidence as Confidence, note: note ?? null }
}

/** The price of one token in USD; a price of 0 or less is none. */
export function priceFigure(symbol: string, subject: Past & { tokenUsd(symbol: string): EstimateInput | null }): NetworkFigure {
  const words = { id: `token-price-${symbol.toLowerCase()}`, label: `Price of one ${symbol}`, group: 'token' as const, unit: 'USD', absent: 'no price of it is known.' }
  return bestFigure(words, [readingOfPrice(subject.tokenUsd(symbol))], subject)
}

function readingOfPrice(price: EstimateInput | null): Reading | null {
  if (price === null || price.value === null || !Number.isFinite(price.value) || price.value <= 0) return null
  const { value, origin, source, takenAt, stale, confidence, note } = price
  return { value, origin, source, takenAt, isStale: stale, confidence, note: note ?? null }
}

/** Oldest first, one point a moment; what lies in the future has not happened. */
export function pastOf(points: readonly TrendPoint[], at: number): TrendPoint[] {
  const moments = new Map(points.filter((point) => point.at <= at && Number.isFinite(point.value)).map((point) => [point.at, point]))
  return [...moments.values()].sort((one, other) => one.at - other.at)
}
