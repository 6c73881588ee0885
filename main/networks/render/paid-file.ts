/** Reads the recorded payouts: which wallet was paid how much RENDER for the work of which week. */
import { z } from 'zod'
import { atMost, standsThere } from '../../../shared/outside-answers.ts'
import { MarketMisfit } from '../network.ts'

/** Epoch → wallet → RENDER paid for work. */
export type PaidByEpoch = ReadonlyMap<number, ReadonlyMap<string, number>>

/** The token's maximum supply: more than that was paid to nobody. */
const mostRender = 644_245_094
const epochName = /^\d{1,6}$/

const payout = z.object({ workRender: atMost(mostRender).nullish() }).nullish()
const paidFile = z.object({ paid: z.record(z.string(), z.record(z.string(), payout)) })

/** `{ paid: { <wallet>: { <epoch>: { workRender } } } }`; wallets and weeks without `workRender` are left out. Throws `MarketMisfit` naming the field. */
export function parsePaid(raw: unknown): PaidByEpoch {
  const parsed = paidFile.safeParse(raw)
  if (!parsed.success) {
    throw new MarketMisfit(misfitSentence(raw, parsed.error.issues[0]?.path ?? []))
  }
  const byEpoch = new Map<number, Map<string, number>>()
  for (const [wallet, weeks] of Object.entries(parsed.data.paid)) {
    for (const [epoch, each] of Object.entries(weeks)) {
      if (!epochName.test(epoch)) throw new MarketMisfit(`The paid amounts name an epoch that is no number: paid.${wallet}.${epoch}.`)
      if (typeof each?.workRender !== 'number') continue
      const wallets = byEpoch.get(Number(epoch)) ?? new Map<string, number>()
      byEpoch.set(Number(epoch), wallets.set(wallet, each.workRender))
    }
  }
  if (byEpoch.size === 0) throw new MarketMisfit('The paid amounts hold no workRender for any wallet and epoch in "paid".')
  return byEpoch
}

function misfitSentence(raw: unknown, path: readonly PropertyKey[]): string {
  const field = path.map(String).join('.') || 'the whole file'
  const expected = path.at(-1) === 'workRender' ? 'a number between 0 and 644,245,094, the most RENDER there can be,' : 'an object'
  return `The paid amounts do not have the shape { paid: { wallet: { epoch: { workRender } } } }: ${field} ${standsThere(raw, path)}, where ${expected} is expected.`
}
