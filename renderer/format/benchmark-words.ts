/** The words behind the ids of measuring: workloads, modes, statuses, reasons. Pure. */
import { lowerIsBetter, type BenchmarkMode, type BenchmarkResult, type DerivedUse, type MarkedStep, type SustainedRun, type WorkloadId, type WorkloadResult, type WorkloadStatus } from '../../shared/benchmark.ts'

export const workloadWords: Record<WorkloadId, string> = {
  'fp32-compute': 'Single-precision compute',
  'memory-bandwidth': 'Memory bandwidth',
  'tensor-fp16': 'Tensor cores, fp16',
  'fp16-compute': 'Half-precision compute',
  'fp64-compute': 'Double-precision compute',
  'int32-compute': '32-bit integer compute',
  'int24-compute': '24-bit integer compute',
  'int8-dot': '8-bit dot products',
  'tensor-bf16': 'Tensor cores, bf16',
  'tensor-int8': 'Tensor cores, int8',
  'memory-read': 'Memory reading',
  'memory-write': 'Memory writing',
  'memory-copy': 'Memory copying',
  'cache-bandwidth': 'Cache bandwidth',
  'memory-latency': 'Memory latency',
  'host-to-device': 'Transfers to the card',
  'host-to-device-pageable': 'To the card, ordinary memory',
  'device-to-host': 'Transfers from the card',
  'device-to-host-pageable': 'From the card, ordinary memory',
  'launch-latency': 'Launch latency',
  'matrix-multiply': 'Matrix product, fp32',
  'attention-decode': 'Attention over a long context',
  'path-tracer': 'Path tracing',
}

/** What each one tells, in one sentence. */
export const workloadAbout: Record<WorkloadId, string> = {
  'fp32-compute': 'How many 32-bit floating-point operations a second the card does: multiply-adds in registers, each counted as two.',
  'memory-bandwidth': 'The best of reading, writing and copying the card’s own memory.',
  'tensor-fp16': 'Matrix products of 16-bit floats, summed up in 32 bits, on the units made for them. Operands stay on the chip.',
  'fp16-compute': '16-bit floating-point operations outside the tensor units.',
  'fp64-compute': '64-bit floating-point operations. Gaming cards do few of them by design.',
  'int32-compute': '32-bit whole-number multiply-adds, each counted as two.',
  'int24-compute': '24-bit whole-number multiply-adds, which some cards do faster than 32-bit ones.',
  'int8-dot': 'Dot products of four 8-bit numbers in one instruction, each counted as eight operations.',
  'tensor-bf16': 'As with fp16, in the format most models are trained in.',
  'tensor-int8': 'Matrix products of 8-bit whole numbers on the tensor units.',
  'memory-read': 'Reading a buffer far larger than the caches.',
  'memory-write': 'Writing a buffer far larger than the caches.',
  'memory-copy': 'Copying within the card’s memory; both directions are counted.',
  'cache-bandwidth': 'Reading a buffer that fits into the card’s cache, over and over.',
  'memory-latency': 'How long one read takes when each has to wait for the one before. Less is better.',
  'host-to-device': 'Copies from the machine to the card out of memory that is locked for it (pinned).',
  'host-to-device-pageable': 'Copies from the machine to the card out of ordinary (pageable) memory.',
  'device-to-host': 'Copies from the card to the machine into memory that is locked for it (pinned).',
  'device-to-host-pageable': 'Copies from the card to the machine into ordinary (pageable) memory.',
  'launch-latency': 'How long the smallest piece of work takes from handing it over to its end. Less is better.',
  'matrix-multiply': 'A product of large matrices in tiles, as scientific programs do it without tensor units.',
  'attention-decode': 'One step of a language model over its stored context: it hangs on memory.',
  'path-tracer': 'A small scene with several bounces of light: the nearest thing to rendering.',
}

export interface WorkloadGroup {
  title: string
  workloads: WorkloadId[]
}

export const workloadGroups: WorkloadGroup[] = [
  { title: 'Arithmetic', workloads: ['fp32-compute', 'fp16-compute', 'fp64-compute', 'int32-compute', 'int24-compute', 'int8-dot'] },
  { title: 'Tensor cores', workloads: ['tensor-fp16', 'tensor-bf16', 'tensor-int8'] },
  { title: 'Memory of the card', workloads: ['memory-bandwidth', 'memory-read', 'memory-write', 'memory-copy', 'cache-bandwidth', 'memory-latency'] },
  { title: 'Between machine and card', workloads: ['host-to-device', 'host-to-device-pageable', 'device-to-host', 'device-to-host-pageable', 'launch-latency'] },
  { title: 'Like real work', workloads: ['matrix-multiply', 'attention-decode', 'path-tracer'] },
]

/** What a quick run measures, and what a sustained one can keep up. */
export const quickWorkloads: WorkloadId[] = ['fp32-compute', 'memory-bandwidth', 'tensor-fp16']
export const sustainedWorkloads: WorkloadId[] = ['fp32-compute', 'tensor-fp16', 'matrix-multiply', 'memory-bandwidth']

/** Steps that a crash marker can stand for. */
export const stepNames: Record<MarkedStep, string> = { ...workloadWords, 'sustained-load': 'Sustained load', 'memory-test': 'Memory test' }

export const modeWords: Record<BenchmarkMode, string> = { quick: 'Quick', full: 'Full', sustained: 'Sustained load', memory: 'Memory test' }

export const benchmarkVerdictWords: Record<BenchmarkResult['verdict'], string> = {
  'as-expected': 'As expected',
  low: 'Below what the model should do',
  unstable: 'Unstable',
  unknown: 'Nothing to compare with',
}

export const statusWords: Record<WorkloadStatus, string> = {
  measured: 'Measured',
  failed: 'Did not end well',
  wrong: 'Wrong results',
  'not-offered': 'Not offered here',
  'held-back': 'Left out',
}

export const causeWords: Record<NonNullable<SustainedRun['cause']>['id'], string> = { temperature: 'Heat', power: 'Power limit', clock: 'Lower clock', 'other-load': 'Another load', unknown: 'Unknown' }

export const kindWords: Record<DerivedUse['kind'], string> = { inference: 'Language models', rendering: 'Rendering', training: 'Training', transcoding: 'Transcoding' }

/** A result from before statuses were kept tells by its value. */
export function statusOf(result: Pick<WorkloadResult, 'status' | 'value'>): WorkloadStatus {
  return result.status ?? (result.value === null ? 'failed' : 'measured')
}

/** Less is better. */
export function isLowerBetter(workload: WorkloadId): boolean {
  return lowerIsBetter.has(workload)
}
