/** Puts together whether each network lasts: its own figures, cloud prices for its models, the next cliff, and figures kept day by day. Part of the wiring. */
import type { GpuTable } from '../shared/gpu-table.ts'
import type { CloudPrice, EmissionPeriod, ModelUse, NetworkHealth, TrendPoint } from '../shared/network-health.ts'
import type { Markets } from './earnings/markets.ts'
import type { MarketTables } from './history/market-tables.ts'
import type { LiveValues } from './market-data/index.ts'
import type { AnyNetwork, HealthFacts, HealthSubject } from './networks/network.ts'
import type { Clock } from './system/clock.ts'
import { NotPossible } from './system/not-possible.ts'

export interface NetworkHealthReader {
  /** Throws NotPossible for an unknown network. */
  health(networkId: string): NetworkHealth
  /** Saves today's live figures; one value a figure and day. Cheap where nothing changed. Throws what SQLite throws. */
  keepFigures(): void
  /** Whether a page of it cites this address. */
  isCited(url: string): boolean
}

export interface NetworkHealthParts {
  networks: AnyNetwork[]
  markets: Markets
  live: LiveValues
  tables: MarketTables
  clouds: CloudPrice[]
  gpuTable: GpuTable
  clock: Clock
}

const dayMs = 24 * 3600 * 1000
const noPast = (): TrendPoint[] => []

export function setUpNetworkHealth({ networks, markets, live, tables, clouds, gpuTable, clock }: NetworkHealthParts): NetworkHealthReader {
  /** What was last saved, so that the same figures of the same day are not written again. */
  const saved = new Map<string, string>()

  function factsOf(network: AnyNetwork, at: number, kept: HealthSubject<unknown>['kept']): HealthFacts {
    return network.health({ at, value: live.value, market: markets.reading(network.id, at), tokenUsd: (symbol) => markets.tokenUsd(symbol, at), kept })
  }

  function withPast(network: AnyNetwork, at: number): HealthFacts {
    let past: Record<string, TrendPoint[]> | null = null
    const kept = (figureId: string): TrendPoint[] => {
      past ??= tables.figures(network.id)
      return (Object.hasOwn(past, figureId) ? past[figureId] : null) ?? []
    }
    const facts = factsOf(network, at, kept)
    return {
      ...facts,
      figures: facts.figures.map((figure) => (figure.trend.length > 0 ? figure : { ...figure, trend: kept(figure.id) })),
      models: facts.models.map((model) => (model.trend.length > 0 ? model : { ...model, trend: kept(useFigureId(model)) })),
    }
  }

  return {
    health(networkId) {
      const network = networks.find((one) => one.id === networkId)
      if (!network) throw new NotPossible(`Idlewatt knows no network "${networkId.slice(0, 60)}". It knows: ${networks.map((one) => one.id).join(', ')}.`)
      const at = clock.now()
      const facts = withPast(network, at)
      return { networkId, title: network.title, ...facts, clouds: cloudsFor(facts.models, clouds, gpuTable), nextCliff: nextCliffOf(facts.emission, at) }
    },
    keepFigures() {
      const at = clock.now()
      const day = new Date(at).toISOString().slice(0, 10)
      for (const network of networks) {
        const values = liveValuesOf(factsOf(network, at, noPast))
        const known = JSON.stringify([day, values])
        if (Object.keys(values).length === 0 || saved.get(network.id) === known) continue
        tables.saveFigures(network.id, day, at, values)
        saved.set(network.id, known)
      }
    },
    isCited: (url) => networks.some((network) => citedBy(network, factsOf(network, clock.now(), noPast)).has(url)) || clouds.some((price) => price.source.url === url),
  }
}

/** A stale figure is yesterday's, and would be saved as if it were today's. */
function liveValuesOf(facts: HealthFacts): Record<string, number> {
  const values: Record<string, number> = {}
  for (const { id, value, origin, isStale } of facts.figures) if (value !== null && origin === 'live' && !isStale) values[id] = value
  if (facts.modelsSource?.origin === 'live' && !facts.modelsSource.isStale) {
    for (const model of facts.models) if (model.utilisation !== null) values[useFigureId(model)] = model.utilisation
  }
  return values
}

/** Two rows of one name differ in memory. */
function useFigureId({ listed, memoryGib }: ModelUse): string {
  return `utilisation/${listed}${memoryGib === null ? '' : `/${memoryGib}`}`
}

/** Prices of the models that the network has, in the order of its models. */
export function cloudsFor(models: readonly ModelUse[], clouds: readonly CloudPrice[], gpuTable: GpuTable): CloudPrice[] {
  const known = new Map<string, number>()
  models.forEach(({ model, listed }, index) => {
    for (const name of [model, listed]) if (name !== null && !known.has(name.toLowerCase())) known.set(name.toLowerCase(), index)
  })
  const placeOf = ({ model }: CloudPrice): number | undefined => known.get(model.toLowerCase()) ?? known.get((gpuTable.find(model)?.model ?? model).toLowerCase())
  return clouds
    .flatMap((price) => {
      const place = placeOf(price)
      return place === undefined ? [] : [{ price, place }]
    })
    .sort((one, other) => one.place - other.place || one.price.usdPerGpuHour - other.price.usdPerGpuHour)
    // By the model's own name, so that a page finds the row again.
    .map(({ price, place }) => ({ ...price, model: models[place]?.model ?? price.model }))
}

/** The nearest end of a period, from now on, of which something is known to follow. */
export function nextCliffOf(emission: readonly EmissionPeriod[], at: number): NetworkHealth['nextCliff'] {
  const ahead = emission.flatMap(({ to, cliff }) => (to !== null && cliff !== null && to > at ? [{ at: to, inDays: Math.floor((to - at) / dayMs), sentence: cliff }] : []))
  return ahead.sort((one, other) => one.at - other.at)[0] ?? null
}

function citedBy(network: AnyNetwork, facts: HealthFacts): Set<string> {
  const sources = [
    ...facts.figures.map((figure) => figure.source),
    facts.modelsSource?.source ?? null,
    ...facts.emission.map((period) => period.source),
    ...network.sources.map((source) => source.source),
    network.market?.source ?? null,
    ...network.tokenIds.map((token) => token.source),
  ]
  return new Set(sources.flatMap((source) => (source !== null && /^https:\/\//.test(source.url) ? [source.url] : [])))
}
