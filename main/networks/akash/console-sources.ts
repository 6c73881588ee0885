/** Reads what the console says of the network as a whole: capacity, leases, what tenants spend, and the collateral behind ACT. */
import { z } from 'zod'
import type { TrendPoint } from '../../../shared/network-health.ts'
import { atMost, within } from '../../../shared/outside-answers.ts'
import { MarketMisfit, type SourceDefinition } from '../network.ts'
import { moment, readAnswer } from './answers.ts'
import sources from './sources.json' with { type: 'json' }

const hour = 3_600_000
const hosts = ['console-api.akash.network']
/** Beyond these a number is a slip. Money is in millionths of a dollar or of a token. */
const count = atMost(1e9)
const micro = atMost(1e16)

export interface Capacity {
  providers: number | null
  gpusTotal: number | null
  /** Leased or about to be. */
  gpusLeased: number | null
}

const gpuStats = z.object({ active: count.nullish(), pending: count.nullish(), available: count.nullish(), total: count.nullish() })
/** `/v1/network-capacity` nests by resource; older ones, and the dashboard, name each figure by itself. */
const capacitySchema = z.object({
  activeProviderCount: count.nullish(),
  resources: z.object({ gpu: gpuStats.nullish() }).nullish(),
  activeGPU: count.nullish(),
  pendingGPU: count.nullish(),
  availableGPU: count.nullish(),
  totalGPU: count.nullish(),
})

function toCapacity(raw: z.infer<typeof capacitySchema>): Capacity {
  const gpu = raw.resources?.gpu
  const active = gpu?.active ?? raw.activeGPU ?? null
  const pending = gpu?.pending ?? raw.pendingGPU ?? 0
  const available = gpu?.available ?? raw.availableGPU ?? null
  const leased = active === null ? null : active + pending
  const total = gpu?.total ?? raw.totalGPU ?? (leased === null || available === null ? null : leased + available)
  return { providers: raw.activeProviderCount ?? null, gpusTotal: total, gpusLeased: leased }
}

/** Throws MarketMisfit. */
export function parseCapacity(raw: unknown): Capacity {
  const told = toCapacity(readAnswer(capacitySchema, raw, expected))
  if (told.providers === null && told.gpusTotal === null) readAnswer(z.object({ resources: z.object({ gpu: gpuStats }) }), raw, expected)
  return told
}

export interface DashboardMoment {
  /** ms since epoch. */
  at: number
  activeLeases: number | null
  /** What tenants spent in the 24 hours before. */
  usdPerDay: number | null
}

export interface Dashboard extends DashboardMoment {
  /** A day before; null: not told. */
  before: DashboardMoment | null
  capacity: Capacity | null
}

const dashboardMoment = z.object({ date: moment, activeLeaseCount: count.nullish(), dailyUUsdSpent: micro.nullish() })
const dashboardSchema = z.object({ now: dashboardMoment, compare: dashboardMoment.nullish(), networkCapacity: capacitySchema.nullish() })

/** Throws MarketMisfit. */
export function parseDashboard(raw: unknown): Dashboard {
  const { now, compare, networkCapacity } = readAnswer(dashboardSchema, raw, expected)
  const told = toMoment(now)
  if (told.activeLeases === null && told.usdPerDay === null) throw new MarketMisfit('now tells neither how many leases there are (activeLeaseCount) nor what was spent on them (dailyUUsdSpent).')
  return { ...told, before: compare ? toMoment(compare) : null, capacity: networkCapacity ? toCapacity(networkCapacity) : null }
}

function toMoment(raw: z.infer<typeof dashboardMoment>): DashboardMoment {
  return { at: raw.date, activeLeases: raw.activeLeaseCount ?? null, usdPerDay: raw.dailyUUsdSpent == null ? null : raw.dailyUUsdSpent / 1e6 }
}

/** Oldest first. */
export interface Graphs {
  usdPerDay: TrendPoint[]
  activeLeases: TrendPoint[]
  /** 0..1. */
  utilisation: TrendPoint[]
}

const graph = z.object({ snapshots: z.array(z.object({ date: moment, value: within(1e16) })) })
const graphsSchema = z.object({ spend: graph.nullish(), leases: graph.nullish(), utilisation: graph.nullish() })
/** Years of days would be kept for a line of some hundred pixels. */
const keptDays = 180

/** Throws MarketMisfit. */
export function parseGraphs(raw: unknown): Graphs {
  const { spend, leases, utilisation } = readAnswer(graphsSchema, raw, expected)
  if (!spend && !leases && !utilisation) throw new MarketMisfit('none of the three graphs is there.')
  const points = (one: z.infer<typeof graph> | null | undefined, scale: number, most: number): TrendPoint[] => oneADay((one?.snapshots ?? []).map(({ date, value }) => ({ at: date, value: Math.min(most, value / scale) })))
  return { usdPerDay: points(spend, 1e6, Number.MAX_VALUE), activeLeases: points(leases, 1, Number.MAX_VALUE), utilisation: points(utilisation, 100, 1) }
}

/** Negative values are slips of a difference over days that are missing; of two values of one day the later holds. */
function oneADay(points: TrendPoint[]): TrendPoint[] {
  const days = new Map(points.filter(({ value }) => value >= 0).map((point) => [point.at, point]))
  return [...days.values()].sort((one, other) => one.at - other.at).slice(-keptDays)
}

async function readGraphs(request: Parameters<SourceDefinition['read']>[0]): Promise<unknown> {
  const ask = (name: string, what: string): Promise<unknown> => request({ method: 'GET', url: `${sources.graphs.url}/${name}`, what })
  const asked = await Promise.allSettled([ask('dailyUUsdSpent', 'what tenants spent on Akash, day by day'), ask('activeLeaseCount', 'leases on Akash, day by day'), ask('gpuUtilization', 'share of GPUs leased on Akash, day by day')])
  const [spend, leases, utilisation] = asked
  if (spend?.status === 'rejected' && leases?.status === 'rejected' && utilisation?.status === 'rejected') throw spend.reason
  const valueOf = (one: PromiseSettledResult<unknown> | undefined): unknown => (one?.status === 'fulfilled' ? recentSnapshots(one.value) : null)
  return { spend: valueOf(spend), leases: valueOf(leases), utilisation: valueOf(utilisation) }
}

/** Only what is used of years of days; what has another shape is handed on for the schema to judge. */
function recentSnapshots(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || !('snapshots' in raw) || !Array.isArray(raw.snapshots)) return raw ?? 'nothing'
  return { snapshots: raw.snapshots.slice(-2 * keptDays) as unknown[] }
}

export interface BurnMint {
  at: number | null
  /** Value of the AKT in the vault over the ACT that are out; null: not told, or no ACT is out. */
  collateralRatio: number | null
  outstandingAct: number | null
  vaultAkt: number | null
  /** Burned less minted again, in the 24 hours before; may be negative. */
  netAktBurnedPerDay: number | null
}

const signed = within(1e16)
const burnMintMoment = z.object({ date: moment.nullish(), collateralRatio: atMost(1e9).nullish(), outstandingAct: micro.nullish(), vaultAkt: micro.nullish(), dailyNetAktBurned: signed.nullish() })
/** Throws MarketMisfit. */
export function parseBurnMint(raw: unknown): BurnMint {
  // Older answers are the moment itself, newer ones hold it under "now".
  const isWrapped = typeof raw === 'object' && raw !== null && 'now' in raw
  const told = isWrapped ? readAnswer(z.object({ now: burnMintMoment }), raw, expected).now : readAnswer(burnMintMoment.extend({ collateralRatio: atMost(1e9) }), raw, expected)
  // The console says 0 where no ACT is out, or where it knows of none: that is no collateral of 0.
  const collateralRatio = told.collateralRatio === 0 && !told.outstandingAct ? null : (told.collateralRatio ?? null)
  if (collateralRatio === null && told.dailyNetAktBurned == null) throw new MarketMisfit('now tells neither the collateral (collateralRatio) nor what was burned (dailyNetAktBurned).')
  const whole = (millionths: number | null | undefined): number | null => (millionths == null ? null : millionths / 1e6)
  return { at: told.date ?? null, collateralRatio, outstandingAct: whole(told.outstandingAct), vaultAkt: whole(told.vaultAkt), netAktBurnedPerDay: whole(told.dailyNetAktBurned) }
}

function expected(path: readonly PropertyKey[]): string {
  const last = String(path.at(-1) ?? '')
  if (last === 'date') return 'a date'
  if (last === 'snapshots') return 'a list'
  if (path.length === 0 || ['now', 'compare', 'resources', 'gpu', 'networkCapacity', 'spend', 'leases', 'utilisation'].includes(last) || typeof path.at(-1) === 'number') return 'an object'
  return 'a number that can be'
}

/** Typing help: each source is read by its own parser. */
function source<Value>(definition: SourceDefinition<Value>): SourceDefinition<Value> {
  return definition
}

export const consoleSources = [
  source<Capacity>({
    id: 'akash/capacity', title: 'Akash capacity', what: 'providers and GPUs on Akash', hosts, shelfLifeMs: 6 * hour, source: sources.capacity,
    read: (request) => request({ method: 'GET', url: sources.capacity.url, what: 'providers and GPUs on Akash' }), parse: parseCapacity,
  }),
  source<Dashboard>({
    id: 'akash/dashboard', title: 'Akash dashboard', what: 'leases and spending on Akash', hosts, shelfLifeMs: 6 * hour, source: sources.dashboard,
    read: (request) => request({ method: 'GET', url: sources.dashboard.url, what: 'leases and spending on Akash' }), parse: parseDashboard, takenAt: (value) => value.at,
  }),
  source<Graphs>({ id: 'akash/graphs', title: 'Akash day by day', what: 'leases, spending and use of Akash, day by day', hosts, shelfLifeMs: 24 * hour, source: sources.graphs, read: readGraphs, parse: parseGraphs }),
  source<BurnMint>({
    id: 'akash/burn-mint', title: 'Akash burn and mint', what: 'the collateral behind what providers are paid in', hosts, shelfLifeMs: 6 * hour, source: sources.burnMintState,
    read: (request) => request({ method: 'GET', url: sources.burnMintState.url, what: 'the collateral behind what providers are paid in' }), parse: parseBurnMint, takenAt: (value) => value.at,
  }),
]
