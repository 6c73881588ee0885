/** Setting up a compute node (Dispersed): a place in a cohort, keys that are shown once, a network of its own, and a client that is registered by hand. */
import type { MachineReadings } from '../../../shared/preflight.ts'
import { defineStep, noEffects, type EnrolmentDefinition } from '../network.ts'
import { refuseKey, refuseWallet } from './answer-checks.ts'
import sources from './sources.json' with { type: 'json' }
import { aloneStep } from './steps-alone.ts'

const otoy = { name: 'OTOY', url: 'https://otoyinc.mintlify.app' }
const field = { placeholder: null, choices: [] }

export const computeEnrolment: EnrolmentDefinition = {
  programmeId: 'render/compute',
  summary: 'A Linux machine that does nothing else, in a network of its own. Admission, keys and registration happen with OTOY; Idlewatt checks what it can and keeps the keys for you if you wish.',
  steps: [
    defineStep({
      id: 'cohort', title: 'Admission', publisher: { name: 'Render Network Foundation', url: 'https://renderfoundation.com' }, source: sources.rnp019,
      what: 'Put yourself on the waiting list. The Foundation picks operators from it, in groups (cohorts).',
      check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
      do: { kind: 'website', url: sources.waitlist.url, todo: ['Put yourself on the waiting list with your cards and your line.', 'Data-centre cards are taken from verified operators only.', 'Come back when you were picked.'] },
      noticedBy: 'You say so.',
      undo: { kind: 'by-hand', words: '', todo: ['Write to the team that you take no part any more.'] }, undoWords: 'You tell the team; Idlewatt cannot.', remains: ['Your entry with the Foundation.'],
    }),
    defineStep({
      id: 'wallet', title: 'Solana wallet, before the first job', publisher: otoy, source: sources.rnp019,
      what: 'Register a Solana wallet with your account before anything runs. Work done earlier is not paid.',
      fields: [{ ...field, id: 'wallet', label: 'Solana address', kind: 'address', hint: 'The public address. Never a seed phrase or a private key.', isRequired: true }],
      refuse: refuseWallet,
      check: { kind: 'answered', fields: ['wallet'] }, do: { kind: 'ask' }, verify: { kind: 'answered', fields: ['wallet'] },
      noticedBy: 'The answer is kept. Whether the network has it, its console shows.',
      undo: { kind: 'forget-answers' }, undoWords: 'Idlewatt forgets the address.', remains: ['The wallet in your account there.'],
      effects: { ...noEffects, costs: ['the network keeps the first 100 USD that you earn as a security (an implicit stake)'] },
      traps: [{ id: 'unpaid-before', severity: 'danger', sentence: 'Register a Solana wallet before anything runs: work that is done before is never paid.', source: sources.rnp019 }],
    }),
    defineStep({
      id: 'key', title: 'API key', publisher: otoy, source: sources.dispersedKeys,
      what: 'Create a key with the preset "Compute Node" in the console of Dispersed (its website): the client signs in with it. Copy it at once, for its secret half is shown once only.',
      check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
      do: { kind: 'website', url: sources.dispersedKeys.url, todo: ['Sign in to the console of Dispersed with your OTOY account.', 'API Keys, Create API Key: a name for this machine, preset "Compute Node".', 'Allowed IPs: your own public address, if it never changes. An expiry date, if you will remember it.', 'Copy both halves into your password manager at once: the secret one is not shown again.'] },
      noticedBy: 'You say so.',
      undo: { kind: 'website', url: sources.dispersedKeys.url, todo: ['Delete the key in the console: whoever has it can run nodes in your name.'] }, undoWords: 'You delete the key in the console.',
      remains: ['Your OTOY account.'],
      traps: [
        { id: 'shown-once', severity: 'danger', sentence: 'Copy the secret half of the key (sk_…) at once: it is shown once only. If it is lost, you make a new key and register the machine again.', source: sources.dispersedKeys },
        { id: 'clock', severity: 'warning', sentence: 'Keep the clock right: requests are signed with the time, and with a wrong clock each of them is refused.', source: sources.dispersedKeys },
      ],
    }),
    defineStep({
      id: 'keep-key', title: 'Keep the key', source: sources.dispersedKeys,
      what: 'If you wish, Idlewatt keeps both halves of the key in the system\'s key store. It never shows them again, and the client does not read them there: your password manager needs them too.',
      fields: [
        { ...field, id: 'publicKey', label: 'Public half', kind: 'secret', hint: 'Begins with pk_. May be left empty.', placeholder: 'pk_…', isRequired: false },
        { ...field, id: 'secretKey', label: 'Secret half', kind: 'secret', hint: 'Begins with sk_. Shown once by the console. May be left empty.', placeholder: 'sk_…', isRequired: false },
      ],
      refuse: refuseKey,
      check: { kind: 'none' }, do: { kind: 'ask' }, verify: { kind: 'none' },
      noticedBy: 'The step is done, with or without a key.',
      undo: { kind: 'forget-answers' }, undoWords: 'Idlewatt deletes the key from the key store.',
      effects: { ...noEffects, rights: ['the system\'s key store'] },
    }),
    defineStep({
      id: 'network', title: 'A network of its own', source: sources.dispersedStart,
      what: 'Put the machine into a network of its own (a DMZ, a guest network or a VLAN), from which it reaches the internet and nothing else.',
      check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
      do: { kind: 'by-hand', words: '', todo: ['In your router, put the machine into a DMZ, guest network or VLAN: each is a network apart from yours, under one of these names.', 'Try from the machine: your other computers, disks and printers must not answer.', 'Leave nothing of yours on its disks: no keys, no documents, no mounted shares.'] },
      noticedBy: 'You say so: Idlewatt does not search your network.',
      undo: { kind: 'by-hand', words: '', todo: ['Move the machine back into your own network in the router.'] }, undoWords: 'You move the machine back.',
      traps: [{ id: 'dmz', severity: 'danger', sentence: 'Keep the machine apart from what is yours: jobs of strangers can reach whatever it can reach, on its disks and in your network. Docker alone does not keep them from it.', source: sources.dispersedStart }],
    }),
    aloneStep('render/rendering', 'rendering node'),
    defineStep({
      id: 'prerequisites', title: 'Driver, Docker and container toolkit', publisher: { name: 'NVIDIA and Docker', url: 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html' }, source: sources.dispersedStart,
      what: 'You install NVIDIA\'s driver, Docker Engine and NVIDIA\'s container toolkit. Jobs are containers (programs that Docker runs apart from the rest), and the toolkit hands them the card.',
      leftOut: ({ platform }) => (platform === 'linux' ? null : 'Compute nodes run on Linux alone.'),
      check: { kind: 'reading', isSo: canRunContainers }, verify: { kind: 'reading', isSo: canRunContainers },
      do: { kind: 'by-hand', words: 'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker', todo: ['Install NVIDIA\'s driver, Docker Engine and the container toolkit by their makers\' pages.', 'Then run the line shown: it joins the two.', 'Restarting Docker stops containers that are running.'] },
      noticedBy: 'Docker answers and knows NVIDIA\'s runtime.',
      undo: { kind: 'by-hand', words: '', todo: ['Remove Docker and the toolkit with the system\'s package manager, if nothing else uses them.'] }, undoWords: 'You remove them yourself: other programmes may use them.',
      remains: ['Docker, the toolkit and the driver, until you remove them.'],
      effects: { ...noEffects, files: ['/etc/docker/daemon.json'], rights: ['administrator', 'the Docker socket: root in effect'], otherSoftware: ['restarts Docker and with it running containers'] },
    }),
    defineStep({
      id: 'register', title: 'Register the node', publisher: otoy, source: sources.dispersedKeys,
      what: 'Download the client from OTOY\'s own page and register the machine with your keys. The page with the exact words ("Register Node") could not be read here; an older one names the command shown.',
      leftOut: ({ platform }) => (platform === 'linux' ? null : 'Compute nodes run on Linux alone.'),
      check: { kind: 'software', isSo: isRunning }, verify: { kind: 'software', isSo: isRunning },
      do: { kind: 'by-hand', words: 'dispersed --pubkey=pk_your_public_key --secretkey=sk_your_secret_key --register', todo: ['Follow "Register Node" in the documentation where it differs from this.', 'Put a space before the command, so that the shell does not keep it with your secret.', 'After that the client is started without --register.'] },
      noticedBy: 'A process named disNet or dispersed is running.',
      undo: { kind: 'by-hand', words: '', todo: ['Stop the client, best while no job is running.', 'Remove the node in the console of Dispersed, and its files.'] }, undoWords: 'You stop the client and remove the node in the console.',
      remains: ['Images of jobs in Docker (base otoy/dispersed-base).', 'The first 100 USD that the network holds back.'],
      effects: { ...noEffects, rights: ['the Docker socket: root in effect'], image: 'images of the jobs, base otoy/dispersed-base', otherSoftware: ['the machine may do nothing else for the network'], hash: 'none published; Idlewatt does not download it' },
      traps: [
        { id: 'keys-in-words', severity: 'danger', sentence: 'Keep others off this machine while you register: keys on a command line are seen by every user of it, and stay in the shell\'s history.', source: sources.dispersedKeys },
        { id: 'alone', severity: 'warning', sentence: 'Run no rendering node on this machine: rendering and compute on one machine are forbidden.', source: sources.rnp019 },
      ],
    }),
  ],
}

function canRunContainers({ docker, containerToolkit }: MachineReadings): { ok: boolean | null; because: string } {
  if (docker.value === null) return { ok: null, because: docker.why ?? 'Docker has not been asked yet.' }
  if (!docker.value.answers) return { ok: false, because: `Docker does not answer: ${docker.value.why ?? 'why is not known'}.` }
  const hasRuntime = docker.value.hasNvidiaRuntime
  if (hasRuntime === true || containerToolkit.value?.isThere === true) return { ok: hasRuntime === false ? false : true, because: hasRuntime === false ? 'The toolkit is there, but Docker does not know NVIDIA\'s runtime yet.' : 'Docker answers and NVIDIA\'s container toolkit is there.' }
  return { ok: containerToolkit.value === null ? null : false, because: containerToolkit.why ?? 'NVIDIA\'s container toolkit was not found.' }
}

function isRunning(reading: { activity: string; sentence: string; earning: boolean | null } | null): { ok: boolean | null; because: string } {
  if (reading === null || reading.activity === 'unknown') return { ok: reading?.earning === false ? false : null, because: reading?.sentence ?? 'The client has not been looked for yet.' }
  return { ok: true, because: reading.sentence }
}
