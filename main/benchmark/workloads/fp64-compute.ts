/** Double-precision arithmetic: a fraction of single precision on most cards, and what scientific work asks for. */
import { arithmeticWorkload } from './arithmetic-workload.ts'
import { turningCandidates } from './turning.ts'

export const fp64Compute = arithmeticWorkload({
  id: 'fp64-compute',
  title: 'double-precision compute',
  unit: 'GFLOP/s',
  modes: ['full'],
  notOffered: (facts) => (facts.hasFp64 ? null : 'This device has no double precision in OpenCL.'),
  measures: 'Double-precision (64-bit) multiply-adds per second on all compute units, with operands in registers; no tensor cores.',
  counts: 'Each fused multiply-add as two operations; loop counters, the start values and the final sum as none.',
  invalidWhen: ['a sum differs from the closed-form result'],
  candidates(device, kernelText) {
    const shapes = device.facts.type === 'cpu' ? ([[8, 8], [16, 4], [4, 8]] as const) : ([[1, 8], [1, 4], [2, 8]] as const)
    return turningCandidates(device, kernelText, shapes.map(([lanes, chains]) => ({ kind: 'fp64', lanes, chains })), 'double', 'double precision')
  },
})
