/** What the run policy must know of each programme. Only the checker could run beside other work. */
import type { ProgrammeDemands } from '../../../shared/policy-state.ts'
import facts from './facts.json' with { type: 'json' }
import sources from './sources.json' with { type: 'json' }

const { uptimePercentPerMonth, offlineMinutesPerDay } = facts.cloudHost

export const cloudHostDemands: ProgrammeDemands = {
  cards: 'all',
  exclusive: 'machine',
  exclusiveWhy: 'Aethir hires out the whole server, and its agent runs on the bare machine.',
  exclusiveSource: sources.operations,
  ceilings: [],
  uptime: {
    share: uptimePercentPerMonth / 100,
    offlineMinutesADay: offlineMinutesPerDay,
    rewardsAfterHours: null,
    sentence: `The server has to be up ${uptimePercentPerMonth} % of every month and offline for less than ${offlineMinutesPerDay} minutes a day. Missing it costs rewards first, then the stake.`,
    source: sources.operations,
  },
  interruption: 'punished',
  startMinutes: 10,
  startWhy: 'Assumed: how long its agent takes after a start is not published.',
}

export const checkerDemands: ProgrammeDemands = {
  cards: 'none',
  exclusive: 'free',
  exclusiveWhy: 'The checker uses no card and little of the processor.',
  exclusiveSource: sources.checkerHardware,
  ceilings: [],
  uptime: { share: null, offlineMinutesADay: null, rewardsAfterHours: null, sentence: 'A checker earns only while it is online; long absences may get its licences banned. How long is not published.', source: sources.checkerClient },
  // More than one request a minute, as in a start right after a stop, blocks the address for a day.
  interruption: 'costly',
  startMinutes: 5,
  startWhy: 'Assumed: its licences are asked for every five minutes.',
}

export const edgeDemands: ProgrammeDemands = {
  cards: 'none',
  exclusive: 'free',
  exclusiveWhy: 'Edge is a box of its own and does not run on this machine.',
  exclusiveSource: sources.edge,
  ceilings: [],
  uptime: null,
  interruption: 'costly',
  startMinutes: 5,
  startWhy: 'Assumed: nothing is published, and it does not start from here.',
}
