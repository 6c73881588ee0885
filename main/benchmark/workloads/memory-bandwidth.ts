/** Memory bandwidth: how fast the device streams through memory that its caches cannot hold, in whichever way is fastest. */
import type { GpuFacts } from '../../../shared/gpu-facts.ts'
import { streamCandidates, type Stream } from './memory-streams.ts'
import type { OpenClWorkload } from './workload.ts'

// A processor first fetches the line that it is going to overwrite, unless told to go round its caches.
const onProcessors: readonly Stream[] = [
  { kernel: 'read_four', lanes: 16 },
  { kernel: 'write_stretch', lanes: 16, pastCaches: true },
  { kernel: 'read_stretch', lanes: 16 },
]
const onCards: readonly Stream[] = [
  { kernel: 'read_stretch', lanes: 4 },
  { kernel: 'read_stretch', lanes: 4, groupsPerUnit: 512 },
  { kernel: 'read_rows', lanes: 4 },
  { kernel: 'write_stretch', lanes: 4 },
  { kernel: 'copy_stretch', lanes: 4 },
  { kernel: 'read_stretch', lanes: 1 },
  { kernel: 'read_stretch', lanes: 2 },
]

export const memoryBandwidth: OpenClWorkload = {
  id: 'memory-bandwidth',
  title: 'memory bandwidth',
  unit: 'GB/s',
  perUnit: 1e9,
  better: 'higher',
  api: 'opencl',
  modes: ['quick', 'full'],
  notOffered: () => null,
  calibrates: 'Launches are sized to 50 to 200 ms; the fastest of reading, writing and copying and of several vector widths is kept, then repeated until eight runs in a row agree.',
  measures: 'Bytes per second between the device memory and the compute units, streaming in order through 512 MiB to 4 GiB, in the fastest of three ways: reading, writing, copying.',
  counts: 'Every byte read and every byte written by the kernel; what caches fetch on their own counts as none. 1 GB is 10^9 bytes.',
  invalidWhen: ['a sum, a written or a copied value differs from what it must be', 'the buffer fits the caches', 'the runs do not agree'],
  kernelFile: 'memory-bandwidth.cl',
  expected: (facts) => expectedBandwidth(facts, 0.72),
  candidates: (device, kernelText) => streamCandidates(device, kernelText, device.facts.type === 'cpu' ? onProcessors : onCards),
}

/** Refresh, bank switching and, on some cards, error correction leave 80 to 95 % of the stated pin rate; above it nothing can be. */
export function expectedBandwidth(facts: GpuFacts, least: number): { low: number; high: number; why: string } | null {
  if (facts.memoryBandwidthGBs === null) return null
  return { low: facts.memoryBandwidthGBs * least, high: facts.memoryBandwidthGBs * 1.03, why: `${Math.round(least * 100)} % to 103 % of the ${facts.memoryBandwidthGBs} GB/s the maker states` }
}
