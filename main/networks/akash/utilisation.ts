/** The share of a model's cards that is leased: what a card of the kind may expect to work. Pure. */
import { factorWords, type EstimateInput } from '../../../shared/earnings.ts'
import type { EstimateSubject, MarketReading } from '../network.ts'
import { onLastDay } from './breakdown.ts'
import type { AkashMarket, PriceRow } from './market.ts'

/** Below this many cards of a model on the network, its own share leased says too little. */
const leastCards = 5

/** A breakdown that ended longer ago says less than the counts that came with the prices. */
const daysLate = 7 * 86_400_000

export interface Use {
  share: number
  inputs: EstimateInput[]
  reason: string | null
}

/** Another maker's row of the same name is another card. */
export function isNvidia(row: PriceRow): boolean {
  return row.vendor === null || row.vendor === 'nvidia'
}

/** Of the model on the last day or over all its rows where there are enough of them, else of the whole network; then moved as a question asks, and at most all. */
export function useOf(reading: MarketReading<AkashMarket>, model: string, subject: Pick<EstimateSubject<AkashMarket>, 'at' | 'factor'>): Use | null {
  const found = shareOf(reading, model, subject.at)
  const factor = subject.factor('utilisation')
  if (found === null || factor === 1) return found
  const share = Math.min(1, found.share * factor)
  return { ...found, share, inputs: found.inputs.map((input) => ({ ...input, value: share, note: `${input.note ?? ''}; ${factorWords(factor)}`, origin: 'user' })) }
}

function shareOf(reading: MarketReading<AkashMarket>, model: string, at: number): Use | null {
  const { value: market, origin, source, takenAt, confidence, stale } = reading
  const rows = market.rows.filter((row) => isNvidia(row) && row.model === model && row.total !== null && row.available !== null)
  const total = rows.reduce((sum, row) => sum + (row.total ?? 0), 0)
  const available = rows.reduce((sum, row) => sum + (row.available ?? 0), 0)
  const base = { unit: 'share', origin, source, takenAt, confidence, stale }
  const lastDay = onLastDay(market.breakdown, model, at)
  if (lastDay !== null && lastDay.total >= leastCards && (takenAt === null || takenAt - lastDay.at <= daysLate)) {
    const share = lastDay.leased / lastDay.total
    return { share, reason: null, inputs: [{ ...base, id: 'utilisation', label: `Share of ${model} leased, last day`, value: share, note: `of ${lastDay.total} cards` }] }
  }
  if (total >= leastCards) {
    const share = shareLeased(total, available)
    const from = rows.length === 1 ? provenanceOf(rows[0], reading) : {}
    return { share, reason: available > total ? moreFree : null, inputs: [{ ...base, ...from, id: 'utilisation', label: `Share of ${model} leased`, value: share, note: leasedOf(total, available) }] }
  }
  if (market.total === null || market.available === null || market.total <= 0) return null
  const share = shareLeased(market.total, market.available)
  return {
    share,
    reason: `Fewer than ${leastCards} cards of this model are on the network, so the share leased is that of all ${market.total} cards.${market.available > market.total ? ` ${moreFree}` : ''}`,
    inputs: [{ ...base, id: 'utilisation', label: 'Share of all cards leased', value: share, note: leasedOf(market.total, market.available) }],
  }
}

function provenanceOf(row: PriceRow | undefined, reading: MarketReading<AkashMarket>): Partial<EstimateInput> {
  if (!row?.from || reading.origin === 'user') return {}
  return { source: row.from.source, takenAt: row.from.takenAt, confidence: row.from.confidence }
}

const moreFree = 'The price list counts more free cards than cards; none is taken as leased.'

function leasedOf(total: number, available: number): string {
  return `${Math.max(0, total - available)} of ${total} cards on the network`
}

export function shareLeased(total: number, available: number): number {
  return Math.min(1, Math.max(0, (total - available) / total))
}
