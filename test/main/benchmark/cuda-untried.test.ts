/** What a kernel of ours that no card has run yet may cost: nothing but itself. Over a library that stands in for the CUDA driver. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createArgumentBlock } from '../../../main/benchmark/cuda-module.ts'
import { measureWorkload } from '../../../main/benchmark/measure.ts'
import { openCuda } from '../../../main/benchmark/open-cuda.ts'
import { sustainWorkload } from '../../../main/benchmark/sustain.ts'
import { cudaWorkloads } from '../../../main/benchmark/workloads/cuda-list.ts'
import type { CudaWorkload } from '../../../main/benchmark/workloads/workload.ts'
import type { Measured } from '../../../main/benchmark/worker-messages.ts'
import { readHost } from '../../../main/system/host-memory.ts'
import { buildCudaStub, canBuild } from '../../native/cuda-library.ts'
import { resourcesFolder } from './support.ts'

const readKernel = (file: string): string => readFileSync(path.join(resourcesFolder, 'kernels', 'cuda', file), 'utf8')
const [tensorFp16, , tensorInt8] = cudaWorkloads as [CudaWorkload, CudaWorkload, CudaWorkload]
const address = '0000:01:00.0'

/** The library reads its environment at every call. */
function told(settings: Record<string, string>): void {
  Object.assign(process.env, settings)
}

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('STUB_CUDA_')) delete process.env[name]
})

async function measured(workload: CudaWorkload): Promise<Measured> {
  const device = openCuda(address, 'NVIDIA H200')
  try {
    return await measureWorkload({ workload, candidates: workload.candidates(device, readKernel), limitMs: 1_200, leastMs: 100, now: () => performance.now(), onProgress: () => {} })
  } finally {
    device.close()
  }
}

describe.skipIf(!canBuild)('a kernel that was never seen to run, beside one that is right', () => {
  beforeAll(() => told({ IDLEWATT_CUDA_LIBRARY: buildCudaStub() }))

  /** What the card gives with the plain kernel alone. */
  const plainFigure = (threads: number): number => (2 * 4 * (threads / 32) * 8 * 2 * 16 * 64 * 16) / 400

  test.each([
    ['gives a wrong product', { STUB_CUDA_WRONG: 'wgmma' }, 'wgmma m64n256k16 was passed over: it gave a wrong value, which may be our mistake'],
    ['is wrong after some rounds', { STUB_CUDA_WRONG: 'wgmma-long' }, 'wgmma m64n256k16 was passed over: it gave a wrong value, which may be our mistake'],
    ['crashes at once', { STUB_CUDA_WGMMA_FAULT: '715' }, 'wgmma m64n256k16 was passed over: it crashed or hung on the card, which may be our mistake'],
    ['crashes after it was chosen', { STUB_CUDA_WGMMA_FAULT: '719', STUB_CUDA_WGMMA_FROM: '12' }, 'wgmma m64n256k16 was passed over: it crashed or hung on the card, which may be our mistake'],
    ['cannot be built', { STUB_CUDA_JIT_WGMMA: '222' }, 'wgmma m64n256k16 was passed over: this driver cannot build it'],
  ])('%s: the figure is the other kernel’s, with a remark', async (_, settings, remark) => {
    told(settings)
    const got = await measured(tensorFp16)
    expect(got).toMatchObject({ ok: true, variant: expect.stringMatching(/^mma m16n8k16, \d+ warps \(/) })
    expect(got.ok && got.variant).toContain(remark)
    expect(got.ok && got.value).toBeGreaterThan(0.9 * plainFigure(256))
    expect(got.ok && got.runs).toBeGreaterThan(1)
  })

  test.each([
    ['crashed', { STUB_CUDA_WGMMA_FAULT: '719' }],
    ['hung', { STUB_CUDA_WGMMA_HANG: '1' }],
    ['crashed, and opening the card anew does not help', { STUB_CUDA_WGMMA_FAULT: '719', STUB_CUDA_FAULT_STAYS: '1' }],
  ])('after it %s the next workload is measured without it, or says why not; the card counts as lost in no case', { timeout: 20_000 }, async (how, settings) => {
    told(settings)
    const device = openCuda(address, 'NVIDIA H200')
    const measure = (workload: CudaWorkload): Promise<Measured> =>
      measureWorkload({ workload, candidates: workload.candidates(device, readKernel), limitMs: 800, leastMs: 100, now: () => performance.now(), onProgress: () => {} })
    expect(await measure(tensorFp16)).toMatchObject({ ok: true, variant: expect.stringContaining('mma m16n8k16') })
    const next = await measure(tensorInt8)
    if (how === 'crashed') expect(next).toMatchObject({ ok: true, variant: expect.stringMatching(/^mma m16n8k32, \d+ warps$/) })
    else expect(next).toMatchObject({ ok: false, status: 'failed', lost: false, reason: expect.stringContaining(how === 'hung' ? 'never came to an end' : 'could not be opened anew') })
    device.close()
  })

  test('a load that is kept up goes on with the other kernel after the crash', async () => {
    told({ STUB_CUDA_WGMMA_FAULT: '719' })
    const device = openCuda(address, 'NVIDIA H200')
    const rates: (number | null)[] = []
    const kept = await sustainWorkload({ workload: tensorFp16, candidates: tensorFp16.candidates(device, readKernel), seconds: 1, now: () => performance.now(), onProgress: () => {}, onRate: (_, rate) => void rates.push(rate) })
    expect(kept).toMatchObject({ ok: true, variant: expect.stringContaining('wgmma m64n256k16 was passed over') })
    expect(rates).toEqual([expect.any(Number)])
    device.close()
  })
})

test('the arguments of a kernel lie where the driver is told, whatever is collected meanwhile', () => {
  const block = createArgumentBlock()
  for (let turn = 0; turn < 200; turn++) {
    block.set([{ buffer: { address: 0x1234_5678_9abcn, bytes: 4, release() {} } }, { uint: turn }, { float: 1.5 }, { ulong: 2n ** 63n }])
    void new Uint8Array(1_000_000)
    const word = (index: number): DataView => new DataView(readHost(block.addresses[index]!, 8).slice().buffer)
    expect(word(0).getBigUint64(0, true)).toBe(0x1234_5678_9abcn)
    expect(word(1).getUint32(0, true)).toBe(turn)
    expect(word(2).getFloat32(0, true)).toBe(1.5)
    expect(word(3).getBigUint64(0, true)).toBe(2n ** 63n)
  }
})
