/** What a compute node (Dispersed) needs, as data: RNP-019's recommended minimum and RNP-021's list of cards. */
import type { Card, Measured, NeedDefinition, Subject } from '../network.ts'
import { measureClock, measureDisk, measureDocker, measureLine, measureProcessor, measureToolkit } from './measures-compute.ts'
import { measureAlone, measureSize, readUbuntu, systemName } from './measures.ts'
import { listingOf } from './multiplier.ts'
import sources from './sources.json' with { type: 'json' }
import { otherNode } from './steps-alone.ts'

const wantedVideoGb = 24

export const computeNeeds: NeedDefinition[] = [
  {
    id: 'listed-card', title: 'Approved card', of: 'card', required: 'on the list of RNP-019 (GeForce) or RNP-021 (H200, H100, A100, L40, L4, T4, MI300, Intel GPU Max)',
    remedy: null, source: sources.rnp021, why: 'Pay depends on the model, and only models that the network\'s rules (RNP) name have one. Apple is excluded.',
    measure: ({ card }) => measureListing(card),
  },
  {
    id: 'video-memory', title: 'Video memory', of: 'card', required: 'at least 24 GB', remedy: null, source: sources.rnp019,
    why: 'The network\'s rules (the appendix of RNP-019) call less than 24 GB a breach.',
    measure: ({ card }) => measureVideoMemory(card),
  },
  {
    id: 'system', title: 'Operating system', of: 'machine', required: 'Linux; tested on Ubuntu 22.04 and 24.04', remedy: null, source: sources.rnp019,
    why: 'The client is made for Linux; Windows and macOS were put off.', measure: measureSystem,
  },
  {
    id: 'docker', title: 'Docker', of: 'machine', required: 'Docker Engine answers', remedy: 'Install Docker Engine and NVIDIA\'s container toolkit, and start Docker.', source: sources.dispersedDocs,
    why: 'Every job is a container: a program that Docker runs apart from the rest.',
    measure: measureDocker,
  },
  {
    id: 'container-toolkit', title: 'Cards inside Docker', of: 'machine', required: 'NVIDIA\'s container toolkit, known to Docker', remedy: 'Install NVIDIA\'s container toolkit, then run "sudo nvidia-ctk runtime configure --runtime=docker" and "sudo systemctl restart docker" (what runs in Docker stops).', source: sources.dispersedDocs,
    why: 'A job is a container that uses the card.', measure: measureToolkit,
  },
  {
    id: 'processor', title: 'Processor', of: 'machine', required: '8 cores and 16 threads at 3.0 GHz', remedy: null, source: sources.rnp019,
    why: 'RNP-019 recommends it as the minimum; it prepares the data for the card.',
    measure: measureProcessor,
  },
  {
    id: 'memory', title: 'Memory of the machine', of: 'machine', required: 'at least 64 GB', remedy: 'Fit more memory: 64 GB or more.', source: sources.rnp019,
    why: 'RNP-019 recommends it as the minimum.',
    measure: ({ machine }) => measureSize(machine?.memoryBytes, 64, 'How much memory the machine has could not be read.'),
  },
  {
    id: 'disk', title: 'Disk', of: 'machine', required: '1 TB NVMe', remedy: 'Fit an NVMe disk of 1 TB or more.', source: sources.rnp019,
    why: 'RNP-019 recommends it as the minimum, at about 7 GB/s. Idlewatt sees the size of the volume that holds its data, not how fast it is.',
    measure: measureDisk,
  },
  {
    id: 'download', title: 'Download', of: 'machine', required: 'at least 100 Mbit/s', remedy: 'Get a faster connection.', source: sources.rnp021,
    why: 'The least that RNP-021 takes; 400 is its idea of normal.', measure: (subject) => measureLine(subject, 'downMbps', 100),
  },
  {
    id: 'upload', title: 'Upload', of: 'machine', required: 'at least 75 Mbit/s', remedy: 'Get a faster connection.', source: sources.rnp021,
    why: 'The least that RNP-021 takes; 300 is its idea of normal.', measure: (subject) => measureLine(subject, 'upMbps', 75),
  },
  {
    id: 'dedicated', title: 'A machine of its own', of: 'machine', required: 'no rendering node on the same machine', remedy: 'Use the machine for one of the two alone.', source: sources.rnp019,
    why: 'Rendering and compute on one machine are forbidden. Whether you mean to keep this machine for it, only you know.',
    measure: ({ readings }) => measureAlone(otherNode(readings, 'render/rendering'), 'rendering node'),
  },
  {
    id: 'clock', title: 'Clock', of: 'machine', required: 'right to within seconds', remedy: 'Let the system set the clock by itself: run "sudo timedatectl set-ntp true".', source: sources.dispersedKeys,
    why: 'Every request is signed with the time; how much it may be off is not published.', measure: measureClock,
  },
  {
    id: 'cohort', title: 'Admission', of: 'machine', required: 'picked by the Foundation from its waiting list', remedy: 'Join the waiting list at https://renderfoundation.com/waitlist.', source: sources.rnp019,
    why: 'Operators are picked from a waiting list; data-centre cards only from verified operators, and the first trial was in the USA alone. Idlewatt cannot see whether you were picked.',
    measure: ({ enrolled }) => (enrolled?.doneSteps.includes('cohort') === true ? { actual: 'picked', ok: true, why: 'You said so in the set-up.' } : { actual: null, ok: null }),
  },
]

function measureListing(card: Card): Measured {
  if (card.kind !== 'gpu') return { actual: card.name, ok: false, why: 'This is not a graphics card.' }
  const listing = listingOf(card)
  if (listing !== 'not-listed') return { actual: `${card.name}: listed`, ok: true }
  if (card.vendor === 'nvidia') return { actual: `${card.name}: not listed`, ok: null, why: 'Neither list names this card. New models are added on request: ask before setting anything up.' }
  return { actual: `${card.name}: not listed`, ok: false }
}

/** A card that RNP-021 names is welcome with what it has: the T4 comes with 16 GB. */
function measureVideoMemory(card: Card): Measured {
  const measured = measureSize(card.memoryBytes ?? card.facts?.memoryBytes, wantedVideoGb, 'The card\'s memory could not be read.')
  if (measured.ok === false && listingOf(card) === 'enterprise') return { ...measured, ok: true, why: 'Less than RNP-019\'s 24 GB, but RNP-021 names this card.' }
  return measured
}

function measureSystem(subject: Subject): Measured {
  const machine = subject.machine
  if (!machine || machine.platform === 'unknown') return { actual: null, ok: null, why: 'The operating system could not be read.' }
  const actual = systemName(subject)
  if (machine.platform !== 'linux') return { actual, ok: false }
  if (machine.isWsl === true) return { actual, ok: false, why: 'Linux under WSL is Windows underneath, and Windows was put off.' }
  const { isUbuntu, version } = readUbuntu(subject)
  if (isUbuntu && (version === '22.04' || version === '24.04')) return { actual, ok: true }
  return { actual, ok: null, why: 'Only Ubuntu 22.04 and 24.04 were tested; another Linux may or may not do.' }
}
