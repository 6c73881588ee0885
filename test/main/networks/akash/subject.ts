/** Subjects for the tests of this network: what it was told, by source, and what is asked of an estimate. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cardOfModel } from '../../../../main/earnings/cards.ts'
import { parseGpuPrices, type AkashMarket } from '../../../../main/networks/akash/market.ts'
import { network } from '../../../../main/networks/akash/index.ts'
import type { EstimateSubject, HealthSubject, KeptValue, MarketReading } from '../../../../main/networks/network.ts'
import type { Factors } from '../../../../shared/earnings.ts'
import { at, gpuTable, root } from '../../earnings/estimating.ts'

export const recorded = (name: string): any => JSON.parse(readFileSync(join(root, 'main/networks/akash/fixtures', name), 'utf8'))

export function live(raw: unknown, change: Partial<MarketReading<AkashMarket>> = {}): MarketReading<AkashMarket> {
  return { value: parseGpuPrices(raw), origin: 'live', source: { url: 'https://console-api.akash.network/v1/gpu-prices', date: null }, takenAt: at, stale: false, confidence: 'high', ...change }
}

/** Its sources by word as they were recorded. */
export function told(...words: string[]): (id: string) => KeptValue | null {
  return (id) => {
    const source = network.sources.find((one) => one.id === id)
    const word = id.split('/')[1] ?? ''
    if (!source || !words.includes(word)) return null
    const value = source.parse(recorded(`sources/${word}.json`))
    return { value, origin: 'live', source: source.source, takenAt: source.takenAt?.(value) ?? at, isStale: false }
  }
}

export function healthSubject(change: Partial<HealthSubject<AkashMarket>> = {}): HealthSubject<AkashMarket> {
  return { at, value: () => null, market: null, tokenUsd: () => null, kept: () => [], ...change }
}

export function estimateSubject(model: string, raw: unknown, factors: Factors = {}): EstimateSubject<AkashMarket> {
  const facts = gpuTable.byModel(model)
  if (!facts) throw new Error(`no ${model}`)
  return { at, card: cardOfModel(facts), count: 1, gpusInMachine: 1, modelsInMachine: 1, machine: null, market: live(raw), tokenUsd: () => null, measured: () => null, factor: (lever) => factors[lever] ?? 1, octaneScore: null }
}
