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
  /** Since the system was started; null: unknown. Drivers may still be loading while it is small. */
  uptimeSeconds: number | null
  /** What kind of place the system runs in, as far as it shows; null: could not be told. */
  surroundings: Surroundings | null
  /** Folder name of the recorded machine that is being shown, or null for this machine. */
  recorded: string | null
}

/** Where the operating system runs and who looks at it. What cannot be told is null. */
export interface Surroundings {
  kind: 'bare-metal' | 'virtual-machine' | 'container' | 'wsl'
  /** "KVM", "Hyper-V", "Docker", "WSL2"; null: its maker does not show. */
  name: string | null
  /** Of a container: the virtual machine that its host is; null or left out: none shows. */
  hypervisor?: string | null
  isLaptop: boolean | null
  onBattery: boolean | null
  /** The session that Idlewatt runs in comes from another machine: `rdp`, `vnc`, `ssh`. null: local, or it does not show. */
  remoteSession: 'rdp' | 'vnc' | 'ssh' | null
  /** One sentence for the user: "Ubuntu in WSL2 on Windows: …". */
  sentence: string
  /** What it was told by: "/.dockerenv exists". */
  evidence: string[]
}

export type GpuVendor = 'nvidia' | 'amd' | 'intel' | 'apple' | 'other'
/** `cpu-device`: a processor that offers OpenCL. `virtual`: a paravirtual or remote display adapter. */
export type GpuKind = 'gpu' | 'cpu-device' | 'virtual'
export type DetectionLayer = 'nvml' | 'nvidia-smi' | 'rocm-smi' | 'amd-smi' | 'opencl' | 'sysfs' | 'os'

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

/** How a card is joined to the machine, where it is more than a card in a slot. */
export interface GpuAttachment {
  /**
   * `internal`: in a slot or on the board; `integrated`: part of the processor; `external`: in a box behind Thunderbolt,
   * USB4 or OCuLink; `passthrough`: a whole card handed to this virtual machine; `virtual-gpu`: a slice of a card (NVIDIA
   * vGPU, SR-IOV); `paravirtual`: the host's card by way of WSL2 or Hyper-V; `remote-display`: a remote session's adapter.
   */
  kind: 'internal' | 'integrated' | 'external' | 'passthrough' | 'virtual-gpu' | 'paravirtual' | 'remote-display'
  /** What it means, for the user: "In an external enclosure (Thunderbolt): it can be pulled out at any time." */
  sentence: string
  /** What it was told by. */
  because: string
}

/** Memory that the card has taken out of use (NVIDIA until Turing). Counts of pages. */
export interface RetiredPages {
  singleBit: number | null
  doubleBit: number | null
  pending: boolean | null
}

/** Memory rows that the card has replaced by spare ones (NVIDIA since Ampere). */
export interface RemappedRows {
  correctable: number | null
  uncorrectable: number | null
  pending: boolean | null
  failed: boolean | null
}

export interface NvLink {
  link: number
  isActive: boolean | null
  /** "4.0"; null: not told. */
  version: string | null
  /** What is at the other end; null: not told. */
  remotePciAddress: string | null
}

/** The temperatures at which the card itself acts, in °C. */
export interface TemperatureLimits {
  /** Of the sensor that `temperatureC` reads. */
  slowdownC: number | null
  shutdownC: number | null
  /** Where the hottest spot of the chip makes it slow down; left out: the card does not tell. */
  hotspotC?: number | null
  /** What the fan curve and clocks aim at. */
  targetC: number | null
  memoryC: number | null
}

/** What one layer said of a card, as it said it: field name of Gpu → value; unknown fields are left out. */
export interface LayerView {
  layer: DetectionLayer
  says: Record<string, string | number | boolean>
}

/** A field on which layers differ. The first value is the one that was taken. */
export interface Disagreement {
  field: string
  said: { layer: DetectionLayer; value: string | number | boolean }[]
}

/** What layers may know beyond the essentials; null: unknown. */
export interface CardDetails {
  /** "Ada Lovelace", "gfx1100". */
  architecture: string | null
  coreClockMaxMhz: number | null
  memoryClockMaxMhz: number | null
  temperatureLimits: TemperatureLimits | null
  fanCount: number | null
  retiredPages: RetiredPages | null
  remappedRows: RemappedRows | null
  /** null: none or not told; cards without NVLink have an empty list. */
  nvlinks: NvLink[] | null
  persistenceMode: boolean | null
  /** "Default", "Exclusive_Process", "Prohibited". */
  computeMode: string | null
  /** Windows: how the driver runs the card. */
  driverModel: 'WDDM' | 'TCC' | 'MCDM' | null
  /** The board maker's part number, where the driver tells. */
  boardPartNumber: string | null
  attachment: GpuAttachment | null
}

export const unknownCardDetails: CardDetails = {
  architecture: null,
  coreClockMaxMhz: null,
  memoryClockMaxMhz: null,
  temperatureLimits: null,
  fanCount: null,
  retiredPages: null,
  remappedRows: null,
  nvlinks: null,
  persistenceMode: null,
  computeMode: null,
  driverModel: null,
  boardPartNumber: null,
  attachment: null,
}

/** When a card was seen, by this app on this machine. */
export interface CardPresence {
  /** ms since epoch; null: not remembered (no data folder). */
  firstSeenAt: number | null
  /** It was here before and is not found any more, since then; null: it is here. */
  lostSince: number | null
}

export const presentCard: CardPresence = { firstSeenAt: null, lostSince: null }

export interface Gpu extends CardDetails, CardPresence {
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
  /** Each layer's own view; the merged card is made of them. */
  views: LayerView[]
  /** Where they differ; both are shown. */
  disagreements: Disagreement[]
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

/** What is remembered of a card for good, so that it keeps its id and its history. */
export interface KnownCard {
  gpuId: string
  uuid: string | null
  pciAddress: string | null
  pciDeviceId: string | null
  /** As it was last seen, without sample and problems. */
  gpu: Gpu
  firstSeenAt: number
  lastSeenAt: number
  lostSince: number | null
}

/** The cards that are here now: a lost one earns nothing and cannot be measured. */
export function presentGpus(gpus: readonly Gpu[]): Gpu[] {
  return gpus.filter((gpu) => gpu.lostSince === null)
}
