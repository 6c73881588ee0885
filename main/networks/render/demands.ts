/** What the run policy must know of each programme: rendering and Salad are made for idle cards, a compute node is not. */
import type { ProgrammeDemands } from '../../../shared/policy-state.ts'
import sources from './sources.json' with { type: 'json' }

export const renderingDemands: ProgrammeDemands = {
  cards: 'all',
  exclusive: 'card',
  exclusiveWhy: 'The client takes no job while a card or its memory is in use, so two on one card earn less than one.',
  exclusiveSource: sources.watchdog,
  ceilings: [],
  uptime: { share: null, offlineMinutesADay: null, rewardsAfterHours: null, sentence: 'Time in which the client is ready and idle is paid a little each week; no share of time is demanded.', source: sources.rnp015 },
  // A job that is broken off is not paid, and failed frames lower the standing.
  interruption: 'punished',
  startMinutes: 2,
  startWhy: 'Assumed: a community watchdog waits 75 seconds for the client to warm up.',
}

export const computeDemands: ProgrammeDemands = {
  cards: 'all',
  exclusive: 'machine',
  exclusiveWhy: 'RNP-019 asks for a machine that does nothing else for the network, and the network checks that card, memory and bus are what was promised.',
  exclusiveSource: sources.rnp019,
  ceilings: [],
  uptime: { share: null, offlineMinutesADay: null, rewardsAfterHours: null, sentence: 'The weekly pay for being there follows the share of the week in which the machine can be given work; no share is demanded.', source: sources.dispersedDocs },
  interruption: 'costly',
  startMinutes: 5,
  startWhy: 'Assumed: jobs are containers that are fetched when they come; no figure is published.',
}

export const saladDemands: ProgrammeDemands = {
  cards: 'all',
  exclusive: 'card',
  exclusiveWhy: 'No rule is published. Two on one card take each other\'s time and memory, so Idlewatt keeps Salad alone on it.',
  exclusiveSource: sources.saladApp,
  ceilings: [],
  uptime: null,
  interruption: 'costly',
  startMinutes: 5,
  startWhy: 'Assumed: no figure is published.',
}
