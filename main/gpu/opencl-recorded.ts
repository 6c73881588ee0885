/** OpenCL devices out of a recording: our own listing, a bare list, devices grouped by platform, or `clinfo --json`. Pure. */
import type { OpenClDevice, OpenClListing } from '../system/opencl-device.ts'

type Fields = Record<string, unknown>

interface Found {
  raw: Fields
  platform: number
  device: number
  platformRaw: Fields
}

/** What a device does not say is unknown. */
export function recordedListing(raw: unknown): OpenClListing {
  const found = devicesIn(raw)
  if (found === null) return { ok: false, reason: (isFields(raw) && textOf(raw['reason'])) || 'the recording holds no list of devices' }
  return { ok: true, devices: found.map(deviceOf).filter(({ name, vendor, pciAddress }) => name !== '' || vendor !== '' || pciAddress !== null) }
}

function devicesIn(raw: unknown): Found[] | null {
  const top = Array.isArray(raw) ? { devices: raw } : raw
  if (!isFields(top)) return null
  const platforms = fieldsIn(top['platforms'])
  // A group is a platform with its devices; clinfo puts them under `online` and the platforms beside.
  const groups = Array.isArray(top['devices']) ? fieldsIn(top['devices']) : platforms
  if (!Array.isArray(top['devices']) && !Array.isArray(top['platforms'])) return null
  return groups.flatMap((group, place) => {
    const inside = group['devices'] ?? group['online']
    if (!Array.isArray(inside)) return [{ raw: group, platform: 0, device: place, platformRaw: {} }]
    const platformRaw = Array.isArray(group['devices']) ? group : (platforms[place] ?? {})
    return fieldsIn(inside).map((device, index) => ({ raw: device, platform: place, device: index, platformRaw }))
  })
}

function deviceOf({ raw, platform, device, platformRaw }: Found): OpenClDevice {
  const text = (...names: string[]): string | null => names.map((name) => textOf(raw[name])).find((value) => value !== null) ?? null
  const number = (...names: string[]): number | null => names.map((name) => numberOf(raw[name])).find((value) => value !== null) ?? null
  const name = text('name', 'deviceName', 'CL_DEVICE_NAME') ?? ''
  const vendor = text('vendor', 'CL_DEVICE_VENDOR') ?? ''
  const platformName = text('platformName') ?? textOf(raw['platform']) ?? textOf(platformRaw['name'] ?? platformRaw['CL_PLATFORM_NAME']) ?? ''
  const unified = raw['unifiedMemory'] ?? raw['CL_DEVICE_HOST_UNIFIED_MEMORY']
  return {
    platform: numberOf(raw['platform']) ?? platform,
    device: numberOf(raw['device']) ?? device,
    platformName,
    platformVendor: text('platformVendor') ?? textOf(platformRaw['vendor'] ?? platformRaw['CL_PLATFORM_VENDOR']) ?? '',
    name,
    vendor,
    type: typeOf(raw['type'] ?? raw['CL_DEVICE_TYPE']) ?? (soundsLikeProcessor(`${platformName}\n${vendor}\n${name}`) ? 'cpu' : 'gpu'),
    version: text('version', 'CL_DEVICE_VERSION') ?? '',
    driverVersion: text('driverVersion', 'CL_DRIVER_VERSION'),
    memoryBytes: number('memoryBytes', 'globalMemoryBytes', 'globalMemSize', 'CL_DEVICE_GLOBAL_MEM_SIZE'),
    computeUnits: number('computeUnits', 'maxComputeUnits', 'CL_DEVICE_MAX_COMPUTE_UNITS'),
    maxClockMhz: number('maxClockMhz', 'CL_DEVICE_MAX_CLOCK_FREQUENCY'),
    pciAddress: (text('pciAddress', 'pciBusId', 'CL_DEVICE_PCI_BUS_INFO_KHR') ?? '').replace(/^PCI-E,\s*/i, '') || null,
    uuid: text('uuid', 'CL_DEVICE_UUID_KHR')?.replace(/^GPU-|-/gi, '').toLowerCase() ?? null,
    unifiedMemory: typeof unified === 'boolean' ? unified : null,
  }
}

/** "GPU", "CL_DEVICE_TYPE_CPU", OpenCL's own bits, or clinfo's `{ raw, type: […] }`. null: not said. */
function typeOf(value: unknown): OpenClDevice['type'] | null {
  if (isFields(value)) return typeOf(value['raw'] ?? value['type'])
  if (typeof value === 'number') return (value & 2) !== 0 ? 'cpu' : (value & 4) !== 0 ? 'gpu' : (value & 8) !== 0 ? 'accelerator' : 'other'
  const words = Array.isArray(value) ? value.join(' ') : textOf(value)
  if (words === null) return null
  return /cpu/i.test(words) ? 'cpu' : /gpu/i.test(words) ? 'gpu' : /accelerator/i.test(words) ? 'accelerator' : 'other'
}

function soundsLikeProcessor(words: string): boolean {
  return /portable computing|pocl|genuineintel|authenticamd|^(cpu|pthread|basic)-|\bxeon\b|\bcore\(tm\)|\bryzen\b|\bepyc\b|\bprocessor\b|\bcpu\b/im.test(words)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
function fieldsIn(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : []
}
function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}
function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
