/** The workloads that compute: what the arithmetic units do, and what whole kernels make of them. */
import { fp16Compute } from './fp16-compute.ts'
import { fp32Compute } from './fp32-compute.ts'
import { fp64Compute } from './fp64-compute.ts'
import { int24Compute } from './int24-compute.ts'
import { int32Compute } from './int32-compute.ts'
import { int8Dot } from './int8-dot.ts'
import { matrixMultiply } from './matrix-multiply.ts'
import { pathTracer } from './path-tracer.ts'
import type { OpenClWorkload } from './workload.ts'

export const openClComputeWorkloads: readonly OpenClWorkload[] = [fp32Compute, fp16Compute, fp64Compute, int32Compute, int24Compute, int8Dot, matrixMultiply, pathTracer]
