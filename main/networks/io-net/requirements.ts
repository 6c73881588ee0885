/** What a worker of io.net needs, as data with sources. */
import { isNameless } from '../../../shared/gpu-names.ts'
import type { Measured, NeedDefinition, Subject } from '../network.ts'
import { deviceOf } from './devices.ts'
import { measureAccount, measureAlone, measureAwake, measureCardInDocker, measureDisk, measureDocker, measureLine, measureOwnDocker, measurePorts } from './measure-readings.ts'
import sources from './sources.json' with { type: 'json' }

const GB = 1e9

const toCheck = (why: string): (() => Measured) => () => ({ actual: null, ok: null, why })

export const workerNeeds: NeedDefinition[] = [
  {
    id: 'processor', title: 'Supported processor', of: 'card', required: 'a card or Apple processor on io.net’s list, with a multiplier above 0', remedy: null, source: sources.docs,
    why: 'Only what is on the list is hired and rewarded; the multiplier says how much it counts.', measure: measureProcessor,
  },
  {
    id: 'system', title: 'Operating system', of: 'machine', required: 'Ubuntu 20.04 or newer, Windows with WSL2, HiveOS, or macOS on M3 or M4', remedy: 'Install Ubuntu 22.04.', source: sources.docs,
    why: 'The worker runs in Docker on these systems.', measure: measureSystem,
  },
  {
    id: 'windows-card', title: 'Card on Windows', of: 'machine', required: 'RTX 30 series or newer on Windows; at most 3 cards there', remedy: 'Run Ubuntu 22.04 instead of Windows.', source: sources.docs,
    why: 'On Windows only newer GeForce cards are taken, and machines with more than three cards should run Linux.', measure: measureOnWindows,
  },
  {
    id: 'cards', title: 'Cards in a worker', of: 'machine', required: 'at most 8', remedy: 'Leave cards beyond the eighth out of the worker.', source: sources.support, why: 'A worker with more is blocked.',
    measure: ({ gpusInMachine }) => ({ actual: `${gpusInMachine}`, ok: gpusInMachine <= 8 }),
  },
  {
    id: 'memory', title: 'Memory', of: 'machine', required: '12 GB', remedy: 'Add memory: 12 GB at least, 16 GB advised.', source: sources.docs, why: 'Its containers need it.',
    measure: ({ machine }) => atLeast(machine?.memoryBytes ?? null, 12 * GB),
  },
  {
    id: 'disk', title: 'Disk', of: 'machine', required: '256 GB SSD', remedy: 'Use a larger disk: 256 GB at least; another page asks for 500 GB free.', source: sources.docs,
    why: 'The first image alone is about 20 GB. The pages disagree: one asks for a 256 GB disk, another for 500 GB free.', measure: measureDisk,
  },
  {
    id: 'docker', title: 'Docker', of: 'machine', required: 'Docker (on Windows Docker Desktop over WSL2)', remedy: 'Install Docker (on Windows Docker Desktop with WSL2, its Resource Saver switched off), and start it.', source: sources.docs,
    why: 'The worker is a set of containers: programs that Docker runs apart from the rest.', measure: measureDocker,
  },
  {
    id: 'docker-gpu', title: 'Cards inside Docker', of: 'machine', required: 'a container that sees the card', remedy: 'Install the NVIDIA container toolkit and restart Docker.', source: sources.docs,
    why: 'A card that Docker cannot reach is reported as unsupported.', measure: measureCardInDocker,
  },
  {
    id: 'own-docker', title: 'A Docker of its own', of: 'machine', required: 'no container of anybody else on this Docker', remedy: 'Move the others to another machine, or give io.net a Docker or a WSL distribution of its own.', source: sources.launcher,
    why: 'The launcher may remove every container that it finds.', measure: measureOwnDocker,
  },
  {
    id: 'alone', title: 'No other network', of: 'machine', required: 'no other programme’s software beside it', remedy: 'Stop the other software while io.net’s worker runs, or leave that programme.', source: sources.docs,
    why: 'While idle the card must be nearly unused, with all its memory free; else the worker is blocked.', measure: (subject) => measureAlone(subject, 'io-net/worker'),
  },
  {
    id: 'awake', title: 'Awake', of: 'machine', required: 'does not fall asleep by itself', remedy: 'Switch sleep while idle off in the system’s power settings.', source: sources.docs,
    why: 'A machine that sleeps is down, and readiness begins anew.', measure: measureAwake,
  },
  {
    id: 'cuda', title: 'Driver', of: 'machine', required: 'an NVIDIA driver for CUDA 11.8 or newer', remedy: 'Install a newer driver from NVIDIA.', source: sources.setUpScript, why: 'io.net’s own set-up script refuses an older one.', measure: measureCuda,
  },
  {
    id: 'lanes', title: 'PCIe lanes', of: 'machine', required: '8 lanes for consumer cards, 16 for data-centre cards', remedy: 'Move the card to a wider slot, without a riser.', source: sources.docs, why: 'A narrow slot slows the work of those who hire the card.', measure: measureLanes,
  },
  {
    id: 'line', title: 'Line speed', of: 'machine', required: '100 Mbit/s down, 75 Mbit/s up', remedy: 'Get a faster line; 500/250 is recommended and another page asks for 250 at least.', source: sources.docs, why: 'Jobs move about 5 GB an hour.',
    measure: measureLine,
  },
  {
    id: 'ports', title: 'Ports', of: 'machine', required: 'TCP 80, 443, 5432, 25061 and UDP 80, 443, 3478, 41641', remedy: 'Let them pass outward; open nothing inward.', source: sources.ports,
    why: 'The list does not say which direction; another page says that nothing need be forwarded.', measure: measurePorts,
  },
  {
    id: 'place', title: 'Place and address', of: 'machine', required: 'no VPN or rented server, not in a prohibited region', remedy: 'Connect without a VPN.', source: sources.support, why: 'Workers behind a VPN are blocked.', measure: toCheck('Idlewatt does not look where you are, nor for a VPN: only you know.'),
  },
  {
    id: 'wallet', title: 'Wallet and sign-in', of: 'machine', required: 'a Solana wallet of your own, and a Google, Apple, X or Worldcoin account', remedy: 'Make a Solana wallet of your own (addresses of exchanges are not taken), and sign in on io.net’s website.', source: sources.docs, why: 'Pay and stake go through it.', measure: measureAccount,
  },
]

function measureProcessor({ card }: Subject): Measured {
  const called = card.model ?? card.name
  if (card.vendor === 'amd' || card.vendor === 'intel') return { actual: called, ok: false, why: `io.net takes NVIDIA cards and Apple's M3 and M4; no ${card.vendor === 'amd' ? 'AMD' : 'Intel'} card is on its list.` }
  const device = deviceOf(card)
  if (device === null && card.facts === null && isNameless(card.name)) return { actual: null, ok: null, why: 'Which card this is could not be told.' }
  if (device === null) return { actual: called, ok: false, why: `The ${called} is not on the list of ${sources.docs.date}.` }
  if (!device.supported) {
    const why = device.stated === 'inferred' ? `The ${called} is not on the list of ${sources.docs.date}.` : `The ${called} is listed with multiplier 0: it is neither hired nor rewarded.`
    return { actual: called, ok: false, why }
  }
  if (device.multiplier === null) return { actual: `${called}, no multiplier published`, ok: true, why: 'It is listed as supported, but its multiplier and stake are not published.' }
  return { actual: `${called}, multiplier ${device.multiplier}${device.pool === null ? '' : `, ${device.pool} pool`}`, ok: true }
}

function measureSystem({ machine, card }: Subject): Measured {
  if (machine === null || machine.platform === 'unknown') return { actual: null, ok: null, why: 'The operating system could not be read.' }
  const actual = machine.os ?? machine.platform
  if (machine.platform === 'win32') return { actual, ok: machine.arch === 'x64', ...(machine.arch === 'x64' ? { why: 'Through WSL2 and Docker Desktop.' } : { remedy: null, why: 'The launcher for Windows is built for usual PC processors (x86-64).' }) }
  if (machine.platform === 'darwin') {
    const fits = deviceOf(card)?.supported === true && card.vendor === 'apple'
    return fits ? { actual, ok: true } : { actual, ok: false, remedy: null, why: 'On a Mac only the M3 and M4 families are taken.' }
  }
  if (machine.platform !== 'linux') return { actual, ok: false, why: 'There is no launcher for this system.' }
  if (machine.arch !== 'x64') return { actual: `${actual}, ${machine.arch}`, ok: false, remedy: null, why: 'The launcher for Linux is built for usual PC processors (x86-64).' }
  if (machine.os === null) return { actual: 'Linux', ok: null, why: 'Which Linux this is could not be read.' }
  return measureLinux(machine.os, machine.osVersion)
}

function measureLinux(os: string, osVersion: string | null): Measured {
  if (/hive/i.test(os)) return { actual: os, ok: true }
  if (!/ubuntu/i.test(os)) return { actual: os, ok: false, why: 'Only Ubuntu and HiveOS are named for Linux.' }
  const year = Number(/(\d+)\.\d+/.exec(osVersion ?? os)?.[1] ?? Number.NaN)
  if (Number.isNaN(year)) return { actual: os, ok: null, why: 'Which Ubuntu this is could not be read.' }
  if (year < 20) return { actual: os, ok: false }
  return year >= 24 ? { actual: os, ok: true, why: 'Install driver, Docker and container toolkit by hand, as Idlewatt shows: io.net’s set-up script stops on 24.04 where the driver is missing.' } : { actual: os, ok: true }
}

function measureOnWindows({ machine, card, gpusInMachine }: Subject): Measured {
  if (machine === null || machine.platform === 'unknown') return { actual: null, ok: null }
  if (machine.platform !== 'win32') return { actual: 'not Windows', ok: true, why: 'It concerns Windows alone.' }
  const called = card.model ?? card.name
  if (gpusInMachine > 3) return { actual: `${gpusInMachine} cards`, ok: false }
  return { actual: called, ok: /\bRTX (30|40|50)\d0\b/i.test(called) }
}

function measureCuda({ card }: Subject): Measured {
  if (card.vendor === 'apple') return { actual: 'not needed on a Mac', ok: true, why: 'A Mac works without an NVIDIA driver.' }
  if (card.vendor !== 'nvidia') return { actual: null, ok: null, why: 'For NVIDIA cards only.', remedy: null }
  const version = card.cudaVersion
  const hit = version === null ? null : /^(\d+)\.(\d+)/.exec(version)
  if (!hit) return { actual: null, ok: null, why: 'The driver did not say which CUDA it is for.' }
  const [major, minor] = [Number(hit[1]), Number(hit[2])]
  return { actual: `CUDA ${version}`, ok: major > 11 || (major === 11 && minor >= 8) }
}

function measureLanes({ card }: Subject): Measured {
  if (card.isIntegrated === true || card.facts?.class === 'system-on-chip') return { actual: 'part of the processor', ok: true, why: 'It sits in no slot.' }
  if (card.pcieLanesMax === null) return { actual: null, ok: null, why: 'The slot could not be read.' }
  const least = card.facts?.class === 'data-centre' ? 16 : 8
  return { actual: `${card.pcieLanesMax} ${card.pcieLanesMax === 1 ? 'lane' : 'lanes'}`, ok: card.pcieLanesMax >= least, required: `${least} lanes` }
}

function atLeast(value: number | null, least: number): Measured {
  if (value === null) return { actual: null, ok: null, why: 'Could not be read on this machine.' }
  return { actual: `${Math.round(value / 1024 ** 3)} GB`, ok: value >= least, unit: 'GB' }
}
