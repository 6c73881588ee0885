/** Which addresses may be opened in a browser: those that Idlewatt itself cites. Part of the wiring. */
import type { GpuTable } from '../shared/gpu-table.ts'
import { usesUrls } from './benchmark/meaning/index.ts'
import type { MarketData } from './market-data/index.ts'
import type { NetworkHealthReader } from './network-health.ts'
import { citedUrls } from './networks/index.ts'
import type { Store } from './state/store.ts'

export function createCited(parts: { store: Store; gpuTable: GpuTable; networkHealth: NetworkHealthReader; marketData: MarketData }): (url: string) => boolean {
  const { store, gpuTable, networkHealth, marketData } = parts

  function isInState(url: string): boolean {
    const inEstimates = store.read('comparison').estimates.some((estimate) => estimate.inputs.some((input) => input.source?.url === url))
    return inEstimates || store.read('networks').markets.some((status) => status.source.url === url)
  }

  return (url) =>
    citedUrls().has(url) || usesUrls().has(url) || isInState(url) || networkHealth.isCited(url) || marketData.isCited(url) || gpuTable.rows.some((row) => row.sources.some((one) => one.url === url))
}
