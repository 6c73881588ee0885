/** Matrix multiplication of brain floats on NVIDIA's tensor cores, summed in single precision. */
import { tensorWorkload } from './tensor.ts'

export const tensorBf16 = tensorWorkload(
  'bf16',
  {
    id: 'tensor-bf16',
    title: 'tensor cores, bf16',
    unit: 'GFLOP/s',
    modes: ['full'],
    measures: 'Matrix multiply-adds per second of 16-bit brain floats with 32-bit sums on the tensor cores, dense, with operands in registers or shared memory.',
    counts: 'Each multiply-add of a matrix product as two operations; loading, loop counters and the final sums as none.',
  },
  'Tensor cores take brain floats from compute capability 8.0 on;',
)
