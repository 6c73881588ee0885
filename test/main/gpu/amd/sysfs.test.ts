/** AMD cards by the kernel's files: all there, some there, and some that vanish or hold nonsense. */
import { describe, expect, test } from 'vitest'
import { createSysfsLayer } from '../../../../main/gpu/linux-pci.ts'
import type { MachineSource } from '../../../../main/system/machine-source.ts'
import { openRecordedMachine } from '../../../../main/system/recorded-machine.ts'
import type { GpuSample } from '../../../../shared/telemetry.ts'
import { handClock } from '../../../helpers/clocks.ts'
import { machineFolder, machineOf } from '../../../helpers/gpus.ts'

const at = Date.UTC(2026, 10, 23)
const device = '/sys/class/drm/card1/device'
const card = {
  [`${device}/uevent`]: 'DRIVER=amdgpu\nPCI_CLASS=30000\nPCI_ID=1002:73DF\nPCI_SLOT_NAME=0000:03:00.0\n',
  [`${device}/hwmon/hwmon2/name`]: 'amdgpu\n',
}
async function sampleOf(files: Record<string, string>, change: (machine: MachineSource) => Partial<MachineSource> = () => ({})): Promise<GpuSample> {
  const machine = machineOf({ files: { ...card, ...files } })
  return (await createSysfsLayer().detect({ ...machine, ...change(machine) }, at)).cards[0]!.sample!
}
const hwmon = (values: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(values).map(([name, value]) => [`${device}/hwmon/hwmon2/${name}`, value]))

describe('a busy RX 7900 XTX, recorded', () => {
  const read = async () => (await createSysfsLayer().detect(openRecordedMachine(machineFolder('amd-rx-7900-xtx-busy'), handClock()), at)).cards

  test('everything that the driver tells of it', async () => {
    const cards = await read()
    expect(cards).toHaveLength(1)
    expect(cards[0]).toMatchObject({
      uuid: '4c1d9e0277ab53f1',
      architecture: 'gfx1100',
      coreClockMaxMhz: 2615,
      memoryClockMaxMhz: 1249,
      temperatureLimits: { slowdownC: 100, shutdownC: 105, hotspotC: 110, targetC: null, memoryC: 108 },
      fanCount: 3,
      eccEnabled: true,
      retiredPages: { singleBit: null, doubleBit: 1, pending: true },
      powerLimitMinW: 305,
      powerLimitMaxW: 389,
      attachment: null,
    })
    expect(cards[0]!.sample).toMatchObject({ temperatureC: 62, hotspotC: 94, memoryC: 88, powerW: 331, throttle: ['ppt0', 'temp_hotspot'], videoClockMhz: 1320, pcieReplays: 3, eccCorrected: 2, eccUncorrected: 1, energyJ: null })
  })

  test('three fans: each, and the fastest', async () => {
    const { sample } = (await read())[0]!
    expect(sample!.fans.map(({ rpm }) => rpm)).toEqual([2210, 2190, 0])
    expect(sample!.fanRpm).toBe(2210)
    expect(sample!.fan).toBeCloseTo(2210 / 3300)
  })

  test('the slot’s link is that of the switch on the card, which has eight lanes of sixteen here', async () => {
    const found = (await read())[0]!
    expect([found.pcieGenerationMax, found.pcieLanesMax, found.sample!.pcieGeneration, found.sample!.pcieLanes]).toEqual([4, 16, 4, 8])
  })

  test('who uses it: one entry for a program with two open files, and what ROCm says of it', async () => {
    const { sample } = (await read())[0]!
    expect(sample!.processes).toEqual([
      { pid: 5120, name: 'python3', memoryBytes: 18253611008, ours: null, kind: 'compute', utilisation: null },
      { pid: 2203, name: 'gnome-shell', memoryBytes: 256 * 1024 ** 2, ours: null, kind: 'graphics', utilisation: null },
    ])
  })
})

test('a laptop with a Radeon beside a Ryzen’s own graphics, recorded: which is which', async () => {
  const { cards } = await createSysfsLayer().detect(openRecordedMachine(machineFolder('laptop-radeon-twice'), handClock()), at)
  expect(cards.map(({ pciDeviceId, architecture, isIntegrated, drivesDisplay, sample }) => [pciDeviceId, architecture, isIntegrated, drivesDisplay, sample!.utilisation, sample!.powerW, sample!.fanRpm, sample!.pcieLanes])).toEqual([
    ['1002:73ef', 'gfx1032', null, false, 0.82, 78, null, 8],
    ['1002:1681', 'gfx1035', true, true, 0.04, 9.041, null, null],
  ])
})

describe('less than everything', () => {
  test('negative temperatures are temperatures; nonsense is none, with the number in the reason', async () => {
    const sample = await sampleOf(hwmon({ temp1_input: '-7000', temp1_label: 'edge', temp2_input: '-273150', temp2_label: 'junction', temp3_input: 'EINVAL', temp3_label: 'mem' }))
    expect([sample.temperatureC, sample.hotspotC, sample.memoryC]).toEqual([-7, null, null])
    expect(sample.unknown['hotspotC']).toContain('-273.15')
  })

  test('ones in every bit mean that the driver cannot tell: no 4,295 W, and no fan of 65,535 turns', async () => {
    const sample = await sampleOf(hwmon({ power1_average: '4294967295', power1_input: '31000000', fan1_input: '65535', fan1_max: '3300', pwm1: '51' }))
    expect(sample).toMatchObject({ powerW: 31, fanRpm: null, fan: 0.2, fans: [{ rpm: null, share: 0.2 }] })
    expect((await sampleOf(hwmon({ power1_average: '4294967295' }))).powerW).toBeNull()
  })

  test('an accelerator without a sensor at the edge: the hottest spot counts', async () => {
    const sample = await sampleOf(hwmon({ temp2_input: '51000', temp2_label: 'junction', temp3_input: '48000', temp3_label: 'mem' }))
    expect([sample.temperatureC, sample.hotspotC, sample.memoryC]).toEqual([51, 51, 48])
  })

  test('files that vanish between listing and reading', async () => {
    const files = hwmon({ temp1_input: '46000', temp1_label: 'edge', fan1_input: '900', power1_average: '38000000' })
    const sample = await sampleOf(files, (machine) => ({ readFile: async (path) => (/temp1_input|fan1_input|power1/.test(path) ? null : machine.readFile(path)) }))
    expect([sample.temperatureC, sample.fanRpm, sample.powerW, sample.fans]).toEqual([null, null, null, []])
    expect(sample.unknown).toMatchObject({ temperatureC: expect.any(String), fanRpm: expect.any(String), powerW: expect.any(String), fans: expect.any(String) })
  })

  test('clocks, and the link, by the power manager’s lists where hwmon has none', async () => {
    const sample = await sampleOf({ [`${device}/pp_dpm_sclk`]: '0: 500Mhz \n1: 1800Mhz *\n2: 2581Mhz \n', [`${device}/pp_dpm_mclk`]: 'S: 19Mhz *\n0: 96Mhz\n', [`${device}/pp_dpm_pcie`]: '0: 2.5GT/s, x1 310Mhz \n1: 8.0GT/s, x4 619Mhz *\n', [`${device}/current_link_speed`]: '16.0 GT/s PCIe\n', [`${device}/current_link_width`]: '16\n' })
    expect([sample.coreClockMhz, sample.memoryClockMhz, sample.pcieGeneration, sample.pcieLanes]).toEqual([1800, 19, 3, 4])
  })

  test('a fan that tells its duty only', async () => {
    expect(await sampleOf(hwmon({ pwm1: '51' }))).toMatchObject({ fan: 0.2, fanRpm: null, fans: [{ share: 0.2, rpm: null }] })
  })

  test('instant power where there is no average; 0 W of limit is none', async () => {
    expect(await sampleOf(hwmon({ power1_input: '12500000', power1_cap: '0' }))).toMatchObject({ powerW: 12.5, powerLimitW: null })
  })

  test('graphics in a processor, by the chip’s own directory', async () => {
    const chip = (major: string, minor: string): Record<string, string> => Object.fromEntries(Object.entries({ major, minor, revision: '0' }).map(([name, value]) => [`${device}/ip_discovery/die/0/GC/0/${name}`, value]))
    const cardOf = async (files: Record<string, string>) => (await createSysfsLayer().detect(machineOf({ files: { ...card, ...files } }), at)).cards[0]!
    expect(await cardOf(chip('11', '5'))).toMatchObject({ architecture: 'gfx1150', isIntegrated: true })
    expect(await cardOf(chip('11', '0'))).toMatchObject({ architecture: 'gfx1100', isIntegrated: null })
  })

  test('graphics in a processor, by their northbridge', async () => {
    const layer = createSysfsLayer()
    const { cards } = await layer.detect(machineOf({ files: { ...card, ...hwmon({ in0_label: 'vddgfx', in1_label: 'vddnb' }) } }), at)
    expect(cards[0]!.isIntegrated).toBe(true)
  })

  test('a card whose folder is gone gives no sample, rather than an empty one', async () => {
    const layer = createSysfsLayer()
    const machine = machineOf({ files: card })
    const keys = (await layer.detect(machine, at)).cards
    expect(await layer.sample!(machine, at + 1000, keys)).toHaveLength(1)
    expect(await layer.sample!({ ...machine, listFolder: async () => [], readFile: async () => null }, at + 2000, keys)).toEqual([])
  })
})
