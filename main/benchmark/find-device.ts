/** Finds a card again among the OpenCL devices, so that never another card is measured in its name. Pure. */
import type { OpenClDevice } from '../system/opencl-device.ts'
import type { WantedDevice } from './worker-messages.ts'

/** The PCI address decides where both sides know it, else the name at the same position, else a name that only one device has. */
export function findDevice<Device extends OpenClDevice>(devices: Device[], wanted: WantedDevice): Device | null {
  const named = devices.filter((device) => device.name === wanted.name)
  if (wanted.pciAddress !== null) {
    const there = devices.filter((device) => device.pciAddress === wanted.pciAddress)
    // One card may be offered by two platforms.
    const best = there.find((device) => device.platform === wanted.platform && device.device === wanted.device) ?? there.find((device) => device.name === wanted.name) ?? there[0]
    if (best) return best
    if (named.some((device) => device.pciAddress !== null)) return onlyOne(named.filter((device) => device.pciAddress === null))
  }
  return named.find((device) => device.platform === wanted.platform && device.device === wanted.device) ?? onlyOne(named)
}

function onlyOne<Device>(devices: Device[]): Device | null {
  return devices.length === 1 ? (devices[0] as Device) : null
}
