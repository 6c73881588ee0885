/** Asks systeminformation for this machine's graphics adapters. Runs in the probe's process: it starts other programs and waits. */
import si from 'systeminformation'
import type { MachineSource } from '../system/machine-source.ts'
import { readPnpAdapters } from './windows/adapters.ts'

/** On Linux the kernel's own listing is quicker and knows more; systeminformation would start nvidia-smi and wait for it. */
export async function readSystemInformation(machine: MachineSource): Promise<unknown> {
  if (machine.platform === 'linux' && (await machine.listFolder('/sys/bus/pci/devices')).length > 0) return null
  const [graphics, devices, cpu] = await Promise.all([
    si.graphics(),
    machine.platform === 'win32' ? readPnpAdapters(machine) : [],
    machine.platform === 'win32' ? si.cpu() : null,
  ])
  // FreeBSD and OpenBSD get null.
  const controllers = (graphics as { controllers?: object[] } | null)?.controllers ?? []
  // systeminformation leaves out ids and places on Windows; it lists adapters in the same order.
  const placed = (index: number): object => {
    const device = devices[index]
    return device === undefined ? {} : { name: device.name, pnpDeviceId: device.pnpDeviceId, driverVersion: device.driverVersion, pciBus: device.pciAddress }
  }
  return { graphics: { controllers: controllers.map((controller, index) => ({ ...placed(index), ...controller })) }, cpu }
}
