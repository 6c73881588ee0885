/** What Akash's two programmes need, as data with sources. */
import { isNameless } from '../../../shared/gpu-names.ts'
import type { Machine } from '../../../shared/machine.ts'
import type { Measured, NeedDefinition, Subject } from '../network.ts'
import { registeredCards } from './cards.ts'
import sources from './sources.json' with { type: 'json' }

const GB = 1e9
const homeNodeHint = 'HomeNode, the other way into this network, boots its own system instead.'

const ownMachine = (why: string): (() => Measured) => () => ({ actual: null, ok: null, why })

export const providerNeeds: NeedDefinition[] = [
  {
    id: 'nvidia', title: 'NVIDIA card', of: 'card', required: 'an NVIDIA card', remedy: null, source: sources.hardware,
    why: 'Providers rent out NVIDIA cards; two AMD ids are listed but not supported in use.',
    measure: ({ card }) => ({ actual: makers[card.vendor], ok: card.vendor === 'nvidia' }),
  },
  {
    id: 'registry', title: 'Card in the registry', of: 'card', required: 'its PCI device id in the provider registry', source: sources.registry,
    why: 'Tenants find a card by its entry; one that is not listed is invisible to them.',
    remedy: 'Ask for the card to be added to the provider-configs repository; it counts once the entry is published.',
    measure: measureRegistry,
  },
  {
    id: 'one-model', title: 'One card model', of: 'machine', required: 'all cards in the machine of one model', remedy: 'Take the other models out, or put them into a machine of their own.', source: sources.hardware,
    why: 'A node may hold one GPU model only.',
    measure: ({ modelsInMachine }) => ({ actual: modelsInMachine === 1 ? 'one model' : `${modelsInMachine} models`, ok: modelsInMachine === 1 }),
  },
  {
    id: 'system', title: 'Operating system', of: 'machine', required: 'Ubuntu Server 24.04 (22.04 also accepted)', remedy: 'Install Ubuntu Server 24.04.', source: sources.hardware,
    why: 'A provider is a Kubernetes node on a Linux server.', measure: measureSystem,
  },
  {
    id: 'processor-kind', title: 'Processor architecture', of: 'machine', required: 'x86_64', remedy: null, source: sources.hardware, why: 'ARM processors are not supported.',
    measure: ({ machine }) => measureArchitecture(machine),
  },
  {
    id: 'cores', title: 'Processor cores', of: 'machine', required: '8 cores', remedy: 'Use a machine with at least 8 cores.', source: sources.hardware,
    why: 'Kubernetes itself takes about 4; 12 or more are recommended.',
    measure: ({ machine }) => atLeast(machine?.cpuCores ?? null, 8, (cores) => `${cores} cores`),
  },
  {
    id: 'memory', title: 'Memory', of: 'machine', required: '16 GB', remedy: 'Add memory: 16 GB at least, 48 GB recommended.', source: sources.hardware, why: 'The least that the hardware page accepts for a single server.',
    measure: ({ machine }) => atLeast(machine?.memoryBytes ?? null, 16 * GB, inGb),
  },
  {
    id: 'disk', title: 'Disk', of: 'machine', required: '150 GB SSD', remedy: 'Add disk: 150 GB at least, 500 GB recommended.', source: sources.hardware, why: 'The least that the hardware page accepts for a single server.',
    measure: ({ machine }) => atLeast(machine?.diskTotalBytes ?? machine?.diskFreeBytes ?? null, 150 * GB, inGb),
  },
  {
    id: 'line', title: 'Line speed', of: 'machine', required: '100 Mbps up and down', remedy: 'Get a faster line: 1 Gbps is recommended, the audit wants 500 Mbps both ways.', source: sources.hardware, why: 'Tenants load images and data over it.',
    measure: ({ machine }) => measureLine(machine),
  },
  {
    id: 'public-address', title: 'Public address', of: 'machine', required: 'a public IP address, fixed or by dynamic DNS', remedy: 'Ask your provider for a public address.', source: sources.hardware, why: 'Tenants connect to the machine; behind carrier-grade NAT they cannot.',
    measure: ownMachine('To check: Idlewatt does not look at this machine from outside.'),
  },
  {
    id: 'domain', title: 'Own domain', of: 'machine', required: 'provider.DOMAIN and *.ingress.DOMAIN pointing here', remedy: 'Register a domain and add the two records.', source: sources.hardware, why: 'Every lease gets a name under it.',
    measure: ownMachine('To check: which domain is yours is not known here.'),
  },
  {
    id: 'ports', title: 'Open ports', of: 'machine', required: 'TCP 80, 443, 8443, 8444 and TCP+UDP 30000-32767 inward', remedy: 'Forward the ports in your router and firewall.', source: sources.hardware, why: 'The provider and its tenants are reached through them.',
    measure: ownMachine('To check: open ports can only be seen from outside.'),
  },
  {
    id: 'chain-node', title: 'Own chain node', of: 'machine', required: 'a node of the chain beside the provider', remedy: 'Install the akash-node Helm chart with the provider.', source: sources.installation, why: 'The installation pages call it a strict requirement.',
    measure: ownMachine('To check once the provider is installed.'),
  },
]

export const homeNodeNeeds: NeedDefinition[] = [
  {
    id: 'card-family', title: 'Card family', of: 'card', required: 'GeForce RTX 30, 40 or 50, or RTX PRO 6000', remedy: null, source: sources.homenodeCards,
    why: 'Sources disagree: one names only the 4090 and 5090, the widest the RTX 30, 40 and 50 families and the RTX PRO 6000.',
    measure: measureFamily,
  },
  {
    id: 'processor-kind', title: 'Processor architecture', of: 'machine', required: 'x86_64', remedy: null, source: sources.hardware, why: 'It boots a system of its own that is built for x86_64.',
    measure: ({ machine }) => measureArchitecture(machine),
  },
  {
    id: 'disk', title: 'Disk to install on', of: 'machine', required: '100 GB free, or a disk of its own', remedy: 'Free 100 GB or add a disk.', source: sources.homenode,
    why: 'The installer takes a whole disk or shrinks what is there; the size is inferred from the installer.',
    measure: ({ machine }) => atLeast(machine?.diskFreeBytes ?? null, 100 * GB, inGb),
  },
  {
    id: 'whole-machine', title: 'The whole machine', of: 'machine', required: 'restart into its own system', remedy: 'Keep a machine, or a second disk and the hours, for it alone.', source: sources.homenode,
    why: 'It is a bootable installer, not a program: while it runs, nothing else does.',
    measure: ownMachine('Yours to decide.'),
  },
  {
    id: 'invitation', title: 'Invitation', of: 'machine', required: 'an installation key from homenode.akash.network', remedy: 'Sign up and wait for the key.', source: sources.homenode,
    why: 'Testing began in June 2026; when it opens to everyone is not published.',
    measure: ownMachine('To check on the sign-up page.'),
  },
]

const makers = { nvidia: 'NVIDIA', amd: 'AMD', intel: 'Intel', apple: 'Apple', other: 'another maker' }

function measureRegistry({ card }: Subject): Measured {
  if (card.vendor !== 'nvidia') return { actual: null, ok: null, why: 'Only NVIDIA cards are rented out.' }
  if (card.pciDeviceIds.length === 0) return { actual: null, ok: null, why: 'The PCI device id of this card is not known.' }
  const listed = new Set(registeredCards(card).map((row) => row.pciDeviceId))
  const absent = card.pciDeviceIds.filter((id) => !listed.has(id))
  const actual = card.pciDeviceIds.join(', ')
  if (listed.size === 0) return { actual, ok: false, why: `${actual} is not in the registry of ${sources.registry.date}; it may have been added since.` }
  return absent.length === 0 ? { actual, ok: true } : { actual, ok: true, why: `Some revisions are not in the registry of ${sources.registry.date}: ${absent.join(', ')}. Which one a card is shows once it is detected.` }
}

function measureSystem({ machine }: Subject): Measured {
  if (machine === null || machine.platform === 'unknown') return { actual: null, ok: null, why: 'The operating system could not be read.' }
  const actual = machine.isWsl === true ? `${machine.os ?? 'Linux'} under Windows` : (machine.os ?? machine.platform)
  if (machine.isWsl === true) return { actual, ok: false, remedy: null, why: `A provider needs a Linux server of its own; the Linux inside Windows cannot be one. ${homeNodeHint}` }
  if (machine.platform !== 'linux') return { actual, ok: false, remedy: null, why: `A provider is a Kubernetes node on a Linux server and cannot run beside ${machine.platform === 'win32' ? 'Windows' : machine.platform === 'darwin' ? 'macOS' : 'this system'}. ${homeNodeHint}` }
  if (machine.os === null) return { actual: 'Linux', ok: null, why: 'Which Linux this is could not be read.' }
  return { actual, ok: /ubuntu/i.test(machine.os) && /\b(22|24)\.04\b/.test(`${machine.os} ${machine.osVersion ?? ''}`) }
}

function measureArchitecture(machine: Machine | null): Measured {
  if (machine === null || machine.arch === '') return { actual: null, ok: null }
  return { actual: machine.arch, ok: machine.arch === 'x64' }
}

function measureLine(machine: Machine | null): Measured {
  const down = machine?.downMbps ?? null
  const up = machine?.upMbps ?? null
  if (down === null || up === null) return { actual: null, ok: null, why: 'To check: the line has not been measured.' }
  return { actual: `${down} Mbps down, ${up} Mbps up`, ok: down >= 100 && up >= 100 }
}

function measureFamily({ card }: Subject): Measured {
  const called = card.model ?? card.name
  if (card.vendor === 'nvidia' && card.facts === null && isNameless(card.name)) return { actual: null, ok: null, why: 'Which card this is could not be told.' }
  const isFamily = card.vendor === 'nvidia' && (/\bRTX (30|40|50)\d0\b/i.test(called) || /\bRTX PRO 6000\b/i.test(called))
  if (!isFamily) return { actual: called, ok: false }
  if (card.facts?.class === 'laptop' || /\b(laptop|mobile)\b/i.test(called)) return { actual: called, ok: null, why: 'No list says whether laptop cards are taken.' }
  return { actual: called, ok: true }
}

function atLeast(value: number | null, least: number, inWords: (value: number) => string): Measured {
  if (value === null) return { actual: null, ok: null, why: 'Could not be read on this machine.' }
  return { actual: inWords(value), ok: value >= least }
}

function inGb(bytes: number): string {
  return `${Math.floor(bytes / GB)} GB`
}
