/** What the three programmes need, as data. */
import type { Card, Measured, NeedDefinition, Subject } from '../network.ts'
import sources from './sources.json' with { type: 'json' }
import { isSameAddress } from './steps-host.ts'

/** What only the user knows: told by the step of the set-up that was confirmed. */
function confirmed(stepId: string, said: string, why: string): NeedDefinition['measure'] {
  return ({ enrolled }) => (enrolled?.doneSteps.includes(stepId) === true ? { actual: said, ok: true, why: 'You said so in the set-up.' } : { actual: null, ok: null, why })
}

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
    why: 'Aethir\'s program has to see the real hardware, and knows the server by it.',
    measure: ({ machine }) => {
      if (machine?.isWsl === true) return { actual: 'WSL', ok: false }
      if (machine?.isVirtual == null) return { actual: null, ok: null, why: 'Whether this machine is a virtual one could not be read.' }
      return machine.isVirtual ? { actual: 'virtual machine', ok: false } : { actual: 'bare metal', ok: true }
    },
  },
  {
    id: 'public-address', title: 'Public address', of: 'machine', required: 'a public IP address with an open port', remedy: 'Get a fixed public address from your internet provider.', source: sources.hostGuide,
    why: 'Customers reach the server directly; a wrong address or port may be punished.', measure: measureAddress,
  },
  {
    id: 'uptime', title: 'Uptime', of: 'machine', required: '99 % a month, less than 30 minutes offline a day', remedy: 'Keep the server, its power and its line up all day.', source: sources.operations,
    why: 'Less is punished: rewards first, then the stake.', measure: unseen('How reliably this machine stays up has not been watched yet.'),
  },
  {
    id: 'place', title: 'Place', of: 'machine', required: 'not in China, nor where sanctions of the USA (OFAC) or the UN apply', remedy: null, source: sources.operations,
    why: 'Aethir takes no servers from there.', measure: unseen('Idlewatt does not ask where you are.'),
  },
  {
    id: 'stake', title: 'Stake', of: 'machine', required: 'a stake in ATH for every server; the host portal shows how much', remedy: 'Look up the amount in the host portal, and decide whether you want to lock it.', source: sources.hostGuide,
    why: 'The server stays inactive until the stake is locked.', measure: confirmed('stake', 'staked', 'The amount (a value K times a coefficient) stands in the host portal, which Idlewatt cannot read.'),
  },
  {
    id: 'identity-check', title: 'Identity check', of: 'machine', required: 'identity check (KYC) passed', remedy: 'Pass the identity check before you stake anything.', source: sources.identity,
    why: 'Nothing can be claimed or withdrawn without it.', measure: confirmed('identity', 'passed', 'Idlewatt cannot see whether you passed it.'),
  },
]

export const checkerNeeds: NeedDefinition[] = [
  {
    id: 'licence', title: 'Checker licence', of: 'card', required: 'a licence of your own or delegated to you', remedy: 'Hold a licence or have one delegated to you; Aethir\'s own sale is closed.', source: sources.checkerLicence,
    why: 'A checker without a licence earns nothing. The card plays no part in it.', measure: confirmed('licence', 'held', 'Idlewatt cannot see whether you hold a licence.'),
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
  if (machine.isWsl === true) return { actual: `${actual} (under WSL on Windows)`, ok: false, why: 'Linux under WSL is Windows underneath.' }
  const version = /ubuntu/i.test(machine.os ?? '') ? /\d{2}\.\d{2}/.exec(`${machine.os} ${machine.osVersion ?? ''}`)?.[0] : undefined
  if (version === '20.04' || version === '22.04') return { actual, ok: true }
  const isUbuntu = /ubuntu/i.test(machine.os ?? '')
  return { actual, ok: null, why: 'A third party who read the page found Ubuntu 20.04 and 22.04 named; ask the portal about this one.', remedy: isUbuntu ? 'Ask the portal about this Ubuntu, or install 22.04.' : 'Install Ubuntu 22.04 on the bare machine.' }
}

/** A router that has no public address itself cannot let anybody in; an address other than the registered one is punished. */
function measureAddress({ readings, enrolled }: Subject): Measured {
  const own = readings?.publicAddress.value?.address ?? null
  const cgnat = readings?.cgnat.value ?? null
  if (cgnat?.isBehind === true) return { actual: 'behind carrier-grade NAT', ok: false, why: `Customers cannot reach this line: ${cgnat.because}` }
  if (own === null || !readings) return { actual: null, ok: null, why: `To check. ${readings?.publicAddress.why ?? 'Idlewatt has not looked at this machine from outside.'}` }
  const { ok, because } = isSameAddress(readings, enrolled?.answers ?? {})
  if (ok === false) return { actual: own, ok: false, why: because, remedy: 'Correct the address in the portal, or get a fixed one from your internet provider.' }
  if (cgnat === null) return { actual: own, ok: null, why: `Whether your router has this address itself is not known. ${readings.cgnat.why ?? ''}`.trim() }
  return { actual: own, ok: true, why: ok === true ? because : 'Your router has this address itself; whether the port is open shows in the portal.' }
}

function measureCheckerSystem(subject: Subject): Measured {
  const machine = subject.machine
  if (!machine || machine.platform === 'unknown') return { actual: null, ok: null, why: 'The machine could not be read.' }
  const actual = `${systemName(subject)}, ${machine.arch}`
  const isFit = (machine.platform === 'linux' || machine.platform === 'win32') && machine.arch === 'x64'
  if (isFit) return { actual, ok: null, why: 'It looks fit, by figures that no current client has confirmed.' }
  return { actual, ok: false, why: machine.arch === 'x64' ? 'The client is made for Linux and Windows only.' : 'The client is made for x86 processors, on Linux and Windows only.' }
}

function systemName({ machine }: Subject): string {
  const names: Record<string, string> = { linux: 'Linux', win32: 'Windows', darwin: 'macOS', freebsd: 'FreeBSD', openbsd: 'OpenBSD', unknown: 'unknown system' }
  return machine?.os ?? names[machine?.platform ?? 'unknown'] ?? 'unknown system'
}
