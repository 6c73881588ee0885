/** Finds a card again among the OpenCL devices, so that never another card is measured in its name. Pure. */
import type { OpenClDevice } from '../system/opencl-device.ts'
import type { WantedDevice } from './worker-messages.ts'

/** The card is not among the devices that the driver offers now. */
export class DeviceAbsent extends Error {
  override name = 'DeviceAbsent'
}

/** The UUID decides where both sides know it, else the PCI address, else the name at the same position, else a name that only one device has. */
export function findDevice<Device extends OpenClDevice>(devices: Device[], wanted: WantedDevice): Device | null {
  const same = wanted.uuid ? devices.filter((device) => device.uuid === wanted.uuid) : []
  if (same.length > 0) return bestOf(same, wanted)
  const named = devices.filter((device) => device.name === wanted.name)
  if (wanted.pciAddress !== null) {
    const there = devices.filter((device) => device.pciAddress === wanted.pciAddress)
    if (there.length > 0) return bestOf(there, wanted)
    if (named.some((device) => device.pciAddress !== null)) return onlyOne(named.filter((device) => device.pciAddress === null))
  }
  return named.find((device) => device.platform === wanted.platform && device.device === wanted.device) ?? onlyOne(named)
}

/** One card may be offered by two platforms. */
function bestOf<Device extends OpenClDevice>(devices: Device[], wanted: WantedDevice): Device | null {
  return devices.find((device) => device.platform === wanted.platform && device.device === wanted.device) ?? devices.find((device) => device.name === wanted.name) ?? devices[0] ?? null
}

function onlyOne<Device>(devices: Device[]): Device | null {
  return devices.length === 1 ? (devices[0] as Device) : null
}
