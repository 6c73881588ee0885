/** Single-precision arithmetic: how many multiply-adds the device does when nothing else holds it up. */
import { arithmeticWorkload } from './arithmetic-workload.ts'
import { turningCandidates } from './turning.ts'

export const fp32Compute = arithmeticWorkload({
  id: 'fp32-compute',
  title: 'single-precision compute',
  unit: 'GFLOP/s',
  modes: ['quick', 'full'],
  notOffered: () => null,
  measures: 'Single-precision (32-bit) multiply-adds per second on all compute units, with operands in registers.',
  counts: 'Each fused multiply-add as two operations; loop counters, the start values and the final sum as none.',
  invalidWhen: ['a sum differs from the closed-form result'],
  candidates(device, kernelText) {
    // Processors want one wide vector per chain; GPUs run one element per work-item and fill up with work-items.
    const shapes = device.facts.type === 'cpu' ? ([[16, 8], [8, 8], [4, 8]] as const) : ([[1, 8], [2, 8], [1, 16], [4, 4]] as const)
    return turningCandidates(device, kernelText, shapes.map(([lanes, chains]) => ({ kind: 'fp32', lanes, chains })), 'float', null)
  },
})
