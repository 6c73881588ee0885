/** What the operating system lists as graphics adapters, by way of systeminformation: the rest that no vendor layer saw. */
import type { GpuAttachment } from '../../shared/machine.ts'
import type { MachineFacts, MachineSource } from '../system/machine-source.ts'
import { hexWord, pciAddressOf, pciIdOf } from '../system/pci-address.ts'
import { appleCard, cardsOfRegistry, withAppleReadings } from './apple/controller.ts'
import { sampleApple } from './apple/ioreg.ts'
import { absent, answered, blankCard, vendorOf, type CardSeen, type Layer } from './vendor.ts'
import { readDirectXAdapters, type WindowsAdapter } from './windows/adapters.ts'
import { createWindowsSampler } from './windows/sampler.ts'

/** `read`: asks systeminformation on this machine; null: not needed here. */
export function createOsLayer(options: { read: (machine: MachineSource) => Promise<unknown> }): Layer {
  const windows = createWindowsSampler()

  return {
    name: 'os',
    command: 'Get-CimInstance Win32_VideoController (Windows), system_profiler SPDisplaysDataType (macOS), lspci (Linux)',
    async detect(machine, at) {
      const [raw, directX] = await Promise.all([
        machine.recorded === null ? options.read(machine) : machine.recordedLayer('systeminformation'),
        machine.platform === 'win32' ? readDirectXAdapters(machine) : [],
      ])
      const controllers = raw === null || raw === undefined ? null : controllersIn(raw)
      const unlisted = controllers !== null ? [] : machine.platform === 'darwin' ? await cardsOfRegistry(machine) : directX.filter(({ isStale }) => !isStale).map(cardOfDirectX)
      if (controllers === null && unlisted.length === 0) return absent('os')
      const facts = factsIn(raw)
      const cards = controllers === null ? unlisted : joinDirectX(controllers.map((controller) => cardOf(controller, machine.platform)), directX)
      // Apple's graphics have the machine's memory as theirs.
      const memoryBytes = cards.some(({ vendor }) => vendor === 'apple') ? (facts.memoryBytes ?? (await machine.facts()).memoryBytes) : null
      const withMemory = cards.map((card) => (card.vendor === 'apple' ? { ...card, memoryBytes } : card))
      return { ...answered('os', await withAppleReadings(machine, at, withMemory)), facts }
    },
    async sample(machine, at, cards) {
      if (machine.platform === 'win32') return windows.sample(machine, at, cards)
      return machine.platform === 'darwin' ? sampleApple(machine, at, cards) : []
    },
  }
}

/** What only DirectX remembers, where Windows' own list could not be had. */
function cardOfDirectX(adapter: WindowsAdapter): CardSeen {
  return { ...blankCard('os'), name: adapter.name, vendor: vendorOf(adapter.pciDeviceId, adapter.name), pciDeviceId: adapter.pciDeviceId, memoryBytes: adapter.dedicatedMemoryBytes }
}

/** Windows' list counts memory no further than 4095 MiB, and may leave out the ids; DirectX knows both. */
function joinDirectX(cards: readonly CardSeen[], directX: readonly WindowsAdapter[]): CardSeen[] {
  return cards.map((card) => {
    const same = [...directX].sort((one, other) => Number(one.isStale) - Number(other.isStale)).find(({ pciDeviceId, name }) => (card.pciDeviceId === null ? name !== null && name === card.name : pciDeviceId === card.pciDeviceId))
    return { ...card, pciDeviceId: card.pciDeviceId ?? same?.pciDeviceId ?? null, memoryBytes: card.memoryBytes ?? same?.dedicatedMemoryBytes ?? null }
  })
}

type Controller = Record<string, unknown>

/** A pebibyte: more is no card's. */
const mostMemoryMiB = 1024 ** 3

const vendorIds: Partial<Record<NonNullable<CardSeen['vendor']>, string>> = { nvidia: '10de', amd: '1002', intel: '8086' }

/** Either `graphics()` or its list of controllers alone, or several of systeminformation's answers by their names. null: neither. */
export function controllersIn(raw: unknown): Controller[] | null {
  const top = Array.isArray(raw) ? { controllers: raw } : (raw as Record<string, unknown> | null)
  if (typeof top !== 'object' || top === null) return null
  const graphics = (typeof top['graphics'] === 'object' && top['graphics'] !== null ? top['graphics'] : top) as Record<string, unknown>
  const controllers = Array.isArray(graphics) ? graphics : graphics['controllers']
  return Array.isArray(controllers) ? controllers.filter((item): item is Controller => typeof item === 'object' && item !== null) : null
}

function factsIn(raw: unknown): Partial<MachineFacts> {
  const top = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, Record<string, unknown> | null | undefined>
  const { cpu, mem, system } = top
  // systeminformation's own collection of everything calls it `os`.
  const osInfo = top['osInfo'] ?? top['os']
  const facts: Partial<MachineFacts> = {}
  if (typeof cpu?.['physicalCores'] === 'number') facts.cpuCores = cpu['physicalCores']
  if (typeof cpu?.['brand'] === 'string' && cpu['brand']) facts.cpuName = `${String(cpu['manufacturer'] ?? '')} ${cpu['brand']}`.trim()
  if (typeof mem?.['total'] === 'number') facts.memoryBytes = mem['total']
  if (typeof osInfo?.['distro'] === 'string' && osInfo['distro']) facts.os = osInfo['distro']
  if (typeof osInfo?.['release'] === 'string' && osInfo['release']) facts.osVersion = osInfo['release']
  if (typeof system?.['virtual'] === 'boolean') facts.isVirtual = system['virtual']
  return facts
}

function cardOf(controller: Controller, platform: MachineSource['platform']): CardSeen {
  const text = (key: string): string | null => (typeof controller[key] === 'string' && controller[key].trim() !== '' ? controller[key].trim() : null)
  const number = (key: string): number | null => {
    const value = typeof controller[key] === 'string' && controller[key].trim() !== '' ? Number(controller[key]) : controller[key]
    return typeof value === 'number' && Number.isFinite(value) ? value : null
  }
  const pnp = /VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})(?:&SUBSYS_([0-9A-F]{8}))?(?:&REV_([0-9A-F]{2}))?/i.exec(text('pnpDeviceId') ?? '')
  const model = text('name') ?? text('model')
  const words = `${text('vendor') ?? ''} ${model ?? ''}`
  // macOS names the maker in words, and the device by its number.
  const vendorId = hexWord(text('vendorId')) ?? vendorIds[vendorOf(null, words) ?? 'other'] ?? null
  // Under Microsoft's device 008e Windows lends a host's card by its own name (GPU-PV): it is that card, wherever it may be.
  const lender = pnp && /^1414$/i.test(pnp[1]!) && /^008e$/i.test(pnp[2]!) ? vendorOf(null, model) : null
  const isLent = lender === 'nvidia' || lender === 'amd' || lender === 'intel'
  const pciDeviceId = isLent ? null : pnp ? pciIdOf(pnp[1], pnp[2]) : pciIdOf(vendorId, hexWord(text('deviceId') ?? /^Device ([0-9a-f]{4})$/i.exec(model ?? '')?.[1]))
  const vendor = isLent ? lender : vendorOf(pciDeviceId, words)
  // Device first, maker second: "170D1043", in systeminformation's own words with "0x" before it.
  const subsystem = /^(?:0x)?([0-9a-f]{4})([0-9a-f]{4})$/i.exec(pnp?.[3] ?? text('subDeviceId') ?? '')
  // On Linux `vram` is the window through which the processor sees the card's memory, not its size.
  const vram = number('memoryTotal') ?? (platform === 'linux' ? null : number('vram'))
  // Windows says "dynamic" of most cards, also of those with memory of their own.
  const hasOwnMemory = vendor === 'nvidia' || /\b(rx|firepro|instinct|radeon pro|radeon vii|r[579] \d|arc(\(tm\))? (pro )?[ab]\d)/i.test(model ?? '')
  const shared = controller['vramDynamic'] === true && !hasOwnMemory
  const card: CardSeen = {
    ...blankCard('os'),
    name: model,
    vendor,
    pciDeviceId,
    pciSubsystemId: subsystem && !/^0+$/.test(subsystem[2]!) ? pciIdOf(subsystem[2], subsystem[1]) : null,
    pciRevision: pnp?.[4]?.toLowerCase() ?? null,
    pciAddress: pciAddressOf(text('pciBus')) ?? pciAddressOf(text('busAddress')),
    // Windows counts no further than 4095 MiB for cards whose driver does not say more.
    memoryBytes: vram !== null && vram > 0 && vram <= mostMemoryMiB && vram !== 4095 && !shared ? Math.round(vram * 1024 * 1024) : null,
    driverVersion: driverVersionOf(vendor, text('driverVersion')),
    isIntegrated: shared && /intel/i.test(text('vendor') ?? model ?? '') ? true : null,
    attachment: attachmentOfDevice(text('pnpDeviceId')) ?? (controller['external'] === true ? outside : null),
  }
  if (vendor !== 'apple') return card
  return { ...card, ...appleCard(model ?? 'Apple GPU', number('cores')) }
}

/** macOS tells it of cards in a box (`sppci_device_type` is `spdisplays_egpu`). */
const outside: GpuAttachment = { kind: 'external', sentence: 'In an external enclosure (Thunderbolt): it can be pulled out at any time.', because: 'macOS lists it as an external card (eGPU)' }

/** Windows' device paths tell the adapters that are no cards: a remote session's, and the host's card lent to a virtual machine (GPU-PV). */
function attachmentOfDevice(pnpDeviceId: string | null): GpuAttachment | null {
  const path = pnpDeviceId ?? ''
  if (/VEN_1414&DEV_008E/i.test(path)) {
    return { kind: 'paravirtual', sentence: 'The host’s card, lent to this virtual machine by Hyper-V: the host’s own programs use it too.', because: `its device is ${path.split('&SUBSYS')[0]}` }
  }
  if (/^SWD\\REMOTEDISPLAYENUM/i.test(path)) return { kind: 'remote-display', sentence: 'The screen of a remote session, not a card: nothing can be computed on it.', because: 'its device is one of Remote Desktop’s' }
  return null
}

/** Windows numbers NVIDIA's 560.94 as 32.0.15.6094: the last five digits are NVIDIA's own. */
function driverVersionOf(vendor: CardSeen['vendor'], version: string | null): string | null {
  const digits = vendor === 'nvidia' && /^\d+\.\d+\.\d+\.\d+$/.test(version ?? '') ? version!.replaceAll('.', '').slice(-5) : null
  return digits === null ? version : `${Number(digits.slice(0, 3))}.${digits.slice(3)}`
}
