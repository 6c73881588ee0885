/** The workloads of NVIDIA's tensor cores. */
import { tensorBf16 } from './tensor-bf16.ts'
import { tensorFp16 } from './tensor-fp16.ts'
import { tensorInt8 } from './tensor-int8.ts'
import type { CudaWorkload } from './workload.ts'

export const cudaWorkloads: readonly CudaWorkload[] = [tensorFp16, tensorBf16, tensorInt8]
