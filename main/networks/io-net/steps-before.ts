/** The worker's steps before anything is started: account, device, prerequisites, download. */
import type { Platform } from '../../../shared/machine.ts'
import { noEffects, type StepDefinition } from '../network.ts'
import { refuseDeviceAnswer } from './refuse-answers.ts'
import { launcherFile } from './software.ts'
import sources from './sources.json' with { type: 'json' }
import { traps } from './traps.ts'

const ioNet = { name: 'io.net', url: sources.docs.url }
const version = '3.0.0'
const release = `https://github.com/ionet-official/io_launch_binaries/releases/download/${version}`

interface Launcher {
  id: string
  platform: Platform
  /** As Node names it. */
  arch: string
  published: string
  file: string
  system: string
}

const account: StepDefinition = {
  id: 'account',
  title: 'Sign up and register the machine',
  what: 'On io.net’s website you sign in, add a Solana wallet of your own, and register this machine. The website then shows a command that holds the device’s id.',
  publisher: ioNet,
  fields: [],
  check: { kind: 'confirmed' },
  do: {
    kind: 'website',
    url: sources.signUp.url,
    todo: ['Sign in (Google, Apple, X or Worldcoin).', 'Add your own Solana wallet: an address, no key. Exchange addresses are not taken.', 'Choose "Connect New Worker": a name, the operating system, GPU.', 'Leave the page open: the next step asks for the id and the name. Do not run the command it shows, nor its set-up script.'],
  },
  verify: { kind: 'confirmed' },
  noticedBy: 'You say that it is done; the website cannot be asked without your sign-in.',
  undo: { kind: 'website', url: sources.signUp.url, todo: ['Pause the device, and wait until it is not hired.', 'Terminate the device.', 'Leave the wallet on the account until the last pay has come.'] },
  undoWords: 'You terminate the device on io.net’s website.',
  remains: ['Your account and wallet on io.net.', 'Your stake, until it is unstaked: 14 days after you ask, 7 more where a co-staker leaves first.'],
  effects: { ...noEffects, costs: ['nothing to pay yet; a stake follows at the end', 'io.net looks where you are: a VPN or a prohibited region is blocked'] },
  traps: [traps.exchange, traps.exclusivity],
  source: sources.signUp,
}

const device: StepDefinition = {
  id: 'device',
  title: 'Enter the device',
  what: 'Says which of your registered devices this machine is. Id and name are handed to the launcher; neither is a secret.',
  publisher: ioNet,
  fields: [
    { id: 'device_id', label: 'Device id', kind: 'text', hint: 'In the command on io.net’s website, after --device_id=', placeholder: '01234567-89ab-cdef-0123-456789abcdef', choices: [], isRequired: true },
    { id: 'device_name', label: 'Device name', kind: 'text', hint: 'Exactly as you gave it there: another name registers the machine anew.', placeholder: 'my-machine', choices: [], isRequired: true },
  ],
  check: { kind: 'answered', fields: ['device_id', 'device_name'] },
  do: { kind: 'ask' },
  verify: { kind: 'answered', fields: ['device_id', 'device_name'] },
  noticedBy: 'Both are filled in, and the id has the right form.',
  undo: { kind: 'forget-answers' },
  undoWords: 'Forgets both.',
  remains: [],
  effects: noEffects,
  traps: [traps.token],
  refuse: refuseDeviceAnswer,
  source: sources.launcher,
}

const prerequisites: StepDefinition = {
  id: 'prerequisites',
  title: 'Docker that reaches the card',
  what: 'You install Docker, the NVIDIA driver and the NVIDIA container toolkit, from their makers’ pages. The worker is a set of containers (programs that Docker runs apart from the rest), and the toolkit hands them the card. Idlewatt changes nothing of the system.',
  publisher: { name: 'Docker and NVIDIA', url: sources.toolkitInstall.url },
  fields: [],
  // Found so: it was there before, and leaving does not take it away.
  check: { kind: 'reading', isSo: dockerReachesCard },
  do: {
    kind: 'by-hand',
    words: 'docker run --rm --gpus all ubuntu nvidia-smi',
    todo: [`Install Docker: ${sources.dockerInstall.url} (Windows and macOS: Docker Desktop, its Resource Saver switched off).`, `Install the NVIDIA driver and the container toolkit: ${sources.toolkitInstall.url} (Linux).`, 'Run the command above: it must list your card. It pulls a small image and removes its container.', 'Then let Idlewatt look again.'],
  },
  verify: { kind: 'reading', isSo: dockerReachesCard },
  noticedBy: 'Docker answers, and the container toolkit is there.',
  undo: { kind: 'nothing', why: 'You installed it, and other software may use it.' },
  undoWords: 'Nothing: Docker, driver and toolkit stay as they are.',
  remains: ['Docker, the driver and the container toolkit.'],
  effects: { ...noEffects, rights: ['administrator, for what you install yourself'], otherSoftware: ['Installing the toolkit changes /etc/docker/daemon.json, and Docker is restarted once: what runs in it stops'] },
  traps: [traps.setUpScript, traps.resetScript],
  source: sources.docs,
}

function dockerReachesCard(...[{ docker, containerToolkit, cardInContainer }]: Parameters<Extract<StepDefinition['check'], { kind: 'reading' }>['isSo']>): { ok: boolean | null; because: string } {
  if (docker.value === null) return { ok: null, because: docker.why }
  if (!docker.value.answers) return { ok: false, because: `Docker does not answer: ${docker.value.why ?? 'no reason was given'}. ${docker.value.remedy ?? 'Install it and start it.'}` }
  if (cardInContainer.value !== null) return { ok: cardInContainer.value.works, because: cardInContainer.value.works ? 'A container saw the card.' : `A container did not see the card: ${cardInContainer.value.said}` }
  // Docker Desktop brings its own way to the card, and a Mac hands none over.
  if (docker.value.isDesktop === true) return { ok: true, because: 'Docker Desktop answers. Whether a container sees the card shows when the worker starts.' }
  if (containerToolkit.value === null) return { ok: null, because: containerToolkit.why }
  return containerToolkit.value.isThere ? { ok: true, because: `Docker answers, and the container toolkit is there: ${containerToolkit.value.how}` } : { ok: false, because: 'The NVIDIA container toolkit is missing: containers cannot reach the card. Install it, and restart Docker.' }
}

/** launch-binary.sh serves "Linux x86_64" and "Darwin arm64" alone; that the one for Windows is built for x64 is inferred from its kin. */
const launchers: Launcher[] = [
  { id: 'launcher', platform: 'linux', arch: 'x64', published: 'io_net_launch_binary_linux', file: launcherFile, system: 'Linux' },
  { id: 'launcher-mac', platform: 'darwin', arch: 'arm64', published: 'io_net_launch_binary_mac', file: launcherFile, system: 'macOS' },
  { id: 'launcher-windows', platform: 'win32', arch: 'x64', published: 'io_net_launch_binary_windows.exe', file: `${launcherFile}.exe`, system: 'Windows' },
]
const noLauncher = 'io.net’s launcher cannot run on this machine: there is one for Linux and Windows on usual PC processors (x86-64), and one for Macs with Apple’s own processors.'

/** The publisher gives neither hash nor size; the size is that of a Go program with room to spare. */
function launcher(of: Launcher): StepDefinition {
  return {
    id: of.id,
    title: 'Download the launcher',
    what: `Downloads io.net’s launcher ${version} for ${of.system}. When it is started it downloads the worker’s containers, about 20 GB, and starts them. Its source code is not published.`,
    publisher: { name: 'io.net (ionet-official)', url: sources.launcher.url },
    fields: [],
    leftOut: ({ platform, arch }) => (platform !== of.platform ? `For ${of.system}; this machine has another system.` : arch === undefined || arch === of.arch ? null : noLauncher),
    check: { kind: 'download', file: of.file },
    do: { kind: 'download', url: `${release}/${of.published}`, file: of.file, version, sha256: null, bytes: null, mostBytes: 300e6, hosts: ['github.com', 'objects.githubusercontent.com', 'release-assets.githubusercontent.com'], isExecutable: true },
    verify: { kind: 'download', file: of.file },
    noticedBy: 'The file lies in the programme’s folder, with the hash that was first seen for this version.',
    undo: { kind: 'remove-file', file: of.file },
    undoWords: 'Removes the launcher.',
    remains: [],
    effects: { ...noEffects, files: [`{folder}/files/${of.file}`], rights: ['your own'], hash: 'The publisher gives none. The first one seen for this version is remembered; another one stops everything.' },
    traps: [],
    source: sources.launcherScript,
  }
}

/** Named first where there is none, so that nobody signs up and stakes in vain. */
const fittingMachine: StepDefinition = {
  id: 'machine',
  title: 'A machine that the launcher runs on',
  what: 'io.net publishes no launcher for this kind of machine, so nothing can be set up here. Nothing is changed.',
  publisher: ioNet,
  fields: [],
  leftOut: ({ platform, arch }) => (arch !== undefined && launchers.some((one) => one.platform === platform) && !launchers.some((one) => one.platform === platform && one.arch === arch) ? null : 'Nothing is known against this machine.'),
  check: { kind: 'none' },
  do: { kind: 'check' },
  verify: { kind: 'software', isSo: () => ({ ok: false, because: noLauncher }) },
  noticedBy: 'The processor is of a kind that there is a launcher for.',
  undo: { kind: 'nothing', why: 'Looking changes nothing.' },
  undoWords: 'Nothing is to be undone.',
  remains: [],
  effects: noEffects,
  traps: [],
  source: sources.launcherScript,
}

export const stepsBefore: StepDefinition[] = [
  fittingMachine,
  account,
  device,
  prerequisites,
  ...launchers.map(launcher),
]
