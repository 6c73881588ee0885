/** Reads what customers' payments burned, week by week: the network's protocol revenue. */
import { z } from 'zod'
import { atMost } from '../../../shared/outside-answers.ts'
import { MarketMisfit, type SourceDefinition } from '../network.ts'
import { fitted } from './sources-fit.ts'
import sources from './sources.json' with { type: 'json' }

export interface BurnWeek {
  id: number | null
  /** ms since epoch. */
  startAt: number
  endAt: number
  burnedRender: number
  /** What was paid for it, USD; null: not said. */
  burnedUsd: number | null
}

export interface Burns {
  /** Oldest first, one a week. The newest may still be running. */
  weeks: BurnWeek[]
}

/** The token's maximum supply: more cannot be burned. */
const mostRender = 644_245_094
/** About a thousand times the busiest week known. */
const mostUsd = 1e9
const moment = z.string().refine((text) => Number.isFinite(Date.parse(text)), 'is not a date')
const week = z.object({
  id: z.number().int().min(0).nullish(),
  startDate: moment,
  endDate: moment,
  burnedRender: atMost(mostRender),
  burnedRenderUSDCAmt: atMost(mostUsd).nullish(),
})
const answer = z.object({ success: z.unknown().optional(), data: z.array(z.unknown()) })
const file = 'epoch-burn-stats-data.json'

/** Raw answer → weeks. Throws `MarketMisfit` naming the field. */
export function parseBurns(raw: unknown): Burns {
  const { success, data } = fitted(answer, raw, [], file)
  if (success === false) throw new MarketMisfit('The weekly burns report a failure of their own: success is false.')
  if (data.length === 0) throw new MarketMisfit('The weekly burns hold no week: data is an empty list.')
  const byStart = new Map<number, BurnWeek>()
  data.forEach((entry, index) => {
    const one = fitted(week, entry, ['data', index], file)
    const startAt = Date.parse(one.startDate)
    const endAt = Date.parse(one.endDate)
    if (endAt <= startAt) throw new MarketMisfit(`A week of the burns ends (data.${index}.endDate) before it starts (startDate).`)
    const known = byStart.get(startAt)
    // Of two entries for one week the fuller one holds, whichever came first.
    if (known && known.burnedRender >= one.burnedRender) return
    byStart.set(startAt, { id: one.id ?? null, startAt, endAt, burnedRender: one.burnedRender, burnedUsd: one.burnedRenderUSDCAmt ?? null })
  })
  return { weeks: [...byStart.values()].sort((a, b) => a.startAt - b.startAt) }
}

export const burnsSource: SourceDefinition<Burns> = {
  id: 'render/burns',
  title: 'Render weekly burns',
  what: 'what customers paid and was burned on the Render Network',
  hosts: ['stats.renderfoundation.com'],
  shelfLifeMs: 24 * 3_600_000,
  source: sources.burns,
  read: (request) => request({ method: 'GET', url: sources.burns.url, what: 'what customers paid and was burned on the Render Network, week by week' }),
  parse: parseBurns,
}
