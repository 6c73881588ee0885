/** What the provider's log says of bids and leases. The lines are those of real providers in akash-network/support and akash-network/node. */
import type { SoftwareSign } from '../network.ts'

interface Pattern {
  event: string
  /** Tested on the line without the prefix of its time. */
  says: RegExp
  sign: Omit<SoftwareSign, 'event' | 'job'>
  job?: 'started'
}

const patterns: Pattern[] = [
  { event: 'wallet-shared', says: /account sequence mismatch/i, sign: { activity: 'unhealthy', earning: false, cause: 'broken-here', sentence: 'A transaction was refused because the wallet was used elsewhere at the same time. Use this wallet for nothing but the provider, and restart the provider.' } },
  { event: 'bid-price-too-high', says: /price too high, not bidding|requested rate is too low/i, sign: { cause: 'not-eligible', sentence: 'An order was passed over: it pays less than your prices.' } },
  { event: 'bid-not-audited', says: /attribute signature requirements not met/i, sign: { cause: 'not-eligible', sentence: 'An order was passed over: its tenant takes audited providers only.' } },
  { event: 'bid-attributes', says: /unable to fulfill: incompatible (provider )?attributes/i, sign: { cause: 'not-eligible', sentence: 'An order was passed over: it asks for attributes that this provider does not declare.' } },
  { event: 'bid-no-capacity', says: /insufficient capacity for reservation|reserving resources.*insufficient capacity/i, sign: { cause: 'not-eligible', sentence: 'An order was passed over: it asks for more than is free here.' } },
  { event: 'bid-failed', says: /\bbid failed\b|submitting fulfillment failed|transaction broadcast failed/i, sign: { activity: 'unhealthy', cause: 'broken-here', sentence: 'A bid could not be sent to the chain. Look at the balance, the chain node and the clock.' } },
  { event: 'bid-declined', says: /\bdeclined to bid\b/i, sign: { cause: 'no-demand', sentence: 'An order was passed over.' } },
  { event: 'lease-won', says: /\blease won\b/i, sign: { activity: 'working', earning: true, sentence: 'A tenant accepted the bid: a lease begins.' }, job: 'started' },
  { event: 'lease-lost', says: /\blease lost\b/i, sign: { cause: 'no-demand', sentence: 'A tenant took another provider\'s bid.' } },
  { event: 'bid-placed', says: /\bbid complete\b/i, sign: { activity: 'idle', sentence: 'A bid was placed.' } },
  { event: 'order-detected', says: /\border detected\b/i, sign: { activity: 'idle', sentence: 'An order was seen.' } },
]

/** `I[2026-11-23|14:46:31.967] order detected  module=bidengine-service order=order/akash1…/1/1/1`; what runs before it in the line does not matter. */
export function readLine(line: string): SoftwareSign | null {
  if (!/\b(module|cmp|order|lease)=/.test(line)) return null
  const found = patterns.find(({ says }) => says.test(line))
  if (!found) return null
  const order = /\b(?:lease-id|lease|order-id|order)=(?:order\/)?(akash1[a-z0-9]{20,70}(?:\/[a-z0-9]+){1,4})/.exec(line)?.[1] ?? null
  return { event: found.event, ...found.sign, ...(found.job ? { job: { id: order, what: found.job } } : {}) }
}
