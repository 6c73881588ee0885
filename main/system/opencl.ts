/** Lists the OpenCL devices of this machine. A person sees the same with `clinfo`. */
import { statSync } from 'node:fs'
import { brokenRegistrations } from './opencl-driver.ts'
import { CL, loadOpenCl, type ClHandle, type OpenCl } from './opencl-bindings.ts'
import type { OpenClDevice, OpenClListing } from './opencl-device.ts'

/** Never throws. A driver that fails for its own devices does not hide the others'. */
export function listOpenClDevices(): OpenClListing {
  try {
    const cl = loadOpenCl()
    const failures: string[] = []
    const devices: OpenClDevice[] = []
    for (const found of openClHandles(cl, failures)) {
      try {
        devices.push(describeOpenClDevice(cl, found))
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error))
      }
    }
    if (devices.length === 0 && failures.length > 0) return { ok: false, reason: failures.join(' ') }
    return { ok: true, devices }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

export interface OpenClHandles {
  platform: number
  device: number
  platformId: ClHandle
  deviceId: ClHandle
}

/** Every device of every platform with its position. `failures` collects sentences on platforms that would not answer. */
export function openClHandles(cl: OpenCl, failures: string[] = []): OpenClHandles[] {
  const count = new Uint32Array(1)
  const status = cl.getPlatformIds(0, null, count)
  if (status === CL.PLATFORM_NOT_FOUND_KHR || (status === CL.SUCCESS && count[0] === 0)) {
    failures.push('The OpenCL library is installed, but no driver on this machine offers OpenCL.', ...brokenDrivers())
    return []
  }
  if (status !== CL.SUCCESS) throw new Error(`OpenCL did not list its platforms (clGetPlatformIDs: error ${status}).`)
  const platforms = new BigUint64Array(count[0] ?? 0)
  const listed = cl.getPlatformIds(platforms.length, platforms, null)
  if (listed !== CL.SUCCESS) throw new Error(`OpenCL did not list its platforms (clGetPlatformIDs: error ${listed}).`)
  return [...platforms].flatMap((platformId, platform) => devicesOf(cl, platformId, platform, failures))
}

/** The loader passes over a driver that it cannot load without a word. */
function brokenDrivers(): string[] {
  if (process.platform !== 'linux') return []
  const told = process.env['OCL_ICD_VENDORS']
  return brokenRegistrations(told && statSync(told, { throwIfNoEntry: false })?.isDirectory() ? told : '/etc/OpenCL/vendors')
}

function devicesOf(cl: OpenCl, platformId: ClHandle, platform: number, failures: string[]): OpenClHandles[] {
  const count = new Uint32Array(1)
  let status = cl.getDeviceIds(platformId, CL.DEVICE_TYPE_ALL, 0, null, count)
  if (status === CL.DEVICE_NOT_FOUND || (status === CL.SUCCESS && count[0] === 0)) return []
  const devices = new BigUint64Array(count[0] ?? 0)
  if (status === CL.SUCCESS) status = cl.getDeviceIds(platformId, CL.DEVICE_TYPE_ALL, devices.length, devices, null)
  if (status !== CL.SUCCESS) {
    failures.push(`OpenCL platform ${platform} did not list its devices (clGetDeviceIDs: error ${status}).`)
    return []
  }
  return [...devices].map((deviceId, device) => ({ platform, device, platformId, deviceId }))
}

/** Throws where even name and type of the device cannot be read. */
export function describeOpenClDevice(cl: OpenCl, { platform, device, platformId, deviceId }: OpenClHandles): OpenClDevice {
  const type = Number(wholeNumber(cl, deviceId, CL.DEVICE_TYPE, 8) ?? 0)
  const name = text(cl, deviceId, CL.DEVICE_NAME)
  if (name === null) throw new Error(`Device ${device} of OpenCL platform ${platform} does not say its name.`)
  const extensions = new Set((text(cl, deviceId, CL.DEVICE_EXTENSIONS) ?? '').split(/\s+/))
  const vendor = text(cl, deviceId, CL.DEVICE_VENDOR) ?? ''
  const unified = wholeNumber(cl, deviceId, CL.DEVICE_HOST_UNIFIED_MEMORY, 4)
  return {
    platform,
    device,
    platformName: platformText(cl, platformId, CL.PLATFORM_NAME) ?? '',
    platformVendor: platformText(cl, platformId, CL.PLATFORM_VENDOR) ?? '',
    // AMD's driver gives the chip ("gfx1100") as the name and the card as the board name.
    name: (extensions.has('cl_amd_device_attribute_query') ? text(cl, deviceId, CL.DEVICE_BOARD_NAME_AMD) : null) || name,
    vendor,
    type: type & CL.DEVICE_TYPE_GPU ? 'gpu' : type & CL.DEVICE_TYPE_CPU ? 'cpu' : type & CL.DEVICE_TYPE_ACCELERATOR ? 'accelerator' : 'other',
    version: text(cl, deviceId, CL.DEVICE_VERSION) ?? '',
    driverVersion: text(cl, deviceId, CL.DRIVER_VERSION) || null,
    memoryBytes: positive(wholeNumber(cl, deviceId, CL.DEVICE_GLOBAL_MEM_SIZE, 8)),
    computeUnits: positive(wholeNumber(cl, deviceId, CL.DEVICE_MAX_COMPUTE_UNITS, 4)),
    maxClockMhz: positive(wholeNumber(cl, deviceId, CL.DEVICE_MAX_CLOCK_FREQUENCY, 4)),
    pciAddress: pciAddressOf(cl, deviceId, extensions),
    uuid: extensions.has('cl_khr_device_uuid') ? hex(bytes(cl, deviceId, CL.DEVICE_UUID_KHR, 16)) : null,
    unifiedMemory: unified === null ? null : unified !== 0n,
  }
}

/** `0000:01:00.0`, or null where the driver does not tell. */
function pciAddressOf(cl: OpenCl, device: ClHandle, extensions: Set<string>): string | null {
  if (extensions.has('cl_khr_pci_bus_info')) {
    const info = bytes(cl, device, CL.DEVICE_PCI_BUS_INFO_KHR, 16)
    if (info) return pciAddress(word(info, 0), word(info, 4), word(info, 8), word(info, 12))
  }
  if (extensions.has('cl_nv_device_attribute_query')) {
    const bus = wholeNumber(cl, device, CL.DEVICE_PCI_BUS_ID_NV, 4)
    const slot = wholeNumber(cl, device, CL.DEVICE_PCI_SLOT_ID_NV, 4)
    const domain = wholeNumber(cl, device, CL.DEVICE_PCI_DOMAIN_ID_NV, 4) ?? 0n
    // Device and function share the slot number, as hwloc and clinfo read it.
    if (bus !== null && slot !== null) return pciAddress(Number(domain), Number(bus) & 0xff, Number(slot) >> 3, Number(slot) & 7)
  }
  if (extensions.has('cl_amd_device_attribute_query')) {
    // union { uint32 type; uint32 data[5] | uint32 type; char unused[17]; char bus, device, function }: no domain in it.
    const topology = bytes(cl, device, CL.DEVICE_TOPOLOGY_AMD, 24)
    if (topology && word(topology, 0) === CL.DEVICE_TOPOLOGY_TYPE_PCIE_AMD) return pciAddress(0, topology[21] ?? 0, topology[22] ?? 0, topology[23] ?? 0)
  }
  return null
}

function pciAddress(domain: number, bus: number, device: number, functionNumber: number): string {
  const part = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')
  return `${part(domain, 4)}:${part(bus, 2)}:${part(device, 2)}.${part(functionNumber, 1)}`
}

function word(from: Uint8Array, at: number): number {
  return new DataView(from.buffer, from.byteOffset).getUint32(at, true)
}

function hex(value: Uint8Array | null): string | null {
  if (!value || value.every((byte) => byte === 0)) return null
  return [...value].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function bytes(cl: OpenCl, device: ClHandle, what: number, size: number): Uint8Array | null {
  const value = new Uint8Array(size)
  return cl.getDeviceInfo(device, what, size, value, null) === CL.SUCCESS ? value : null
}

/** An unsigned number of 4 or 8 bytes; null: the driver does not say. */
export function wholeNumber(cl: OpenCl, device: ClHandle, what: number, size: 4 | 8): bigint | null {
  const value = bytes(cl, device, what, size)
  if (!value) return null
  const view = new DataView(value.buffer)
  return size === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true))
}

function positive(value: bigint | null): number | null {
  return value === null || value === 0n ? null : Number(value)
}

function text(cl: OpenCl, device: ClHandle, what: number): string | null {
  return readText((size, value, needed) => cl.getDeviceInfo(device, what, size, value, needed))
}

function platformText(cl: OpenCl, platform: ClHandle, what: number): string | null {
  return readText((size, value, needed) => cl.getPlatformInfo(platform, what, size, value, needed))
}

function readText(ask: (size: number, value: Uint8Array | null, needed: BigUint64Array | null) => number): string | null {
  const needed = new BigUint64Array(1)
  if (ask(0, null, needed) !== CL.SUCCESS) return null
  const size = Number(needed[0])
  // More than a megabyte is no name.
  if (size === 0 || size > 1_048_576) return size === 0 ? '' : null
  const value = new Uint8Array(size)
  if (ask(size, value, null) !== CL.SUCCESS) return null
  const end = value.indexOf(0)
  return new TextDecoder().decode(end < 0 ? value : value.subarray(0, end)).trim()
}
