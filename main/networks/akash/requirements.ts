/** What a provider needs, as data with sources. */
import type { Measured, NeedDefinition, Subject } from '../network.ts'
import { registeredCards, type RegisteredCard } from './cards.ts'
import { devicesSource } from './devices-source.ts'
import { atLeast, GB, inMemoryGb, measureArchitecture } from './measures.ts'
import { measureAddress, measureClock, measureDisk, measureDomain, measureLine, measurePorts } from './measures-provider.ts'
import sources from './sources.json' with { type: 'json' }

const homeNodeHint = 'HomeNode, the other way into this network, boots its own system instead.'

const ownMachine = (why: string): (() => Measured) => () => ({ actual: null, ok: null, why })

export const providerNeeds: NeedDefinition[] = [
  {
    id: 'nvidia', title: 'NVIDIA card', of: 'card', required: 'an NVIDIA card', remedy: null, source: sources.hardware,
    why: 'Providers rent out NVIDIA cards; two AMD cards are listed, but do not work in practice.',
    measure: ({ card }) => ({ actual: makers[card.vendor], ok: card.vendor === 'nvidia' }),
  },
  {
    id: 'registry', title: 'Card in the registry', of: 'card', required: 'its id (PCI device id) in the network\'s registry of cards', source: sources.registry,
    why: 'Tenants (those who rent) find a card by its entry; one that is not listed is invisible to them.',
    remedy: 'Ask in the network\'s repository provider-configs for the card to be added; it counts once the entry is published.',
    measure: measureRegistry,
  },
  {
    id: 'one-model', title: 'One card model', of: 'machine', required: 'all cards in the machine of one model', remedy: 'Take the other models out, or put them into a machine of their own.', source: sources.hardware,
    why: 'One server may hold one model of card only.',
    measure: ({ modelsInMachine }) => ({ actual: modelsInMachine === 1 ? 'one model' : `${modelsInMachine} models`, ok: modelsInMachine === 1 }),
  },
  {
    id: 'system', title: 'Operating system', of: 'machine', required: 'Ubuntu Server 24.04 (22.04 also accepted)', remedy: 'Install Ubuntu Server 24.04.', source: sources.hardware,
    why: 'A provider is a Linux server that runs Kubernetes, which manages the tenants\' containers.', measure: measureSystem,
  },
  {
    id: 'processor-kind', title: 'Processor architecture', of: 'machine', required: 'x86_64', remedy: null, source: sources.hardware, why: 'ARM processors are not supported.',
    measure: ({ machine }) => measureArchitecture(machine),
  },
  {
    id: 'cores', title: 'Processor cores', of: 'machine', required: '8 cores', remedy: 'Use a machine with at least 8 cores.', source: sources.hardware,
    why: 'Kubernetes itself takes about 4; 12 or more are recommended.',
    measure: ({ machine }) => atLeast(machine?.cpuCores ?? null, 8, (cores) => `${cores} cores`, 'cores'),
  },
  {
    id: 'memory', title: 'Memory', of: 'machine', required: '16 GB', remedy: 'Add memory: 16 GB at least; 48 GB is recommended.', source: sources.hardware, why: 'The least that the hardware page accepts for a single server.',
    measure: ({ machine }) => atLeast(machine?.memoryBytes ?? null, 16 * GB, inMemoryGb, 'GB'),
  },
  {
    id: 'disk', title: 'Disk', of: 'machine', required: '150 GB SSD', remedy: 'Fit a larger disk: 150 GB at least; 500 GB is recommended.', source: sources.hardware, why: 'The least that the hardware page accepts for a single server.',
    measure: measureDisk,
  },
  {
    id: 'line', title: 'Line speed', of: 'machine', required: '100 Mbit/s up and down', remedy: 'Get a faster line: 1 Gbit/s is recommended, the audit wants 500 Mbit/s both ways.', source: sources.hardware, why: 'Tenants load images and data over it.',
    measure: measureLine,
  },
  {
    id: 'public-address', title: 'Public address', of: 'machine', required: 'a public IP address, fixed or by dynamic DNS', remedy: 'Ask your internet provider for a public address of your own.', source: sources.hardware, why: 'Tenants connect to the machine; behind carrier-grade NAT they cannot.',
    measure: measureAddress,
  },
  {
    id: 'domain', title: 'Own domain', of: 'machine', required: 'provider.DOMAIN and *.ingress.DOMAIN pointing here', remedy: 'Register a domain and add the two records.', source: sources.hardware, why: 'Every lease gets a name under it.',
    measure: measureDomain,
  },
  {
    id: 'ports', title: 'Open ports', of: 'machine', required: 'TCP 80, 443, 8443, 8444 and TCP+UDP 30000-32767 inward', remedy: 'Forward the ports in your router and firewall.', source: sources.hardware, why: 'The provider and its tenants are reached through them.',
    measure: measurePorts,
  },
  {
    id: 'chain-node', title: 'Own chain node', of: 'machine', required: 'a node of the chain beside the provider', remedy: 'Install it with the provider (as the Helm chart akash-node; the publisher\'s playbook does it).', source: sources.installation, why: 'The installation pages call it a strict requirement.',
    measure: ownMachine('To check once the provider is installed.'),
  },
  {
    id: 'clock', title: 'Clock', of: 'machine', required: 'right to within 30 seconds', remedy: 'Let the system set the clock by itself (on Ubuntu: timedatectl set-ntp true).', source: sources.helmCharts,
    why: 'The chart waits while its chain node is more than 30 seconds behind, and a wrong clock looks the same.', measure: measureClock,
  },
]

const makers = { nvidia: 'NVIDIA', amd: 'AMD', intel: 'Intel', apple: 'Apple', other: 'another maker' }

/** By the registry as it was read last, else by the bundled copy. */
function measureRegistry({ card, value }: Subject): Measured {
  if (card.vendor !== 'nvidia') return { actual: null, ok: null, why: 'Only NVIDIA cards are rented out.', remedy: null }
  if (card.pciDeviceIds.length === 0) return { actual: null, ok: null, why: 'The PCI device id of this card is not known.' }
  const kept = value?.(devicesSource.id) ?? null
  const isLive = kept !== null && Array.isArray(kept.value) && kept.value.length > 0
  const when = isLive && kept.takenAt !== null ? `as read on ${new Date(kept.takenAt).toISOString().slice(0, 10)}` : isLive ? 'as it was read last' : `of ${sources.registry.date}`
  const listed = new Set(registeredCards(card, isLive ? (kept.value as RegisteredCard[]) : undefined).map((row) => row.pciDeviceId))
  const absent = card.pciDeviceIds.filter((id) => !listed.has(id))
  const actual = card.pciDeviceIds.join(', ')
  const mayHaveChanged = isLive && !kept.isStale ? '' : '; it may have been added since'
  if (listed.size === 0) return { actual, ok: false, why: `${actual} is not in the registry ${when}${mayHaveChanged}.` }
  return absent.length === 0 ? { actual, ok: true } : { actual, ok: true, why: `Some revisions are not in the registry ${when}: ${absent.join(', ')}. Which one a card is shows once it is detected.` }
}

function measureSystem({ machine }: Subject): Measured {
  if (machine === null || machine.platform === 'unknown') return { actual: null, ok: null, why: 'The operating system could not be read.' }
  const actual = machine.isWsl === true ? `${machine.os ?? 'Linux'} under Windows` : (machine.os ?? machine.platform)
  if (machine.isWsl === true) return { actual, ok: false, remedy: null, why: `A provider needs a Linux server of its own; the Linux inside Windows cannot be one. ${homeNodeHint}` }
  if (machine.platform !== 'linux') return { actual, ok: false, remedy: null, why: `A provider is a Linux server of its own (with Kubernetes) and cannot run beside ${machine.platform === 'win32' ? 'Windows' : machine.platform === 'darwin' ? 'macOS' : 'this system'}. ${homeNodeHint}` }
  if (machine.os === null) return { actual: 'Linux', ok: null, why: 'Which Linux this is could not be read.' }
  return { actual, ok: /ubuntu/i.test(machine.os) && /\b(22|24)\.04\b/.test(`${machine.os} ${machine.osVersion ?? ''}`) }
}
