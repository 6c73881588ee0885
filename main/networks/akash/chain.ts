/** Asks the chain's public nodes: several hosts in turn, and of each the versions of a module that it may speak. */
import { z } from 'zod'
import { atMost } from '../../../shared/outside-answers.ts'
import { RequestFailed, type MarketRequest, type SourceDefinition } from '../network.ts'
import { moment, readAnswer } from './answers.ts'
import chainFacts from './chain.json' with { type: 'json' }
import sources from './sources.json' with { type: 'json' }

/** Newest first: guides of older versions name paths that fail today, and the next upgrade will fail these. */
const marketVersions = chainFacts.marketVersions
export const chainHosts = chainFacts.hosts
/** Far enough back that minutes do not matter, near enough that pruned nodes still hold it. */
const blocksBack = 3000

/** The first answer that a host gives; the host is told, to be asked first from then on. Rejects with the last host's failure. */
export async function askChain(request: MarketRequest, path: string, what: string, more: { first?: string; secretParts?: string[] } = {}): Promise<{ host: string; answer: unknown }> {
  const hosts = more.first === undefined ? chainHosts : [more.first, ...chainHosts.filter((host) => host !== more.first)]
  let failure: unknown = new RequestFailed('No node of the chain is known.', null)
  for (const host of hosts) {
    try {
      const answer = await request({ method: 'GET', url: `https://${host}${path}`, what, ...(more.secretParts ? { secretParts: more.secretParts } : {}) })
      return { host, answer }
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

/** Whether a host says that it has no such path, rather than that it cannot answer now. */
function isUnknownPath(error: unknown): boolean {
  return error instanceof RequestFailed && error.status !== null && [400, 404, 405, 501].includes(error.status)
}

/** The first version that a host speaks, tried newest first; null where none is known there. Rejects where it cannot answer at all. */
async function probe(request: MarketRequest, host: string, what: string): Promise<{ version: string; answer: unknown } | null> {
  for (const version of marketVersions) {
    try {
      return { version, answer: await request({ method: 'GET', url: `https://${host}/akash/market/${version}/params`, what }) }
    } catch (error) {
      if (!isUnknownPath(error)) throw error
    }
  }
  return null
}

async function probeAnyHost(request: MarketRequest, first: string, what: string): Promise<{ version: string; answer: unknown } | null> {
  for (const host of [first, ...chainHosts.filter((other) => other !== first)]) {
    const found = await probe(request, host, what).catch(() => null)
    if (found) return found
  }
  return null
}

async function readChain(request: MarketRequest): Promise<unknown> {
  const what = 'block times and bid deposits of the Akash chain'
  const { host, answer: latest } = await askChain(request, '/cosmos/base/tendermint/v1beta1/blocks/latest', what)
  const height = heightOf(latest)
  const earlier = height === null || height <= blocksBack ? null : await askChain(request, `/cosmos/base/tendermint/v1beta1/blocks/${height - blocksBack}`, what, { first: host }).then(({ answer }) => headerOf(answer), () => null)
  const market = await probeAnyHost(request, host, what)
  return { latest: headerOf(latest), earlier, marketVersion: market?.version ?? null, params: market?.answer ?? null }
}

export interface Chain {
  at: number
  height: number
  /** Over the last few thousand blocks; null: no earlier block could be read. */
  blocksPerHour: number | null
  /** What one bid locks; null: not told in that denomination. */
  bidDepositAkt: number | null
  bidDepositAct: number | null
  /** The version of the market module that answered; null: none of those known. */
  marketVersion: string | null
}

const header = z.object({ height: atMost(1e12), time: moment })
const coin = z.object({ denom: z.string(), amount: atMost(1e16) })
const schema = z.object({
  latest: header,
  earlier: header.nullish(),
  marketVersion: z.string().nullish(),
  params: z.object({ params: z.object({ bid_min_deposit: coin.nullish(), bid_min_deposits: z.array(coin).nullish() }) }).nullish(),
})

/** Throws MarketMisfit. */
export function parseChain(raw: unknown): Chain {
  const { latest, earlier, marketVersion, params } = readAnswer(schema, raw, expected)
  const deposits = [...(params?.params.bid_min_deposits ?? []), ...(params?.params.bid_min_deposit ? [params.params.bid_min_deposit] : [])]
  const depositIn = (denom: string): number | null => {
    const found = deposits.find((one) => one.denom === denom)
    return found ? found.amount / 1e6 : null
  }
  const blocks = earlier ? latest.height - earlier.height : 0
  const hours = earlier ? (latest.time - earlier.time) / 3_600_000 : 0
  return {
    at: latest.time,
    height: latest.height,
    blocksPerHour: blocks > 0 && hours > 0 ? blocks / hours : null,
    bidDepositAkt: depositIn('uakt'),
    bidDepositAct: depositIn('uact'),
    marketVersion: marketVersion ?? null,
  }
}

export const chainSource: SourceDefinition<Chain> = {
  id: 'akash/chain', title: 'Akash chain', what: 'block times and bid deposits', hosts: chainHosts, shelfLifeMs: 24 * 3_600_000, source: sources.chainRest,
  read: readChain, parse: parseChain, takenAt: (value) => value.at,
}

/** A block without its transactions and signatures, as `{ height, time }`; what has another shape is handed on for the schema to judge. */
export function headerOf(answer: unknown): unknown {
  const block = fieldOf(answer, 'block') ?? fieldOf(answer, 'sdk_block')
  const found = fieldOf(block, 'header')
  return found === undefined ? answer : { height: fieldOf(found, 'height'), time: fieldOf(found, 'time') }
}

function heightOf(answer: unknown): number | null {
  const read = header.safeParse(headerOf(answer))
  return read.success ? read.data.height : null
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function expected(path: readonly PropertyKey[]): string {
  const last = String(path.at(-1) ?? '')
  if (last === 'time') return 'a date'
  if (last === 'denom' || last === 'marketVersion') return 'text'
  if (last === 'bid_min_deposits') return 'a list'
  return ['height', 'amount'].includes(last) ? 'a number that can be' : 'an object'
}
