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
  /** The hottest part of the card; since driver 615. */
  hotspotTemperatureC: number
  powerUsageMw: number
  enforcedPowerLimitMw: number
  defaultPowerLimitMw: number
  powerLimitRangeMw: { min: number; max: number }
  graphicsClockMhz: number
  smClockMhz: number
  memoryClockMhz: number
  videoClockMhz: number
  graphicsClockMaxMhz: number
  smClockMaxMhz: number
  memoryClockMaxMhz: number
  videoClockMaxMhz: number
  fanCount: number
  fans: number[]
  /** Turns a minute, in the order of `fans`. */
  fansRpm: number[]
  /** °C; drivers give 0 where they have none. Ada and newer tell margins in their place. */
  thresholdShutdownC: number
  thresholdSlowdownC: number
  thresholdMemoryC: number
  thresholdTargetC: number
  /** °C that are left until the card begins to slow down. */
  marginC: number
  /** Where it slows down and shuts down, as margins: −2 is two degrees beyond. */
  marginSlowdownC: number
  marginShutdownC: number
  /** Millijoules since the driver was loaded. */
  energyMj: number
  pcieReplays: number
  retiredSingleBit: number
  retiredDoubleBit: number
  retiredPending: boolean
  remappedRows: { correctable: number; uncorrectable: number; pending: boolean; failed: boolean }
  nvlinks: { link: number; isActive: boolean | null; version: string | null; remotePciAddress: string | null }[]
  persistenceMode: boolean
  /** NVML's own numbers of these enums; names are in nvml-words.ts. */
  computeMode: number
  driverModel: number
  architecture: number
  virtualizationMode: number
  boardPartNumber: string
  /** What the driver says has to be done before the card works again; 0: nothing. Since driver 570. */
  recoveryAction: number
  /** Bits of nvmlClocksEventReasons; 2^32: an older driver's "another reason". */
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
  /** Programs that share the card by way of NVIDIA's MPS server: in no other list. */
  mpsProcesses: NvmlProcess[]
  /** Share of the card of those that used it since they were last asked for, 0..100; the others used nothing. */
  processUtilization: { pid: number; percent: number }[]
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
  /** Lets the library go, so that one which an update has put in its place can be loaded. Nothing may be asked after it. */
  unload(): void
  driverVersion(): NvmlAnswer<string>
  /** 13020 for 13.2. */
  cudaVersion(): NvmlAnswer<number>
  deviceCount(): NvmlAnswer<number>
  device(index: number): NvmlAnswer<NvmlDevice>
  /** A program's path and perhaps its arguments. */
  processName(pid: number): NvmlAnswer<string>
  /** Xid numbers that the driver reported since the last call; the first call begins to listen. Never waits. */
  xids(devices: readonly NvmlDevice[]): { device: NvmlDevice; code: number }[]
  ask<Key extends keyof NvmlValues>(device: NvmlDevice, key: Key): NvmlAnswer<NvmlValues[Key]>
}
