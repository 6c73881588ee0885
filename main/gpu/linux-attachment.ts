/** How a card is joined to a Linux machine, where the kernel tells more than that it is there. */
import type { GpuAttachment } from '../../shared/machine.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { pciAddressOf } from '../system/pci-address.ts'
import { bridgesAbove, readBridges, type Bridge } from './linux-bridges.ts'

const external = 'In an external enclosure (Thunderbolt or USB4): it can be pulled out at any time.'

/** A person sees the same with `cat /sys/bus/pci/devices/0000:05:00.0/removable` and `lspci -tv`. null: nothing out of the ordinary, or not told. */
export async function linuxAttachment(machine: MachineSource, pciAddress: string): Promise<GpuAttachment | null> {
  const address = pciAddressOf(pciAddress)
  if (machine.platform !== 'linux' || address === null) return null
  return attachmentAt(machine, `/sys/bus/pci/devices/${address}`, bridgesAbove(await readBridges(machine), address))
}

/** `folder`: the card's own below /sys, wherever it was found; `above`: the bridges over it. */
export async function attachmentAt(machine: MachineSource, folder: string, above: readonly Bridge[]): Promise<GpuAttachment | null> {
  if ((await machine.readFile(`${folder}/removable`))?.trim() === 'removable') return { kind: 'external', sentence: external, because: `${folder}/removable says "removable"` }
  const removable = above.find(({ isRemovable }) => isRemovable)
  if (removable) return { kind: 'external', sentence: external, because: `the bridge ${removable.address} above it is removable` }
  const tunnel = above.find(({ pciDeviceId }) => pciDeviceId !== null && isTunnel(pciDeviceId))
  if (tunnel) return { kind: 'external', sentence: external, because: `it is behind the Thunderbolt or USB4 controller ${tunnel.address} (${tunnel.pciDeviceId})` }
  if ((await machine.listFolder(`${folder}/physfn`)).length > 0) {
    return { kind: 'virtual-gpu', sentence: 'A slice of a card (SR-IOV) that this machine shares out: others may use the rest of it.', because: `${folder}/physfn names the whole card` }
  }
  return null
}

/** Bridges inside Thunderbolt and USB4 controllers, by PCI id: pci.ids of 2026-11. What is behind one is outside the case. */
const tunnels: Record<string, RegExp> = {
  // Light, Eagle, Cactus, Redwood, Falcon, Win, Alpine, Titan, Goshen, Maple and Barlow Ridge.
  '8086': /^(1513|151a|151b|1547|1548|1549|1566|1567|1568|1569|156[a-d]|157[5-8]|157[d-e]|15b[5-9]|15bf|15c0|15d[2-4]|15d9|15da|15db|15e[789a-c]|15ef|15f0|0b26|0b27|113[6-7]|578[0-6])$/,
  // ASMedia's USB4 controllers.
  '1b21': /^242[1-8]$/,
}

function isTunnel(pciDeviceId: string): boolean {
  const [vendor, device] = pciDeviceId.split(':')
  return tunnels[vendor ?? '']?.test(device ?? '') ?? false
}
