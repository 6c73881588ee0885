/** The whole way from the command line to the tensor cores, on two pretended H200: an OpenCL and a CUDA driver of ours stand in for NVIDIA's. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { listOpenClDevices } from '../../../main/system/opencl.ts'
import type { BenchmarkResult } from '../../../shared/benchmark.ts'
import type { Detection } from '../../../shared/machine.ts'
import { newFolder } from '../../helpers/files.ts'
import { buildCudaStub, canBuild } from '../../native/cuda-library.ts'
import { idlewatt } from '../command-line/call.ts'
import { root } from './support.ts'

const opencl = listOpenClDevices()
const folder = mkdtempSync(path.join(tmpdir(), 'idlewatt-cuda-worker-'))
const liar = path.join(folder, 'libliar.so')
const made =
  canBuild && opencl.ok && opencl.devices.length > 0
    ? spawnSync('gcc', ['-shared', '-fPIC', '-O1', '-o', liar, path.join(root, 'test/native/opencl-liar.c'), '-Wl,--no-as-needed', '-l:libOpenCL.so.1', '-ldl'])
    : null

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(made?.status !== 0)('tensor cores of the second of two cards (skipped without gcc or an OpenCL device)', { timeout: 60_000 }, () => {
  test('the card that was asked for is opened, and its figure is labelled as never observed', async () => {
    const log = path.join(folder, 'cuda.log')
    const data = newFolder()
    const drivers = {
      IDLEWATT_OPENCL_LIBRARY: liar, STUB_CL_TWINS: '1', STUB_CL_NAME: 'NVIDIA H200', STUB_CL_VENDOR: 'NVIDIA Corporation',
      IDLEWATT_CUDA_LIBRARY: buildCudaStub(), STUB_CUDA_CARDS: '2', STUB_CUDA_LOG: log, STUB_CUDA_NS: '400',
    }
    const { gpus } = JSON.parse((await idlewatt(['detect', '--json', '--data', data], drivers)).stdout) as Detection
    const second = gpus.find((gpu) => gpu.pciAddress === '0000:02:00.0')
    const ran = await idlewatt(['bench', '--json', '--data', data, '--gpu', second?.id ?? '', '--workload', 'tensor-fp16'], drivers)
    const { results } = JSON.parse(ran.stdout) as BenchmarkResult
    expect(results).toMatchObject([{ workload: 'tensor-fp16', status: 'measured', unit: 'GFLOP/s', neverObserved: true, expected: { low: expect.any(Number) } }])
    const noted = readFileSync(log, 'utf8').split('\n')
    expect(noted.filter((line) => line.startsWith('card'))).toEqual(['card 1'])
    expect(noted.some((line) => line.startsWith('wgmma'))).toBe(true)
  })
})
