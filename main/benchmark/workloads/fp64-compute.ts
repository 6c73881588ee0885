/** Double-precision arithmetic: a fraction of single precision on most cards, and what scientific work asks for. */
import { expectedOf } from '../expected.ts'
import { turningCandidates, turningKernel } from './turning.ts'
import type { OpenClWorkload } from './workload.ts'

export const fp64Compute: OpenClWorkload = {
  id: 'fp64-compute',
  title: 'double-precision compute',
  unit: 'GFLOP/s',
  perUnit: 1e9,
  better: 'higher',
  api: 'opencl',
  modes: ['full'],
  notOffered: (facts) => (facts.hasFp64 ? null : 'This device has no double precision in OpenCL.'),
  calibrates: 'Launches are sized to 50 to 200 ms; the fastest vector width and number of chains are kept, then repeated until eight runs in a row agree.',
  measures: 'Double-precision (64-bit) multiply-adds per second on all compute units, with operands in registers; no tensor cores.',
  counts: 'Each fused multiply-add as two operations; loop counters, the start values and the final sum as none.',
  invalidWhen: ['a sum differs from the closed-form result', 'the card was throttled or shared so that the runs do not agree'],
  kernelFile: turningKernel,
  expected: (facts) => expectedOf('fp64-compute', facts),
  candidates(device, kernelText) {
    const shapes = device.facts.type === 'cpu' ? ([[8, 8], [16, 4], [4, 8]] as const) : ([[1, 8], [1, 4], [2, 8]] as const)
    return turningCandidates(device, kernelText, shapes.map(([lanes, chains]) => ({ kind: 'fp64', lanes, chains })), 'double', 'double precision')
  },
}
