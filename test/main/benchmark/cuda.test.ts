/** The tensor cores through the CUDA driver's entry points, over a library that stands in for the driver. */
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { lossOf } from '../../../main/benchmark/lost-device.ts'
import { measureWorkload } from '../../../main/benchmark/measure.ts'
import { CudaFailure, choose, openCuda } from '../../../main/benchmark/open-cuda.ts'
import { cudaWorkloads } from '../../../main/benchmark/workloads/cuda-list.ts'
import type { CudaWorkload, Prepared } from '../../../main/benchmark/workloads/workload.ts'
import type { Measured } from '../../../main/benchmark/worker-messages.ts'
import { cudaLibraryNames } from '../../../main/system/cuda-bindings.ts'
import { buildCudaStub, canBuild } from '../../native/cuda-library.ts'
import { resourcesFolder } from './support.ts'

const readKernel = (file: string): string => readFileSync(path.join(resourcesFolder, 'kernels', 'cuda', file), 'utf8')
const [tensorFp16, tensorBf16, tensorInt8] = cudaWorkloads as [CudaWorkload, CudaWorkload, CudaWorkload]
const address = '0000:01:00.0'

/** The library reads its environment at every call. */
function told(settings: Record<string, string>): void {
  Object.assign(process.env, settings)
}

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('STUB_CUDA_')) delete process.env[name]
})

/** `ways`: no more of them are tried. */
/** With one way alone it goes on long enough for well over 18 launches, however busy the machine is. */
async function measured(workload: CudaWorkload, ways = 9): Promise<Measured> {
  const time = ways === 1 ? { limitMs: 10_000, leastMs: 2_000 } : { limitMs: 1_200, leastMs: 100 }
  const device = openCuda(address, 'NVIDIA H200')
  try {
    return await measureWorkload({ workload, candidates: workload.candidates(device, readKernel).slice(0, ways), ...time, now: () => performance.now(), onProgress: () => {} })
  } finally {
    device.close()
  }
}

/** The first way to run it, ready. */
async function ready(workload: CudaWorkload): Promise<Prepared> {
  const device = openCuda(address, 'NVIDIA H200')
  return await workload.candidates(device, readKernel)[0]!.prepare(() => {})
}

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('which card', () => {
  const shown = [
    { name: 'NVIDIA GeForce RTX 4090', pciAddress: '0000:01:00.0' },
    { name: 'NVIDIA GeForce RTX 4090', pciAddress: '0000:41:00.0' },
    { name: 'NVIDIA H200', pciAddress: '0000:81:00.0' },
  ]
  test('the PCI address tells two of the same name apart', () => {
    expect(choose(shown, '0000:41:00.0', 'NVIDIA GeForce RTX 4090')).toBe(shown[1])
  })
  test('never another card of the same name', () => {
    expect(() => choose(shown, '0000:99:00.0', 'NVIDIA H200')).toThrow('does not show the card at 0000:99:00.0 (it shows 0000:01:00.0, 0000:41:00.0, 0000:81:00.0)')
  })
  test('without an address a name must be the only one', () => {
    expect(choose(shown, null, 'H200')).toBe(shown[2])
    expect(() => choose(shown, null, 'GeForce RTX 4090')).toThrow('shows 2 cards called "GeForce RTX 4090", and no PCI address tells which')
    expect(() => choose(shown, null, 'NVIDIA A100')).toThrow('does not show a "NVIDIA A100"')
  })
  test('where the library lies', () => {
    expect(cudaLibraryNames('win32', undefined)).toEqual(['nvcuda.dll'])
    expect(cudaLibraryNames('linux', undefined)[0]).toBe('libcuda.so.1')
    expect(cudaLibraryNames('darwin', undefined)).toEqual([])
    expect(cudaLibraryNames('linux', '/x.so')).toEqual(['/x.so'])
  })
})

describe.skipIf(!canBuild)('over a driver', () => {
  beforeAll(() => told({ IDLEWATT_CUDA_LIBRARY: buildCudaStub() }))

  test('the card says what it is, by any spelling of its address', () => {
    told({ STUB_CUDA_CARDS: '2' })
    const device = openCuda('00000000:02:00.0', 'NVIDIA H200')
    expect(device.facts).toEqual({ name: 'NVIDIA H200', pciAddress: '0000:02:00.0', computeCapability: '9.0', multiprocessors: 2, memoryBytes: 150_754_820_096, driverCudaVersion: 13_000, sharedBytesPerBlock: 232_448 })
    device.close()
  })

  test('what is written comes back, from any offset', () => {
    const device = openCuda(address, 'NVIDIA H200')
    const buffer = device.allocate(1024)
    device.write(buffer, Uint8Array.from({ length: 1024 }, (_, at) => at % 251))
    expect([...device.read(buffer, 500, 3)]).toEqual([249, 250, 0])
    expect(() => device.read(buffer, 1023, 2)).toThrow('has none at 1025')
    expect(() => device.write(buffer, new Uint8Array(1025))).toThrow('do not fit')
    device.close()
  })

  test('each generation is given instructions it has', () => {
    const labels = (capability: string, workload: CudaWorkload): string[] => {
      told({ STUB_CUDA_CC: capability })
      const device = openCuda(address, 'NVIDIA H200')
      const no = workload.notOffered(device.facts)
      const found = no === null ? workload.candidates(device, readKernel).map(({ label }) => label.split(',')[0] as string) : [no]
      device.close()
      return [...new Set(found)]
    }
    expect(labels('6.1', tensorFp16)).toEqual(['NVIDIA’s tensor cores begin with compute capability 7.0; NVIDIA H200 is of 6.1.'])
    expect(labels('7.0', tensorFp16)).toEqual(['wmma m16n16k16'])
    expect(labels('7.5', tensorFp16)).toEqual(['mma m16n8k8'])
    expect(labels('8.6', tensorFp16)).toEqual(['mma m16n8k16'])
    expect(labels('9.0', tensorFp16)).toEqual(['mma m16n8k16', 'wgmma m64n256k16'])
    expect(labels('12.0', tensorFp16)).toEqual(['mma m16n8k16'])
    expect(labels('7.5', tensorBf16)).toEqual(['Tensor cores take brain floats from compute capability 8.0 on; NVIDIA H200 is of 7.5.'])
    expect(labels('7.0', tensorInt8)).toEqual(['Tensor cores take 8-bit numbers from compute capability 7.5 on; NVIDIA H200 is of 7.0.'])
  })

  test.each(['7.0', '7.5', '8.0', '9.0'])('what a card of %s computes is believed where it is right, whatever the size', async (capability) => {
    told({ STUB_CUDA_CC: capability, STUB_CUDA_NS: '0' })
    const device = openCuda(address, 'NVIDIA H200')
    for (const workload of cudaWorkloads.filter((one) => one.notOffered(device.facts) === null)) {
      for (const candidate of workload.candidates(device, readKernel)) {
        const prepared = await candidate.prepare(() => {})
        for (const size of [1, 7, prepared.mostSize]) {
          await prepared.launch(size)
          expect(prepared.check(size), `${workload.id}, ${candidate.label}, ${size} rounds`).toBeNull()
        }
        // A launch that the driver dropped leaves the values of another size behind.
        expect(prepared.check(prepared.mostSize - 1)).toContain('is right')
        prepared.release()
      }
    }
    device.close()
  })

  test('counts a multiply-add as two operations, over all blocks', async () => {
    const log = path.join(tmpdir(), `idlewatt-cuda-${process.pid}.log`)
    told({ STUB_CUDA_CC: '8.0', STUB_CUDA_NS: '0', STUB_CUDA_LOG: log })
    const prepared = await ready(tensorFp16)
    await prepared.launch(10)
    const [instruction, blocks, threads, rounds] = readFileSync(log, 'utf8').trim().split('\n').at(-1)!.split(' ')
    rmSync(log)
    expect(instruction).toContain('m16n8k16')
    // Each warp: 10 rounds of 4 x 2 products of 16 x 64 x 16.
    expect(prepared.work(10)).toBe((Number(blocks) * Number(threads)) / 32 * Number(rounds) * 8 * 2 * 16 * 64 * 16)
  })

  test('the fastest kernel is measured', async () => {
    const got = await measured(tensorFp16)
    expect(got).toMatchObject({ ok: true, variant: 'wgmma m64n256k16, 8 warps' })
    // 400 ns a round: 8 instructions of 64 x 256 x 16 in each of 16 blocks.
    const stated = (16 * 8 * 2 * 64 * 256 * 16) / 400
    expect(got.ok && got.value / stated).toBeGreaterThan(0.99)
    expect(got.ok && got.value / stated).toBeLessThan(1.01)
  })

  test('a card whose clock says nothing is timed here', async () => {
    told({ STUB_CUDA_EVENT: '801', STUB_CUDA_CC: '8.0', STUB_CUDA_NS: '400' })
    const got = await measured(tensorFp16)
    const warps = Number(/(\d+) warps/.exec(got.ok ? got.variant : '')?.[1])
    const stated = (2 * 4 * warps * 8 * 2 * 16 * 64 * 16) / 400
    expect(got.ok && got.value / stated).toBeGreaterThan(0.7)
    expect(got.ok && got.value / stated).toBeLessThan(1.01)
  })

  test.each(['tile', 'sum'])('a wrong value in the %s is no number; of a kernel that never ran on a card it accuses nobody', async (place) => {
    told({ STUB_CUDA_WRONG: place, STUB_CUDA_CC: '8.0' })
    const got = await measured(tensorFp16)
    expect(got).toMatchObject({ ok: false, status: 'failed', lost: false })
    expect(!got.ok && got.reason).toMatch(/^The result was wrong with mma m16n8k16, 16 warps: .* is right .*never run on a card before, so the mistake may be ours.*No figure is given/)
  })

  test('values that turn wrong after the same kernel was right at full length are the card’s', async () => {
    told({ STUB_CUDA_WRONG: 'late', STUB_CUDA_WRONG_FROM: '18', STUB_CUDA_CC: '8.0' })
    expect(await measured(tensorFp16, 1)).toMatchObject({ ok: false, status: 'wrong', reason: expect.stringContaining('The result was wrong after') })
  })

  test('launches dropped in silence give no figure', async () => {
    told({ STUB_CUDA_DROP_FROM: '18', STUB_CUDA_CC: '8.0' })
    expect(await measured(tensorFp16, 1)).toMatchObject({ ok: false, status: 'wrong' })
  })

  test('a kernel that crashes on the card is a lost card', async () => {
    told({ STUB_CUDA_FAIL: '719', STUB_CUDA_FAIL_FROM: '5' })
    expect(await measured(tensorFp16)).toEqual({ ok: false, status: 'failed', lost: true, reason: 'Running the kernel failed: the kernel crashed on the card (CUDA error 719, LAUNCH_FAILED).' })
  })

  test('a driver older than the kernel’s language is no fault of the card', async () => {
    told({ STUB_CUDA_JIT: '222' })
    const got = await measured(tensorFp16)
    expect(got).toMatchObject({ ok: false, status: 'not-offered', lost: false })
    expect(!got.ok && got.reason).toBe(
      "Building the kernel failed: the driver is older than this kernel’s language (CUDA error 222, UNSUPPORTED_PTX_VERSION). The driver says: ptxas application ptx input, line 9; fatal : Unsupported .version 99.0; current version is '8.0'. A newer NVIDIA driver may be able to.",
    )
  })

  test('a driver too old for wgmma measures the other kernel', async () => {
    told({ STUB_CUDA_JIT_WGMMA: '222' })
    expect(await measured(tensorBf16)).toMatchObject({ ok: true, variant: expect.stringMatching(/^mma m16n8k16/) })
  })

  test('a card whose memory is taken fails with a sentence', async () => {
    told({ STUB_CUDA_ALLOC: '2' })
    expect(await measured(tensorFp16)).toMatchObject({ ok: false, status: 'failed', lost: false, reason: 'Allocating 1 KiB on the card failed: the card has too little free memory (CUDA error 2, OUT_OF_MEMORY).' })
  })

  test('waiting lets the process answer, also where work never ends', async () => {
    const prepared = await ready(tensorFp16)
    told({ STUB_CUDA_HANG: '1' })
    let isDone = false
    const running = prepared.launch(1).then(() => (isDone = true))
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(isDone).toBe(false)
    delete process.env['STUB_CUDA_HANG']
    await running
    expect(isDone).toBe(true)
  })

  test('a driver without a card says so', () => {
    told({ STUB_CUDA_INIT: '100' })
    expect(() => openCuda(address, 'NVIDIA H200')).toThrow('Starting the CUDA driver failed: the driver shows no card (CUDA error 100, NO_DEVICE).')
    told({ STUB_CUDA_INIT: '803' })
    expect(() => openCuda(address, 'NVIDIA H200')).toThrow('a restart of the machine helps')
    told({ STUB_CUDA_INIT: '999' })
    const error = thrownBy(() => openCuda(address, 'NVIDIA H200'))
    expect(error).toBeInstanceOf(CudaFailure)
    expect(lossOf(error)).toBe('lost')
  })

  test('two cards of one name are told apart by their address, and only by it', () => {
    told({ STUB_CUDA_CARDS: '2' })
    const device = openCuda('0000:02:00.0', 'NVIDIA H200')
    expect(device.facts.pciAddress).toBe('0000:02:00.0')
    device.close()
    expect(() => openCuda(null, 'NVIDIA H200')).toThrow('shows 2 cards called')
    expect(() => openCuda('0000:03:00.0', 'NVIDIA H200')).toThrow('CUDA_VISIBLE_DEVICES may hide it')
  })
})

describe('without a usable library', () => {
  test.each([
    ['none there', () => path.join(tmpdir(), 'no-such-libcuda.so'), 'NVIDIA’s CUDA driver library could not be loaded'],
    ['a function missing', () => buildCudaStub('-DNO_LAUNCH'), 'lacks a function Idlewatt needs'],
  ])('%s: a sentence', async (_, library, words) => {
    if (!canBuild && words.startsWith('lacks')) return
    const before = process.env['IDLEWATT_CUDA_LIBRARY']
    vi.resetModules()
    told({ IDLEWATT_CUDA_LIBRARY: library() })
    const fresh = await import('../../../main/benchmark/open-cuda.ts')
    expect(() => fresh.openCuda(address, 'NVIDIA H200')).toThrow(words)
    if (before === undefined) delete process.env['IDLEWATT_CUDA_LIBRARY']
    else told({ IDLEWATT_CUDA_LIBRARY: before })
  })
})
