/** The PCI bridges above a card, from /sys. A person sees the same with `lspci -tv`. */
import type { MachineSource } from '../system/machine-source.ts'
import { pciAddressOf, pciIdOf } from '../system/pci-address.ts'
import { readerBelow } from './linux-files.ts'

const pciFolder = '/sys/bus/pci/devices'

export interface Bridge {
  address: string
  folder: string
  pciDeviceId: string | null
  /** The firmware says that what is behind it can be pulled out. */
  isRemovable: boolean
  /** First and last bus behind it. */
  secondary: number
  subordinate: number
}

/** Every bridge of the machine; empty: the kernel does not tell their buses (before Linux 5.5), or a recording does not hold them. */
export async function readBridges(machine: MachineSource): Promise<Bridge[]> {
  const names = await machine.listFolder(pciFolder)
  const found = await Promise.all(
    names.map(async (name): Promise<Bridge | null> => {
      const folder = `${pciFolder}/${name}`
      const address = pciAddressOf(name)
      const read = readerBelow(machine, folder)
      const secondary = address === null ? null : busOf(await read('secondary_bus_number'))
      if (address === null || secondary === null) return null
      const [subordinate, vendor, device, removable] = await Promise.all(['subordinate_bus_number', 'vendor', 'device', 'removable'].map(read))
      return { address, folder, secondary, subordinate: busOf(subordinate ?? null) ?? secondary, pciDeviceId: pciIdOf(vendor, device), isRemovable: removable === 'removable' }
    }),
  )
  return found.filter((bridge) => bridge !== null)
}

/** Nearest first; empty: the card sits at the processor. Pure. */
export function bridgesAbove(bridges: readonly Bridge[], pciAddress: string): Bridge[] {
  const card = placeOf(pciAddress)
  if (card === null || card.bus === 0) return []
  return bridges
    .filter(({ address, secondary, subordinate }) => {
      const own = placeOf(address)
      return own !== null && own.domain === card.domain && own.bus < secondary && secondary <= card.bus && card.bus <= subordinate
    })
    .sort((one, other) => other.secondary - one.secondary)
}

/**
 * The folder whose `current_link_speed` is that of the slot. Cards of AMD (since Vega) and Intel's Arc bring a switch of
 * their own: the chip's link to it never changes, the one of its upper port is what the card really has. `above`: nearest first.
 */
export function slotLinkFolder(above: readonly Bridge[], vendorId: string): string | null {
  const own = above.slice(0, 2)
  const isSwitch = own.length === 2 && own.every(({ pciDeviceId, address }) => pciDeviceId?.startsWith(`${vendorId}:`) === true && placeOf(address)?.bus !== 0)
  return isSwitch ? own[1]!.folder : null
}

function placeOf(address: string): { domain: number; bus: number } | null {
  const [domain, bus] = address.split(':').map((part) => parseInt(part, 16))
  return domain === undefined || bus === undefined || Number.isNaN(domain) || Number.isNaN(bus) ? null : { domain, bus }
}

/** The kernel writes it in decimal. */
function busOf(text: string | null): number | null {
  const bus = text !== null && /^\d+$/.test(text) ? Number(text) : null
  return bus !== null && bus <= 255 ? bus : null
}
