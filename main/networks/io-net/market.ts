/** Reads `market-snapshot`: the customer's list prices of each device and how many of it are hired. */
import { z } from 'zod'
import { readGpuName, type GpuName } from '../../../shared/gpu-names.ts'
import { atMost, nameOf, standsThere } from '../../../shared/outside-answers.ts'
import { MarketMisfit, type MarketDefinition } from '../network.ts'
import sources from './sources.json' with { type: 'json' }

/** The products of one device, by the field that prices them. */
export const products = { price: 'Ray', baremetal_price: 'bare metal', kubernetes_price: 'Kubernetes', caas_price: 'container', vmaas_price: 'virtual machine' } as const
export type ProductField = keyof typeof products

export interface DeviceRow {
  name: string
  /** `name` as read, to tell cards by. */
  called: GpuName
  /** "GPU", "CPU"; null: not said. */
  type: string | null
  /** USD per hour of the products that are listed. A price of 0 is none. */
  prices: Partial<Record<ProductField, number>>
  total: number | null
  hired: number | null
}

export interface IoNetMarket {
  rows: DeviceRow[]
}

/** Beyond these a number is a slip: the dearest device costs a few USD an hour, and the network counts hundreds of thousands. */
const usd = atMost(10_000).nullish()
const amount = atMost(1e9).nullish()
const row = z.object({
  brand_name: z.string().nullish(),
  hardware_name: z.string().min(1),
  price: usd,
  baremetal_price: usd,
  kubernetes_price: usd,
  caas_price: usd,
  vmaas_price: usd,
  type: z.string().nullish(),
  currency: z.string().nullish(),
  total: amount,
  hired: amount,
  idle: amount,
})
const answer = z.object({ status: z.string().nullish(), data: z.array(row) })
const fields = Object.keys(products) as ProductField[]

export const ioNetMarket: MarketDefinition<IoNetMarket> = {
  title: 'io.net list prices',
  shelfLifeMs: 24 * 3_600_000,
  parse: parseMarketSnapshot,
  hosts: ['api.io.solutions'],
  source: sources.marketApi,
  readMarket: (request) => request({ method: 'GET', url: sources.marketApi.url, what: 'list prices and hires of io.net' }),
}

/** Throws MarketMisfit with a sentence that names the field. */
export function parseMarketSnapshot(raw: unknown): IoNetMarket {
  const parsed = answer.safeParse(raw)
  if (!parsed.success) throw new MarketMisfit(misfitSentence(raw, parsed.error))
  const { status, data } = parsed.data
  if (status != null && status !== 'succeeded') throw new MarketMisfit(`status is "${status.slice(0, 40)}", so the answer reports a failure.`)
  return {
    rows: withoutCopies(data).map((one) => ({
      name: one.hardware_name,
      called: readGpuName(one.hardware_name),
      type: one.type ?? null,
      // No currency is ever named; one that is, and is not the dollar, says that the figures are none of ours.
      prices: one.currency != null && one.currency.toUpperCase() !== 'USD' ? {} : Object.fromEntries(fields.flatMap((field) => (one[field] ? [[field, one[field]]] : []))),
      total: one.total ?? (one.hired != null && one.idle != null ? one.hired + one.idle : null),
      hired: one.hired ?? (one.total != null && one.idle != null ? Math.max(0, one.total - one.idle) : null),
    })),
  }
}

/** A row that says word for word what another said is that row again. */
function withoutCopies(data: z.infer<typeof row>[]): z.infer<typeof row>[] {
  return [...new Map(data.map((one) => [JSON.stringify(one), one])).values()]
}

function misfitSentence(raw: unknown, error: z.ZodError): string {
  const path = error.issues[0]?.path ?? []
  const is = standsThere(raw, path)
  if (path.length === 0) return `it should be an object with a list "data", and ${is}.`
  if (path.length === 1 && path[0] === 'data') return `it should hold a list "data", which ${is}.`
  const expected = ['hardware_name', 'brand_name', 'status', 'type', 'currency'].includes(String(path.at(-1))) ? 'text' : path.length === 2 ? 'an object' : `a number of 0 or more, and at most ${String(path.at(-1)).endsWith('price') ? '10,000 USD' : 'a thousand million'},`
  return `${nameOf(path)} ${is}, where ${expected} is expected.`
}
