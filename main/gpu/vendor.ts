/** The contract of a layer: a library, tool or part of the system that sees graphics cards and says what it knows. */
import { unknownCardDetails, type CardPresence, type DetectionLayer, type Gpu, type GpuKind, type Problem } from '../../shared/machine.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import type { MachineFacts, MachineSource } from '../system/machine-source.ts'

/** What one layer saw of one card. What it does not know is null; merge.ts puts the layers together. */
export interface CardSeen extends Omit<Gpu, 'id' | 'model' | 'name' | 'driverName' | 'kind' | 'seenBy' | 'vendor' | 'views' | 'disagreements' | keyof CardPresence> {
  layer: DetectionLayer
  /** The layer's own words; null: it has none. */
  name: string | null
  vendor: Gpu['vendor'] | null
  kind: GpuKind | null
  /** AMD tells products of one device id apart by their revision: two hex digits. */
  pciRevision: string | null
}

export interface LayerAnswer {
  layer: DetectionLayer
  /** `absent`: its library, tool or folder is not on this machine. `failed`: it is, but does not answer properly. */
  state: 'answered' | 'absent' | 'failed'
  cards: CardSeen[]
  /** What concerns the machine and not one card. */
  problems: Problem[]
  /** Facts of the machine that this layer learned on the way. */
  facts?: Partial<MachineFacts>
}

/** A reading with what says whose it is. */
export interface SampleSeen extends CardKey {
  sample: GpuSample
}

/** Enough to find a card again. */
export interface CardKey {
  uuid: string | null
  pciAddress: string | null
  /** Where a layer has neither of them: `10de:2684`, of use where there is one such card. */
  pciDeviceId?: string | null
}

export interface Layer {
  name: DetectionLayer
  /** What a person types to see the same. */
  command: string
  /** Rejects only on our own bugs. `at`: ms since epoch. */
  detect(machine: MachineSource, at: number): Promise<LayerAnswer>
  /** What changes from second to second; absent: this layer cannot say. Empty: it does not answer now. */
  sample?(machine: MachineSource, at: number, cards: CardKey[]): Promise<SampleSeen[]>
}

export function answered(layer: DetectionLayer, cards: CardSeen[], problems: Problem[] = []): LayerAnswer {
  return { layer, state: 'answered', cards, problems }
}
export function absent(layer: DetectionLayer, problems: Problem[] = []): LayerAnswer {
  return { layer, state: 'absent', cards: [], problems }
}
export function failed(layer: DetectionLayer, problem: Problem): LayerAnswer {
  return { layer, state: 'failed', cards: [], problems: [problem] }
}

/** A card of which nothing is known yet. */
export function blankCard(layer: DetectionLayer): CardSeen {
  return {
    ...unknownCardDetails,
    layer,
    uuid: null,
    name: null,
    vendor: null,
    kind: null,
    memoryBytes: null,
    driverVersion: null,
    cudaVersion: null,
    vbiosVersion: null,
    pciAddress: null,
    pciDeviceId: null,
    pciSubsystemId: null,
    pciRevision: null,
    cudaComputeCapability: null,
    pcieGenerationMax: null,
    pcieLanesMax: null,
    drivesDisplay: null,
    isIntegrated: null,
    eccEnabled: null,
    mig: null,
    powerLimitW: null,
    powerLimitDefaultW: null,
    powerLimitMinW: null,
    powerLimitMaxW: null,
    opencl: null,
    sample: null,
    problems: [],
  }
}

/** By PCI vendor id, else by a word in the text. */
export function vendorOf(pciDeviceId: string | null, text: string | null): Gpu['vendor'] | null {
  const byId: Record<string, Gpu['vendor']> = { '10de': 'nvidia', '12d2': 'nvidia', '1002': 'amd', '1022': 'amd', '8086': 'intel', '8087': 'intel', '106b': 'apple' }
  const known = pciDeviceId === null ? undefined : byId[pciDeviceId.slice(0, 4)]
  if (known) return known
  if (pciDeviceId !== null) return 'other'
  const words = text ?? ''
  if (/nvidia|geforce|quadro|\btesla\b/i.test(words)) return 'nvidia'
  if (/advanced micro devices|\bamd\b|\bati\b|radeon|firepro|\binstinct\b|authenticamd/i.test(words)) return 'amd'
  if (/\bintel\b|genuineintel|\biris\b|\buhd graphics\b/i.test(words)) return 'intel'
  if (/\bapple\b/i.test(words)) return 'apple'
  return words.trim() === '' ? null : 'other'
}
