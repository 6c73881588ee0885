/** Reads `GET /v1/gpu-breakdown`: how many cards of each model were there and leased, one row a day since the beginning, oldest first. */
import { z } from 'zod'
import { atMost, timeOf } from '../../../shared/outside-answers.ts'
import { priceName } from './cards.ts'

/** One model on one day. */
export interface ModelDay {
  /** Beginning of the day, UTC. */
  at: number
  total: number
  leased: number
  /** null: not said. */
  providers: number | null
}

export interface Breakdown {
  /** By the name that `priceName` tells; oldest first. */
  models: Map<string, ModelDay[]>
  /** Days that have rows, oldest first. */
  days: number[]
}

export const noBreakdown: Breakdown = { models: new Map(), days: [] }

const cards = atMost(1e9)
const row = z.object({
  date: z.string().refine((text) => timeOf(text) !== null),
  vendor: z.string().nullish(),
  model: z.string(),
  providerCount: cards.nullish(),
  totalGpus: cards,
  leasedGpus: cards.nullish(),
  // A text in percent: "100.00".
  gpuUtilization: cards,
})
export const breakdownRows = z.array(row)
type Row = z.infer<typeof row>

/** A row that says word for word what another said is that row again; two spellings of a model on one day are added up. Other makers' cards are left out. */
export function toBreakdown(rows: readonly Row[]): Breakdown {
  const models = new Map<string, Map<number, ModelDay>>()
  const seen = new Set<string>()
  for (const one of rows) {
    const said = JSON.stringify(one)
    if (seen.has(said) || (one.vendor != null && one.vendor.toLowerCase() !== 'nvidia')) continue
    seen.add(said)
    const name = priceName(one.model)
    const at = startOfDay(timeOf(one.date) ?? 0)
    const days = models.get(name) ?? new Map<number, ModelDay>()
    const before = days.get(at)
    const leased = one.totalGpus * Math.min(1, one.gpuUtilization / 100)
    days.set(at, {
      at,
      total: (before?.total ?? 0) + one.totalGpus,
      leased: (before?.leased ?? 0) + leased,
      providers: before === undefined ? (one.providerCount ?? null) : sumOf(before.providers, one.providerCount ?? null),
    })
    models.set(name, days)
  }
  const sorted = [...models].map(([name, days]): [string, ModelDay[]] => [name, [...days.values()].sort((day, other) => day.at - other.at)])
  const days = new Set(sorted.flatMap(([, ofModel]) => ofModel.map((day) => day.at)))
  return { models: new Map(sorted), days: [...days].sort((day, other) => day - other) }
}

/** The model on the last day that had come by `at`; null: it was not there. A day in the future says nothing. */
export function onLastDay({ models, days }: Breakdown, model: string, at: number): ModelDay | null {
  const last = lastDay(days, at)
  return last === null ? null : (models.get(model)?.findLast((day) => day.at === last) ?? null)
}

/** All models together on each day that had come by `at`. */
export function allModels({ models, days }: Breakdown, at: number): ModelDay[] {
  const sums = new Map(days.filter((day) => day <= at).map((day) => [day, { at: day, total: 0, leased: 0, providers: null } as ModelDay]))
  for (const ofModel of models.values()) {
    for (const day of ofModel) {
      const sum = sums.get(day.at)
      if (sum) sums.set(day.at, { ...sum, total: sum.total + day.total, leased: sum.leased + day.leased })
    }
  }
  return [...sums.values()]
}

/** How many days of history are kept of the years that the answer holds: it may near the size at which answers are cut off. */
const keptDays = 120

/** The rows of the last days, of an answer as it came; anything but a list of rows is handed on for the schema to judge. */
export function recentRows(raw: unknown): unknown {
  if (!Array.isArray(raw)) return raw
  const dateOf = (one: unknown): string | null => (typeof one === 'object' && one !== null && 'date' in one && typeof one.date === 'string' ? one.date : null)
  const dates = [...new Set(raw.flatMap((one) => dateOf(one)?.slice(0, 10) ?? []))].sort()
  const since = dates.at(-keptDays)
  return since === undefined ? raw : raw.filter((one) => (dateOf(one) ?? since) >= since)
}

function lastDay(days: readonly number[], at: number): number | null {
  return days.findLast((day) => day <= at) ?? null
}

function startOfDay(at: number): number {
  return at - (at % 86_400_000)
}

function sumOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other
}
