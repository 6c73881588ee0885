/** Whether a network lasts: what it is used, how much there is of it, what it takes in and what it will pay out. */
import type { Confidence, Origin } from './earnings.ts'
import type { Source } from './network.ts'

/** One value in time. `at`: ms since epoch. */
export interface TrendPoint {
  at: number
  value: number
}

export interface NetworkFigure {
  /** `utilisation`, `active-leases`, `gpus-total`, `gpus-leased`, `providers`, `revenue-usd-day`, `token-price-…`, `burned-week`, … */
  id: string
  label: string
  /** What lasts (use, revenue) leads; price comes last. */
  group: 'use' | 'supply' | 'revenue' | 'token'
  value: number | null
  /** "share" is 0..1 and drawn in percent; else as it is: "USD/day", "GPUs", "leases". */
  unit: string
  origin: Origin
  source: Source | null
  takenAt: number | null
  isStale: boolean
  confidence: Confidence
  /** Why there is no value; or a remark on the one there is. */
  note: string | null
  /** Oldest first; empty: no past is known. */
  trend: TrendPoint[]
}

/** One GPU model on the network. Shares 0..1, prices USD per GPU-hour. */
export interface ModelUse {
  /** As the network lists it. */
  listed: string
  /** Key in `resources/gpus.json`; null: not in the table. */
  model: string | null
  memoryGib: number | null
  total: number | null
  used: number | null
  utilisation: number | null
  /** What renters are asked. */
  price: { low: number | null; middle: number | null; high: number | null } | null
  /** Of utilisation, oldest first. */
  trend: TrendPoint[]
}

/** What renting such a card by the hour costs at a large cloud, on demand. */
export interface CloudPrice {
  cloud: string
  instance: string
  region: string
  /** Key in `resources/gpus.json` or the name as the cloud gives it. */
  model: string
  gpus: number
  usdPerGpuHour: number
  source: Source
  takenAt: number
  confidence: Confidence
}

/** A period in which the network pays out by one rule. */
export interface EmissionPeriod {
  title: string
  /** ms since epoch; null: open. */
  from: number | null
  to: number | null
  /** In words with numbers: "so many tokens a week for work". */
  pays: string
  /** What happens at its end, where that is a cliff; null: nothing is known to. */
  cliff: string | null
  source: Source
}

export interface NetworkHealth {
  networkId: string
  title: string
  /** One plain sentence on what the figures say; never on the token's price. */
  sentence: string
  figures: NetworkFigure[]
  models: ModelUse[]
  modelsSource: { origin: Origin; source: Source; takenAt: number | null; isStale: boolean } | null
  /** Rows for models of this network only. */
  clouds: CloudPrice[]
  emission: EmissionPeriod[]
  /** Days until the next cliff; null: none is known. */
  nextCliff: { at: number; inDays: number; sentence: string } | null
  /** What is not known, and why. */
  missing: string[]
}

const anyCase = (name: string): string => name.trim().toLowerCase()

/**
 * The cheapest of the clouds' prices for a model; null: none of them is for it, or is a price.
 * Names are held together whatever their case. `keyOf`: the table's name for one as a cloud gives it; left out: as it is.
 */
export function cheapestCloudOf(clouds: readonly CloudPrice[], { model, listed }: Pick<ModelUse, 'model' | 'listed'>, keyOf: (name: string) => string = (name) => name): CloudPrice | null {
  const own = new Set([model, listed].flatMap((name) => (name === null || name.trim() === '' ? [] : [anyCase(name)])))
  let least: CloudPrice | null = null
  for (const price of clouds) {
    if (!(price.usdPerGpuHour > 0) || !Number.isFinite(price.usdPerGpuHour) || price.usdPerGpuHour >= (least?.usdPerGpuHour ?? Infinity)) continue
    if (own.has(anyCase(price.model)) || own.has(anyCase(keyOf(price.model)))) least = price
  }
  return least
}
