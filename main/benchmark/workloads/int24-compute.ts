/** 24-bit integer arithmetic (mad24): quicker than 32 bits on older chips, slower on others. */
import { expectedOf } from '../expected.ts'
import { turningCandidates, turningKernel } from './turning.ts'
import type { OpenClWorkload } from './workload.ts'

export const int24Compute: OpenClWorkload = {
  id: 'int24-compute',
  title: '24-bit integer compute',
  unit: 'GIOP/s',
  perUnit: 1e9,
  better: 'higher',
  api: 'opencl',
  modes: ['full'],
  notOffered: () => null,
  calibrates: 'Launches are sized to 50 to 200 ms; the fastest vector width and number of chains are kept, then repeated until eight runs in a row agree.',
  measures: '24-bit integer multiply-adds (mad24) per second on all compute units, with operands in registers.',
  counts: 'Each mad24 as two operations, however many instructions the chip makes of it; loop counters, the start values and the final sum as none.',
  invalidWhen: ['a sum differs from the exact result', 'the card was throttled or shared so that the runs do not agree'],
  kernelFile: turningKernel,
  expected: (facts) => expectedOf('int24-compute', facts),
  candidates(device, kernelText) {
    const shapes = device.facts.type === 'cpu' ? ([[16, 8], [8, 8], [16, 4]] as const) : ([[1, 8], [1, 4], [2, 8], [4, 4]] as const)
    return turningCandidates(device, kernelText, shapes.map(([lanes, chains]) => ({ kind: 'int24', lanes, chains })), 'int', null)
  },
}
