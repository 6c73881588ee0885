/** What a model should reach in each workload, from the facts on its board, and why. Pure; null: the table does not say. */
import type { RunConditions, WorkloadId } from '../../shared/benchmark.ts'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import { ratesOf, type RateName } from './architecture-facts.ts'
import { tensorSpecOf, type TensorKind } from './tensor-specs.ts'

export interface ExpectedRange {
  low: number
  high: number
  why: string
}

type Conditions = Pick<RunConditions, 'pcieGeneration' | 'pcieLanes'> & Partial<Pick<RunConditions, 'attachment'>>

/** In the workload's own unit. `conditions`: the link as it is, which decides transfers; left out: as the maker states it. */
export function expectedOf(workload: WorkloadId, facts: GpuFacts | null, conditions?: Conditions | null): ExpectedRange | null {
  if (facts === null) return null
  switch (workload) {
    case 'fp32-compute':
      return single(facts)
    case 'fp16-compute':
      return byRate(facts, 'fp16PerFp32', 'half-precision')
    case 'fp64-compute':
      return byRate(facts, 'fp64PerFp32', 'double-precision')
    case 'int32-compute':
      return byRate(facts, 'int32PerFp32', '32-bit integer')
    case 'int8-dot':
      return byRate(facts, 'int8DotPerFp32', 'dot-product')
    case 'tensor-fp16':
      return tensor(facts, 'fp16')
    case 'tensor-bf16':
      return tensor(facts, 'bf16')
    case 'tensor-int8':
      return tensor(facts, 'int8')
    case 'memory-bandwidth':
    case 'memory-read':
      return ofBandwidth(facts, 0.72, 'Refresh, bank switching and, on some cards, error correction take the rest.')
    case 'memory-write':
    case 'memory-copy':
      return ofBandwidth(facts, 0.65, 'Writing costs turnarounds of the bus beside refresh and bank switching.')
    case 'attention-decode':
      return ofBandwidth(facts, 0.4, 'It streams a cache of keys and values, with a little arithmetic beside it.')
    case 'matrix-multiply':
      return matrixProduct(facts)
    case 'host-to-device':
    case 'device-to-host':
      return ofLink(facts, conditions ?? null, 0.7)
    case 'host-to-device-pageable':
    case 'device-to-host-pageable':
      return ofLink(facts, conditions ?? null, 0.1)
    // Nobody states these for a model: caches, latencies, 24-bit integers (several instructions on many chips), rays of our own scene.
    case 'int24-compute':
    case 'cache-bandwidth':
    case 'memory-latency':
    case 'launch-latency':
    case 'path-tracer':
      return null
  }
}

/** Laptop makers may set a chip to half its power. Desktop cards usually run above the stated boost clock, data-centre cards below it under a power cap. */
function leastShare(facts: GpuFacts): number {
  return facts.class === 'laptop' ? 0.5 : 0.75
}
const mostShare = 1.15

function single(facts: GpuFacts): ExpectedRange | null {
  if (facts.fp32Tflops === null) return null
  const low = leastShare(facts)
  // RDNA 3 and 4 state two instructions at once, which a compiler may or may not find.
  const doubled = facts.vendor === 'amd' && /^RDNA [34]/.test(facts.architecture ?? '') ? 0.5 : 1
  const packed = facts.architecture === 'CDNA 3.0' ? 0.5 : 1
  const share = low * doubled * packed
  const why = `${percent(share)} to ${percent(mostShare)} of the ${facts.fp32Tflops} TFLOP/s the maker states at boost clock${share < low ? ', which count two operations in one instruction' : ''}`
  return { low: facts.fp32Tflops * 1000 * share, high: facts.fp32Tflops * 1000 * mostShare, why }
}

function byRate(facts: GpuFacts, name: RateName, title: string): ExpectedRange | null {
  const rates = ratesOf(facts)
  const rate = rates[name]
  if (facts.fp32Tflops === null || rate === null) return null
  const least = rates.least[name] ?? rate
  const middle = facts.fp32Tflops * 1000
  return {
    low: middle * least * leastShare(facts),
    high: middle * rate * mostShare,
    why: `${title} arithmetic at ${times(least, rate)} the stated ${facts.fp32Tflops} TFLOP/s of single precision; ${rates.why}`,
  }
}

function times(least: number, rate: number): string {
  const one = (value: number): string => (value >= 1 ? String(value) : `1/${Math.round(1 / value)}`)
  return least === rate ? `${one(rate)} times` : `${one(least)} to ${one(rate)} times`
}

function tensor(facts: GpuFacts, kind: TensorKind): ExpectedRange | null {
  const spec = tensorSpecOf(facts, kind)
  if (spec === null) return null
  const low = facts.class === 'laptop' ? 0.35 : 0.5
  return { low: spec.perSecond * low, high: spec.perSecond * mostShare, why: `${percent(low)} to ${percent(mostShare)} of the ${spec.words}` }
}

function ofBandwidth(facts: GpuFacts, low: number, rest: string): ExpectedRange | null {
  const stated = facts.memoryBandwidthGBs
  if (stated === null) return null
  return { low: stated * low, high: stated * 1.03, why: `${percent(low)} to 103 % of the ${stated} GB/s the maker states. ${rest}` }
}

/** A library reaches 0.8 and more of single precision; our portable kernel is content with less. */
function matrixProduct(facts: GpuFacts): ExpectedRange | null {
  const range = single(facts)
  if (range === null || facts.fp32Tflops === null) return null
  return { low: range.low * 0.3, high: range.high, why: `${percent(range.low * 0.3 / (facts.fp32Tflops * 1000))} to ${percent(mostShare)} of the stated ${facts.fp32Tflops} TFLOP/s of single precision, for a portable kernel` }
}

/** GB/s a lane and direction after line coding (PCI Express base specifications 1.0 to 6.0). */
const laneGBs: Record<number, number> = { 1: 0.25, 2: 0.5, 3: 0.985, 4: 1.969, 5: 3.938, 6: 7.563 }

function ofLink(facts: GpuFacts, conditions: Conditions | null, share: number): ExpectedRange | null {
  if (facts.class === 'system-on-chip' || conditions?.attachment === 'integrated') return null
  const stated = /PCIe (\d)(?:\.\d)? x(\d+)/.exec(facts.pcie ?? '')
  const isKnown = conditions != null && conditions.pcieGeneration !== null && conditions.pcieLanes !== null
  const generation = isKnown ? conditions.pcieGeneration : stated ? Number(stated[1]) : null
  const lanes = isKnown ? conditions.pcieLanes : stated ? Number(stated[2]) : null
  const perLane = generation === null ? undefined : laneGBs[generation]
  if (perLane === undefined || lanes === null || lanes < 1) return null
  // A link rests at an older generation's speed: how it was read may be less than how it worked.
  const top = stated ? Math.max(perLane, laneGBs[Number(stated[1])] ?? 0) : perLane
  const most = top * lanes
  // A slot may be narrower or older than the card: without the link's own words a quarter is no sign of trouble.
  const low = isKnown ? share : share / 4
  const isResting = top > perLane
  const link = isResting ? `a link read as PCIe ${generation}.0 x${lanes}, which may have been at rest: the card does ${stated?.[1]}.0` : `PCIe ${generation}.0 x${lanes}`
  return { low: perLane * lanes * low, high: most, why: `${percent(low)} to 100 % of the ${(perLane * lanes).toFixed(1)}${isResting ? ` to ${most.toFixed(1)}` : ''} GB/s of ${link}${isKnown ? '' : ', which is the card\'s own; the slot may give less'}` }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
