/** 32-bit integer arithmetic: hashing, addressing and mining live on it. */
import { expectedOf } from '../expected.ts'
import { turningCandidates, turningKernel } from './turning.ts'
import type { OpenClWorkload } from './workload.ts'

export const int32Compute: OpenClWorkload = {
  id: 'int32-compute',
  title: '32-bit integer compute',
  unit: 'GIOP/s',
  perUnit: 1e9,
  better: 'higher',
  api: 'opencl',
  modes: ['full'],
  notOffered: () => null,
  calibrates: 'Launches are sized to 50 to 200 ms; the fastest vector width and number of chains are kept, then repeated until eight runs in a row agree.',
  measures: '32-bit integer multiply-adds per second on all compute units, with operands in registers.',
  counts: 'Each multiply-add as two operations; loop counters, the start values and the final sum as none.',
  invalidWhen: ['a sum differs in any of its 32 bits from the closed form modulo 2^32', 'the card was throttled or shared so that the runs do not agree'],
  kernelFile: turningKernel,
  expected: (facts) => expectedOf('int32-compute', facts),
  candidates(device, kernelText) {
    const shapes = device.facts.type === 'cpu' ? ([[16, 8], [8, 8], [16, 4]] as const) : ([[1, 8], [1, 4], [2, 8], [4, 4]] as const)
    return turningCandidates(device, kernelText, shapes.map(([lanes, chains]) => ({ kind: 'int32', lanes, chains })), 'uint', null)
  },
}
