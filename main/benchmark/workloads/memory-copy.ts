/** Copying memory: reading and writing at once. */
import { expectedBandwidth } from './memory-bandwidth.ts'
import { streamCandidates, type Stream } from './memory-streams.ts'
import type { OpenClWorkload } from './workload.ts'

const onProcessors: readonly Stream[] = [
  { kernel: 'copy_stretch', lanes: 16, pastCaches: true },
  { kernel: 'copy_stretch', lanes: 16 },
  { kernel: 'driver_copy', lanes: 1 },
]
const onCards: readonly Stream[] = [
  { kernel: 'copy_stretch', lanes: 4 },
  { kernel: 'copy_stretch', lanes: 4, groupsPerUnit: 512 },
  { kernel: 'driver_copy', lanes: 1 },
  { kernel: 'copy_stretch', lanes: 2 },
  { kernel: 'copy_stretch', lanes: 1 },
]

export const memoryCopy: OpenClWorkload = {
  id: 'memory-copy',
  title: 'memory copying',
  unit: 'GB/s',
  perUnit: 1e9,
  better: 'higher',
  api: 'opencl',
  modes: ['full'],
  notOffered: () => null,
  calibrates: "Launches are sized to 50 to 200 ms; the fastest vector width, or the driver's own copy, is kept, then repeated until eight runs in a row agree.",
  measures: 'Bytes per second read and written while a buffer of 512 MiB to 4 GiB is copied within the device memory.',
  counts: 'Every byte read and every byte written: twice the size of what is copied. 1 GB is 10^9 bytes.',
  invalidWhen: ['a copied value differs from its source', 'the buffer fits the caches', 'the runs do not agree'],
  kernelFile: 'memory-bandwidth.cl',
  expected: (facts) => expectedBandwidth(facts, 0.65),
  candidates: (device, kernelText) => streamCandidates(device, kernelText, device.facts.type === 'cpu' ? onProcessors : onCards),
}
