/** What an operator should know before: each was met by somebody, or stands in io.net's own pages. */
import type { Trap } from '../../../shared/enrolment.ts'
import sources from './sources.json' with { type: 'json' }

export const traps = {
  setUpScript: {
    id: 'set-up-script', severity: 'danger', source: sources.setUpScript,
    sentence: 'Do not run io.net’s set-up script. It upgrades the whole system and removes packages, restarts the machine after five seconds without asking (where the driver was missing), turns ECC off (it corrects errors of the card’s memory), holds driver packages at their version, adds a package source for graphics, puts your user into the "docker" group (root in effect), rewrites /etc/docker/daemon.json and restarts Docker, which stops what runs in it. On Ubuntu 24.04 it stops where the driver is missing. Idlewatt never runs it: install Docker, driver and toolkit from their own pages.',
  },
  resetScript: {
    id: 'reset-script', severity: 'danger', source: sources.docs,
    sentence: 'Never run the reset script that io.net documents: it removes Docker and NVIDIA packages, and deletes every file on the machine with "docker" in its name.',
  },
  removesContainers: {
    id: 'removes-containers', severity: 'danger', source: sources.launcher,
    sentence: 'At every start the launcher may remove every container of the Docker it runs on. Idlewatt lists the containers of others first, and does not start it while there is one. Give it a Docker of its own (on Windows, a WSL distribution of its own).',
  },
  stopCommand: {
    id: 'stop-command', severity: 'danger', source: sources.docs,
    sentence: 'Never use the stop command that io.net documents ("docker stop $(docker ps -a -q)"): it stops every container on the machine. Idlewatt stops only containers of ionetcontainers/ images, each by its id.',
  },
  socket: {
    id: 'docker-socket', severity: 'danger', source: sources.docs,
    sentence: 'The worker’s containers are handed the control of Docker (its socket). That is root in effect: they can do anything on this machine.',
  },
  ecc: { id: 'ecc', severity: 'warning', source: sources.launcher, sentence: 'The launcher seems to turn ECC off (it corrects errors of the card’s memory) unless it is told not to. Idlewatt tells it not to (--ecc_enabled).' },
  token: {
    id: 'token-in-command', severity: 'warning', source: sources.launcher,
    sentence: 'Enter no token: Idlewatt does not ask for one. io.net offers a token for signing in without a browser, as good as a password; but the launcher takes it only as a word of its command, which every program on this machine can read. Tokens made earlier may have ended after 365 days.',
  },
  exitCode: { id: 'exit-code', severity: 'note', source: sources.community, sentence: 'The launcher may report no error although half of it failed. Idlewatt goes by its two containers, not by its word.' },
  // The models are those with a published ceiling of 5 % in devices.json; data-centre cards without one are best kept to it too.
  exclusivity: {
    id: 'exclusivity', severity: 'warning', source: sources.docs,
    sentence: 'While nobody hires the worker, leave the card alone: no games and no second network. io.net allows 5 % use of an RTX 4090, 4090 D, 5090, A6000, 5000 Ada or 6000 Ada and of data-centre cards, 20 % of the other cards on its list, 30 % of the processor, and none of the card’s memory. Breaking this blocks the worker, and stake is cut.',
  },
  restart: { id: 'restart', severity: 'note', source: sources.docs, sentence: 'Restart the worker seldom: pay for being ready (block rewards) begins after five hours without a break, and each restart begins them anew. A new worker counts as ready after twelve hours of uptime.' },
  stake: {
    id: 'stake', severity: 'danger', source: sources.staking,
    sentence: 'A stake is money that you lock, and that can be cut. You can only ask for the whole of it; it comes back 14 days later (7 more where a co-staker, who put in a part of it, leaves first), and never while the worker is hired. Staking more than is asked earns nothing more.',
  },
  exchange: { id: 'exchange-address', severity: 'warning', source: sources.docs, sentence: 'Use a Solana wallet of your own: what is paid to an exchange’s deposit address may be lost. Type its seed phrase (the words that restore it) nowhere but in the wallet itself.' },
} satisfies Record<string, Trap>
