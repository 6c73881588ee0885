/** Reads what a provider's own gateway, the console and the chain say of one provider. Pure; an answer of another shape is null. */
import { z } from 'zod'
import { atMost } from '../../../shared/outside-answers.ts'
import { parseBurnMint } from './console-sources.ts'
import { headerOf } from './chain.ts'
import { parseBalances } from './wallet.ts'

/** More than any cluster holds: an operator that fails has told such counts (akash-network/support 192, 249). */
const mostGpus = 10_000

export interface Gateway {
  /** null: not told. */
  leases: number | null
  /** Orders that it is working on now; null: not told. */
  orders: number | null
  deployments: number | null
  /** null: not told, or a count that cannot be. */
  gpusTotal: number | null
  gpusFree: number | null
  nodes: number | null
  /** What its inventory says is wrong; null: nothing. */
  error: string | null
  isAbsurd: boolean
}

const units = z.union([z.number(), z.object({ units: z.object({ val: z.coerce.number() }) }).transform(({ units: { val } }) => val)])
const amounts = z.object({ gpu: units.nullish() })
const node = amounts.extend({ allocatable: amounts.nullish(), available: amounts.nullish() })
const list = z.array(node).nullish()
/** Quantities of Kubernetes: "2", as text. */
const quantity = z.object({ string: z.coerce.number() }).transform(({ string }) => string)
/** As the same state is told over gRPC (akash-network/community 841): by node, what can be allotted and what is. */
const counted = z
  .object({ resources: z.object({ gpu: z.object({ quantity: z.object({ allocatable: quantity.nullish(), allocated: quantity.nullish() }) }).nullish() }) })
  .transform(({ resources: { gpu } }) => ({ allocatable: { gpu: gpu?.quantity.allocatable ?? 0 }, available: { gpu: (gpu?.quantity.allocatable ?? 0) - (gpu?.quantity.allocated ?? 0) } }))
const inventory = z.object({
  active: list,
  available: z.union([z.object({ nodes: list }), z.array(node)]).nullish(),
  cluster: z.object({ nodes: z.array(counted).nullish() }).nullish(),
  error: z.unknown().optional(),
})
const count = atMost(1e9)
const gatewaySchema = z.object({
  cluster: z.object({ leases: z.union([count, z.object({ active: count.nullish() }).transform(({ active }) => active ?? 0)]).nullish(), inventory: inventory.nullish() }),
  bidengine: z.object({ orders: count.nullish() }).nullish(),
  bid_engine: z.object({ orders: count.nullish() }).nullish(),
  manifest: z.object({ deployments: count.nullish() }).nullish(),
})

/** `/status` on port 8443, as it is now (allocatable and available for each node) and as it was (what is free, and what each lease holds). */
export function readGateway(raw: unknown): Gateway | null {
  const read = gatewaySchema.safeParse(raw)
  if (!read.success) return null
  const { cluster, bidengine, bid_engine, manifest } = read.data
  const available = cluster.inventory?.available
  const nodes: z.infer<typeof node>[] | null = (Array.isArray(available) ? available : available?.nodes) ?? cluster.inventory?.cluster?.nodes ?? null
  const held = sum((cluster.inventory?.active ?? []).map((one) => one.gpu ?? 0))
  const total = nodes && sum(nodes.map((one) => one.allocatable?.gpu ?? one.gpu ?? 0)) + (nodes.some((one) => one.allocatable) ? 0 : held)
  const free = nodes && sum(nodes.map((one) => one.available?.gpu ?? one.gpu ?? 0))
  const isAbsurd = [total, free].some((value) => value !== null && (!Number.isInteger(value) || value < 0 || value > mostGpus)) || (total !== null && free !== null && free > total)
  const error = cluster.inventory?.error
  return {
    leases: cluster.leases ?? null,
    orders: bidengine?.orders ?? bid_engine?.orders ?? null,
    deployments: manifest?.deployments ?? null,
    gpusTotal: isAbsurd ? null : total,
    gpusFree: isAbsurd ? null : free,
    nodes: nodes?.length ?? null,
    error: typeof error === 'string' && error !== '' ? error.slice(0, 200) : null,
    isAbsurd,
  }
}

export interface Seen {
  isOnline: boolean | null
  isValidVersion: boolean | null
  version: string | null
  leases: number | null
  isAudited: boolean | null
}

const seen = z.object({ isOnline: z.boolean().nullish(), isValidVersion: z.boolean().nullish(), akashVersion: z.string().max(100).nullish(), leaseCount: count.nullish().catch(null), isAudited: z.boolean().nullish() })

/** `/v1/providers/{address}`: whether tenants see it as up. */
export function readSeen(raw: unknown): Seen | null {
  const read = seen.safeParse(raw)
  if (!read.success || (read.data.isOnline == null && read.data.isValidVersion == null)) return null
  const { isOnline, isValidVersion, akashVersion, leaseCount, isAudited } = read.data
  return { isOnline: isOnline ?? null, isValidVersion: isValidVersion ?? null, version: akashVersion ?? null, leases: leaseCount ?? null, isAudited: isAudited ?? null }
}

/** AKT and ACT in whole units; null: another shape. */
export function readBalance(raw: unknown): { akt: number; act: number } | null {
  try {
    const known = parseBalances(raw)
    const of = (asset: string): number => known.find((one) => one.asset === asset)?.amount ?? 0
    return { akt: of('AKT'), act: of('ACT') }
  } catch {
    return null
  }
}

const bids = z.object({ bids: z.array(z.object({ bid: z.object({ created_at: count.nullish() }) })), pagination: z.object({ next_key: z.string().nullish() }).nullish() })

/** Open bids, and the block of the oldest. `isMore`: the answer was cut. */
export function readBids(raw: unknown): { open: number; oldestBlock: number | null; isMore: boolean } | null {
  const read = bids.safeParse(raw)
  if (!read.success) return null
  const blocks = read.data.bids.flatMap(({ bid }) => (bid.created_at == null ? [] : [bid.created_at]))
  return { open: read.data.bids.length, oldestBlock: blocks.length === 0 ? null : blocks.reduce((one, other) => Math.min(one, other)), isMore: (read.data.pagination?.next_key ?? '') !== '' }
}

/** The chain's height; null: another shape. */
export function readHeight(raw: unknown): number | null {
  const read = z.object({ height: count }).safeParse(headerOf(raw))
  return read.success ? read.data.height : null
}

/** What stands behind ACT, as a share; null: not told. */
export function readCollateral(raw: unknown): number | null {
  try {
    return parseBurnMint(raw).collateralRatio
  } catch {
    return null
  }
}

function sum(values: number[]): number {
  return values.reduce((one, other) => one + other, 0)
}
