/** The workloads that compute, run for real on whatever OpenCL device this machine has, driven as a processor and as a card. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { lossOf } from '../../../../main/benchmark/lost-device.ts'
import { NotOffered } from '../../../../main/benchmark/not-offered.ts'
import { openDevice, type OpenDevice } from '../../../../main/benchmark/open-device.ts'
import { openClComputeWorkloads } from '../../../../main/benchmark/workloads/opencl-compute-list.ts'
import type { OpenClWorkload } from '../../../../main/benchmark/workloads/workload.ts'
import { loadOpenCl } from '../../../../main/system/opencl-bindings.ts'
import { listOpenClDevices, openClHandles } from '../../../../main/system/opencl.ts'
import { resourcesFolder } from '../support.ts'

const listing = listOpenClDevices()
const isHere = listing.ok && listing.devices.length > 0

function kernelOf(workload: OpenClWorkload): string {
  return readFileSync(path.join(resourcesFolder, 'kernels', workload.kernelFile as string), 'utf8')
}

function spoiled(text: string, from: string, to: string): string {
  const changed = text.replaceAll(from, to)
  if (changed === text) throw new Error('the test changes nothing in the kernel')
  return changed
}

describe.skipIf(!isHere)('on a real OpenCL device (skipped: this machine has none)', () => {
  const opened = isHere ? openDevice(loadOpenCl(), openClHandles(loadOpenCl())[0]!) : (null as never)
  afterAll(() => opened?.close())

  /** Small matrices: what is computed is tested here, not how fast. */
  function drivenAs(type: 'cpu' | 'gpu'): OpenDevice {
    return { ...opened, facts: { ...opened.facts, type, computeUnits: 2, maxAllocationBytes: 2 ** 20 } }
  }

  const runs = openClComputeWorkloads.flatMap((workload) => (['cpu', 'gpu'] as const).map((type) => [workload.id, type, workload] as const))
  test.each(runs)('%s driven as a %s: every variant computes what it should', { timeout: 60_000 }, async (_id, type, workload) => {
    const device = drivenAs(type)
    if (workload.notOffered(device.facts) !== null) return
    for (const candidate of workload.candidates(device, kernelOf(workload))) {
      const prepared = await candidate.prepare(() => {})
      for (const size of workload.id === 'path-tracer' ? [1] : [1, 6, 5]) {
        await prepared.launch(size)
        expect(prepared.check(size), `${candidate.label} size ${size}`).toBeNull()
        expect(prepared.work(size)).toBeGreaterThan(0)
      }
      // What an earlier launch of another size left behind is no right answer.
      expect(prepared.check(workload.id === 'path-tracer' ? 2 : 4), candidate.label).not.toBeNull()
      prepared.release()
    }
  })

  test.each([
    ['fp32-compute', 'cpu', '#define THIRTEEN_STEPS STEP', '#define THIRTEEN_STEPS'],
    ['fp64-compute', 'cpu', 'bOdd);', 'bOdd * 1.0001);'],
    ['int32-compute', 'gpu', '((a) * (b) + (c))', '((a) * (b) + (c) + 1u)'],
    ['int24-compute', 'cpu', 'FIRST_Y ((real)(3))', 'FIRST_Y ((real)(2))'],
    ['matrix-multiply', 'cpu', 'k < DEPTH; k++) {\n                const', 'k < DEPTH - 1; k++) {\n                const'],
    ['matrix-multiply', 'gpu', 'partA[block * 4 + 3] = quadA.w', 'partA[block * 4 + 3] = quadA.z'],
    ['path-tracer', 'cpu', 'i < SPHERES; i++', 'i < SPHERES - 8; i++'],
    ['path-tracer', 'gpu', 'light += share * LAMP_LIGHT', 'light += LAMP_LIGHT'],
  ] as const)('a wrong kernel of %s is noticed (as a %s)', { timeout: 30_000 }, async (id, type, from, to) => {
    const workload = openClComputeWorkloads.find((one) => one.id === id)!
    const candidate = workload.candidates(drivenAs(type), spoiled(kernelOf(workload), from, to))[0]!
    const prepared = await candidate.prepare(() => {})
    await prepared.launch(1)
    expect(prepared.check(1)).not.toBeNull()
    prepared.release()
  })

  test.each([
    ['fp16-compute', { hasFp16: true }],
    ['int8-dot', { hasIntegerDot: true }],
  ] as const)('%s that is claimed but does not compile is not offered, in the words of the compiler', { timeout: 30_000 }, async (id, claims) => {
    const workload = openClComputeWorkloads.find((one) => one.id === id)!
    const device = drivenAs('cpu')
    const claiming: OpenDevice = {
      ...device,
      facts: { ...device.facts, ...claims },
      // A device that really has it is made to refuse.
      build: (text, options) => device.build(`${text}\nnot a kernel`, options),
    }
    expect(workload.notOffered(claiming.facts)).toBeNull()
    for (const candidate of workload.candidates(claiming, kernelOf(workload))) {
      await expect(candidate.prepare(() => {})).rejects.toSatisfy((error) => error instanceof NotOffered && /does not compile it: .*error/.test(error.message))
    }
  })

  test('dot products are built as OpenCL C 3.0, and without it where a compiler does not know that', async () => {
    const workload = openClComputeWorkloads.find((one) => one.id === 'int8-dot')!
    const asked: string[] = []
    const device = drivenAs('cpu')
    const old: OpenDevice = {
      ...device,
      facts: { ...device.facts, hasIntegerDot: true },
      build(_text, options) {
        asked.push(options)
        return device.build('not a kernel', options.replace('-cl-std=CL3.0', ''))
      },
    }
    await expect(workload.candidates(old, '')[0]!.prepare(() => {})).rejects.toBeInstanceOf(NotOffered)
    expect(asked.map((options) => options.includes('-cl-std=CL3.0'))).toEqual([true, false])
  })

  test('a text that the compiler does not take, by whatever number it says so, costs no device', async () => {
    // Options that no compiler knows: OpenCL's -43 here, not the -11 of a text that is wrong.
    for (const [text, options] of [['not a kernel', ''], ['', '-no-such-option=1']] as const) {
      const error: unknown = await opened.build(text, options).then(() => null, (thrown: unknown) => thrown)
      if (error !== null) expect([(error as Error).name, lossOf(error)]).toEqual(['OpenClFailure', 'no'])
    }
  })

  test('every workload says what it measures, counts and when it is worth nothing', () => {
    for (const workload of openClComputeWorkloads) {
      expect(workload.measures).toMatch(/\.$/)
      expect(workload.counts).toMatch(/\.$/)
      expect(workload.invalidWhen.length).toBeGreaterThan(1)
    }
  })
})
