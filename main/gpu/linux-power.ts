/** Whether a card sleeps, told without waking it. A person types `cat /sys/bus/pci/devices/0000:01:00.0/power/runtime_status`. */
import type { MachineSource } from '../system/machine-source.ts'
import { pciAddressOf } from '../system/pci-address.ts'

/**
 * What the kernel's runtime power management says of a card. null: not Linux, no such card, or it does not say.
 * Reading this file asks the kernel and not the card: most others below the card's folder would wake it.
 */
export async function runtimeStatusOf(machine: MachineSource, pciAddress: string): Promise<'active' | 'suspended' | null> {
  const address = pciAddressOf(pciAddress)
  if (machine.platform !== 'linux' || address === null) return null
  const folder = await folderOf(machine, address)
  const status = folder === null ? null : await machine.readFile(`${folder}/power/runtime_status`)
  return statusIn(status)
}

/** The kernel's words: active, suspended, suspending, resuming, error, unsupported. */
export function statusIn(text: string | null): 'active' | 'suspended' | null {
  const word = text?.trim()
  if (word === 'suspended' || word === 'suspending') return 'suspended'
  return word === 'active' || word === 'resuming' ? 'active' : null
}

/** A recording may hold a card under /sys/class/drm alone. */
async function folderOf(machine: MachineSource, address: string): Promise<string | null> {
  const byPlace = `/sys/bus/pci/devices/${address}`
  if (machine.recorded === null || (await machine.readFile(`${byPlace}/power/runtime_status`)) !== null) return byPlace
  for (const name of await machine.listFolder('/sys/class/drm')) {
    if (!/^card\d+$/.test(name)) continue
    const event = await machine.readFile(`/sys/class/drm/${name}/device/uevent`)
    const said = /^PCI_SLOT_NAME=(.+)$/m.exec(event ?? '')?.[1]
    if (said !== undefined && pciAddressOf(said) === address) return `/sys/class/drm/${name}/device`
  }
  return null
}
