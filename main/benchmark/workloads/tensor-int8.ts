/** Matrix multiplication of 8-bit whole numbers on NVIDIA's tensor cores, summed in 32 bits. */
import { tensorWorkload } from './tensor.ts'

export const tensorInt8 = tensorWorkload(
  'int8',
  {
    id: 'tensor-int8',
    title: 'tensor cores, int8',
    unit: 'GIOP/s',
    modes: ['full'],
    measures: 'Matrix multiply-adds per second of 8-bit whole numbers with 32-bit sums on the tensor cores, dense, with operands in registers or shared memory.',
    counts: 'Each multiply-add of a matrix product as two operations; loading, loop counters and the final sums as none.',
  },
  'Tensor cores take 8-bit numbers from compute capability 7.5 on;',
)
