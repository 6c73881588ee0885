/** 24-bit integer arithmetic (mad24): quicker than 32 bits on older chips, slower on others. */
import { arithmeticWorkload } from './arithmetic-workload.ts'
import { turningCandidates } from './turning.ts'

export const int24Compute = arithmeticWorkload({
  id: 'int24-compute',
  title: '24-bit integer compute',
  unit: 'GIOP/s',
  modes: ['full'],
  notOffered: () => null,
  measures: '24-bit integer multiply-adds (mad24) per second on all compute units, with operands in registers.',
  counts: 'Each mad24 as two operations, however many instructions the chip makes of it; loop counters, the start values and the final sum as none.',
  invalidWhen: ['a sum differs from the exact result'],
  candidates(device, kernelText) {
    const shapes = device.facts.type === 'cpu' ? ([[16, 8], [8, 8], [16, 4]] as const) : ([[1, 8], [1, 4], [2, 8], [4, 4]] as const)
    return turningCandidates(device, kernelText, shapes.map(([lanes, chains]) => ({ kind: 'int24', lanes, chains })), 'int', null)
  },
})
