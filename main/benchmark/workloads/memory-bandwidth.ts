/** Memory bandwidth: how fast the device streams through memory that its caches cannot hold, in whichever way is fastest. */
import type { Stream } from './memory-streams.ts'
import { streamWorkload } from './stream-workload.ts'

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

export const memoryBandwidth = streamWorkload({
  id: 'memory-bandwidth',
  title: 'memory bandwidth',
  modes: ['quick', 'full'],
  calibrates: 'Launches are sized to 50 to 200 ms; the fastest of reading, writing and copying and of several vector widths is kept, then repeated until eight runs in a row agree.',
  measures: 'Bytes per second between the device memory and the compute units, streaming in order through 512 MiB to 4 GiB, in the fastest of three ways: reading, writing, copying.',
  counts: 'Every byte read and every byte written by the kernel; what caches fetch on their own counts as none. 1 GB is 10^9 bytes.',
  invalidWhen: ['a sum, a written or a copied value differs from what it must be', 'the buffer fits the caches', 'the runs do not agree'],
  least: 0.72,
  onProcessors,
  onCards,
})
