/** What Linux itself knows of graphics cards, from /sys. A person sees the same with `lspci -nn -d ::0300`. */
import type { MachineSource } from '../system/machine-source.ts'
import { hexWord, pciAddressOf, pciIdOf } from '../system/pci-address.ts'
import { readAmdCard, sampleAmdCard } from './amd/sysfs.ts'
import { createIntelSysfs } from './intel/sysfs.ts'
import { generationOf, lanesOf, readerBelow, type LinuxCard } from './linux-files.ts'
import { answered, absent, blankCard, vendorOf, type CardSeen, type Layer, type SampleSeen } from './vendor.ts'
import type { GpuSample } from '../../shared/telemetry.ts'

const pciFolder = '/sys/bus/pci/devices'
const drmFolder = '/sys/class/drm'

export function createSysfsLayer(): Layer {
  const intel = createIntelSysfs()
  let seen: LinuxCard[] = []

  async function sampleCard(machine: MachineSource, at: number, found: LinuxCard): Promise<GpuSample | null> {
    if (found.card.vendor === 'amd') return sampleAmdCard(machine, at, found)
    if (found.card.vendor === 'intel') return intel.sample(machine, at, found)
    return null
  }

  return {
    name: 'sysfs',
    command: 'lspci -nn -d ::0300',
    async detect(machine, at) {
      if (machine.platform !== 'linux') return absent('sysfs')
      const found = await listCards(machine)
      if (found.length === 0 && (await machine.listFolder(pciFolder)).length === 0) return absent('sysfs')
      seen = found
      const cards = await Promise.all(
        found.map(async (one): Promise<CardSeen> => {
          const more = one.card.vendor === 'amd' ? await readAmdCard(machine, one) : one.card.vendor === 'intel' ? await intel.read(machine, one) : {}
          return { ...one.card, ...more, sample: await sampleCard(machine, at, one) }
        }),
      )
      return answered('sysfs', cards)
    },
    async sample(machine, at, cards) {
      if (seen.length === 0) seen = await listCards(machine)
      const wanted = new Set(cards.map((card) => card.pciAddress))
      const samples: SampleSeen[] = []
      for (const found of seen) {
        if (!wanted.has(found.card.pciAddress)) continue
        const sample = await sampleCard(machine, at, found)
        if (sample) samples.push({ uuid: found.card.uuid, pciAddress: found.card.pciAddress, sample })
      }
      return samples
    },
  }
}

/** Display controllers (class 03) and AMD's accelerators without a display (class 12). */
async function listCards(machine: MachineSource): Promise<LinuxCard[]> {
  const drm = (await machine.listFolder(drmFolder)).filter((name) => /^card\d+$/.test(name))
  const byDrm = await Promise.all(drm.map((name) => cardAt(machine, `${drmFolder}/${name}/device`, `${drmFolder}/${name}`, null)))
  const found = byDrm.filter((card) => card !== null)
  const placed = new Set(found.map(({ card }) => card.pciAddress))
  // A recording may leave out where a card of /sys/class/drm sits: it is the first of its kind on the bus.
  const unplaced = found.filter(({ card }) => card.pciAddress === null)
  for (const name of await machine.listFolder(pciFolder)) {
    const address = pciAddressOf(name)
    if (address === null || placed.has(address)) continue
    const card = await cardAt(machine, `${pciFolder}/${name}`, null, address)
    if (!card) continue
    const same = unplaced.findIndex((other) => other.card.vendor === card.card.vendor && (other.card.pciDeviceId ?? card.card.pciDeviceId) === card.card.pciDeviceId)
    if (same === -1) found.push(card)
    else Object.assign(unplaced.splice(same, 1)[0]!.card, { pciAddress: address, pciDeviceId: card.card.pciDeviceId })
  }
  return found
}

async function cardAt(machine: MachineSource, folder: string, drm: string | null, address: string | null): Promise<LinuxCard | null> {
  const read = readerBelow(machine, folder)
  const event = (await read('uevent')) ?? ''
  const said = (key: string): string | null => new RegExp(`^${key}=(.+)$`, 'm').exec(event)?.[1]?.trim() ?? null
  const [eventVendor, eventDevice] = said('PCI_ID')?.split(':') ?? []
  const vendorId = hexWord((await read('vendor')) ?? eventVendor)
  const pciDeviceId = pciIdOf(vendorId, (await read('device')) ?? eventDevice)
  const deviceClass = parseInt((await read('class')) ?? said('PCI_CLASS') ?? '', 16) >>> 16
  // The kernel always tells the class; a recording may not: then the first function of a card by NVIDIA or AMD is taken for one.
  const isDisplay = deviceClass === 0x03 || (deviceClass === 0x12 && vendorId === '1002') || (deviceClass === 0 && /^(10de|1002)$/.test(vendorId ?? '') && address?.endsWith('.0') === true)
  if (vendorId === null || (!isDisplay && drm === null)) return null

  const driver = said('DRIVER')
  const card: CardSeen = {
    ...blankCard('sysfs'),
    vendor: vendorOf(`${vendorId}:`, null),
    pciAddress: address ?? pciAddressOf(said('PCI_SLOT_NAME')),
    pciDeviceId,
    pciSubsystemId: pciIdOf(await read('subsystem_vendor'), await read('subsystem_device')),
    pciRevision: hexWord(await read('revision'))?.slice(2) ?? null,
    pcieGenerationMax: generationOf(await read('max_link_speed')),
    pcieLanesMax: lanesOf(await read('max_link_width')),
    drivesDisplay: drm === null ? null : await hasScreen(machine, drm),
    problems:
      driver === 'vfio-pci'
        ? [{ id: 'set-aside-for-vm', sentence: 'This card is set aside for virtual machines (its driver is vfio-pci), so this system cannot use it.', remedy: 'Give the card back to its normal driver, or run Idlewatt inside the virtual machine.' }]
        : [],
  }
  return { folder, drmFolder: drm, card }
}

/** Whether one of the card's sockets has a screen plugged in; null: no sockets to ask. */
async function hasScreen(machine: MachineSource, drm: string): Promise<boolean | null> {
  const name = drm.slice(drm.lastIndexOf('/') + 1)
  const sockets = (await machine.listFolder(drmFolder)).filter((entry) => entry.startsWith(`${name}-`))
  const states = await Promise.all(sockets.map((socket) => machine.readFile(`${drmFolder}/${socket}/status`)))
  const stated = states.filter((state) => state !== null)
  return stated.length === 0 ? null : stated.some((state) => state.trim() === 'connected')
}
