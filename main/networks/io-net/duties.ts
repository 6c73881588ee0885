/** What an operator takes on with io.net, apart from money. What is a trap of a step too is said in the trap's words: one rule, told once. */
import type { Trap } from '../../../shared/enrolment.ts'
import type { Duty } from '../../../shared/network.ts'
import sources from './sources.json' with { type: 'json' }
import { traps } from './traps.ts'

const asTrap = (id: string, title: string, { sentence, source }: Trap): Duty => ({ id, title, sentence, source })

export const workerDuties: Duty[] = [
  asTrap('exclusivity', 'Nothing else on the card', traps.exclusivity),
  { id: 'uptime', title: 'Uptime', sentence: 'A worker that is not there during a job is not paid for the whole job.', source: sources.docs },
  asTrap('restart', 'Few restarts', traps.restart),
  asTrap('containers', 'Other containers are removed', traps.removesContainers),
  asTrap('docker-socket', 'Root in effect', traps.socket),
  asTrap('ecc', 'Error correction', traps.ecc),
  { id: 'slashing', title: 'Stake at risk', sentence: 'Stake and rewards are cut for false claims about the machine or poor service, with one month to appeal. Getting the stake back takes 14 days.', source: sources.docs },
  { id: 'set-up-script', title: 'Set-up script', sentence: 'io.net’s own set-up script changes the whole system, and may restart it without asking. Idlewatt never runs it; do not run it either.', source: sources.setUpScript },
  { id: 'prices', title: 'No say in the price', sentence: 'You cannot set the price, and what is paid since June 2026 follows a rule that is not published.', source: sources.engine },
]
