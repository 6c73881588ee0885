/** What the three programmes need, as data. */
import type { Card, Measured, NeedDefinition, Subject } from '../network.ts'
import sources from './sources.json' with { type: 'json' }

const unseen = (why: string): (() => Measured) => () => ({ actual: null, ok: null, why })

export const cloudHostNeeds: NeedDefinition[] = [
  {
    id: 'enterprise-card', title: 'Enterprise card', of: 'card', required: 'enterprise-grade (data-centre) GPU', remedy: null, source: sources.operations,
    why: 'Cloud hosts serve paying companies: only data-centre cards are taken, and a gaming card cannot become one.',
    measure: ({ card }) => measureClass(card),
  },
  {
    id: 'system', title: 'Operating system', of: 'machine', required: 'Ubuntu on the machine itself', remedy: 'Install Ubuntu on the bare machine.', source: sources.operationsRead,
    why: 'The set-up script is run on a Linux server. A third party who read the page found Ubuntu 20.04 and 22.04 named.',
    measure: measureSystem,
  },
  {
    id: 'bare-metal', title: 'Bare metal', of: 'machine', required: 'no virtual machine, no WSL', remedy: 'Run it on the machine itself, without virtualisation.', source: sources.operations,
    why: 'The agent has to see the real hardware; it takes a fingerprint of it.',
    measure: ({ machine }) => {
      if (machine?.isWsl === true) return { actual: 'WSL', ok: false }
      if (machine?.isVirtual == null) return { actual: null, ok: null, why: 'Whether this machine is a virtual one could not be read.' }
      return machine.isVirtual ? { actual: 'virtual machine', ok: false } : { actual: 'bare metal', ok: true }
    },
  },
  {
    id: 'public-address', title: 'Public address', of: 'machine', required: 'a public IP address with an open port', remedy: 'Get a fixed public address from your provider.', source: sources.hostGuide,
    why: 'Customers reach the server directly; a wrong address or port may be punished.', measure: unseen('Idlewatt does not yet look at this machine from outside.'),
  },
  {
    id: 'uptime', title: 'Uptime', of: 'machine', required: '99 % a month, less than 30 minutes offline a day', remedy: 'Keep the server, its power and its line up all day.', source: sources.operations,
    why: 'Less is punished: rewards first, then the stake.', measure: unseen('How reliably this machine stays up has not been watched yet.'),
  },
  {
    id: 'place', title: 'Place', of: 'machine', required: 'not in China, nor where OFAC or UN sanctions apply', remedy: null, source: sources.operations,
    why: 'Aethir takes no servers from there.', measure: unseen('Idlewatt does not ask where you are.'),
  },
  {
    id: 'stake', title: 'Stake', of: 'machine', required: 'K × coefficient in ATH for every server, shown in the host portal', remedy: 'See the host portal for the amount, and whether you want to lock it.', source: sources.hostGuide,
    why: 'The server stays inactive until the stake is locked.', measure: unseen('The amount stands in the host portal, and on a page of the documentation that could not be read here.'),
  },
  {
    id: 'identity-check', title: 'Identity check', of: 'machine', required: 'KYC passed', remedy: 'Pass the identity check before you stake anything.', source: sources.identity,
    why: 'Nothing can be claimed or withdrawn without it.', measure: unseen('Idlewatt cannot see whether you passed it.'),
  },
]

export const checkerNeeds: NeedDefinition[] = [
  {
    id: 'licence', title: 'Checker licence', of: 'card', required: 'a licence of your own or delegated to you', remedy: 'Hold a licence or have one delegated to you; Aethir\'s own sale is closed.', source: sources.checkerLicence,
    why: 'A checker without a licence earns nothing. The card plays no part in it.', measure: unseen('Idlewatt cannot see whether you hold a licence.'),
  },
  {
    id: 'system', title: 'Machine', of: 'machine', required: 'x86 processor, Linux or Windows, 64 MB of memory and 10 GB of disk a licence', remedy: null, source: sources.checkerHardware,
    why: 'It checks other people\'s servers from the processor; no GPU is used.', measure: measureCheckerSystem,
  },
]

export const edgeNeeds: NeedDefinition[] = [
  {
    id: 'appliance', title: 'Edge appliance', of: 'card', required: 'the maker\'s own ARM appliance', remedy: null, source: sources.edge,
    why: 'Edge runs on a box bought for the purpose, never on a card or PC of your own.',
    measure: ({ card }) => ({ actual: card.name, ok: false }),
  },
]

function measureClass(card: Card): Measured {
  if (card.kind !== 'gpu') return { actual: card.name, ok: false, why: 'This is not a graphics card.' }
  if (card.isIntegrated === true && card.facts?.class !== 'data-centre') return { actual: `${card.name}: part of a processor`, ok: false }
  switch (card.facts?.class) {
    case 'data-centre':
      return { actual: `${card.name}: data-centre card`, ok: true }
    case 'consumer':
    case 'laptop':
      return { actual: `${card.name}: gaming card`, ok: false }
    case 'system-on-chip':
      return { actual: `${card.name}: part of a processor`, ok: false }
    case 'workstation':
      return { actual: `${card.name}: workstation card`, ok: null, why: 'Whether workstation cards count as enterprise-grade is not published; the portal\'s spec types decide.' }
    default:
      return measureUnknownModel(card)
  }
}

/** A card without facts: the product line still tells a gaming card. */
function measureUnknownModel(card: Card): Measured {
  const name = card.name.replace(/\((r|tm|c)\)/gi, '')
  if (card.vendor === 'apple' || /\b(u?hd|vega|radeon|arc) graphics\b|\biris\b|\bradeon \d{3}m\b/i.test(name)) return { actual: `${card.name}: part of a processor`, ok: false }
  if (/geforce|\bgtx\b|\brtx \d0[5-9]0\b|\btitan\b|radeon (rx|vega|r\d|hd|vii)\b|\barc\b(?! pro)/i.test(name)) return { actual: `${card.name}: gaming card`, ok: false }
  return { actual: card.name, ok: null, why: 'What class of card this is, is not known here.' }
}

function measureSystem(subject: Subject): Measured {
  const machine = subject.machine
  if (!machine || machine.platform === 'unknown') return { actual: null, ok: null, why: 'The operating system could not be read.' }
  const actual = systemName(subject)
  if (machine.platform !== 'linux') return { actual, ok: false }
  if (machine.isWsl === true) return { actual, ok: false, why: 'Linux under WSL is Windows underneath.' }
  const version = /ubuntu/i.test(machine.os ?? '') ? /\d{2}\.\d{2}/.exec(`${machine.os} ${machine.osVersion ?? ''}`)?.[0] : undefined
  if (version === '20.04' || version === '22.04') return { actual, ok: true }
  return { actual, ok: null, why: 'A third party who read the page found Ubuntu 20.04 and 22.04 named; ask the portal about this one.' }
}

function measureCheckerSystem(subject: Subject): Measured {
  const machine = subject.machine
  if (!machine || machine.platform === 'unknown') return { actual: null, ok: null, why: 'The machine could not be read.' }
  const actual = `${systemName(subject)}, ${machine.arch}`
  const isFit = (machine.platform === 'linux' || machine.platform === 'win32') && machine.arch === 'x64'
  return isFit ? { actual, ok: null, why: 'It looks fit, by figures that no current client has confirmed.' } : { actual, ok: false }
}

function systemName({ machine }: Subject): string {
  const names: Record<string, string> = { linux: 'Linux', win32: 'Windows', darwin: 'macOS', freebsd: 'FreeBSD', openbsd: 'OpenBSD', unknown: 'unknown system' }
  return machine?.os ?? names[machine?.platform ?? 'unknown'] ?? 'unknown system'
}
