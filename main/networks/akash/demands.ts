/** What the run policy must know of a provider and of HomeNode: both take the whole machine. */
import type { ProgrammeDemands } from '../../../shared/policy-state.ts'
import sources from './sources.json' with { type: 'json' }

export const providerDemands: ProgrammeDemands = {
  cards: 'all',
  exclusive: 'machine',
  exclusiveWhy: 'Akash offers the whole server to tenants: what else runs on its cards is not there for a lease that was won.',
  exclusiveSource: sources.hardware,
  ceilings: [],
  uptime: { share: null, offlineMinutesADay: null, rewardsAfterHours: null, sentence: 'Pay ends with each lease that a stop ends, and tenants see the provider\'s uptime of the last 1, 7 and 30 days. No share is demanded.', source: sources.providerState },
  interruption: 'costly',
  startMinutes: 10,
  startWhy: 'Assumed: Kubernetes, the chain\'s node and the provider start one after the other.',
}

export const homeNodeDemands: ProgrammeDemands = {
  cards: 'all',
  exclusive: 'machine',
  exclusiveWhy: 'HomeNode boots its own system; nothing else runs meanwhile, Idlewatt included.',
  exclusiveSource: sources.homenode,
  ceilings: [],
  uptime: null,
  interruption: 'costly',
  startMinutes: 10,
  startWhy: 'Assumed: the machine restarts into another system. Its rules are not published.',
}
