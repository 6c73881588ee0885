/** What a provider's bids lock up: what the chain asks for each, times the bids that are open or won at a time. Pure. */
import type { Economics, EstimateInput } from '../../../shared/earnings.ts'
import { bundledReading, readingOf, type Reading } from '../../../shared/network-figures.ts'
import type { EstimateSubject } from '../network.ts'
import { chainSource, type Chain } from './chain.ts'
import facts from './estimate-facts.json' with { type: 'json' }
import healthFacts from './health-facts.json' with { type: 'json' }
import type { AkashMarket } from './market.ts'

export interface BidDeposits {
  capital: Economics['capital']
  inputs: EstimateInput[]
}

export function bidDeposits(subject: EstimateSubject<AkashMarket>): BidDeposits {
  const price = subject.tokenUsd('AKT')
  const { openBids } = facts
  const bids: EstimateInput = { id: 'open-bids', label: 'Bids open or won at a time', value: openBids.value, unit: 'bids', origin: 'assumed', source: openBids.source, takenAt: null, confidence: 'low', stale: false, note: 'assumed' }
  const each = depositOf(subject)
  const amount = each === null ? null : openBids.value * each.value
  const asked = each === null ? [] : [{ id: 'bid-deposit', label: 'Locked for each bid', value: each.value, unit: 'AKT', origin: each.origin, source: each.source, takenAt: each.takenAt, confidence: each.confidence, stale: each.isStale }]
  return {
    inputs: [...asked, bids, ...(price ? [price] : [])],
    capital: [
      {
        asset: 'AKT',
        amount,
        usd: amount === null || price?.value == null ? null : amount * price.value,
        lockDays: null,
        slashable: false,
        why: `${each === null ? 'A sum in AKT' : `${each.value} AKT`} stays locked for every open or won bid until it closes; ${openBids.value} bids are assumed for the machine, plus a little for fees.`,
        source: each?.source ?? chainSource.source,
      },
    ],
  }
}

/** As the chain last told it, else as it was seen there. A rule of the chain, that changes by a vote: a dated one is not old after a day. */
function depositOf(subject: EstimateSubject<AkashMarket>): Reading | null {
  const told = readingOf<Chain>(subject.value?.(chainSource.id) ?? null, (value) => value.bidDepositAkt, 'high')
  if (told !== null) return told
  const seen = bundledReading(healthFacts.figures, 'bid-deposit')
  return seen && { ...seen, isStale: false }
}
