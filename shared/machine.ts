/** What a machine is and which GPUs it has: the types behind `detect --json`. */
import type { GpuSample } from './telemetry.ts'

/** Node's own names for the platform, so that recorded machines can state them too. */
export type Platform = 'linux' | 'win32' | 'darwin' | 'freebsd' | 'openbsd' | 'unknown'

/** Facts of the whole machine. Every fact but the first three may be null: unknown. */
export interface Machine {
  platform: Platform
  /** Node's word for the processor architecture: `x64`, `arm64`, … */
  arch: string
  /** Name and version as a person says it: "Ubuntu 24.04", "Windows 11 Pro". */
  os: string | null
  /** Version alone where it could be told apart: "24.04", "10.0.26100". */
  osVersion: string | null
  cpuName: string | null
  /** Physical cores. */
  cpuCores: number | null
  memoryBytes: number | null
  /** Free space on the volume that holds the data folder. */
  diskFreeBytes: number | null
  /** Total size of that volume. */
  diskTotalBytes: number | null
  isVirtual: boolean | null
  isWsl: boolean | null
  /** Whether a Docker Engine answers; null: not asked. */
  hasDocker: boolean | null
  /** Measured or recorded line speeds, in megabits per second. */
  downMbps: number | null
  upMbps: number | null
  /** Folder name of the recorded machine that is being shown, or null for this machine. */
  recorded: string | null
}

export type GpuVendor = 'nvidia' | 'amd' | 'intel' | 'apple' | 'other'
/** `cpu-device`: a processor that offers OpenCL. `virtual`: a paravirtual or remote display adapter. */
export type GpuKind = 'gpu' | 'cpu-device' | 'virtual'
export type DetectionLayer = 'nvml' | 'nvidia-smi' | 'rocm-smi' | 'opencl' | 'sysfs' | 'os'

/** Something that is wrong, as a sentence and what to do about it. `id` is stable, e.g. `driver-not-answering`. */
export interface Problem {
  id: string
  sentence: string
  remedy: string | null
}

/** One MIG (Multi-Instance GPU) slice of a card. */
export interface MigInstance {
  index: number
  gpuInstanceId: number | null
  computeInstanceId: number | null
  memoryBytes: number | null
  multiprocessors: number | null
}

export interface Gpu {
  /** UUID, else `pci:<address>:<device id>`, else `<layer>:<n>` for a card no layer could place. Never an index alone. */
  id: string
  uuid: string | null
  /** As a person would call it: the driver's name, or the one from pci.ids where the driver has none. */
  name: string
  /** The driver's own words where they differ from `name` ("Graphics Device"). */
  driverName: string | null
  vendor: GpuVendor
  /** Key of `resources/gpus.json`; null: not in the table. */
  model: string | null
  kind: GpuKind
  memoryBytes: number | null
  driverVersion: string | null
  cudaVersion: string | null
  vbiosVersion: string | null
  /** `0000:01:00.0`: four-digit domain, lower case. */
  pciAddress: string | null
  /** `10de:2684`: vendor and device, lower case. */
  pciDeviceId: string | null
  pciSubsystemId: string | null
  /** "8.9"; null where no layer says so. */
  cudaComputeCapability: string | null
  pcieGenerationMax: number | null
  pcieLanesMax: number | null
  /** A monitor is attached to it or the desktop runs on it; null: unknown. */
  drivesDisplay: boolean | null
  isIntegrated: boolean | null
  eccEnabled: boolean | null
  /** null: the card has no MIG or it could not be read. */
  mig: { enabled: boolean; instances: MigInstance[] } | null
  /** Board power limits as set and as shipped, in watts. */
  powerLimitW: number | null
  powerLimitDefaultW: number | null
  powerLimitMinW: number | null
  powerLimitMaxW: number | null
  seenBy: DetectionLayer[]
  /** How the measuring worker finds this card: platform and device as OpenCL numbers them at detection. null: no OpenCL. */
  opencl: { platform: number; device: number; name: string; driverVersion: string | null } | null
  sample: GpuSample | null
  problems: Problem[]
}

/** The document behind `detect --json`, and the state's part `gpus` once ready. */
export interface Detection {
  machine: Machine
  gpus: Gpu[]
  /** What concerns the machine and not one card: no GPU, driver not answering, driver too old. */
  problems: Problem[]
  detectedAt: number
}
