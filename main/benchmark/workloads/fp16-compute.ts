/** Half-precision arithmetic on the ordinary units, two numbers in a register; tensor cores have a workload of their own. */
import { arithmeticWorkload } from './arithmetic-workload.ts'
import { isNvidia, turningCandidates, type Variant } from './turning.ts'

export const fp16Compute = arithmeticWorkload({
  id: 'fp16-compute',
  title: 'half-precision compute',
  unit: 'GFLOP/s',
  modes: ['full'],
  notOffered: (facts) => (facts.hasFp16 || isNvidia(facts) ? null : 'This device has no half precision in OpenCL.'),
  measures: 'Half-precision (16-bit) multiply-adds per second on all compute units, with operands in registers; no tensor cores.',
  counts: 'Each fused multiply-add as two operations; loop counters, the start values and the final sum as none.',
  invalidWhen: ['a sum of whole numbers, exact in half precision, is off by anything at all'],
  candidates(device, kernelText) {
    const { facts } = device
    // NVIDIA's OpenCL does not claim half precision; its cards have had the instruction since compute capability 5.3.
    const ptx: Variant[] = isNvidia(facts) ? [{ kind: 'fp16_ptx', lanes: 2, chains: 8 }, { kind: 'fp16_ptx', lanes: 2, chains: 16 }] : []
    const shapes = facts.type === 'cpu' ? ([[16, 8], [8, 8]] as const) : ([[2, 8], [4, 8], [8, 4], [1, 8]] as const)
    const own: Variant[] = facts.hasFp16 ? shapes.map(([lanes, chains]) => ({ kind: 'fp16', lanes, chains })) : []
    return turningCandidates(device, kernelText, [...ptx, ...own], 'half', 'half precision')
  },
})
