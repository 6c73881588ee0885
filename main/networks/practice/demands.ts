/** Practice asks nothing of the machine, so that the run policy can be tried on any. */
import type { ProgrammeDemands } from '../../../shared/policy-state.ts'
import { practiceSource } from './source.ts'

export const practiceDemands: ProgrammeDemands = {
  cards: 'none',
  exclusive: 'free',
  exclusiveWhy: 'Practice uses no card.',
  exclusiveSource: practiceSource,
  ceilings: [],
  uptime: null,
  interruption: 'free',
  startMinutes: 0.1,
  startWhy: 'The practice worker is ready within a few seconds.',
}
