/** What an operator takes on with io.net, apart from money. */
import type { Duty } from '../../../shared/network.ts'
import sources from './sources.json' with { type: 'json' }

export const workerDuties: Duty[] = [
  { id: 'exclusivity', title: 'Nothing else on the card', sentence: 'While not hired, the card may be used 5 % at most (4090, 5090 and data-centre cards) or 20 % (other GeForce RTX and smaller workstation cards), the processor 30 %, with all its memory free: no games, no second network. Breaking it blocks the worker and costs stake.', source: sources.docs },
  { id: 'uptime', title: 'Uptime', sentence: 'Readiness takes 12 hours of uptime; a restart sets the five green hours back. Unavailable during a job means no pay for the whole job.', source: sources.docs },
  { id: 'containers', title: 'Other containers are removed', sentence: 'The launcher deletes the containers it finds. Give it a Docker, or a WSL distribution, of its own.', source: sources.launcher },
  { id: 'docker-socket', title: 'Root in effect', sentence: 'Its containers get the Docker socket, which is as good as root on the machine. It also seems to turn error-correcting memory off unless told not to.', source: sources.launcher },
  { id: 'slashing', title: 'Stake at risk', sentence: 'Stake and rewards are cut for spoofing or poor service, with one month to appeal; leaving takes 14 days.', source: sources.docs },
  { id: 'set-up-script', title: 'Set-up script', sentence: 'It upgrades the system, installs drivers, holds their packages, rewrites Docker\'s settings and restarts the machine without asking.', source: sources.setUpScript },
  { id: 'prices', title: 'No say in the price', sentence: 'A supplier cannot set the price, and what is paid since June 2026 follows a rule that is not published.', source: sources.engine },
]
