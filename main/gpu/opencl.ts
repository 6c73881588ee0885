/** OpenCL's view: every vendor's compute devices, and the processors that offer OpenCL too. A person types `clinfo -l`. */
import type { OpenClDevice, OpenClListing } from '../system/opencl-device.ts'
import { pciAddressOf } from '../system/pci-address.ts'
import { recordedListing } from './opencl-recorded.ts'
import { absent, answered, blankCard, vendorOf, type CardSeen, type Layer, type LayerAnswer } from './vendor.ts'

/** `list`: asks the OpenCL library of this machine. */
export function createOpenClLayer(options: { list: () => OpenClListing }): Layer {
  return {
    name: 'opencl',
    command: 'clinfo -l',
    async detect(machine) {
      if (machine.recorded === null) return answerFromListing(options.list())
      const raw = await machine.recordedLayer('opencl')
      return raw === null || raw === undefined ? absent('opencl') : answerFromListing(recordedListing(raw))
    },
  }
}

/** No OpenCL is no problem by itself: a card without it says so itself. Pure. */
export function answerFromListing(listing: OpenClListing): LayerAnswer {
  return listing.ok ? answered('opencl', listing.devices.map(cardOf)) : absent('opencl')
}

function cardOf(device: OpenClDevice): CardSeen {
  const vendor = vendorOf(null, `${device.vendor} ${device.name}`) ?? vendorOf(null, device.platformVendor)
  const isProcessor = device.type === 'cpu' || /llvmpipe|swiftshader|softpipe/i.test(device.name)
  return {
    ...blankCard('opencl'),
    name: device.name.trim() || null,
    vendor,
    kind: isProcessor ? 'cpu-device' : null,
    uuid: vendor === 'nvidia' && !isProcessor ? nvidiaUuid(device.uuid) : null,
    // On a card that shares the processor's memory this is what it may take of it.
    memoryBytes: device.memoryBytes,
    pciAddress: isProcessor ? null : pciAddressOf(device.pciAddress),
    isIntegrated: isProcessor ? null : device.unifiedMemory,
    opencl: { platform: device.platform, device: device.device, name: device.name, driverVersion: device.driverVersion },
  }
}

/** Thirty-two hex digits → "GPU-8f750be4-dfbc-23b9-b33f-da729a536494", as NVIDIA's own tools spell it. */
function nvidiaUuid(hex: string | null): string | null {
  const digits = /^[0-9a-f]{32}$/i.exec(hex?.replaceAll('-', '') ?? '')?.[0].toLowerCase()
  if (!digits || /^0+$/.test(digits)) return null
  return `GPU-${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`
}
