/** Dot products of four 8-bit integers with 32-bit sums, in one instruction: quantised inference without tensor cores. */
import { arithmeticWorkload } from './arithmetic-workload.ts'
import { isAmd, isNvidia, turningCandidates, type Kind } from './turning.ts'

export const int8Dot = arithmeticWorkload({
  id: 'int8-dot',
  title: '8-bit dot products',
  unit: 'GIOP/s',
  modes: ['full'],
  notOffered: (facts) => (facts.hasIntegerDot || isNvidia(facts) || isAmd(facts) ? null : 'This device offers no dot product of 8-bit integers in OpenCL that its hardware computes.'),
  calibrates: 'Launches are sized to 50 to 200 ms; the fastest instruction and number of chains are kept, then repeated until eight runs in a row agree.',
  measures: 'Dot products of four signed bytes, added to a 32-bit sum, per second on all compute units, with operands in registers.',
  counts: 'Each dot product as eight operations (four multiplies, four adds); loop counters, the start values and the final sum as none.',
  invalidWhen: ['a sum differs from the exact result', 'the instruction would be emulated: then the workload is not offered'],
  candidates(device, kernelText) {
    const { facts } = device
    const kinds: Kind[] = []
    // dp4a came with compute capability 6.1; AMD's instruction has two forms, of which a chip knows one.
    if (isNvidia(facts)) kinds.push('dot_ptx')
    if (isAmd(facts)) kinds.push('dot_amd', 'dot_amd_mixed')
    if (facts.hasIntegerDot) kinds.push('dot')
    const variants = kinds.flatMap((kind) => ([8, 4, 16] as const).map((chains) => ({ kind, lanes: 1, chains })))
    return turningCandidates(device, kernelText, variants, 'char4', 'dot products of 8-bit integers')
  },
})
