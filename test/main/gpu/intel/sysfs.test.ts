/** Intel graphics by i915 and xe, from the oldest files to the newest. */
import { describe, expect, test } from 'vitest'
import { memoryByWindow } from '../../../../main/gpu/intel/memory.ts'
import { utilisationOf } from '../../../../main/gpu/intel/sysfs.ts'
import { createSysfsLayer } from '../../../../main/gpu/linux-pci.ts'
import type { MachineSource } from '../../../../main/system/machine-source.ts'
import { openRecordedMachine } from '../../../../main/system/recorded-machine.ts'
import { handClock } from '../../../helpers/clocks.ts'
import { machineFolder, machineOf } from '../../../helpers/gpus.ts'

const at = Date.UTC(2026, 10, 23)
const drm = '/sys/class/drm/card0'
const arc = { [`${drm}/device/uevent`]: 'DRIVER=i915\nPCI_CLASS=30000\nPCI_ID=8086:56A0\nPCI_SLOT_NAME=0000:03:00.0\n', [`${drm}/device/hwmon/hwmon3/name`]: 'i915\n' }
const own = { [`${drm}/device/uevent`]: 'DRIVER=i915\nPCI_CLASS=30000\nPCI_ID=8086:46A6\nPCI_SLOT_NAME=0000:00:02.0\n' }

/** A live machine whose files may be changed between two readings. */
function live(files: Record<string, string>): MachineSource {
  return machineOf({ recorded: null, files })
}

describe('an Arc B580 (xe) beside a processor’s graphics (i915), recorded', () => {
  const read = async () => (await createSysfsLayer().detect(openRecordedMachine(machineFolder('intel-arc-b580'), handClock()), at)).cards

  test('the card', async () => {
    const card = (await read()).find(({ pciDeviceId }) => pciDeviceId === '8086:e20b')!
    expect(card).toMatchObject({ memoryBytes: 12 * 1024 ** 3, isIntegrated: false, coreClockMaxMhz: 2850, powerLimitW: 190, fanCount: 2, temperatureLimits: { slowdownC: 100, shutdownC: 105, targetC: null, memoryC: 105 }, pcieGenerationMax: 4, pcieLanesMax: 8 })
    expect(card.sample).toMatchObject({ temperatureC: 71, memoryC: 78, coreClockMhz: 2450, videoClockMhz: 1200, throttle: ['pl1'], fanRpm: 1480, pcieGeneration: 4, pcieLanes: 8, memoryUsedBytes: 3 * 1024 ** 3, processes: [{ pid: 4410, name: 'blender', kind: 'both' }] })
  })

  test('counters stand still in a recording: no share and no watts are made of them', async () => {
    const layer = createSysfsLayer()
    const machine = openRecordedMachine(machineFolder('intel-arc-b580'), handClock())
    const { cards } = await layer.detect(machine, at)
    const { sample } = (await layer.sample!(machine, at + 10_000, cards)).find(({ pciAddress }) => pciAddress === '0000:03:00.0')!
    expect([sample.powerW, sample.utilisation]).toEqual([null, null])
    expect(sample.unknown['powerW']).toContain('one moment')
  })

  test('the processor’s graphics', async () => {
    const card = (await read()).find(({ pciDeviceId }) => pciDeviceId === '8086:a780')!
    expect(card).toMatchObject({ isIntegrated: true, memoryBytes: null, coreClockMaxMhz: 1650, sample: { coreClockMhz: 350, throttle: [], pcieLanes: null, temperatureC: null } })
  })
})

describe('i915', () => {
  test('watts are the change of the energy counter, and wait for a second reading', async () => {
    const files = { ...arc, [`${drm}/device/hwmon/hwmon3/energy1_input`]: '1000000000', [`${drm}/device/hwmon/hwmon3/temp1_input`]: '45000', [`${drm}/gt_act_freq_mhz`]: '2400' }
    const layer = createSysfsLayer()
    const machine = live(files)
    const { cards } = await layer.detect(machine, at)
    expect(cards[0]!.sample).toMatchObject({ powerW: null, energyJ: 1000, temperatureC: 45, coreClockMhz: 2400 })
    files[`${drm}/device/hwmon/hwmon3/energy1_input`] = '1150000000'
    expect((await layer.sample!(machine, at + 1000, cards))[0]!.sample.powerW).toBe(150)
    // The driver was loaded anew: the counter begins again.
    files[`${drm}/device/hwmon/hwmon3/energy1_input`] = '5000000'
    expect((await layer.sample!(machine, at + 2000, cards))[0]!.sample.powerW).toBeNull()
  })

  test('a card’s memory by its window, if that is all of it', async () => {
    const memoryOf = async (end: string): Promise<number | null> => (await createSysfsLayer().detect(live({ ...arc, [`${drm}/device/resource`]: `0x0 0x0 0x0\n0x0 0x0 0x0\n0x0000004000000000 ${end} 0x14220c\n` }), at)).cards[0]!.memoryBytes
    expect([await memoryOf('0x00000043ffffffff'), await memoryOf('0x000000400fffffff')]).toEqual([16 * 1024 ** 3, null])
  })

  test('a window is the next power of two: a B580 has 12 GiB behind one of 16, and of a card not known it says nothing', () => {
    const window = (end: string): string => `0x0 0x0 0x0\n0x0 0x0 0x0\n0x0000004000000000 ${end} 0x14220c\n`
    const [sixteen, eight, little] = [window('0x00000043ffffffff'), window('0x00000041ffffffff'), window('0x000000400fffffff')]
    const sizes = [['8086:e20b', sixteen], ['8086:e20c', sixteen], ['8086:56a5', eight], ['8086:56a1', eight], ['8086:56a0', eight], ['8086:e20b', little], ['8086:e20b', eight], ['8086:ffff', sixteen], [null, sixteen], ['8086:56a0', 'garbage']] as const
    expect(sizes.map(([id, text]) => (memoryByWindow(text, id) ?? 0) / 1024 ** 3)).toEqual([12, 10, 6, 8, 8, 0, 0, 0, 0, 0])
  })

  test('watts of a processor’s graphics, where the administrator runs Idlewatt', async () => {
    const files = { ...own, [`${drm}/gt_act_freq_mhz`]: '700', '/sys/class/powercap/intel-rapl:0:0/name': 'core\n', '/sys/class/powercap/intel-rapl:0:1/name': 'uncore\n', '/sys/class/powercap/intel-rapl:0:1/energy_uj': '100' }
    const layer = createSysfsLayer()
    const machine = live(files)
    const { cards } = await layer.detect(machine, at)
    files['/sys/class/powercap/intel-rapl:0:1/energy_uj'] = '8000100'
    expect((await layer.sample!(machine, at + 2000, cards))[0]!.sample.powerW).toBe(4)
  })

  test('throttle reasons of every tile, old names and new', async () => {
    const { cards } = await createSysfsLayer().detect(live({ ...own, [`${drm}/gt_act_freq_mhz`]: '700', [`${drm}/gt/gt0/throttle_reason_status`]: '1', [`${drm}/gt/gt0/throttle_reason_pl4`]: '1', [`${drm}/gt/gt1/throttle_reason_thermal`]: '1', [`${drm}/gt/gt1/throttle_reason_prochot`]: '0' }), at)
    expect(cards[0]!.sample!.throttle).toEqual(['pl4', 'thermal'])
  })

  test('newer kernels list all reasons at once', async () => {
    const place = `${drm}/device/tile0/gt0`
    const files = { ...arc, [`${place}/freq0/act_freq`]: '0', [`${place}/freq0/throttle/reasons`]: 'pl1 soc_thermal\n', [`${place}/freq0/throttle/reason_pl1`]: '0' }
    const { cards } = await createSysfsLayer().detect(live(files), at)
    expect(cards[0]!.sample).toMatchObject({ throttle: ['pl1', 'soc_thermal'], coreClockMhz: 0 })
  })
})

describe('use, counted by program', () => {
  const usage = { processes: [{ pid: 1, name: 'a', memoryBytes: null, ours: null }], engines: { render: 0.4, video: 0.1 }, memoryBytes: null, isComplete: true }
  test('the busiest engine, where every program can be looked at', () => {
    expect(utilisationOf(usage, null, '')).toEqual({ value: 0.4 })
    expect(utilisationOf({ ...usage, engines: {} }, null, 'first')).toEqual({ why: 'first' })
    expect(utilisationOf({ ...usage, processes: [], engines: {} }, null, '')).toEqual({ value: 0 })
  })
  test('else only if the card was asleep for the rest', () => {
    const partly = { ...usage, isComplete: false }
    expect(utilisationOf(partly, 0.5, '')).toEqual({ value: 0.4 })
    expect(utilisationOf(partly, 0.95, '')).toHaveProperty('why')
    expect(utilisationOf(partly, null, '')).toHaveProperty('why')
    expect(utilisationOf({ ...partly, processes: [], engines: {} }, 0.02, '')).toEqual({ value: 0 })
  })
})

test('on a desktop where other users’ programs cannot be looked at, use shows as soon as sleep can be compared', async () => {
  const files: Record<string, string> = { ...own, [`${drm}/gt_act_freq_mhz`]: '700', [`${drm}/gt/gt0/rc6_residency_ms`]: '100000', '/proc/9/comm': 'mpv\n', '/proc/9/fdinfo/4': 'drm-driver: i915\ndrm-client-id: 1\ndrm-pdev: 0000:00:02.0\ndrm-engine-render: 1000000000 ns\n' }
  const machine = { ...live(files), openGraphicsFiles: async () => ({ files: [{ pid: 9, fd: 4 }], isComplete: false }) }
  const layer = createSysfsLayer()
  const { cards } = await layer.detect(machine, at)
  expect(cards[0]!.sample!.unknown['utilisation']).toContain('not all programs')
  files[`${drm}/gt/gt0/rc6_residency_ms`] = '103500'
  files['/proc/9/fdinfo/4'] = files['/proc/9/fdinfo/4']!.replace('1000000000', '2250000000')
  const sample = async (ms: number) => (await layer.sample!(machine, at + ms, cards))[0]!.sample
  expect((await sample(5_000)).utilisation).toBe(0.25)
  expect((await sample(6_000)).utilisation).toBe(0.25)
  // Now somebody else keeps it awake.
  files['/proc/9/fdinfo/4'] = files['/proc/9/fdinfo/4']!.replace('2250000000', '2300000000')
  expect(await sample(10_000)).toMatchObject({ utilisation: null, processes: [{ name: 'mpv' }] })
})
