/** Writing memory. */
import type { Stream } from './memory-streams.ts'
import { streamWorkload } from './stream-workload.ts'

const onProcessors: readonly Stream[] = [
  { kernel: 'write_stretch', lanes: 16, pastCaches: true },
  { kernel: 'write_stretch', lanes: 16 },
  { kernel: 'write_stretch', lanes: 8, pastCaches: true },
]
const onCards: readonly Stream[] = [
  { kernel: 'write_stretch', lanes: 4 },
  { kernel: 'write_stretch', lanes: 4, groupsPerUnit: 512 },
  { kernel: 'write_stretch', lanes: 2 },
  { kernel: 'write_stretch', lanes: 1 },
]

export const memoryWrite = streamWorkload({
  id: 'memory-write',
  title: 'memory writing',
  modes: ['full'],
  calibrates: 'Launches are sized to 50 to 200 ms; the fastest vector width is kept, on processors also stores that go round the caches, then repeated until eight runs in a row agree.',
  measures: 'Bytes per second that the compute units write to the device memory, streaming in order through 512 MiB to 4 GiB.',
  counts: 'Every byte written by the kernel; lines that a cache fetches before it overwrites them count as none. 1 GB is 10^9 bytes.',
  invalidWhen: ['a written value differs from what was to be written by the last launch', 'the buffer fits the caches', 'the runs do not agree'],
  least: 0.65,
  onProcessors,
  onCards,
})
