/** Every recorded machine, looked at as a door would: what its user gets to see. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openRecordedMachine } from '../../../main/system/recorded-machine.ts'
import { systemClock } from '../../../main/system/clock.ts'
import type { Detection } from '../../../shared/machine.ts'
import { fastClock, handClock } from '../../helpers/clocks.ts'
import { brokenFolder, gpusOn, gpusOnRecording, machineFolder } from '../../helpers/gpus.ts'

const GiB = 1024 ** 3
const ids = (problems: { id: string }[]): string[] => problems.map(({ id }) => id)
const detect = (name: string): Promise<Detection> => gpusOnRecording(name, fastClock(50)).look()

describe('recorded machines', () => {
  test('all of them: a card has one id, a name, and reasons for what is missing', async () => {
    for (const name of readdirSync(join(machineFolder('.')))) {
      const { gpus, machine } = await detect(name)
      expect(machine.recorded).toBe(name)
      expect(new Set(gpus.map(({ id }) => id)).size).toBe(gpus.length)
      for (const gpu of gpus) {
        expect(gpu.name, name).not.toMatch(/^(|.*graphics device|gfx.*)$/i)
        expect(gpu.seenBy.length).toBeGreaterThan(0)
        if (gpu.sample === null) continue
        for (const [field, value] of Object.entries(gpu.sample)) {
          if (value === null) expect(gpu.sample.unknown[field] ?? gpu.sample.unknown['all'], `${name}: ${field}`).toBeTruthy()
        }
      }
    }
  })

  test('no GPU: says so and what to do', async () => {
    const { gpus, problems } = await detect('no-gpu')
    expect([gpus, ids(problems)]).toEqual([[], ['no-gpu']])
    expect(problems[0]!.remedy).toContain('driver')
  })

  test('a processor with OpenCL is no GPU', async () => {
    const { gpus, problems } = await detect('cpu-with-opencl')
    expect(gpus).toMatchObject([{ kind: 'cpu-device', name: 'AMD EPYC 7B13', model: null, problems: [] }])
    expect(ids(problems)).toEqual(['no-gpu'])
    expect(problems[0]!.sentence).toContain('processor')
  })

  test('RTX 4090 on Windows, with the processor’s own graphics beside it', async () => {
    const { gpus, machine, problems } = await detect('rtx-4090-windows')
    expect(machine).toMatchObject({ platform: 'win32', os: 'Windows 11 Pro', osVersion: '10.0.26100', memoryBytes: 64 * GiB })
    expect(problems).toEqual([])
    expect(gpus[0]).toMatchObject({ name: 'NVIDIA GeForce RTX 4090', model: 'GeForce RTX 4090', vendor: 'nvidia', kind: 'gpu', driverVersion: '581.57', cudaVersion: '13.0', seenBy: ['nvidia-smi', 'opencl', 'os'], problems: [], drivesDisplay: true, isIntegrated: false })
    expect(gpus[0]!.sample!.processes[1]).toMatchObject({ pid: 9460, name: 'C:\\Program Files\\Mozilla Firefox\\firefox.exe', memoryBytes: null, ours: null })
    expect(gpus[1]).toMatchObject({ vendor: 'amd', isIntegrated: true, pciDeviceId: '1002:164e' })
    expect(ids(gpus[1]!.problems)).toEqual(['seen-by-one-layer'])
  })

  test('two RTX 3090 on Linux are two cards of three layers each', async () => {
    const { gpus, machine } = await detect('two-rtx-3090-linux')
    expect(machine).toMatchObject({ os: 'Ubuntu 24.04', osVersion: '24.04' })
    expect(gpus.map(({ pciAddress, seenBy, pcieLanesMax }) => ({ pciAddress, seenBy, pcieLanesMax }))).toEqual(
      ['0000:01:00.0', '0000:4b:00.0'].map((pciAddress) => ({ pciAddress, seenBy: ['nvidia-smi', 'sysfs', 'opencl'], pcieLanesMax: 16 })),
    )
    expect(gpus.map(({ powerLimitW, powerLimitDefaultW }) => [powerLimitW, powerLimitDefaultW])).toEqual([[350, 350], [280, 350]])
    expect(gpus.map(({ opencl }) => opencl?.device)).toEqual([0, 1])
  })

  test('eight H200 by NVML: each with its own UUID, memory and temperature of the memory', async () => {
    const { gpus, machine } = await detect('eight-h200')
    expect(gpus).toHaveLength(8)
    expect(new Set(gpus.map(({ uuid }) => uuid)).size).toBe(8)
    expect(machine.memoryBytes).toBe(2 * 1024 * GiB)
    for (const gpu of gpus) {
      expect(gpu).toMatchObject({ seenBy: ['nvml', 'opencl'], cudaComputeCapability: '9.0', cudaVersion: '12.8', eccEnabled: true, mig: { enabled: false, instances: [] }, pcieGenerationMax: 5 })
      expect(gpu.model).toContain('H200')
      expect(gpu.sample).toMatchObject({ fan: null, throttle: ['gpu_idle'], eccUncorrected: 0 })
      expect(gpu.sample!.memoryC).toBe(gpu.sample!.temperatureC! + 6)
    }
  })

  test('a laptop: Intel in the processor, NVIDIA beside it', async () => {
    const { gpus } = await detect('laptop-intel-rtx-4070')
    expect(gpus).toHaveLength(2)
    expect(gpus[0]).toMatchObject({ vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4070 Laptop GPU', seenBy: ['nvidia-smi', 'opencl', 'os'], powerLimitW: null, powerLimitMaxW: 115 })
    expect(gpus[1]).toMatchObject({ vendor: 'intel', isIntegrated: true, seenBy: ['opencl', 'os'], id: 'pci:0000:00:02.0:8086:a7a0', sample: null })
  })

  test('nvidia-smi missing: the card is there by its name, and the driver is what is missing', async () => {
    const { gpus, problems } = await detect('nvidia-smi-missing')
    expect(gpus[0]).toMatchObject({ name: 'NVIDIA GeForce RTX 3090', model: 'GeForce RTX 3090', id: 'pci:0000:0b:00.0:10de:2204', sample: null })
    expect([ids(gpus[0]!.problems), ids(problems)]).toEqual([['driver-missing'], ['driver-missing']])
    expect(problems[0]!.remedy).toContain('https://www.nvidia.com/drivers')
  })

  test('nvidia-smi hanging: a state after its time limit, with the card still shown', async () => {
    const clock = handClock()
    const { gpus, states } = gpusOnRecording('nvidia-smi-hanging', clock)
    const look = gpus.look()
    await clock.advance(4_900)
    expect(states.at(-1)!.phase).toBe('looking')
    await clock.advance(200)
    await look
    const ready = states.at(-1)!
    if (ready.phase !== 'ready') throw new Error(ready.phase)
    expect(ready.detection.gpus[0]).toMatchObject({ name: 'NVIDIA GeForce RTX 4090', seenBy: ['sysfs'] })
    expect([ids(ready.detection.problems), ids(ready.detection.gpus[0]!.problems)]).toEqual([['driver-not-answering'], ['driver-not-answering']])
    expect(clock.pending()).toBeLessThanOrEqual(1)
    await gpus.stop()
  })

  test('stopping in the middle of a hanging look ends it at once', async () => {
    const clock = handClock()
    const { gpus } = gpusOnRecording('nvidia-smi-hanging', clock)
    const look = gpus.look()
    await clock.advance(100)
    await gpus.stop()
    await look
    expect(clock.pending()).toBe(0)
  })

  test('an AMD card: name by id and revision, readings from the kernel', async () => {
    const { gpus, problems } = await detect('amd-rx-7900-xtx')
    expect(problems).toEqual([])
    expect(gpus).toMatchObject([{ name: 'AMD Radeon RX 7900 XTX', model: 'Radeon RX 7900 XTX', id: '9f3c17a05be2d846', vendor: 'amd', memoryBytes: 25753026560, seenBy: ['sysfs', 'rocm-smi', 'opencl'], drivesDisplay: true, powerLimitW: 339, powerLimitMaxW: 390, pcieGenerationMax: 4, problems: [] }])
    expect(gpus[0]!.sample).toMatchObject({ utilisation: 0.07, memoryUtilisation: 0.02, temperatureC: 46, hotspotC: 54, memoryC: 62, powerW: 38, coreClockMhz: 73, memoryClockMhz: 456, pcieGeneration: 4, memoryUsedBytes: 1289342976 })
    expect(gpus[0]!.sample!.fan).toBeCloseTo(620 / 3300)
  })

  test('MIG: the slices, and why there is no utilisation', async () => {
    const { gpus } = await detect('mig-a100')
    expect(gpus).toHaveLength(1)
    expect(gpus[0]!.mig).toEqual({
      enabled: true,
      instances: [
        { index: 0, gpuInstanceId: 2, computeInstanceId: 0, memoryBytes: 19968 * 1024 ** 2, multiprocessors: 42 },
        { index: 1, gpuInstanceId: 5, computeInstanceId: 0, memoryBytes: 9856 * 1024 ** 2, multiprocessors: 28 },
        { index: 2, gpuInstanceId: 13, computeInstanceId: 0, memoryBytes: 4864 * 1024 ** 2, multiprocessors: 14 },
      ],
    })
    expect(gpus[0]!.sample).toMatchObject({ utilisation: null, eccCorrected: 2 })
    expect(gpus[0]!.memoryBytes).toBe(40960 * 1024 ** 2)
  })

  test('a card the driver cannot name is named by its PCI id, and it is said', async () => {
    const { gpus } = await detect('graphics-device')
    expect(gpus[0]).toMatchObject({ name: 'NVIDIA GeForce RTX 5090', driverName: 'NVIDIA Graphics Device', model: 'GeForce RTX 5090' })
    const [problem] = gpus[0]!.problems
    expect(problem).toMatchObject({ id: 'name-unknown', sentence: expect.stringContaining('10de:2b85') })
  })

  test('an old driver is said to be old, with the least that would do', async () => {
    const { problems } = await detect('driver-too-old')
    expect(problems).toMatchObject([{ id: 'driver-too-old', sentence: expect.stringMatching(/418\.226\.00.*450\.80\.02/) }])
  })

  test('one card of two is lost: both are shown, one with its loss', async () => {
    const { gpus } = await detect('one-card-lost')
    expect(gpus.map(({ name, problems }) => [name, ids(problems)])).toEqual([
      ['NVIDIA GeForce RTX 3090', []],
      ['NVIDIA GeForce RTX 3090', ['gpu-lost']],
    ])
    expect(gpus[1]!.sample).toMatchObject({ temperatureC: null, powerW: null })
    expect(gpus[1]!.sample!.unknown['temperatureC']).toContain('lost')
  })

  test('a virtual adapter is none, and Apple’s graphics are one', async () => {
    expect((await detect('virtual-adapter')).gpus).toMatchObject([{ kind: 'virtual', name: 'Virtio graphics', problems: [] }])
    expect((await detect('apple-m3-max')).gpus).toMatchObject([{ kind: 'gpu', vendor: 'apple', isIntegrated: true, memoryBytes: 64 * GiB }])
  })
})

describe('broken recordings that open', () => {
  test.each([
    ['truncated-xml', /nvidia-smi\.xml.*breaks off in line \d+/],
    ['entity-bomb', /nvidia-smi\.xml.*entities/],
    ['not-xml', /nvidia-smi\.xml.*begins with "Lorem/],
  ])('%s is a problem that names the file', async (name, sentence) => {
    const { gpus, problems } = await gpusOn(openRecordedMachine(brokenFolder(name), systemClock)).look()
    expect([gpus, ids(problems)]).toEqual([[], ['machine-output-broken']])
    expect(problems[0]!.sentence).toMatch(sentence)
  })
})

test('looks at the same time share one look; a later one knows what was found before', async () => {
  const { gpus, states } = gpusOnRecording('rtx-3050')
  const [one, other] = await Promise.all([gpus.look(), gpus.look()])
  expect(one).toBe(other)
  expect(states.filter(({ phase }) => phase === 'looking')).toHaveLength(1)
  await gpus.look()
  const looking = states.filter((state) => state.phase === 'looking').at(-1)
  expect(looking?.phase === 'looking' && looking.previous?.gpus).toHaveLength(1)
})
