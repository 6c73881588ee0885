/** Transfers from the device to pinned memory: how fast results come back. */
import { onSharedMemory, transferCandidates } from './host-transfers.ts'
import type { OpenClWorkload } from './workload.ts'

export const deviceToHost: OpenClWorkload = {
  id: 'device-to-host',
  title: 'transfers from the device',
  unit: 'GB/s',
  perUnit: 1e9,
  better: 'higher',
  api: 'opencl',
  modes: ['full'],
  // Other programs use the same memory and the same slot.
  wantedSpread: 0.05,
  notOffered: () => null,
  calibrates: 'Up to 256 MiB are moved again and again for 50 to 200 ms; one transfer and several at once are tried, the fastest is kept and repeated until the runs agree.',
  measures: `Bytes per second from the device to memory that the driver keeps in place (pinned). ${onSharedMemory}`,
  counts: 'Every byte that arrives, once. 1 GB is 10^9 bytes.',
  invalidWhen: ['what arrived is not what was sent', 'the machine has too little free memory', 'the runs do not agree'],
  kernelFile: null,
  // The slot decides, not the card: its generation and lanes stand among the conditions of the run.
  expected: () => null,
  candidates: (device) => transferCandidates(device, 'to-host', 'pinned'),
}
