/** Facts on GPU models: the rows of `resources/gpus.json`. */
import type { GpuVendor } from './machine.ts'
import type { Source } from './network.ts'

export type GpuClass = 'consumer' | 'laptop' | 'workstation' | 'data-centre' | 'system-on-chip'

export interface GpuFacts {
  /** The key, vendor-neutral marketing name: "GeForce RTX 4090". */
  model: string
  /** Other names a driver or a person uses, without the vendor's name in front. */
  aliases: string[]
  vendor: GpuVendor
  class: GpuClass
  chip: string | null
  architecture: string | null
  /** ISO day. */
  releasedOn: string | null
  memoryBytes: number | null
  memoryType: string | null
  /** GB/s, 10^9. */
  memoryBandwidthGBs: number | null
  /** At boost clock, without tensor cores. */
  fp32Tflops: number | null
  shaders: number | null
  boostMhz: number | null
  /** Board power as the maker states it. */
  boardPowerW: number | null
  cudaComputeCapability: string | null
  /** "PCIe 4.0 x16". */
  pcie: string | null
  /** Lower case `10de:2684`; empty: not known here. */
  pciDeviceIds: string[]
  sources: Source[]
  confidence: 'high' | 'medium' | 'low'
  notes: string[]
}
