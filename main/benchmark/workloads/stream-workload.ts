/** What the workloads that stream through memory share: unit, kernels, and the range that a card's stated bandwidth gives. */
import type { GpuFacts } from '../../../shared/gpu-facts.ts'
import { streamCandidates, type Stream } from './memory-streams.ts'
import type { OpenClWorkload } from './workload.ts'

interface Own extends Pick<OpenClWorkload, 'id' | 'title' | 'modes' | 'calibrates' | 'measures' | 'counts' | 'invalidWhen'> {
  /** Share of the stated bandwidth that a card in order reaches. */
  least: number
  /** Ways to be tried, likeliest first. */
  onProcessors: readonly Stream[]
  onCards: readonly Stream[]
}

export function streamWorkload({ least, onProcessors, onCards, ...own }: Own): OpenClWorkload {
  return {
    ...own,
    unit: 'GB/s',
    perUnit: 1e9,
    better: 'higher',
    api: 'opencl',
    notOffered: () => null,
    kernelFile: 'memory-bandwidth.cl',
    expected: (facts) => expectedBandwidth(facts, least),
    candidates: (device, kernelText) => streamCandidates(device, kernelText, device.facts.type === 'cpu' ? onProcessors : onCards),
  }
}

/** Refresh, bank switching and, on some cards, error correction leave 80 to 95 % of the stated pin rate; above it nothing can be. */
export function expectedBandwidth(facts: GpuFacts, least: number): { low: number; high: number; why: string } | null {
  if (facts.memoryBandwidthGBs === null) return null
  return { low: facts.memoryBandwidthGBs * least, high: facts.memoryBandwidthGBs * 1.03, why: `${Math.round(least * 100)} % to 103 % of the ${facts.memoryBandwidthGBs} GB/s the maker states` }
}
