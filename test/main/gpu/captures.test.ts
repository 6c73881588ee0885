/** What real machines printed: every file of the shared captures, read and compared with what stands in it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseRocmSmi } from '../../../main/gpu/amd/rocm-smi.ts'
import { parseSmi } from '../../../main/gpu/nvidia/smi.ts'
import { gpusOn, machineOf } from '../../helpers/gpus.ts'

const captures = join(import.meta.dirname, '../../../../shared/captures')
const isHere = existsSync(captures)
const MiB = 1024 ** 2
const at = Date.UTC(2026, 10, 23)

function readSmi(name: string) {
  return parseSmi(readFileSync(join(captures, 'nvidia-smi', `${name}.xml`), 'utf8'), at)
}
function detect(name: string) {
  const xml = readFileSync(join(captures, 'nvidia-smi', `${name}.xml`), 'utf8')
  return gpusOn(machineOf({ commands: { 'nvidia-smi -q -x': xml } })).look()
}

describe.skipIf(!isHere)('captures of nvidia-smi (skipped where ../shared/captures is absent)', () => {
  test('Quadro P400, driver 418, no DOCTYPE, power and ECC not supported', async () => {
    const { cards, driverVersion, cudaVersion } = readSmi('quadro-p400')
    expect([driverVersion, cudaVersion, cards.length]).toEqual(['418.43', '10.1', 1])
    expect(cards[0]).toMatchObject({
      name: 'Quadro P400',
      uuid: 'GPU-8f750be4-dfbc-23b9-b33f-da729a536494',
      pciAddress: '0000:43:00.0',
      pciDeviceId: '10de:1cb3',
      pciSubsystemId: '10de:11be',
      memoryBytes: 1998 * MiB,
      pcieGenerationMax: 3,
      pcieLanesMax: 16,
      drivesDisplay: false,
      eccEnabled: null,
      mig: null,
      powerLimitW: null,
    })
    expect(cards[0]!.sample).toMatchObject({
      utilisation: 0,
      memoryUtilisation: 0.03,
      temperatureC: 33,
      fan: 0.34,
      powerW: null,
      coreClockMhz: 139,
      memoryClockMhz: 405,
      eccCorrected: null,
      pcieGeneration: 1,
      pcieLanes: 16,
      performanceState: 'P8',
      throttle: ['gpu_idle'],
      processes: [],
    })
    expect(cards[0]!.sample!.unknown).toMatchObject({ powerW: expect.stringMatching(/N\/A/), eccCorrected: expect.stringMatching(/N\/A/) })
    const detection = await detect('quadro-p400')
    expect(detection.problems.map(({ id }) => id)).toEqual(['driver-too-old'])
    expect(detection.problems[0]!.sentence).toContain('418.43')
  })

  test('Tesla T4, schema v11, with two processes', () => {
    const [card] = readSmi('tesla-t4').cards
    expect(card).toMatchObject({ name: 'Tesla T4', pciAddress: '0000:00:1e.0', pciDeviceId: '10de:1eb8', memoryBytes: 15360 * MiB, eccEnabled: true, powerLimitW: 70, powerLimitMinW: 60, powerLimitMaxW: 70, mig: null })
    expect(card!.sample).toMatchObject({ memoryUsedBytes: 1032 * MiB, temperatureC: 40, powerW: 26.78, fan: null, eccCorrected: 0, eccUncorrected: 0, pcieLanes: 8, throttle: [] })
    expect(card!.sample!.processes).toEqual([
      { pid: 675, name: '/usr/lib/xorg/Xorg', memoryBytes: 22 * MiB, ours: null, kind: 'graphics' },
      { pid: 5762, name: 'python', memoryBytes: 1005 * MiB, ours: null, kind: 'compute' },
    ])
  })

  test('A100, schema v12, cut in four MIG slices; the driver counts three more cards', async () => {
    const { cards, attachedGpus } = readSmi('a100-sxm4-v12')
    expect([attachedGpus, cards.length]).toEqual([4, 1])
    expect(cards[0]).toMatchObject({ name: 'NVIDIA A100-SXM4-80GB', pciDeviceId: '10de:20b2', memoryBytes: 81920 * MiB, powerLimitW: 500, powerLimitMinW: 100, drivesDisplay: false })
    expect(cards[0]!.mig).toEqual({
      enabled: true,
      instances: [3, 4, 5, 6].map((gpuInstanceId, index) => ({ index, gpuInstanceId, computeInstanceId: 0, memoryBytes: 19968 * MiB, multiprocessors: 14 })),
    })
    expect(cards[0]!.sample).toMatchObject({ utilisation: null, memoryUsedBytes: 50 * MiB, temperatureC: 27, memoryC: 44, powerW: 67.03, coreClockMhz: 1275, eccUncorrected: 0 })
    const detection = await detect('a100-sxm4-v12')
    expect(detection.gpus).toHaveLength(1)
    expect(detection.problems).toEqual([])
    expect(detection.gpus[0]!.problems[0]).toMatchObject({ id: 'cards-not-described', sentence: expect.stringContaining('counts 4 cards') })
  })

  test('GeForce RTX 3080, schema v12 with gpu_power_readings; arguments of programs are left out', () => {
    const [card] = readSmi('rtx-3080-v12').cards
    expect(card).toMatchObject({ name: 'NVIDIA GeForce RTX 3080', drivesDisplay: true, powerLimitW: 336, powerLimitDefaultW: 320, powerLimitMaxW: 336, memoryBytes: 10240 * MiB, pciSubsystemId: '19da:1612' })
    expect(card!.sample).toMatchObject({ powerW: 22.78, temperatureC: 31, fan: 0, memoryUtilisation: 0.37, memoryUsedBytes: 1128 * MiB, throttle: ['gpu_idle'] })
    expect(card!.sample!.processes.map(({ name }) => name)).toEqual(['/usr/lib/Xorg', '/usr/bin/gnome-shell', '/opt/microsoft/msedge/msedge', '/usr/lib/firefox/firefox', '/opt/visual-studio-code/code'])
  })

  test('RTX 4000 SFF Ada, schema v13: average power, deprecated fields, parity errors', async () => {
    const [card] = readSmi('rtx-4000-sff-ada-v13').cards
    expect(card).toMatchObject({ name: 'NVIDIA RTX 4000 SFF Ada Generation', drivesDisplay: true, eccEnabled: false, memoryBytes: 20475 * MiB, pciDeviceId: '10de:27b0', powerLimitW: 70, powerLimitMinW: 30 })
    expect(card!.sample).toMatchObject({ powerW: 8.81, temperatureC: 38, fan: 0.3, coreClockMhz: 210, eccCorrected: null, eccUncorrected: null, pcieGeneration: 1, performanceState: 'P8' })
    expect(card!.sample!.processes.map(({ pid, memoryBytes }) => [pid, memoryBytes])).toEqual([[1842, 410 * MiB], [3190, 451 * MiB], [4937, 160 * MiB], [34626, 183 * MiB]])
    expect((await detect('rtx-4000-sff-ada-v13')).problems).toEqual([])
  })

  test('every file gives cards that are named, placed and identified', async () => {
    for (const file of readdirSync(join(captures, 'nvidia-smi'))) {
      const { gpus } = await detect(file.replace(/\.xml$/, ''))
      for (const gpu of gpus) {
        expect(gpu.id).toBe(gpu.uuid)
        expect(gpu.pciAddress).toMatch(/^0000:[0-9a-f]{2}:[0-9a-f]{2}\.0$/)
        expect(gpu.pciDeviceId).toMatch(/^10de:[0-9a-f]{4}$/)
        expect(gpu.sample!.temperatureC).toBeGreaterThan(0)
      }
    }
  })
})

describe.skipIf(!isHere)('captures of rocm-smi (skipped where ../shared/captures is absent)', () => {
  const read = (name: string) => parseRocmSmi(readFileSync(join(captures, 'rocm-smi', `${name}.json`), 'utf8'), at)!

  test('four Instinct MI100', () => {
    const cards = read('mi100_rocm602')
    expect(cards.map(({ pciAddress }) => pciAddress)).toEqual(['0000:83:00.0', '0000:a3:00.0', '0000:c3:00.0', '0000:e3:00.0'])
    expect(cards[1]).toMatchObject({ name: 'Instinct MI100', uuid: '04edfb117a17a07d', pciDeviceId: '1002:738c', memoryBytes: 34342961152, driverVersion: '6.3.6', powerLimitW: 290 })
    expect(cards[1]!.sample).toMatchObject({ utilisation: 0, temperatureC: 55, hotspotC: 58, memoryC: 54, powerW: 44, memoryUsedBytes: 6750208, coreClockMhz: 300, memoryClockMhz: 1200, pcieGeneration: 4, pcieLanes: 16 })
  })

  test('Radeon RX 6700 XT: device id and revision tell the product from its siblings', async () => {
    const cards = read('rx6700xt_rocm612')
    expect(cards[0]).toMatchObject({ uuid: null, pciDeviceId: '1002:73df', pciRevision: 'c1', pciAddress: '0000:07:00.0', memoryBytes: 12868124672 })
    expect(cards[0]!.sample).toMatchObject({ utilisation: 0, memoryUtilisation: 0, temperatureC: 45, hotspotC: 47, powerW: 6, powerLimitW: 211, coreClockMhz: 0, memoryClockMhz: 96, fan: null })
    const text = readFileSync(join(captures, 'rocm-smi/rx6700xt_rocm612.json'), 'utf8')
    const { gpus } = await gpusOn(machineOf({ commands: { 'rocm-smi -a --json': text } })).look()
    expect(gpus[0]).toMatchObject({ name: 'AMD Radeon RX 6700 XT', id: 'pci:0000:07:00.0:1002:73df', vendor: 'amd', seenBy: ['rocm-smi'] })
  })
})
