/** The workloads that move bytes, run for real on whatever OpenCL device this machine has, driven as a processor and as a card. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { wrongAnew } from '../../../../main/benchmark/measure.ts'
import { openDevice, type OpenDevice } from '../../../../main/benchmark/open-device.ts'
import { placeAfter } from '../../../../main/benchmark/workloads/memory-latency.ts'
import { openClMemoryWorkloads } from '../../../../main/benchmark/workloads/opencl-memory-list.ts'
import type { OpenClWorkload } from '../../../../main/benchmark/workloads/workload.ts'
import { loadOpenCl } from '../../../../main/system/opencl-bindings.ts'
import { listOpenClDevices, openClHandles } from '../../../../main/system/opencl.ts'
import { resourcesFolder } from '../support.ts'

const listing = listOpenClDevices()
const isHere = listing.ok && listing.devices.length > 0
const mebibyte = 2 ** 20

function kernelOf(workload: OpenClWorkload): string {
  return workload.kernelFile === null ? '' : readFileSync(path.join(resourcesFolder, 'kernels', workload.kernelFile), 'utf8')
}

describe.skipIf(!isHere)('on a real OpenCL device (skipped: this machine has none)', () => {
  const opened = isHere ? openDevice(loadOpenCl(), openClHandles(loadOpenCl())[0]!) : (null as never)
  afterAll(() => opened?.close())

  /** Small buffers: what is computed is tested here, not how fast. */
  function drivenAs(type: 'cpu' | 'gpu'): OpenDevice {
    return { ...opened, facts: { ...opened.facts, type, cacheBytes: 0, maxAllocationBytes: 64 * mebibyte } }
  }

  const runs = openClMemoryWorkloads.flatMap((workload) => (['cpu', 'gpu'] as const).map((type) => [workload.id, type, workload] as const))
  test.each(runs)('%s driven as a %s: every variant does what it says', { timeout: 60_000 }, async (_id, type, workload) => {
    const device = drivenAs(type)
    expect(workload.notOffered(device.facts)).toBeNull()
    for (const candidate of workload.candidates(device, kernelOf(workload))) {
      const prepared = await candidate.prepare(() => {})
      // Attention is a whole context at a time, and slow when a processor acts as a card.
      for (const size of workload.id === 'attention-decode' ? [1] : [1, 3, 2]) {
        await prepared.launch(size)
        expect(prepared.check(size), `${candidate.label} size ${size}`).toBeNull()
        expect(prepared.work(size)).toBeGreaterThan(0)
      }
      prepared.release()
    }
  })

  function spoiled(text: string, from: string | RegExp, to: string): string {
    const changed = text.replaceAll(from instanceof RegExp ? new RegExp(from, 'g') : from, to)
    if (changed === text) throw new Error('the test changes nothing in the kernel')
    return changed
  }

  test.each([
    ['memory-read', 'b += v5;', ''],
    ['memory-write', 'STORE(value + more * 3u, at + 3 * apart);', ''],
    ['memory-copy', 'STORE(d, to + 3 * apart);', ''],
    ['cache-bandwidth', 'b += at[apart] ^ shift;', ''],
    ['memory-latency', 'chain[(size_t)at * APART];', '(chain[(size_t)at * APART] ^ 1u);'],
    ['launch-latency', 'marks[0] = turn;', ''],
    ['attention-decode', 'most = fmax(most, weights[key]);', 'most = weights[key]; weights[key] *= 1.001f;'],
  ])('a wrong kernel of %s is noticed', { timeout: 30_000 }, async (id, from, to) => {
    const workload = openClMemoryWorkloads.find((one) => one.id === id)!
    const type = id === 'attention-decode' ? 'cpu' : 'gpu'
    const [candidate] = workload.candidates(drivenAs(type), spoiled(kernelOf(workload), from, to))
    const prepared = await candidate!.prepare(() => {})
    await prepared.launch(2)
    expect(prepared.check(2)).not.toBeNull()
    prepared.release()
  })

  test('each walk through the memory goes on where the one before ended', { timeout: 30_000 }, async () => {
    const latency = openClMemoryWorkloads.find(({ id }) => id === 'memory-latency')!
    const ends: number[] = []
    const device = drivenAs('gpu')
    const watched: OpenDevice = {
      ...device,
      read(buffer, firstByte, into) {
        const got = device.read(buffer, firstByte, into)
        ends.push(Number(got[0]))
        return got
      },
    }
    const prepared = await latency.candidates(watched, kernelOf(latency))[0]!.prepare(() => {})
    const places = (64 * mebibyte) / 128
    for (let turn = 1; turn <= 4; turn++) {
      await prepared.launch(1000)
      expect(prepared.check(1000)).toBeNull()
      expect(ends.at(-1)).toBe(placeAfter(turn * 8000, places))
    }
    expect(new Set(ends).size).toBe(4)
    prepared.release()
  })

  const streaming = ['memory-bandwidth', 'memory-copy', 'host-to-device', 'device-to-host-pageable']
  test.each(streaming)('%s: launches that a driver begins to drop are found, also where whole buffers were moved before', { timeout: 60_000 }, async (id) => {
    const workload = openClMemoryWorkloads.find((one) => one.id === id)!
    let isDropping = false
    const kept = drivenAs('gpu')
    const device: OpenDevice = {
      ...kept,
      async build(text, options) {
        const program = await kept.build(text, options)
        return { ...program, kernel: (name) => ((kernel) => ({ ...kernel, enqueue: (...given) => void (isDropping || kernel.enqueue(...given)) }))(program.kernel(name)) }
      },
      enqueueCopy: (...given) => void (isDropping || kept.enqueueCopy(...given)),
      enqueueToDevice: (one) => void (isDropping || kept.enqueueToDevice(one)),
      toHost: (one) => (isDropping ? Promise.resolve() : kept.toHost(one)),
    }
    // A memcpy of our own asks no driver.
    for (const candidate of workload.candidates(device, kernelOf(workload)).filter(({ label }) => !label.startsWith('memcpy'))) {
      isDropping = false
      const prepared = await candidate.prepare(() => {})
      // More than once over the whole buffer.
      const size = id.startsWith('memory') ? 33 : 130
      await prepared.launch(size)
      expect(await wrongAnew(prepared, size), candidate.label).toBeNull()
      isDropping = true
      expect(await wrongAnew(prepared, size), candidate.label).not.toBeNull()
      prepared.release()
    }
  })

  test('a transfer that does not happen is noticed', { timeout: 30_000 }, async () => {
    const lazy: OpenDevice = { ...drivenAs('gpu'), enqueueToDevice() {}, enqueueToHost() {}, toDevice: () => Promise.resolve(), toHost: () => Promise.resolve() }
    for (const workload of openClMemoryWorkloads.filter(({ id }) => /host/.test(id))) {
      const [candidate] = workload.candidates(lazy, '')
      const prepared = await candidate!.prepare(() => {})
      await prepared.launch(1)
      expect(prepared.check(1), workload.id).toMatch(/arrived where/)
      prepared.release()
    }
  })

  test('numbers of every kind go to the device and come back', () => {
    const buffer = opened.allocate(4096)
    opened.write(buffer, 128, Float64Array.of(1.5, -2.25))
    expect(opened.read(buffer, 136, new Float64Array(1))).toEqual(Float64Array.of(-2.25))
    opened.write(buffer, 0, Uint16Array.of(1, 2, 65_535))
    expect(opened.read(buffer, 2, new Uint16Array(2))).toEqual(Uint16Array.of(2, 65_535))
    buffer.release()
    buffer.release()
  })

  test('memory that the device cannot give is refused in a sentence with the driver’s number', () => {
    expect(() => opened.allocate(2 ** 44)).toThrow(expect.objectContaining({ name: 'OpenClFailure', code: expect.any(Number), message: expect.stringMatching(/^Allocating 16777216 MiB on the device failed: .*\(OpenCL error -\d+\)\.$/) }))
  })
})

test('every workload says what it measures, counts and is worth nothing for', () => {
  for (const workload of openClMemoryWorkloads) {
    expect(workload.measures.endsWith('.')).toBe(true)
    expect(workload.counts.length).toBeGreaterThan(20)
    expect(workload.calibrates.length).toBeGreaterThan(20)
    expect(workload.invalidWhen.length).toBeGreaterThan(0)
  }
})
