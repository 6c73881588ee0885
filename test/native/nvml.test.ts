/** The real koffi bindings and the real probe process over a library of ours with NVML's entry points: gcc builds it here. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadNvml, nvmlPaths } from '../../main/gpu/nvidia/nvml-library.ts'
import { fastClock } from '../helpers/clocks.ts'
import { newFolder } from '../helpers/files.ts'
import { gpusOnThisMachine } from '../helpers/gpus.ts'
import { build, canBuild, readerOver } from './stub.ts'

const at = Date.UTC(2026, 10, 23)
const nvidia = (gpus: { vendor: string; kind: string }[]) => gpus.filter((gpu) => gpu.vendor === 'nvidia' && gpu.kind === 'gpu')

describe.skipIf(!canBuild)('NVML through koffi (skipped where gcc is absent)', () => {
  test('a card and its sample, field by field', () => {
    const [card] = readerOver(build()).cards(at)
    expect(card).toMatchObject({
      uuid: 'GPU-00000000-0000-0000-0000-000000000001',
      name: 'NVIDIA GeForce RTX 3090',
      driverVersion: '570.124.06',
      cudaVersion: '12.8',
      memoryBytes: 25769803776,
      pciAddress: '0000:01:00.0',
      pciDeviceId: '10de:2204',
      pciSubsystemId: '1458:403b',
      cudaComputeCapability: '8.6',
      pcieLanesMax: 16,
      drivesDisplay: true,
      eccEnabled: null,
      mig: null,
      powerLimitW: 350,
      powerLimitMinW: 100,
      powerLimitMaxW: 400,
    })
    expect(card!.sample).toMatchObject({
      takenAt: at,
      utilisation: 0.4,
      memoryUtilisation: 0.12,
      encoder: 0.07,
      memoryUsedBytes: 2147483648,
      temperatureC: 61,
      memoryC: 84,
      powerW: 312.45,
      coreClockMhz: 1695,
      memoryClockMhz: 9501,
      fan: 0.63,
      eccCorrected: null,
      pcieGeneration: 4,
      pcieLanes: 8,
      performanceState: 'P2',
      throttle: ['sw_power_cap', 'sw_thermal_slowdown'],
      processes: [
        { pid: 4001, name: '/usr/bin/python1', memoryBytes: 1073741824, ours: null },
        { pid: 4013, name: '/usr/bin/python3', memoryBytes: 536870912, ours: null },
      ],
    })
    expect(card!.sample!.unknown['eccCorrected']).toContain('does not support')
  })

  test('a missing entry point loses its reading alone', () => {
    const [card] = readerOver(build('-DNO_POWER')).cards(at)
    expect(card!.sample).toMatchObject({ powerW: null, temperatureC: 61, powerLimitW: 350 })
    expect(card!.sample!.unknown['powerW']).toBe('this driver does not know it')
  })

  test('an old driver’s entry points and shorter structs are read as well', () => {
    const [card] = readerOver(build('-DOLD')).cards(at)
    expect(card).toMatchObject({ pciAddress: '0000:01:00.0', pciDeviceId: '10de:2204', memoryBytes: 25769803776 })
    expect(card!.sample).toMatchObject({ memoryUsedBytes: 2478833664, throttle: ['sw_power_cap', 'sw_thermal_slowdown'] })
    expect(card!.sample!.processes.map(({ pid, memoryBytes }) => [pid, memoryBytes])).toEqual([[4001, 1073741824], [4013, 536870912]])
  })

  test('no library is no error, and the override alone is tried', () => {
    expect(loadNvml(['/nowhere/libnvidia-ml.so'])).toBeNull()
    expect(nvmlPaths('linux', { IDLEWATT_NVML_LIBRARY: '/x.so' })).toEqual(['/x.so'])
  })

  test('asking one card asks only that one', () => {
    process.env['STUB_DEVICES'] = '3'
    try {
      const reader = readerOver(build())
      expect(reader.cards(at)).toHaveLength(3)
      expect(reader.samples(at, new Set(['0000:02:00.0'])).map(({ sample }) => sample.utilisation)).toEqual([0.41])
    } finally {
      delete process.env['STUB_DEVICES']
    }
  })
})

describe.skipIf(!canBuild)('the probe process (skipped where gcc is absent)', () => {
  test('finds cards by NVML, a lost one among them', async () => {
    const { gpus, look } = gpusOnThisMachine({ env: { IDLEWATT_NVML_LIBRARY: build(), STUB_DEVICES: '2', STUB_LOST: '1' } })
    const found = nvidia((await look()).gpus)
    expect(found).toMatchObject([{ id: 'GPU-00000000-0000-0000-0000-000000000001', sample: { temperatureC: 61 } }, { problems: [{ id: 'gpu-lost' }], sample: null }])
    await gpus.stop()
  })

  test.each([
    [18, 'driver-library-mismatch'],
    [9, 'driver-not-loaded'],
    [999, 'driver-not-answering'],
  ])('NVML that starts with error %i is %s', async (code, id) => {
    const { gpus, look } = gpusOnThisMachine({ env: { IDLEWATT_NVML_LIBRARY: build(), STUB_INIT: String(code) } })
    const { problems } = await look()
    // Where the kernel sees no NVIDIA card, a driver that is not loaded is nobody's trouble.
    if (id !== 'driver-not-loaded') expect(problems.map((problem) => problem.id)).toContain(id)
    expect(problems.every(({ sentence, remedy }) => sentence.length > 10 && remedy !== undefined)).toBe(true)
    await gpus.stop()
  })

  test.each(['init', 'memory'])('NVML that hangs in %s is a state; the process is ended, the app stays and other cards are shown', async (call) => {
    const { gpus, look, workers } = gpusOnThisMachine({ clock: fastClock(8), env: { IDLEWATT_NVML_LIBRARY: build(), STUB_HANG: call } })
    const { problems } = await look()
    expect(problems.find(({ id }) => id === 'driver-not-answering')!.sentence).toContain('20 s')
    await gpus.stop()
    await Promise.all(workers.map((worker) => new Promise((gone) => worker.onExit(gone))))
    for (const { pid } of workers) expect(() => process.kill(pid!, 0)).toThrow()
  })

  test('NVML that crashes its process is asked again by the next look', async () => {
    const crash = join(newFolder(), 'crash')
    writeFileSync(crash, '')
    const { gpus, look } = gpusOnThisMachine({ env: { IDLEWATT_NVML_LIBRARY: build(), STUB_CRASH_FILE: crash, PATH: '/nowhere' } })
    expect((await look()).problems.map(({ id }) => id)).toContain('driver-not-answering')
    expect(existsSync(crash)).toBe(false)
    expect(nvidia((await look()).gpus)).toHaveLength(1)
    await gpus.stop()
  })

  test('a hang in the middle of sampling is told, and the probe is started again with a pause', async () => {
    const hang = join(newFolder(), 'hang')
    const { gpus, look, telemetry, workers } = gpusOnThisMachine({ clock: fastClock(5, 10_000), env: { IDLEWATT_NVML_LIBRARY: build(), STUB_HANG_FILE: hang } })
    await look()
    const until = async (phase: string): Promise<void> => {
      await expect.poll(() => (gpus.watch('page', true), telemetry.at(-1)?.status.phase), { timeout: 10_000, interval: 20 }).toBe(phase)
    }
    await until('on')
    const before = workers.length
    writeFileSync(hang, '')
    await until('not-answering')
    expect(telemetry.at(-1)).toMatchObject({ status: { retryAt: expect.any(Number), sentence: expect.stringContaining('not answering') } })
    expect(Object.keys(telemetry.at(-1)!.samples)).toHaveLength(1)
    rmSync(hang)
    await until('on')
    expect(workers.length).toBeGreaterThan(before)
    await gpus.stop()
  })
})
