/** What the run policy must know of a worker: what may run beside it, how long a pause costs, when pay begins. */
import type { ProgrammeDemands } from '../../../shared/policy-state.ts'
import ceilings from './idle-ceilings.json' with { type: 'json' }
import sources from './sources.json' with { type: 'json' }

export const workerDemands: ProgrammeDemands = {
  // The launcher hands Docker every card of the machine; it has no word for one of them.
  cards: 'all',
  exclusive: 'card',
  exclusiveWhy: 'A worker is blocked, and its stake is cut, where anything else uses its cards or their memory while nobody hires it.',
  exclusiveSource: sources.docs,
  ceilings,
  uptime: {
    share: null,
    offlineMinutesADay: null,
    rewardsAfterHours: 5,
    sentence: 'Pay for being ready (block rewards) begins after five hours without a break, and each restart begins them anew. One page says three to five; whether they still count since June 2026 is not published.',
    source: sources.docs,
  },
  interruption: 'punished',
  startMinutes: 5,
  startWhy: 'Three to five minutes by io.net’s pages, once its images are here. The first start downloads about 20 GB, and its website may show the worker ten minutes later.',
}
