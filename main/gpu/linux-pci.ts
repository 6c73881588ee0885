/** What Linux itself knows of graphics cards, from /sys. A person sees the same with `lspci -nn -d ::0300`. */
import type { MachineSource } from '../system/machine-source.ts'
import { hexWord, pciAddressOf, pciIdOf } from '../system/pci-address.ts'
import { createAmdSysfs } from './amd/sysfs.ts'
import { createDrmClients } from './drm-clients.ts'
import { createIntelSysfs } from './intel/sysfs.ts'
import { attachmentAt } from './linux-attachment.ts'
import { bridgesAbove, readBridges, slotLinkFolder, type Bridge } from './linux-bridges.ts'
import { linkIn, readerBelow, type LinuxCard, type SysfsReader } from './linux-files.ts'
import { answered, absent, blankCard, vendorOf, type CardSeen, type Layer, type SampleSeen } from './vendor.ts'

const pciFolder = '/sys/bus/pci/devices'
const drmFolder = '/sys/class/drm'

export function createSysfsLayer(): Layer {
  const clients = createDrmClients()
  const amd = createAmdSysfs(clients)
  const intel = createIntelSysfs(clients)
  let seen: LinuxCard[] = []

  /** NVIDIA's driver puts no readings into /sys: there its own library counts. A card set aside for virtual machines has none at all. */
  function readerOf({ card, driver }: LinuxCard): SysfsReader | null {
    if (driver === 'vfio-pci') return null
    return card.vendor === 'amd' ? amd : card.vendor === 'intel' ? intel : null
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
          const reader = readerOf(one)
          return reader === null ? one.card : { ...one.card, ...(await reader.read(machine, at, one)), sample: await reader.sample(machine, at, one) }
        }),
      )
      return answered('sysfs', cards)
    },
    async sample(machine, at, cards) {
      if (seen.length === 0) seen = await listCards(machine)
      const wanted = new Set(cards.map((card) => card.pciAddress))
      const asked = seen.filter(({ card }) => wanted.has(card.pciAddress))
      const samples = await Promise.all(
        asked.map(async (found): Promise<SampleSeen | null> => {
          const reader = readerOf(found)
          if (reader === null || !(await isThere(machine, found))) return null
          return { uuid: found.card.uuid, pciAddress: found.card.pciAddress, sample: await reader.sample(machine, at, found) }
        }),
      )
      return samples.filter((sample) => sample !== null)
    },
  }
}

/** A card that was pulled out, or whose driver was taken away, has no folder any more: it gives no sample, not one of nothing. */
async function isThere(machine: MachineSource, { folder }: LinuxCard): Promise<boolean> {
  return (await machine.readFile(`${folder}/vendor`)) !== null || (await machine.readFile(`${folder}/uevent`)) !== null
}

/** Display controllers (class 03) and AMD's accelerators without a display (class 12). */
async function listCards(machine: MachineSource): Promise<LinuxCard[]> {
  const drm = (await machine.listFolder(drmFolder)).filter((name) => /^card\d+$/.test(name))
  const bridges = await readBridges(machine)
  const byDrm = await Promise.all(drm.map((name) => cardAt(machine, bridges, `${drmFolder}/${name}/device`, `${drmFolder}/${name}`, null)))
  const found = byDrm.filter((card) => card !== null)
  const placed = new Set(found.map(({ card }) => card.pciAddress))
  // A recording may leave out where a card of /sys/class/drm sits: it is the first of its kind on the bus.
  const unplaced = found.filter(({ card }) => card.pciAddress === null)
  const names = await machine.listFolder(pciFolder)
  const byPlace = await Promise.all(
    names.map(async (name) => {
      const address = pciAddressOf(name)
      const card = address === null || placed.has(address) ? null : await cardAt(machine, bridges, `${pciFolder}/${name}`, null, address)
      return { address, card }
    }),
  )
  for (const { address, card } of byPlace) {
    if (!card) continue
    const same = unplaced.findIndex((other) => other.card.vendor === card.card.vendor && (other.card.pciDeviceId ?? card.card.pciDeviceId) === card.card.pciDeviceId)
    if (same === -1) found.push(card)
    else Object.assign(unplaced.splice(same, 1)[0]!.card, { pciAddress: address, pciDeviceId: card.card.pciDeviceId })
  }
  return found
}

async function cardAt(machine: MachineSource, bridges: readonly Bridge[], folder: string, drm: string | null, address: string | null): Promise<LinuxCard | null> {
  const read = readerBelow(machine, folder)
  const event = (await read('uevent')) ?? ''
  const said = (key: string): string | null => new RegExp(`^${key}=(.+)$`, 'm').exec(event)?.[1]?.trim() ?? null
  const [eventVendor, eventDevice] = said('PCI_ID')?.split(':') ?? []
  const vendorId = hexWord((await read('vendor')) ?? eventVendor)
  const pciDeviceId = pciIdOf(vendorId, (await read('device')) ?? eventDevice)
  const deviceClass = parseInt((await read('class')) ?? said('PCI_CLASS') ?? '', 16) >>> 16
  // The kernel always tells the class; a recording may not: then the first function of a card by NVIDIA or AMD is taken for one.
  const mayBeCard = deviceClass === 0 && /^(10de|1002)$/.test(vendorId ?? '') && address?.endsWith('.0') === true && (await read('secondary_bus_number')) === null
  const isDisplay = deviceClass === 0x03 || (deviceClass === 0x12 && vendorId === '1002') || mayBeCard
  if (vendorId === null || (!isDisplay && drm === null)) return null

  const driver = said('DRIVER')
  const pciAddress = address ?? pciAddressOf(said('PCI_SLOT_NAME'))
  const above = pciAddress === null ? [] : bridgesAbove(bridges, pciAddress)
  const linkFolder = slotLinkFolder(above, vendorId) ?? folder
  const mostLink = await linkIn(machine, linkFolder, 'max')
  const card: CardSeen = {
    ...blankCard('sysfs'),
    vendor: vendorOf(`${vendorId}:`, null),
    pciAddress,
    pciDeviceId,
    pciSubsystemId: pciIdOf(await read('subsystem_vendor'), await read('subsystem_device')),
    pciRevision: hexWord(await read('revision'))?.slice(2) ?? null,
    pcieGenerationMax: mostLink.generation,
    pcieLanesMax: mostLink.lanes,
    drivesDisplay: drm === null ? null : await hasScreen(machine, drm),
    attachment: await attachmentAt(machine, folder, above),
    problems:
      driver === 'vfio-pci'
        ? [{ id: 'set-aside-for-vm', sentence: 'This card is set aside for virtual machines (its driver is vfio-pci), so this system cannot use it.', remedy: 'Give the card back to its normal driver, or run Idlewatt inside the virtual machine.' }]
        : [],
  }
  return { folder, drmFolder: drm, linkFolder, driver, card }
}

/** Whether one of the card's sockets has a screen plugged in; null: no sockets to ask. */
async function hasScreen(machine: MachineSource, drm: string): Promise<boolean | null> {
  const name = drm.slice(drm.lastIndexOf('/') + 1)
  const sockets = (await machine.listFolder(drmFolder)).filter((entry) => entry.startsWith(`${name}-`))
  const states = await Promise.all(sockets.map((socket) => machine.readFile(`${drmFolder}/${socket}/status`)))
  const stated = states.filter((state) => state !== null)
  return stated.length === 0 ? null : stated.some((state) => state.trim() === 'connected')
}
