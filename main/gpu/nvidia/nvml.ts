/** NVML as the rest of the app knows it: questions about a device, each answered or refused with NVML's own code. */

export type NvmlAnswer<T> = { ok: true; value: T } | { ok: false; code: number }

/** What may be asked of a device; also the keys of a device in a recorded `nvml.json`. Units as NVML gives them. */
export interface NvmlValues {
  name: string
  uuid: string
  vbiosVersion: string
  /** `pciDeviceId`, `pciSubSystemId`: device in the high half, vendor in the low one. */
  pci: { busId: string; pciDeviceId: number; pciSubSystemId: number }
  /** Bytes. */
  memory: { total: number; used: number }
  /** Percent, like encoder, decoder and fans. */
  utilization: { gpu: number; memory: number }
  encoder: number
  decoder: number
  temperatureC: number
  memoryTemperatureC: number
  powerUsageMw: number
  enforcedPowerLimitMw: number
  defaultPowerLimitMw: number
  powerLimitRangeMw: { min: number; max: number }
  graphicsClockMhz: number
  memoryClockMhz: number
  fans: number[]
  /** Bits of nvmlClocksEventReasons. */
  throttleReasons: number
  eccEnabled: boolean
  eccCorrected: number
  eccUncorrected: number
  pcieGeneration: number
  pcieLanes: number
  pcieGenerationMax: number
  pcieLanesMax: number
  performanceState: number
  displayActive: boolean
  computeCapability: { major: number; minor: number }
  migEnabled: boolean
  migInstances: { index: number; gpuInstanceId: number | null; computeInstanceId: number | null; memoryBytes: number | null; multiprocessors: number | null }[]
  /** `memoryBytes` null: not told, as always under Windows' WDDM. */
  computeProcesses: NvmlProcess[]
  graphicsProcesses: NvmlProcess[]
}

export interface NvmlProcess {
  pid: number
  name: string | null
  memoryBytes: number | null
}

/** A device handle: whatever the library gave, handed back as it is. */
export type NvmlDevice = number

export interface Nvml {
  /** 0, or NVML's error code. Starting it may take seconds where no persistence mode keeps the driver awake. */
  init(): number
  shutdown(): void
  driverVersion(): NvmlAnswer<string>
  /** 13020 for 13.2. */
  cudaVersion(): NvmlAnswer<number>
  deviceCount(): NvmlAnswer<number>
  device(index: number): NvmlAnswer<NvmlDevice>
  /** A program's path and perhaps its arguments. */
  processName(pid: number): NvmlAnswer<string>
  ask<Key extends keyof NvmlValues>(device: NvmlDevice, key: Key): NvmlAnswer<NvmlValues[Key]>
}

/** Return values from NVIDIA's nvml.h (nvmlReturn_t). */
export const nvmlCodes = {
  success: 0,
  uninitialized: 1,
  invalidArgument: 2,
  notSupported: 3,
  noPermission: 4,
  notFound: 6,
  insufficientSize: 7,
  insufficientPower: 8,
  driverNotLoaded: 9,
  timeout: 10,
  libraryNotFound: 12,
  functionNotFound: 13,
  gpuIsLost: 15,
  resetRequired: 16,
  operatingSystem: 17,
  libraryMismatch: 18,
  noData: 21,
  deprecated: 26,
  notReady: 27,
  unknown: 999,
} as const

const words: Record<number, string> = {
  [nvmlCodes.notSupported]: 'this card does not support it',
  [nvmlCodes.noPermission]: 'this user may not read it (insufficient permissions)',
  [nvmlCodes.notFound]: 'the driver does not find it',
  [nvmlCodes.insufficientPower]: 'the card’s power cables are not attached properly',
  [nvmlCodes.driverNotLoaded]: 'the driver is not loaded',
  [nvmlCodes.timeout]: 'the driver did not answer in time',
  [nvmlCodes.functionNotFound]: 'this driver does not know it',
  [nvmlCodes.gpuIsLost]: 'the card is lost: the driver no longer reaches it',
  [nvmlCodes.resetRequired]: 'the card needs a reset',
  [nvmlCodes.operatingSystem]: 'the operating system blocks the card',
  [nvmlCodes.noData]: 'the driver has no figure yet',
  [nvmlCodes.deprecated]: 'this driver no longer tells it (deprecated)',
  [nvmlCodes.notReady]: 'the card is not ready',
  [nvmlCodes.unknown]: 'the driver reports an unknown error',
}

export function nvmlReason(code: number): string {
  return words[code] ?? `the driver answers with error ${code}`
}

/** Names of the bits of nvmlClocksEventReasons, spelt as nvidia-smi's XML does. */
const throttleBits: [number, string][] = [
  [0x1, 'gpu_idle'],
  [0x2, 'applications_clocks_setting'],
  [0x4, 'sw_power_cap'],
  [0x8, 'hw_slowdown'],
  [0x10, 'sync_boost'],
  [0x20, 'sw_thermal_slowdown'],
  [0x40, 'hw_thermal_slowdown'],
  [0x80, 'hw_power_brake_slowdown'],
  [0x100, 'display_clocks_setting'],
]

export function throttleNames(bits: number): string[] {
  return throttleBits.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name)
}
