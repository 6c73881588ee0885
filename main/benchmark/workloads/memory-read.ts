/** Reading memory: the stream that model weights and textures come in. */
import type { Stream } from './memory-streams.ts'
import { streamWorkload } from './stream-workload.ts'

const onProcessors: readonly Stream[] = [
  { kernel: 'read_four', lanes: 16 },
  { kernel: 'read_stretch', lanes: 16 },
  { kernel: 'read_four', lanes: 8 },
  { kernel: 'read_stretch', lanes: 8 },
]
const onCards: readonly Stream[] = [
  { kernel: 'read_stretch', lanes: 4 },
  { kernel: 'read_stretch', lanes: 4, groupsPerUnit: 512 },
  { kernel: 'read_rows', lanes: 4 },
  { kernel: 'read_stretch', lanes: 2 },
  { kernel: 'read_stretch', lanes: 1 },
  { kernel: 'read_rows', lanes: 1 },
]

export const memoryRead = streamWorkload({
  id: 'memory-read',
  title: 'memory reading',
  modes: ['full'],
  calibrates: 'Launches are sized to 50 to 200 ms; the fastest vector width and order is kept, then repeated until eight runs in a row agree.',
  measures: 'Bytes per second that the compute units read from the device memory, streaming in order through 512 MiB to 4 GiB.',
  counts: 'Every byte read; the sums written as none. 1 GB is 10^9 bytes.',
  invalidWhen: ['a sum differs from what the buffer holds', 'the buffer fits the caches', 'the runs do not agree'],
  least: 0.72,
  onProcessors,
  onCards,
})
