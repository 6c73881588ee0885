/** Matrix multiplication of half-precision numbers on NVIDIA's tensor cores, summed in single precision. */
import { tensorWorkload } from './tensor.ts'

export const tensorFp16 = tensorWorkload(
  'fp16',
  {
    id: 'tensor-fp16',
    title: 'tensor cores, fp16',
    unit: 'GFLOP/s',
    modes: ['quick', 'full'],
    measures: 'Matrix multiply-adds per second of 16-bit floats with 32-bit sums on the tensor cores, dense, with operands in registers or shared memory.',
    counts: 'Each multiply-add of a matrix product as two operations; loading, loop counters and the final sums as none.',
  },
  'NVIDIA’s tensor cores begin with compute capability 7.0;',
)
