/** Reads the network's weekly reward epochs: what each channel paid out and how many OctaneBench-hours were rendered. */
import { z } from 'zod'
import { MarketMisfit, type MarketDefinition, type MarketRequest } from '../network.ts'
import { fitted } from './sources-fit.ts'
import sources from './sources.json' with { type: 'json' }

/** One week of the rendering pool. */
export interface RewardWeek {
  epochId: number
  /** ms since epoch. */
  startAt: number
  endAt: number
  /** RENDER paid out for work. */
  poolRender: number
  /** OctaneBench-hours of all wallets; null: the answer does not say (before epoch 76). */
  obhTotal: number | null
  /** Wallets that the answer lists; left out: not said. */
  wallets?: number
}

export interface RenderMarket {
  /** Oldest first, one per epoch. */
  weeks: RewardWeek[]
}

const file = 'liability-epochs-data.json'
const renderUnit = 1e8
/** The token's maximum supply, 644,245,094 RENDER: an amount beyond it is not an amount. */
const mostAmountDue = 644_245_094 * renderUnit
/** About a hundred thousand times a real week. */
const mostObh = 1e12
/** Wallets that state no hours leave a week's total unknown beyond this share. */
const leastStatedShare = 0.9

const wallet = z.object({ obhUsed: z.number().min(0).max(mostObh).nullish() }).nullish()
const moment = z.string().refine((text) => Number.isFinite(Date.parse(text)), 'is not a date')
const epoch = z.object({
  epochId: z.number().int().min(0),
  channel: z.string().min(1),
  start: moment,
  end: moment,
  amountDue: z.number().min(0).max(mostAmountDue),
  metadataBySolKey: z.record(z.string(), wallet).nullish(),
})
const answer = z.object({ success: z.unknown().optional(), data: z.object({ epochs: z.array(z.unknown()) }) })
type Epoch = z.infer<typeof epoch>

/** A week with the hours of each wallet that states them. */
export interface WalletWeek extends RewardWeek {
  hoursByWallet: ReadonlyMap<string, number>
}

/** Raw answer of liability-epochs-data.json → weeks. Throws `MarketMisfit` naming the field. */
export function parseRewardEpochs(raw: unknown): RenderMarket {
  return { weeks: parseWalletWeeks(raw).map(({ hoursByWallet: _hours, ...week }) => week) }
}

/** The same, wallet by wallet. */
export function parseWalletWeeks(raw: unknown): WalletWeek[] {
  const { success, data } = fitted(answer, raw, [], file)
  if (success === false) throw new MarketMisfit('The reward epochs report a failure of their own: success is false.')
  const { epochs } = data
  if (epochs.length === 0) throw new MarketMisfit('The reward epochs hold no entry: data.epochs is an empty list.')
  const byEpoch = new Map<number, WalletWeek>()
  epochs.forEach((rawEpoch, index) => {
    const entry = fitted(epoch, rawEpoch, ['data', 'epochs', index], file)
    if (entry.channel !== 'node_operator') return
    const week = readWeek(entry)
    const known = byEpoch.get(week.epochId)
    byEpoch.set(week.epochId, known ? fuller(week, known) : week)
  })
  if (byEpoch.size === 0) {
    throw new MarketMisfit('The reward epochs have no entry of the channel "node_operator" in data.epochs, the one that pays rendering work.')
  }
  return [...byEpoch.values()].sort((a, b) => a.endAt - b.endAt || a.epochId - b.epochId)
}

function readWeek(entry: Epoch): WalletWeek {
  const startAt = Date.parse(entry.start)
  const endAt = Date.parse(entry.end)
  if (endAt <= startAt) throw new MarketMisfit(`Epoch ${entry.epochId} of the reward epochs ends (end: ${entry.end}) before it starts (start: ${entry.start}).`)
  const wallets = Object.entries(entry.metadataBySolKey ?? {})
  const stated = wallets.flatMap(([name, each]) => (typeof each?.obhUsed === 'number' ? [[name, each.obhUsed] as const] : []))
  const total = stated.reduce((sum, [, hours]) => sum + hours, 0)
  const isKnown = stated.length > 0 && stated.length >= leastStatedShare * wallets.length
  return { epochId: entry.epochId, startAt, endAt, poolRender: entry.amountDue / renderUnit, obhTotal: isKnown ? total : null, wallets: wallets.length, hoursByWallet: new Map(stated) }
}

/** Which of two entries for one epoch is kept: the one with more in it, whichever came first. */
function fuller(a: WalletWeek, b: WalletWeek): WalletWeek {
  const order = (a.obhTotal ?? -1) - (b.obhTotal ?? -1) || a.poolRender - b.poolRender || a.endAt - b.endAt
  return order >= 0 ? a : b
}

export const renderMarket: MarketDefinition<RenderMarket> = {
  title: 'Render reward epochs',
  parse: parseRewardEpochs,
  /** A week and a half: the newest epoch should never be older. */
  shelfLifeMs: 10.5 * 24 * 3600 * 1000,
  readMarket(request: MarketRequest): Promise<unknown> {
    return request({ method: 'GET', url: sources.liveEpochs.url, what: 'the weekly reward epochs of the Render Network' })
  },
  hosts: ['stats.renderfoundation.com'],
  source: sources.liveEpochs,
  /** The last week that says its hours: an answer of today whose weeks ended long ago is old. */
  takenAt: ({ weeks }) => weeks.findLast((week) => week.obhTotal !== null)?.endAt ?? weeks.at(-1)?.endAt ?? null,
}
