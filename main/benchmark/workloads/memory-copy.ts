/** Copying memory: reading and writing at once. */
import type { Stream } from './memory-streams.ts'
import { streamWorkload } from './stream-workload.ts'

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

export const memoryCopy = streamWorkload({
  id: 'memory-copy',
  title: 'memory copying',
  modes: ['full'],
  calibrates: "Launches are sized to 50 to 200 ms; the fastest vector width, or the driver's own copy, is kept, then repeated until eight runs in a row agree.",
  measures: 'Bytes per second read and written while a buffer of 512 MiB to 4 GiB is copied within the device memory.',
  counts: 'Every byte read and every byte written: twice the size of what is copied. 1 GB is 10^9 bytes.',
  invalidWhen: ['a copied value differs from its source', 'the buffer fits the caches', 'the runs do not agree'],
  least: 0.65,
  onProcessors,
  onCards,
})
