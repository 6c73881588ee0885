/** What a rendering node needs, as data. Most of it stands on one undated page of about 2023, and says so. */
import type { Measured, NeedDefinition, Subject } from '../network.ts'
import { measureAlone, measureSize, readDriverVersion, systemName } from './measures.ts'
import sources from './sources.json' with { type: 'json' }
import { otherNode } from './steps-alone.ts'

const oldPage = 'The figure stands on a page of about 2023 and could not be verified beyond it.'

export const renderingNeeds: NeedDefinition[] = [
  {
    id: 'nvidia', title: 'NVIDIA card', of: 'card', required: 'NVIDIA with CUDA', remedy: null, source: sources.operatorFaq,
    why: `Octane and the other renderers of the network run on CUDA. ${oldPage}`,
    measure: ({ card }) => ({ actual: vendorNames[card.vendor] ?? card.vendor, ok: card.kind === 'gpu' && card.vendor === 'nvidia' }),
  },
  {
    id: 'video-memory', title: 'Video memory', of: 'card', required: 'at least 8 GB', remedy: null, source: sources.operatorFaq,
    why: `A scene has to fit into the card. ${oldPage}`,
    measure: ({ card }) => measureSize(card.memoryBytes ?? card.facts?.memoryBytes, 8, 'The card\'s memory could not be read.'),
  },
  {
    id: 'compute-capability', title: 'CUDA compute capability', of: 'card', required: '3.0 or newer', remedy: null, source: sources.operatorFaq,
    why: `Older cards cannot run the renderers. ${oldPage}`,
    measure: ({ card }) => measureComputeCapability(card.cudaComputeCapability ?? card.facts?.cudaComputeCapability ?? null, card.vendor === 'nvidia'),
  },
  {
    id: 'driver', title: 'NVIDIA driver', of: 'machine', required: '419 or newer', remedy: 'Install a current NVIDIA driver.', source: sources.operatorFaq,
    why: `The client needs CUDA 10.1 or newer. ${oldPage}`,
    measure: ({ card }) => {
      if (card.vendor !== 'nvidia') return { actual: null, ok: null, why: 'There is no NVIDIA driver to look at.' }
      const version = readDriverVersion(card.driverVersion)
      return version === null ? { actual: card.driverVersion, ok: null, why: 'The driver\'s version could not be read.' } : { actual: card.driverVersion, ok: version >= 419 }
    },
  },
  {
    id: 'memory', title: 'Memory of the machine', of: 'machine', required: 'at least 32 GB', remedy: 'Fit more memory: 32 GB or more.', source: sources.operatorFaq,
    why: `Scenes are prepared in main memory. ${oldPage}`,
    measure: ({ machine }) => measureSize(machine?.memoryBytes, 32, 'How much memory the machine has could not be read.'),
  },
  {
    id: 'system', title: 'Operating system', of: 'machine', required: 'Windows 10 or 11, 64-bit', remedy: null, source: sources.nodeMonitor,
    why: 'The client is a Windows program; none for another system was found.',
    measure: measureWindows,
  },
  {
    id: 'waitlist', title: 'Admission', of: 'machine', required: 'accepted from the waiting list', remedy: 'Join the waiting list at https://renderfoundation.com/waitlist.', source: sources.rnp006,
    why: 'Accepted operators are sent the client and their credentials by the team. Idlewatt cannot see whether you are one.',
    measure: ({ enrolled }) => (enrolled?.doneSteps.includes('waitlist') === true ? { actual: 'accepted', ok: true, why: 'You said so in the set-up.' } : { actual: null, ok: null }),
  },
  {
    id: 'alone', title: 'No compute node beside it', of: 'machine', required: 'no compute node on the same machine', remedy: 'Use the machine for one of the two alone.', source: sources.rnp019,
    why: 'Rendering and compute on one machine are forbidden.', measure: ({ readings }) => measureAlone(otherNode(readings, 'render/compute'), 'compute node'),
  },
]

const vendorNames: Partial<Record<string, string>> = { nvidia: 'NVIDIA', amd: 'AMD', intel: 'Intel', apple: 'Apple', other: 'another maker' }

function measureComputeCapability(capability: string | null, isNvidia: boolean): Measured {
  if (!isNvidia) return { actual: null, ok: false, why: 'Compute capability is NVIDIA\'s measure of a card; only its cards have one.' }
  const value = Number.parseFloat(capability ?? '')
  return Number.isFinite(value) ? { actual: capability, ok: value >= 3 } : { actual: null, ok: null, why: 'The card\'s compute capability could not be read.' }
}

function measureWindows(subject: Subject): Measured {
  const machine = subject.machine
  if (!machine || machine.platform === 'unknown') return { actual: null, ok: null, why: 'The operating system could not be read.' }
  const actual = systemName(subject)
  if (machine.platform !== 'win32') return { actual, ok: false }
  if (machine.arch !== 'x64') return { actual: `${actual ?? 'Windows'} (${machine.arch})`, ok: false, why: 'The client is made for 64-bit processors of the PC kind (x64).' }
  if (/server/i.test(machine.os ?? '')) return { actual, ok: null, why: 'The sources name Windows 10 and 11; nobody says whether Windows Server will do.' }
  const named = /windows\s+(\d+(?:\.\d+)?)/i.exec(machine.os ?? '')?.[1]
  const version = named ?? machine.osVersion?.split('.')[0]
  const major = Number.parseFloat(version ?? '')
  if (!Number.isFinite(major)) return { actual, ok: null, why: 'Which Windows this is could not be read.' }
  return major >= 10 ? { actual, ok: true } : { actual, ok: false, remedy: 'Upgrade to Windows 10 or 11, 64-bit.' }
}
