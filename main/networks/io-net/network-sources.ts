/** Reads what the explorer says of the network as a whole. Nothing of it is documented: names are sought, and what is not found is not known. */
import type { TrendPoint } from '../../../shared/network-health.ts'
import { described, timeOf } from '../../../shared/outside-answers.ts'
import { MarketMisfit, type SourceDefinition } from '../network.ts'
import { amountIn, dataOf, objectIn } from './answers.ts'
import sources from './sources.json' with { type: 'json' }

const hour = 3_600_000
const hosts = ['api.io.solutions']

export interface NetworkInfo {
  /** GPUs that are there now, that were ever checked, and that were ever entered; null: no field of one such meaning. */
  gpusActive: number | null
  gpusVerified: number | null
  gpusEntered: number | null
}

/** Throws MarketMisfit. */
export function parseNetworkInfo(raw: unknown): NetworkInfo {
  const fields = flatFields(objectIn(raw))
  const one = (isMeant: (name: string) => boolean): number | null => {
    const found = [...fields].filter(([name, from]) => isMeant(name) && from !== null)
    const values = new Set(found.map(([name, from]) => amountIn({ [name]: from }, name)))
    // Two fields that could be meant and differ: neither can be told to be the one.
    return values.size === 1 ? ([...values][0] ?? null) : null
  }
  const isOfGpus = (name: string): boolean => /gpu/.test(name) && !/cpu|hour|earning|price|reward|cluster|percent/.test(name)
  const info = {
    gpusActive: one((name) => isOfGpus(name) && /(^|[^n])active|online|running/.test(name) && !/inactive|verified/.test(name)),
    gpusVerified: one((name) => isOfGpus(name) && /verified/.test(name) && !/unverified|active/.test(name)),
    gpusEntered: one((name) => isOfGpus(name) && /total|count|registered/.test(name) && !/active|verified|online|running|idle|hired/.test(name)),
  }
  // Taken for good, an answer of another shape would take the place of the last one that told something.
  if (Object.values(info).every((value) => value === null)) throw new MarketMisfit('no field of it can be told to be a number of GPUs.')
  return info
}

/** Fields that are numbers, down to the second level, as "gpus.active" → value; lower case. */
function flatFields(object: Record<string, unknown>): Map<string, unknown> {
  const flat = new Map<string, unknown>()
  const isNumber = (value: unknown): boolean => typeof value === 'number' || (typeof value === 'string' && /^\s*[+-]?\d/.test(value))
  for (const [name, value] of Object.entries(object)) {
    if (isNumber(value)) flat.set(name.toLowerCase(), value)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
    for (const [inner, innerValue] of Object.entries(value)) if (isNumber(innerValue)) flat.set(`${name}.${inner}`.toLowerCase(), innerValue)
  }
  return flat
}

export interface Clusters {
  running: number | null
  /** USD, all time. */
  earnedUsd: number | null
  computeHours: number | null
}

/** Throws MarketMisfit. */
export function parseClusters(raw: unknown): Clusters {
  const data = objectIn(raw)
  const clusters = { running: amountIn(data, 'running_clusters'), earnedUsd: amountIn(data, 'total_earnings'), computeHours: amountIn(data, 'total_compute_hours_served') }
  if (Object.values(clusters).every((value) => value === null)) throw new MarketMisfit('it names none of running_clusters, total_earnings and total_compute_hours_served.')
  return clusters
}

export interface EarningsByDay {
  /** Mean of the last 30 days that are told, USD. */
  usdPerDay: number | null
  /** Days told, where they are dated. Oldest first. */
  days: TrendPoint[]
}

const meanOver = 30
const keptDays = 180
const dateFields = ['date', 'day', 'timestamp', 'created_at', 'time']

/** Throws MarketMisfit. */
export function parseEarningsByDay(raw: unknown): EarningsByDay {
  const rows = dataOf(raw)
  if (!Array.isArray(rows)) throw new MarketMisfit(`data is ${described(rows)}, where a list of days is expected.`)
  const told = rows.map((row: unknown, index) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new MarketMisfit(`data[${index}] is ${described(row)}, where an object is expected.`)
    const fields = row as Record<string, unknown>
    return { at: dateFields.map((name) => timeOf(fields[name])).find((at) => at !== null) ?? null, usd: amountIn(fields, 'daily_earnings') }
  })
  const known = told.filter((day): day is { at: number | null; usd: number } => day.usd !== null)
  if (known.length === 0) throw new MarketMisfit('no day of it names daily_earnings.')
  const isDated = known.every((day) => day.at !== null)
  const days = isDated ? [...new Map(known.map((day) => [day.at, { at: day.at ?? 0, value: day.usd }])).values()].sort((one, other) => one.at - other.at) : []
  const last = (isDated ? days.map((day) => day.value) : known.map((day) => day.usd)).slice(-meanOver)
  return { usdPerDay: last.length === 0 ? null : last.reduce((sum, usd) => sum + usd, 0) / last.length, days: days.slice(-keptDays) }
}

/** Mean of the last 30 days told that are over by `at`; null: none are dated. */
export function meanOfDays({ days }: EarningsByDay, at: number): number | null {
  const over = days.filter((day) => day.at + 24 * hour <= at).slice(-meanOver)
  return over.length === 0 ? null : over.reduce((sum, day) => sum + day.value, 0) / over.length
}

function source<Value>(word: string, title: string, what: string, from: SourceDefinition['source'], shelfHours: number, parse: (raw: unknown) => Value): SourceDefinition<Value> {
  return { id: `io-net/${word}`, title, what, hosts, shelfLifeMs: shelfHours * hour, source: from, read: (request) => request({ method: 'GET', url: from.url, what }), parse }
}

export const networkSources = [
  source('network-info', 'io.net network', 'GPUs on io.net', sources.networkInfo, 6, parseNetworkInfo),
  source('clusters', 'io.net clusters', 'clusters running on io.net', sources.clusters, 6, parseClusters),
  source('earnings-by-day', 'io.net day by day', 'what customers paid on io.net, day by day', sources.earningsByDay, 24, parseEarningsByDay),
]
