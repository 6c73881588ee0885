/** The worker's steps around its start: room, a Docker of its own, sign-in, start, stake. In leaving they are undone last first. */
import type { SoftwareReading } from '../../../shared/provider.ts'
import { noEffects, type StepDefinition } from '../network.ts'
import sources from './sources.json' with { type: 'json' }
import { traps } from './traps.ts'
import { imagePrefix } from './worker-containers.ts'

const ioNet = { name: 'io.net', url: sources.docs.url }
const imageBytes = 20e9
/** Its caches under the names of this and of earlier launchers; they hold a token. */
const caches = ['{folder}/files/ionet_device_cache.json', '{folder}/files/ionet_device_cache.txt', '{home}/ionet_device_cache.json', '{home}/ionet_device_cache.txt']

const room: StepDefinition = {
  id: 'room',
  title: 'Room for the images',
  what: 'Looks whether 30 GB are free. The launcher downloads the worker’s images itself when it first starts: about 20 GB from Docker Hub (ionetcontainers/). Nothing is downloaded in this step.',
  publisher: { name: 'io.net (ionetcontainers on Docker Hub)', url: 'https://hub.docker.com/u/ionetcontainers' },
  fields: [],
  check: { kind: 'none' },
  do: { kind: 'check' },
  verify: {
    kind: 'reading',
    isSo: ({ disk }) => {
      if (disk.value === null) return { ok: null, because: disk.why }
      const free = Math.floor(disk.value.freeBytes / 1e9)
      return free >= 30 ? { ok: true, because: `${free} GB are free.` } : { ok: false, because: `${free} GB are free, and 30 GB are needed to download and unpack the images. Free some space.` }
    },
  },
  noticedBy: '30 GB are free.',
  undo: { kind: 'remove-images', imagePrefix },
  undoWords: 'Removes the images of ionetcontainers/, and no others.',
  remains: [],
  effects: noEffects,
  traps: [],
  source: sources.docs,
}

const ownDocker: StepDefinition = {
  id: 'own-docker',
  title: 'A Docker of its own',
  what: 'Looks for containers of others on this Docker. While there is one the launcher is not started: it might remove it.',
  publisher: ioNet,
  fields: [],
  check: { kind: 'none' },
  do: { kind: 'check' },
  verify: { kind: 'no-strangers', imagePrefix },
  noticedBy: 'No container but the worker’s own is there. It is looked at again right before each start.',
  undo: { kind: 'remove-containers', imagePrefix },
  undoWords: 'Stops and removes the containers of ionetcontainers/ images, each by its id, and no others.',
  remains: [],
  effects: noEffects,
  traps: [traps.removesContainers, traps.stopCommand],
  source: sources.launcher,
}

const signIn: StepDefinition = {
  id: 'sign-in',
  title: 'Sign in',
  what: 'Be ready to sign in at the next step. When the launcher first starts it shows a code (on the programme’s page and in its log), and you enter it on io.net’s page within about three minutes. The launcher keeps the sign-in in a file, so that later starts need none.',
  publisher: ioNet,
  fields: [],
  check: { kind: 'none' },
  do: { kind: 'check' },
  verify: { kind: 'none' },
  noticedBy: 'Nothing is done in this step; whether you signed in shows at the start.',
  undo: { kind: 'remove-paths', paths: caches },
  undoWords: 'Removes the launcher’s sign-in file, which holds a token: from its folder and, where it lies there, from your home folder.',
  remains: ['The sign-in on io.net’s side, until you sign out there.'],
  effects: { ...noEffects, files: caches, rights: ['none'] },
  traps: [traps.token],
  source: sources.install,
}

const start: StepDefinition = {
  id: 'start',
  title: 'Start the worker',
  what: 'Runs the launcher, which starts the worker’s containers and then ends; the containers go on by themselves. The first time this takes as long as downloading 20 GB takes.',
  publisher: { name: 'io.net (ionet-official)', url: sources.launcher.url },
  fields: [],
  check: { kind: 'none' },
  do: { kind: 'start' },
  verify: { kind: 'software', isSo: isUp },
  noticedBy: 'Exactly one container of each kind runs: io-worker-vc and io-worker-monitor.',
  undo: { kind: 'stop' },
  undoWords: 'Stops the worker’s own containers, and no others. Pause it on io.net’s website first.',
  remains: [],
  effects: {
    ...noEffects,
    files: ['{folder}/output.txt'],
    folders: ['{folder}/log'],
    rights: ['your right to use Docker', 'its containers get the Docker socket: root in effect'],
    ports: ['TCP 80, 443, 5432, 25061 and UDP 80, 443, 3478, 41641 outward; nothing inward need be opened'],
    image: `${imagePrefix}… (io-worker-vc, io-worker-monitor, io-launch, io-auth-sidecar, io-service-ray)`,
    downloadBytes: imageBytes,
    diskBytes: imageBytes,
    hash: 'None published. The launcher downloads the images itself, and Docker checks that each part arrived whole.',
    otherSoftware: ['may remove every other container of this Docker, at every start', 'nothing else may use the card while the worker is idle'],
    costs: ['about 5 GB of traffic an hour'],
  },
  traps: [traps.socket, traps.removesContainers, traps.ecc, traps.exclusivity, traps.exitCode, traps.restart],
  source: sources.launcher,
}

function isUp(reading: SoftwareReading | null): { ok: boolean | null; because: string } {
  if (reading === null) return { ok: null, because: 'Nothing is known of the worker yet.' }
  if (reading.activity === 'starting' || reading.activity === 'unknown') return { ok: null, because: reading.sentence }
  return { ok: reading.activity !== 'unhealthy', because: reading.sentence }
}

const stake: StepDefinition = {
  id: 'stake',
  title: 'Stake',
  what: 'You lock a stake: 200 IO (io.net’s token) times the card’s multiplier (at least 1), for each card. Without it the worker is neither hired nor rewarded. It happens in your wallet and on io.net’s website; Idlewatt takes no part in it.',
  publisher: ioNet,
  fields: [],
  check: { kind: 'confirmed' },
  do: { kind: 'website', url: sources.signUp.url, todo: ['Wait until the device is shown as up; readiness takes twelve hours of uptime.', 'Look at what it costs, and how long it is locked (above).', 'Stake what is asked and no more.'] },
  verify: { kind: 'confirmed' },
  noticedBy: 'You say that it is done.',
  undo: { kind: 'website', url: sources.signUp.url, todo: ['Pause the device: nothing is unstaked while it is hired.', 'Ask for the stake back; only the whole of it can be asked for.', 'Note the day: it comes back 14 days later (7 more where a co-staker leaves first).'] },
  undoWords: 'You ask for the stake back on io.net’s website.',
  remains: ['The stake stays locked for 14 days after you ask, 7 more where a co-staker leaves first; it can be cut until then.'],
  effects: { ...noEffects, costs: ['200 IO × the multiplier (at least 1) for each card, locked: 14 days to get it back, and it can be cut'] },
  traps: [traps.stake],
  source: sources.staking,
}

export const stepsStart: StepDefinition[] = [room, ownDocker, signIn, start, stake]
