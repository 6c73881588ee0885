/** What a compute node's card is worth beside an RTX 4090: RNP-021's table, else RNP-019's compound without its network term. */
import type { EstimateInput } from '../../../shared/earnings.ts'
import type { Card } from '../network.ts'
import { familyOf, isIntelMax, isNamed } from './card-names.ts'
import consumer from './rnp-019.json' with { type: 'json' }
import enterprise from './rnp-021.json' with { type: 'json' }

export type Listing = 'enterprise' | 'consumer' | 'not-listed'

export interface Multiplier {
  value: number
  sentence: string
  inputs: EstimateInput[]
}

interface ConsumerRow {
  names: string[]
  gpu: number
  clock?: number
  memoryBandwidth?: number
}

function consumerRow(card: Card): ConsumerRow | undefined {
  const rows: ConsumerRow[] = consumer.cards
  return card.vendor === 'nvidia' ? rows.find((row) => isNamed(card, row.names)) : undefined
}

function enterpriseRow(card: Card): { multiplier: number | null } | undefined {
  if (isIntelMax(card)) return enterprise.intelMax
  if (card.vendor !== 'nvidia' && card.vendor !== 'amd') return undefined
  const family = familyOf(card)
  return enterprise.families.find((row) => row.family.toLowerCase() === family)
}

/** Which of the two published lists of approved hardware names the card. */
export function listingOf(card: Card): Listing {
  if (enterpriseRow(card)) return 'enterprise'
  return consumerRow(card) ? 'consumer' : 'not-listed'
}

/** null with the reason where no multiplier is published or a fact is missing. */
export function multiplierOf(card: Card): Multiplier | { value: null; sentence: string } {
  const listed = enterpriseRow(card)
  if (listed) {
    if (listed.multiplier === null) return { value: null, sentence: 'This card is on RNP-021\'s list, but no multiplier is published for it.' }
    return {
      value: listed.multiplier,
      sentence: `RNP-021 counts this card as ${listed.multiplier} RTX 4090.`,
      inputs: [multiplierInput(listed.multiplier, enterprise.source, 'medium', isIntelMax(card) ? enterprise.intelMax.note : undefined)],
    }
  }
  const row = consumerRow(card)
  if (!row) return { value: null, sentence: 'Neither RNP-019 nor RNP-021 names this card, so no job pay is published for it.' }
  return compound(card, row)
}

function compound(card: Card, row: ConsumerRow): Multiplier | { value: null; sentence: string } {
  const { weights, baseline } = consumer
  const memoryBytes = card.facts?.memoryBytes ?? card.memoryBytes
  const clock = row.clock ?? over(card.facts?.boostMhz, baseline.boostMhz)
  const bandwidth = row.memoryBandwidth ?? over(card.facts?.memoryBandwidthGBs, baseline.memoryBandwidthGBs)
  const memory = over(memoryBytes, baseline.memoryBytes)
  if (memory === null || clock === null || bandwidth === null) {
    const missing = [memory === null ? 'memory' : null, clock === null ? 'boost clock' : null, bandwidth === null ? 'memory bandwidth' : null].filter((each) => each !== null)
    return { value: null, sentence: `The multiplier needs the card's ${missing.join(', ')}, which is not known here.` }
  }
  const sumOf = (gpu: number, vram: number, boost: number, transfer: number) =>
    weights.gpu * gpu + weights.memory * vram + weights.clock * boost + weights.memoryBandwidth * transfer + weights.cpu * baseline.cpu
  const value = sumOf(row.gpu, memory, clock, bandwidth) / sumOf(1, 1, 1, 1)
  return {
    value,
    sentence: `The multiplier of ${value.toFixed(2)} (RTX 4090 = 1) is RNP-019's compound without its network term, for a processor of the recommended kind.`,
    inputs: [
      multiplierInput(value, consumer.source, 'low', 'sum of weighted factors over that of an RTX 4090; network term left out (RNP-021)'),
      factorInput('multiplier-gpu', 'Model score', row.gpu, consumer.source),
      factorInput('multiplier-memory', 'Video memory over 24 GB', memory, null),
      factorInput('multiplier-clock', 'Boost clock over the RTX 4090\'s', clock, row.clock === undefined ? null : consumer.source),
      factorInput('multiplier-bandwidth', 'Memory bandwidth over the RTX 4090\'s', bandwidth, row.memoryBandwidth === undefined ? null : consumer.source),
    ],
  }

  function factorInput(id: string, label: string, factor: number, stated: EstimateInput['source']): EstimateInput {
    const source = stated ?? card.facts?.sources[0] ?? null
    return {
      id, label, value: factor, unit: '× RTX 4090', origin: 'bundled', source,
      takenAt: source?.date ? Date.parse(source.date) : null, confidence: card.facts?.confidence ?? 'medium', stale: false,
    }
  }
}

function over(value: number | null | undefined, base: number): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value / base : null
}

function multiplierInput(value: number, source: NonNullable<EstimateInput['source']>, confidence: EstimateInput['confidence'], note: string | undefined): EstimateInput {
  return {
    id: 'multiplier', label: 'Multiplier of the card', value, unit: '× RTX 4090', origin: 'bundled', source,
    takenAt: source.date ? Date.parse(source.date) : null, confidence, stale: false, ...(note === undefined ? {} : { note }),
  }
}
