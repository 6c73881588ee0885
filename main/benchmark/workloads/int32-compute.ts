/** 32-bit integer arithmetic: hashing, addressing and mining live on it. */
import { arithmeticWorkload } from './arithmetic-workload.ts'
import { turningCandidates } from './turning.ts'

export const int32Compute = arithmeticWorkload({
  id: 'int32-compute',
  title: '32-bit integer compute',
  unit: 'GIOP/s',
  modes: ['full'],
  notOffered: () => null,
  measures: '32-bit integer multiply-adds per second on all compute units, with operands in registers.',
  counts: 'Each multiply-add as two operations; loop counters, the start values and the final sum as none.',
  invalidWhen: ['a sum differs in any of its 32 bits from the closed form modulo 2^32'],
  candidates(device, kernelText) {
    const shapes = device.facts.type === 'cpu' ? ([[16, 8], [8, 8], [16, 4]] as const) : ([[1, 8], [1, 4], [2, 8], [4, 4]] as const)
    return turningCandidates(device, kernelText, shapes.map(([lanes, chains]) => ({ kind: 'int32', lanes, chains })), 'uint', null)
  },
})
